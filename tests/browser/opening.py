"""Start the browser, and an archive for it to open."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, sync_playwright

from dateline.sample import sample_rows
from tests.factories import NDJSON, as_ndjson
from tests.servers import DatelineServer

CHROMIUM: Final = "chromium"

PHONE: Final = (390, 844)
DESKTOP: Final = (1280, 900)

HOSTILE: Final[list[dict[str, object]]] = [
    {"title": "<script>alert(1)</script>", "url": "https://evil.example/?a=<b>", "date": "2021"},
    {"title": '"><img src=x onerror=alert(1)>', "url": "https://evil.example/2", "date": "2021-05"},
    {"title": "=cmd|' /C calc'!A0", "url": "https://evil.example/3", "date": "2021-05-06"},
    {"title": "{{ 7 * 7 }} ${7*7} <%= 7 %>", "url": "//evil.example/4", "date": "2021-05-07"},
    {
        "title": "إعادة فتح الميناء بعد العاصفة التي ضربت الساحل",
        "url": "https://akhbar.example/ميناء",
        "date": "2021-05-08T15",
    },
    {"title": "הנמל נפתח מחדש", "url": "https://evil.example/6", "date": "2021-05-08T15:04"},
    {
        "title": f"Long {'Donaudampfschifffahrt' * 40}",
        "url": "https://evil.example/7",
        "date": "2021",
    },
    {
        "title": "A very long address",
        "url": f"https://evil.example/{'path/' * 300}",
        "date": "2021-05-08T15:04:05Z",
    },
    {"title": "港が再開した 😀 👩‍👩‍👧", "url": "https://evil.example/9", "date": "2021-05-09"},
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run Debian's Chromium, headless."""
    with sync_playwright() as playwright:
        # As root, in a container, it has no sandbox.
        browser = playwright.chromium.launch(
            executable_path=shutil.which(CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
        )
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def served(directory: Path, more: Mapping[str, str] | None = None) -> Iterator[DatelineServer]:
    """Run Dateline under Gunicorn on an empty archive, with more settings if given."""
    settings = {
        "DATELINE_DATABASE_URL": f"sqlite:///{directory}/archive.db",
        "DATELINE_WORKERS": "1",
        **(more or {}),
    }
    server = DatelineServer(directory, settings)
    try:
        yield server.start()
    finally:
        server.close()


def fill(server: DatelineServer) -> None:
    """Import the sample, and titles and URLs that contain markup and scripts."""
    rows = [*sample_rows(1_000, seed=1), *HOSTILE]
    assert server.post("/v1/bulk", as_ndjson(rows), NDJSON).status == 207
