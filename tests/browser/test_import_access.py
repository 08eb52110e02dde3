"""Accessibility of the import and entry pages: no violation of axe, and no overflow."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Look, looking
from tests.browser.opening import HOSTILE, served
from tests.browser.test_access import AXE, LOOKS, RULES, Scheme
from tests.factories import NDJSON, as_ndjson, make_item
from tests.servers import DatelineServer

pytestmark = pytest.mark.needs("chromium")

NARROW = {"width": 320, "height": 600}
"""The equivalent of 1,280 pixels at 400 % zoom (WCAG 1.4.10)."""

FAULTY = as_ndjson(
    [
        *HOSTILE,
        make_item(title="", url=f"/{'path/' * 300}", date="x" * 5_000),
        make_item(title="زلزال", date="May 23"),
    ]
).decode()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DatelineServer]:
    """Run an archive with hostile rows, both stored and rejected."""
    with served(tmp_path_factory.mktemp("access")) as server:
        assert server.post("/v1/bulk", FAULTY.encode(), NDJSON).status == 207
        yield server


@pytest.fixture(params=LOOKS, ids=str)
def look(
    request: pytest.FixtureRequest, browser: Browser, server: DatelineServer
) -> Iterator[Look]:
    """Provide the archive on a dark phone and a light desktop; nothing may go wrong."""
    size: str
    scheme: Scheme
    size, scheme = request.param
    context, look = looking(browser, server, size, scheme=scheme)
    yield look
    context.close()
    assert look.wrong == []


def examine(page: Page) -> None:
    """Check a page with axe, and that it fits into narrow windows too."""
    page.evaluate("document.querySelectorAll('details').forEach((it) => { it.open = true })")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    options = {"runOnly": RULES, "resultTypes": ["violations"]}
    found: dict[str, Any] = page.evaluate("(options) => axe.run(document, options)", options)
    assert [
        f"{broken['id']}: {node['html'][:200]} {node['failureSummary']}"
        for broken in found["violations"]
        for node in broken["nodes"][:2]
    ] == []
    before = page.viewport_size
    page.set_viewport_size({"width": NARROW["width"], "height": NARROW["height"]})
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    if before is not None:
        page.set_viewport_size(before)


@pytest.mark.parametrize(
    "path",
    [
        "/import",
        "/imports",
        "/imports/1",
        *(f"/entries/{number}" for number in (1, 5, 7, 8)),
        "/entries/8/edit",
        "/entries/8/delete",
    ],
)
def test_axe_finds_nothing_on_a_page(look: Look, path: str) -> None:
    examine(look.go(path))


def test_axe_finds_nothing_in_a_preview(look: Look) -> None:
    page = look.go("/import")
    page.get_by_label("Or paste rows").fill(FAULTY)
    page.get_by_role("button", name="Preview", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("What would happen to")
    examine(page)


def test_axe_finds_nothing_in_faults(look: Look) -> None:
    page = look.go("/import")
    page.get_by_label("Time zone").fill("Mars")
    page.get_by_role("button", name="Preview", exact=True).click()
    expect(page.get_by_role("alert")).to_be_focused()
    examine(page)
    page = look.go("/entries/1/edit")
    for name in ("Title", "URL", "Date"):
        page.get_by_label(name, exact=True).fill("/")
    page.get_by_label("Title").fill("")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_be_focused()
    examine(page)
