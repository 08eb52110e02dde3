"""A browser, an archive, and pages that are watched for errors."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Route, expect

from tests.browser.opening import DESKTOP, PHONE, chromium, fill, served
from tests.servers import DEADLINE, DatelineServer

# By default, it waits for only five seconds.
expect.set_options(timeout=DEADLINE * 1_000)

SIZES: Final = {"phone": PHONE, "desktop": DESKTOP}


@dataclass(slots=True)
class Look:
    """One way to view an archive: a window size, with scripts or without.

    Attributes:
        page: the window.
        root: the URL of the archive, without a trailing slash.
        scripts: whether the browser runs scripts.
        wrong: what went wrong: violations of the content security policy, errors, dialogs.
        left: URLs on other sites that it was sent to; nothing is loaded from there.
    """

    page: Page
    root: str
    scripts: bool
    wrong: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        """Open a page of the archive."""
        self.page.goto(f"{self.root}{path}")
        return self.page

    @property
    def path(self) -> str:
        """Return the current path."""
        return self.page.url.removeprefix(self.root)

    def titles(self) -> list[str]:
        """Return the titles of the results."""
        return self.page.locator(".entries .title").all_inner_texts()

    def watch(self, page: Page) -> None:
        """Record whatever goes wrong on a page."""
        page.on("console", lambda message: self._note(message))
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("dialog", lambda dialog: self.wrong.append(f"dialog: {dialog.message}"))

    def _note(self, message: ConsoleMessage) -> None:
        # A rejected question gets a 400, which browsers report as an error too.
        is_status = "the server responded with a status of" in message.text
        if message.type in ("error", "warning") and not is_status:
            self.wrong.append(message.text)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Run Chromium."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="package")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DatelineServer]:
    """Run Dateline with the sample and hostile titles; tests only read it."""
    with served(tmp_path_factory.mktemp("filled")) as server:
        fill(server)
        yield server


@pytest.fixture
def empty_archive(tmp_path: Path) -> Iterator[DatelineServer]:
    """Run Dateline without entries, for a test that writes."""
    with served(tmp_path) as server:
        yield server


def looking(
    browser: Browser,
    server: DatelineServer,
    size: str,
    *,
    scripts: bool = True,
    scheme: Literal["light", "dark"] = "light",
) -> tuple[BrowserContext, Look]:
    """Open a window."""
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        java_script_enabled=scripts,
        color_scheme=scheme,
        has_touch=size == "phone",
        permissions=["clipboard-read", "clipboard-write"],
    )
    context.set_default_timeout(DEADLINE * 1_000)
    look = Look(context.new_page(), f"http://127.0.0.1:{server.port}", scripts)
    look.watch(look.page)

    def stop(route: Route) -> None:
        look.left.append(route.request.url)
        route.fulfill(body="elsewhere", content_type="text/plain")

    # A pattern is matched by the driver itself; a function would be called for each request.
    context.route(re.compile(rf"^(?!{re.escape(look.root)}/)http"), stop)
    return context, look


WAYS: Final = [
    pytest.param((size, scripts), id=f"{size}-{'scripts' if scripts else 'plain'}")
    for size in SIZES
    for scripts in (True, False)
]


@pytest.fixture(params=WAYS)
def look(
    request: pytest.FixtureRequest, browser: Browser, archive: DatelineServer
) -> Iterator[Look]:
    """Provide every way to view the archive: the filled one, unless a module has its own."""
    size, scripts = request.param
    yield from watched(*looking(browser, archive, size, scripts=scripts))


@pytest.fixture(params=list(SIZES))
def quick_look(
    request: pytest.FixtureRequest, browser: Browser, archive: DatelineServer
) -> Iterator[Look]:
    """Provide the filled archive, at every size, with scripts."""
    yield from watched(*looking(browser, archive, request.param))


@pytest.fixture
def scripted(browser: Browser, archive: DatelineServer) -> Iterator[Look]:
    """Provide the same archive on a desktop, with scripts."""
    yield from watched(*looking(browser, archive, "desktop"))


def watched(context: BrowserContext, look: Look) -> Iterator[Look]:
    """Provide a window to a test, and check afterwards that nothing went wrong in it."""
    yield look
    context.close()
    assert look.wrong == []
