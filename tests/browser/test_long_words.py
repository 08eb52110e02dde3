"""Words without a space, at maximum length, fit into the narrowest window."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.browser.conftest import Look, looking, watched
from tests.browser.opening import served
from tests.browser.test_import_access import NARROW
from tests.factories import NDJSON, as_ndjson, make_item
from tests.servers import DatelineServer

pytestmark = pytest.mark.needs("chromium")

WORD = "x" * 180


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DatelineServer]:
    """Run an archive with one entry, whose site has the maximum length of a name."""
    with served(tmp_path_factory.mktemp("words")) as archive:
        row = make_item(title="A", url=f"https://{'x' * 63}.co.uk/")
        assert archive.post("/v1/bulk", as_ndjson([row]), NDJSON).status == 200
        yield archive


@pytest.fixture
def narrow(browser: Browser, archive: DatelineServer) -> Iterator[Look]:
    """Provide the archive in a window of 320 pixels."""
    context, look = looking(browser, archive, "phone")
    look.page.set_viewport_size({"width": NARROW["width"], "height": NARROW["height"]})
    yield from watched(context, look)


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.parametrize(
    "path",
    [
        f"/?q={WORD}+A",
        f"/?after={WORD}",
        f"/?domain=[{WORD}",
        f"/?{WORD}=1",
        "/entries/1",
    ],
)
def test_a_long_word_does_not_run_off_the_side(narrow: Look, path: str) -> None:
    fits(narrow.go(path))


def test_a_long_file_name_does_not_run_off_the_side(narrow: Look) -> None:
    page = narrow.go("/import")
    name = f"{WORD}.csv"
    file: FilePayload = {
        "name": name,
        "mimeType": "text/csv",
        "buffer": b"title,url,date\nB,https://example.org/b,2014\n",
    }
    page.get_by_label("File").set_input_files([file])
    page.get_by_role("button", name="Preview", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    fits(page)


def test_faults_that_quote_a_long_word_do_not_run_off_the_side(narrow: Look) -> None:
    page = narrow.go("/entries/1/edit")
    page.get_by_label("URL", exact=True).fill(WORD)
    page.get_by_label("Date", exact=True).fill(WORD)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_be_focused()
    fits(page)
