"""One entry in a browser: change it, delete it, leave it; with scripts and without."""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Look
from tests.browser.opening import served
from tests.browser.test_import_access import examine
from tests.factories import Item, make_item
from tests.servers import DatelineServer

pytestmark = pytest.mark.needs("chromium")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DatelineServer]:
    """Run an archive to which every test here adds its own entry."""
    with served(tmp_path_factory.mktemp("entries")) as archive:
        yield archive


def keep(archive: DatelineServer, item: Item) -> str:
    """Add an entry; return the path of its page."""
    answer = archive.post("/v1/entries", json.dumps(item).encode())
    assert answer.status == 201
    return f"/entries/{answer.json['id']}"


def test_an_entry_is_changed_and_deleted(look: Look, archive: DatelineServer) -> None:
    path = keep(archive, make_item(title="Befor"))
    page = look.go(path)
    page.get_by_role("link", name="Change").click()
    page.get_by_label("Title").fill("")
    page.get_by_label("Date").fill("May 23")
    page.get_by_role("button", name="Save").click()
    alert = page.get_by_role("alert")
    expect(alert).to_be_focused()
    expect(alert.get_by_role("listitem")).to_have_count(2)
    page.get_by_label("Title").fill("After")
    page.get_by_label("Date").fill("May 23 2014")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(f"**{path}")
    expect(page.get_by_role("heading", level=1)).to_have_text("After")
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete entry").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("is deleted"))


def test_a_change_by_somebody_else_is_not_overwritten(
    scripted: Look, archive: DatelineServer
) -> None:
    path = keep(archive, make_item(title="First"))
    page = scripted.go(f"{path}/edit")
    change = page.request.patch(f"{scripted.root}/v1{path}", data={"title": "Theirs"})
    assert change.ok
    page.get_by_label("Title").fill("Mine")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("has been changed since")
    expect(page.get_by_text("Now: Theirs")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mine")


def test_what_was_typed_for_an_entry_that_somebody_deletes_is_still_there(
    look: Look, archive: DatelineServer
) -> None:
    path = keep(archive, make_item(title="First"))
    page = look.go(f"{path}/edit")
    assert page.request.delete(f"{look.root}/v1{path}").ok
    page.get_by_label("Title").fill("Mine")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_be_focused()
    if look.scripts:
        examine(page)
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("Mine", exact=True)).to_be_visible()
    page.get_by_role("button", name="Import 1 row").click()
    page.wait_for_url("**/imports/*")


def test_the_way_out_tells_nothing(scripted: Look, archive: DatelineServer) -> None:
    page = scripted.go(keep(archive, make_item(url="//example.org/a")))
    page.get_by_role("link", name="//example.org/a").click()
    page.wait_for_url("**/example.org/a")
    assert page.evaluate("document.referrer") == ""
