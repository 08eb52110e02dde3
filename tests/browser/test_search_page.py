"""What people do on the search page, at every size, with scripts and without."""

import re
import sqlite3
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Look, looking, watched
from tests.servers import DatelineServer

pytestmark = pytest.mark.needs("chromium")


def total(page: Page) -> int:
    """Return the total."""
    return int(re.sub(r"\D", "", page.locator("#total").inner_text()))


def summary(page: Page, name: str) -> Locator:
    return page.locator("summary", has_text=name).first


def test_what_is_typed_is_found_and_marked(look: Look) -> None:
    page = look.go("/")
    everything = total(page)
    page.get_by_label("Search", exact=True).fill("CONFÓRT -evoluir")
    page.get_by_role("button", name="Search").click()
    page.wait_for_url("**/?q=CONF%C3%93RT+-evoluir")
    assert 0 < total(page) < everything
    marks = page.locator(".entries mark").all_inner_texts()
    assert {mark.lower() for mark in marks} == {"confort"}
    assert not any("evoluir" in title for title in look.titles())


def test_the_fields_write_the_same_address(look: Look) -> None:
    page = look.go("/")
    summary(page, "Fields").click()
    page.get_by_label("Title contains").fill("de")
    page.get_by_label("From").fill("March 2001")
    page.get_by_role("combobox", name="Order").select_option("date")
    page.get_by_role("button", name="Search").click()
    page.wait_for_url("**/?contains=de&after=March+2001&sort=date")
    dates = page.locator(".entries time").all_inner_texts()
    assert dates == sorted(dates)
    assert dates[0] >= "2001-03"
    # The question is visible, and can still be changed.
    expect(page.get_by_label("Title contains")).to_have_value("de")


def test_every_filter_can_be_taken_away(look: Look) -> None:
    page = look.go("/?q=de+-en&after=2000")
    chips = page.get_by_role("link", name="Remove:")
    expect(chips).to_have_count(3)
    before = total(page)
    page.get_by_role("link", name="Remove: title without en").click()
    page.wait_for_url("**/?after=2000&q=de")
    assert total(page) > before
    page.get_by_role("link", name="Clear all").click()
    page.wait_for_url("**/")


def test_a_bar_of_the_timeline_narrows(look: Look) -> None:
    page = look.go("/?q=de")
    before = total(page)
    told = page.locator("#bars a title").all_text_contents()
    counts = [int(text.partition(": ")[2]) for text in told]
    count = max(counts)
    place = counts.index(count)
    label = told[place].partition(":")[0]
    bar = page.locator("#bars a").nth(place)
    bar.locator(".hit").click()
    page.wait_for_url(f"**/?q=de&after={label}&before={label}")
    assert total(page) == count
    assert count < before
    expect(page.get_by_role("link", name=f"Remove: date {label}")).to_be_visible()
    # A year is shown by months, and the table has the same data as the chart.
    summary(page, "As a table").click()
    rows = page.locator(".as-table tbody tr")
    expect(rows).to_have_count(page.locator("#bars a").count())
    rows.get_by_role("link").first.click()
    page.wait_for_url(re.compile(rf"after={label}-\d\d"))


def test_a_site_narrows(look: Look) -> None:
    page = look.go("/?q=e")
    first = page.locator(".sites a").first
    name, count = first.locator("bdi").inner_text(), first.locator(".number").inner_text()
    first.click()
    page.wait_for_url(f"**/?q=e&domain={name}")
    assert total(page) == int(count)
    page.locator(".entries .site").first.click()
    page.wait_for_url(re.compile(r"site%3A|domain="))


def test_pages_and_the_way_back(look: Look) -> None:
    page = look.go("/?q=e")
    first = look.titles()
    page.get_by_role("link", name="Next page").click()
    page.wait_for_url("**cursor=**")
    second = look.titles()
    assert not set(first) & set(second)
    page.get_by_role("link", name="First page").click()
    page.wait_for_url("**/?q=e")
    assert look.titles() == first
    page.go_back()
    assert look.titles() == second
    expect(page.get_by_role("link", name="First page")).to_be_in_viewport()


def test_the_way_out_tells_nobody_and_comes_back_to_the_same(look: Look) -> None:
    page = look.go("/?q=de")
    before = look.titles()
    with page.expect_request(re.compile(rf"^(?!{re.escape(look.root)})")) as asked:
        page.locator(".entries .title").nth(12).click()
    assert "referer" not in asked.value.all_headers()
    page.wait_for_url(asked.value.url)
    page.go_back()
    page.wait_for_url("**/?q=de")
    assert look.titles() == before


def test_a_result_leads_to_where_it_is_changed(look: Look) -> None:
    page = look.go("/?q=conforto")
    title = look.titles()[0]
    page.locator(".entries > li").first.get_by_role("link", name="Details").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    expect(page.get_by_role("link", name="Change")).to_be_visible()
    expect(page.get_by_role("link", name="Delete")).to_be_visible()


def test_an_entry_can_be_cited(look: Look) -> None:
    page = look.go("/?q=conforto")
    row = page.locator(".entries > li").first
    row.locator("summary").click()
    forms = row.locator("pre")
    expect(forms).to_have_count(3)
    expect(forms.nth(2)).to_contain_text("@misc{dateline-")
    if look.scripts:
        row.get_by_role("button", name="Copy as Markdown").click()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == forms.nth(1).text_content()
    else:
        expect(row.get_by_role("button")).to_have_count(0)


def test_hostile_titles_are_text(look: Look) -> None:
    look.go("/?q=site:evil.example")
    shown = look.titles()
    for title in ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "=cmd|"):
        assert any(text.startswith(title) for text in shown)
    hrefs = [link.get_attribute("href") or "" for link in look.page.locator(".title").all()]
    assert all(href.startswith("https://") for href in hrefs)


def test_a_narrow_window_cuts_no_name_in_two(scripted: Look) -> None:
    page = scripted.page
    page.set_viewport_size({"width": 320, "height": 700})
    scripted.go("/?q=de")
    lines = "(links) => links.map((link) => link.getClientRects().length)"
    sites = page.locator(".where .site bdi").evaluate_all(lines)
    assert sites == [1] * 20
    # The pages are listed on one line, and an import's counts in two columns.
    tops = "(items) => new Set(items.map((item) => item.getBoundingClientRect().top)).size"
    assert page.locator(".top li").evaluate_all(tops) == 1
    scripted.go("/imports/1")
    assert page.locator(".counts > div").evaluate_all(tops) == 2


def test_paper_has_whole_titles_and_urls_and_nothing_to_press(look: Look) -> None:
    page = look.go("/?q=site:evil.example")
    cut = (
        "(texts) => texts.filter((it) =>"
        " it.scrollHeight > it.clientHeight || it.scrollWidth > it.clientWidth).length"
    )
    texts = page.locator(".entries .title, .entries .url")
    assert texts.evaluate_all(cut) > 0
    page.emulate_media(media="print")
    assert texts.evaluate_all(cut) == 0
    for pressed in (page.get_by_role("button"), page.get_by_role("navigation")):
        expect(pressed).to_have_count(0)
    expect(page.get_by_text("evil.example", exact=True).first).to_be_visible()


def test_nothing_found_says_what_to_loosen(look: Look) -> None:
    page = look.go("/?q=de&after=2900")
    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()
    page.get_by_role("link", name="without 'from 2900'").click()
    page.wait_for_url("**/?q=de")
    assert total(page)


def test_a_fault_is_one_sentence_beside_its_field(look: Look) -> None:
    page = look.go("/?q=%22new&after=May+23")
    expect(page.get_by_role("alert")).to_have_text(
        [re.compile("never closed"), re.compile("has no year")]
    )
    box, field = page.get_by_label("Search", exact=True), page.get_by_role("textbox", name="From")
    for at_fault, message in ((box, "never closed"), (field, "has no year")):
        expect(at_fault).to_have_attribute("aria-invalid", "true")
        expect(at_fault).to_have_accessible_description(re.compile(message))
    expect(field).to_have_value("May 23")
    expect(field).to_be_visible()
    expect(page.locator("[aria-invalid=true]")).to_have_count(2)
    # Once it is fixed, the message is gone.
    box.fill("de")
    field.fill("May 2003")
    page.get_by_role("button", name="Search").click()
    page.wait_for_url("**/?q=de&after=May+2003")
    expect(page.locator("[aria-invalid=true]")).to_have_count(0)
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(box).to_have_accessible_description("")


def test_a_fault_of_no_field_stands_above_the_results(look: Look) -> None:
    page = look.go("/?q=de&limit=x")
    expect(page.locator("#found").get_by_role("alert")).to_have_text([re.compile("limit")])
    expect(page.locator("[aria-invalid=true]")).to_have_count(0)
    # The fields have no fault, so they stay collapsed.
    expect(page.get_by_label("From")).to_be_hidden()


@pytest.fixture(
    params=[("phone", False), ("desktop", True)], ids=["phone-plain", "desktop-scripts"]
)
def first_look(
    request: pytest.FixtureRequest, browser: Browser, empty_archive: DatelineServer
) -> Iterator[Look]:
    """Provide an archive without entries."""
    size, scripts = request.param
    yield from watched(*looking(browser, empty_archive, size, scripts=scripts))


def test_first_steps_and_a_database_that_is_away(
    first_look: Look, empty_archive: DatelineServer
) -> None:
    page = first_look.go("/")
    expect(page.get_by_role("heading", name="There are no entries yet")).to_be_visible()
    page.get_by_role("button", name="Load the sample").click()
    page.wait_for_url("**/")
    assert total(page) > 900

    with sqlite3.connect(empty_archive.directory / "archive.db") as connection:
        connection.execute("ALTER TABLE entries RENAME TO elsewhere")
    answer = page.goto(f"{first_look.root}/?q=de")
    assert answer is not None
    assert answer.status == 503
    (told,) = page.get_by_role("alert").all_inner_texts()
    assert told == empty_archive.get("/v1/entries?q=de").json["detail"]
    expect(page.get_by_role("link", name="Try again")).to_be_visible()


def test_keys_are_told_of_where_they_do_something(look: Look) -> None:
    page = look.go("/")
    summary(page, "What can I type?").click()
    expect(page.get_by_text("not in the title")).to_be_visible()
    width = page.evaluate("innerWidth")
    told = page.get_by_text("through the results")
    expect(told).to_be_visible(visible=look.scripts and width > 640)


def test_the_documents_of_the_api_say_where_they_are_without_scripts(look: Look) -> None:
    page = look.go("/docs")
    if look.scripts:
        expect(page.get_by_text("drawn by a script")).to_have_count(0)
    else:
        page.get_by_role("link", name="the OpenAPI document").click()
        page.wait_for_url("**/v1/openapi.json")
        page.go_back()
    page.get_by_role("link", name="Back to the search").click()
    page.wait_for_url("**/")
