"""While somebody types, entries come first; the timeline and the sites follow."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from tests.browser.conftest import SIZES, Look, looking, watched
from tests.browser.opening import fill, served
from tests.browser.test_import_access import examine
from tests.servers import DatelineServer, wait_until

pytestmark = pytest.mark.needs("chromium")

FACETS: Final = re.compile(r"/facets/")


@pytest.fixture(scope="module")
def forgetful(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DatelineServer]:
    """Run the same archive without cached answers, so that facets are always late."""
    with served(tmp_path_factory.mktemp("forgetful"), {"DATELINE_CACHE_URL": "none://"}) as server:
        fill(server)
        yield server


@pytest.fixture(params=[("phone", "dark"), ("desktop", "light")], ids=list(SIZES))
def late_look(
    request: pytest.FixtureRequest, browser: Browser, forgetful: DatelineServer
) -> Iterator[Look]:
    """Provide the archive whose facets are always late."""
    size, scheme = request.param
    yield from watched(*looking(browser, forgetful, size, scheme=scheme))


def hold(page: Page) -> list[Route]:
    """Hold every facet request until the test continues it."""
    held: list[Route] = []
    page.route(FACETS, lambda route: held.append(route))
    return held


def happens(page: Page, condition: Callable[[], object], what: str) -> None:
    """Let the browser run until something has arrived in the test's own lists."""
    wait_until(lambda: page.evaluate("true") and condition(), what)


def both(page: Page, held: list[Route]) -> None:
    """Wait until both facets have been requested."""
    happens(page, lambda: len(held) == 2, "both facets are under way")


def ask(page: Page, text: str) -> None:
    """Type a question, and wait for its entries."""
    page.get_by_label("Search", exact=True).fill(text)
    expect(page.locator(".chips bdi")).to_have_text(text)
    expect(page.locator(".entries mark").first).to_be_visible()


def top(page: Page, selector: str) -> float:
    """Return the vertical position of an element."""
    box = page.locator(selector).bounding_box()
    assert box is not None
    return box["y"]


def test_entries_are_shown_before_the_facets_and_stay_where_they_are(late_look: Look) -> None:
    page = late_look.go("/?sort=date")
    held = hold(page)
    ask(page, "confort")
    expect(page.locator("#said")).to_have_text(re.compile(r"\d+ entries"))
    expect(page.get_by_role("heading", name="Over time counting…")).to_be_visible()
    expect(page.get_by_role("heading", name="Sites counting…")).to_be_visible()
    expect(page.locator("#timeline, #sites")).to_have_count(0)
    place = top(page, ".results")
    both(page, held)
    assert sorted(route.request.url for route in held) == [
        f"{late_look.root}/facets/{name}?q=confort&sort=date" for name in ("sites", "timeline")
    ]
    # Screen readers get one announcement, about the entries.
    page.evaluate("document.getElementById('said').textContent = ''")
    for route in held:
        route.continue_()
    expect(page.locator("#bars .bar").first).to_be_visible()
    expect(page.locator("#sites a").first).to_be_visible()
    expect(page.locator(".late")).to_have_count(0)
    expect(page.locator("#said")).to_be_empty()
    assert abs(top(page, ".results") - place) < 1
    assert page.title() == "confort · Dateline"
    # Their links start from the question as it was asked.
    assert late_look.path == "/?q=confort&sort=date"
    typed = page.locator("#found").inner_text()
    page.reload()
    assert page.locator("#found").inner_text() == typed
    page.locator("#sites a").first.click()
    page.wait_for_url("**/?q=confort&sort=date&domain=*")
    page.go_back()
    page.wait_for_url("**/?q=confort&sort=date")
    expect(page.locator("#bars .bar").first).to_be_visible()


def test_axe_finds_nothing_while_facets_are_awaited(late_look: Look) -> None:
    page = late_look.go("/")
    hold(page)
    ask(page, "conf")
    expect(page.get_by_role("heading", name="Over time counting…")).to_be_visible()
    examine(page)


def test_a_facet_of_an_older_question_is_not_shown(late_look: Look) -> None:
    page = late_look.go("/")
    given_up: list[str] = []

    def note(request: Request) -> None:
        given_up.append(request.url.removeprefix(late_look.root))

    page.on("requestfailed", note)
    held = hold(page)
    ask(page, "conf")
    both(page, held)
    held.clear()
    ask(page, "de")
    both(page, held)
    happens(page, lambda: len(given_up) == 2, "the older facets are given up")
    assert sorted(given_up) == ["/facets/sites?q=conf", "/facets/timeline?q=conf"]
    for route in held:
        route.continue_()
    expect(page.locator(".late")).to_have_count(0)
    links = page.locator("#timeline a[href], #sites a")
    hrefs = links.evaluate_all("(links) => links.map((link) => link.getAttribute('href'))")
    assert hrefs
    assert {href[: len("/?q=de&")] for href in hrefs} == {"/?q=de&"}


def test_one_entry_awaits_no_timeline(late_look: Look) -> None:
    page = late_look.go("/")
    hold(page)
    ask(page, "Donaudampfschifffahrt")
    expect(page.get_by_role("heading", name="Sites counting…")).to_be_visible()
    expect(page.locator(".timeline")).to_have_count(0)


@pytest.mark.parametrize("name", ["timeline", "sites"])
def test_a_part_that_is_opened_by_itself_is_the_page(late_look: Look, name: str) -> None:
    page = late_look.go(f"/facets/{name}?q=conf&sort=date")
    assert late_look.path == "/?q=conf&sort=date"
    expect(page.locator("#timeline")).to_be_visible()


def test_facets_that_are_ready_come_with_the_entries(quick_look: Look) -> None:
    asked: list[str] = []
    quick_look.go("/?q=evoluir")
    page = quick_look.go("/")
    page.on("request", lambda request: asked.append(request.url))
    ask(page, "evoluir")
    expect(page.locator("#timeline")).to_be_visible()
    expect(page.locator("#sites")).to_be_visible()
    assert not [url for url in asked if FACETS.search(url)]


def test_entries_stay_where_facets_cannot_be_had(
    browser: Browser, empty_archive: DatelineServer
) -> None:
    fill(empty_archive)
    context, look = looking(browser, empty_archive, "desktop")
    page = look.go("/")
    held = hold(page)
    ask(page, "conf")
    both(page, held)
    titles = look.titles()
    with sqlite3.connect(empty_archive.directory / "archive.db") as connection:
        connection.execute("ALTER TABLE entries RENAME TO elsewhere")
    for route in held:
        route.continue_()
    away = empty_archive.get("/v1/timeline?q=conf").json["detail"]
    expect(page.get_by_role("alert")).to_have_text([away])
    expect(page.locator(".late")).to_have_count(0)
    assert look.titles() == titles
    assert page.title() == "conf · Dateline"
    # The next question has no entries either; the page says so, and can be used again.
    page.get_by_label("Search", exact=True).fill("de")
    expect(page.get_by_role("link", name="Try again")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_text([away])
    with sqlite3.connect(empty_archive.directory / "archive.db") as connection:
        connection.execute("ALTER TABLE elsewhere RENAME TO entries")
    page.unroute(FACETS)
    ask(page, "de")
    expect(page.locator("#timeline")).to_be_visible()
    context.close()
    assert look.wrong == []


@pytest.mark.parametrize("by_proxy", [False, True])
def test_entries_stay_where_the_archive_is_not_reached(
    browser: Browser, forgetful: DatelineServer, by_proxy: bool
) -> None:
    context, look = looking(browser, forgetful, "desktop")
    page = look.go("/")
    held = hold(page)
    ask(page, "conf")
    both(page, held)
    for route in held:
        if by_proxy:
            route.fulfill(status=502, content_type="text/html", body="<h1>Bad Gateway</h1>")
        else:
            route.abort()
    told = "The archive cannot be reached; try again."
    expect(page.locator("#found .fault")).to_have_text([told] * 2)
    expect(page.locator("#said")).to_have_text(told)
    expect(page.locator(".entries mark").first).to_be_visible()
    context.close()
