"""What scripts make faster, and what keys do."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Look

pytestmark = pytest.mark.needs("chromium")


def focused(page: Page) -> str:
    """Return the focused element."""
    text: str = page.evaluate("document.activeElement.innerText || document.activeElement.id")
    return text


def test_results_come_while_one_types(quick_look: Look) -> None:
    page = quick_look.go("/?sort=date")
    box = page.get_by_label("Search", exact=True)
    box.press_sequentially("conf", delay=20)
    page.wait_for_url("**/?q=conf&sort=date")
    expect(page.locator(".entries mark").first).to_have_text(re.compile("conf", re.IGNORECASE))
    expect(page.locator("#said")).to_have_text(re.compile(r"\d+ entr"))
    box.press_sequentially("orto", delay=20)
    page.wait_for_url("**/?q=conforto&sort=date")
    expect(box).to_be_focused()
    expect(page).to_have_title("conforto · Dateline")
    # One step back is the page from before the typing, unchanged.
    page.go_back()
    page.wait_for_url("**/?sort=date")
    expect(box).to_have_value("")
    expect(page.locator(".entries mark")).to_have_count(0)


def test_a_fault_is_shown_while_one_types_and_goes_again(quick_look: Look) -> None:
    page = quick_look.go("/")
    box = page.get_by_label("Search", exact=True)
    box.press_sequentially('"conf')
    expect(page.get_by_role("alert")).to_have_text(re.compile("never closed"))
    expect(box).to_have_attribute("aria-invalid", "true")
    expect(box).to_have_accessible_description(re.compile("never closed"))
    # An alert announces itself, so it is not announced again.
    expect(page.locator("#said")).to_be_empty()
    box.press_sequentially('orto"')
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.locator("[aria-invalid=true]")).to_have_count(0)
    expect(box).to_have_accessible_description("")
    expect(page.locator(".entries mark").first).to_be_visible()
    expect(page.locator("#said")).to_have_text(re.compile(r"\d+ entr"))


def test_a_fault_in_a_field_is_shown_even_where_the_fields_are_folded_up(quick_look: Look) -> None:
    page = quick_look.go("/")
    fields = page.locator("summary", has_text="Fields")
    fields.click()
    field = page.get_by_role("textbox", name="From")
    field.fill("May 23")
    expect(page.get_by_role("alert")).to_have_text(re.compile("has no year"))
    fields.click()
    expect(field).to_be_hidden()
    # The next question has the same fault, which would not be visible.
    page.get_by_label("Search", exact=True).fill("de")
    expect(field).to_be_visible()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(re.compile("has no year"))
    expect(page.get_by_label("Search", exact=True)).to_have_attribute("aria-invalid", "false")
    field.fill("May 2003")
    expect(field).to_have_attribute("aria-invalid", "false")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_what_is_typed_while_an_answer_is_awaited_takes_its_place(quick_look: Look) -> None:
    page = quick_look.go("/")
    asked: list[Route] = []
    page.route(re.compile(r"q=conf&"), lambda route: asked.append(route))
    box = page.get_by_label("Search", exact=True)
    with page.expect_request(re.compile(r"q=conf&")):
        box.press_sequentially("conf")
    box.press_sequentially("orto")
    page.wait_for_url("**/?q=conforto")
    expect(page.locator(".entries mark").first).to_be_visible()


def test_a_slow_answer_is_seen_to_be_on_its_way(quick_look: Look) -> None:
    page = quick_look.go("/")
    held: list[Route] = []
    page.route(re.compile(r"\?q=slow"), lambda route: held.append(route))
    page.get_by_label("Search", exact=True).fill("slow")
    expect(page.locator("#busy")).to_have_class(re.compile("htmx-request"))
    held[0].continue_()
    page.wait_for_url("**/?q=slow")
    expect(page.locator("#busy")).not_to_have_class(re.compile("htmx-request"))


def test_keys_lead_through_the_results(quick_look: Look) -> None:
    page = quick_look.go("/?q=de")
    titles = quick_look.titles()
    page.keyboard.press("Control+/")
    assert focused(page) == "q"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert focused(page) == titles[1]
    page.keyboard.press("ArrowUp")
    assert focused(page) == titles[0]
    page.keyboard.press("ArrowUp")
    assert focused(page) == "q"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"^(?!{re.escape(quick_look.root)})"))
    assert len(quick_look.left) == 1


def test_no_character_is_a_key_of_the_page(scripted: Look) -> None:
    page = scripted.go("/?q=de")
    page.get_by_role("link", name="Newest").focus()
    for character in "/abcdefghijklmnopqrstuvwxyz0123456789?.":
        page.keyboard.press(character)
    assert focused(page) == "Newest"


def test_what_is_typed_can_be_selected_by_keys(scripted: Look) -> None:
    page = scripted.go("/?q=conforto")
    box = page.get_by_label("Search", exact=True)
    box.press("Home")
    box.press("Shift+ArrowDown")
    expect(box).to_be_focused()
    assert page.evaluate("getSelection().toString()") == "conforto"


@pytest.mark.parametrize(
    # Bars without entries are not links, but a span may begin and end there.
    ("path", "begin", "end"),
    [("/", 10, 14), ("/?q=conforto", 2, 12)],
)
def test_dragging_over_the_timeline_selects_a_span(
    quick_look: Look, path: str, begin: int, end: int
) -> None:
    page = quick_look.go(path)
    box = page.locator("#bars svg").bounding_box()
    labels = page.locator("#bars a title").all_text_contents()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    width = box["width"] / len(labels)
    page.mouse.move(box["x"] + (begin + 0.5) * width, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + (end + 0.5) * width, middle, steps=4)
    first, last = labels[begin].partition(":")[0], labels[end].partition(":")[0]
    expect(page.locator("#tell")).to_have_text(f"{first} to {last}")
    page.mouse.up()
    page.wait_for_url(re.compile(rf"[?&]after={first}&before={last}$"))


def test_a_bar_without_entries_leads_nowhere(quick_look: Look) -> None:
    page = quick_look.go("/?q=conforto")
    labels = page.locator("#bars a title").all_text_contents()
    assert labels[2].endswith(": 0")
    page.locator("#bars a").nth(2).locator(".hit").click()
    expect(page.locator("#tell")).to_have_text(labels[2])
    assert quick_look.path == "/?q=conforto"


@pytest.mark.parametrize(
    ("copies", "told"),
    [(True, "Copied"), (False, "Not copied. It is selected: copy it with the keyboard.")],
)
def test_a_citation_is_copied_without_the_clipboard_or_else_selected(
    scripted: Look, copies: bool, told: str
) -> None:
    page = scripted.go("/?q=conforto")
    page.evaluate(
        "copies => { navigator.clipboard.writeText = () => Promise.reject(new Error('denied'));"
        "document.execCommand = () => copies; }",
        copies,
    )
    row = page.locator(".entries > li").first
    row.locator("summary").click()
    row.get_by_role("button", name="Copy as Markdown").click()
    expect(page.locator("#said")).to_have_text(told)
    assert page.evaluate("getSelection().toString()") == row.locator("pre").nth(1).text_content()
    expect(row.locator(".done")).to_have_count(int(copies))


def test_results_stay_where_the_archive_is_not_reached_and_it_is_said(scripted: Look) -> None:
    page = scripted.go("/?q=de")
    titles = scripted.titles()
    page.route(re.compile(r"\?q=conf"), lambda route: route.abort())
    box = page.get_by_label("Search", exact=True)
    told = "The archive cannot be reached; try again."
    for text in ("conf", "confo"):
        with page.expect_event("requestfailed"):
            box.fill(text)
        expect(page.locator("#found .fault")).to_have_text([told])
        expect(page.locator("#found .fault")).to_be_in_viewport()
        expect(page.locator("#said")).to_have_text(told)
        assert scripted.titles() == titles
    page.unroute(re.compile(r"\?q=conf"))
    box.fill("conforto")
    expect(page.locator(".entries mark").first).to_be_visible()
    expect(page.locator("#found .fault")).to_have_count(0)
    scripted.wrong.clear()


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (502, "The archive cannot be reached; try again."),
        (200, "The archive cannot be reached; try again."),
        (414, "This question is longer than can be sent; shorten it."),
    ],
)
def test_a_page_of_a_proxy_does_not_take_the_place_of_the_results(
    scripted: Look, status: int, told: str
) -> None:
    page = scripted.go("/?q=de")
    titles = scripted.titles()
    page.route(
        re.compile(r"\?q=conf"),
        lambda route: route.fulfill(
            status=status, content_type="text/html", body="<title>Gateway</title><h1>Gateway</h1>"
        ),
    )
    box = page.get_by_label("Search", exact=True)
    box.fill("conf")
    expect(page.locator("#found .fault")).to_have_text([told])
    expect(page.locator("#said")).to_have_text(told)
    expect(page).to_have_title("de · Dateline")
    assert scripted.titles() == titles
    assert scripted.path == "/?q=de"
    page.unroute(re.compile(r"\?q=conf"))
    box.fill("conforto")
    expect(page.locator(".entries mark").first).to_be_visible()
    expect(page.locator("#found .fault")).to_have_count(0)


def test_a_question_that_gunicorn_does_not_take_is_said_to_be_too_long(scripted: Look) -> None:
    page = scripted.go("/?q=de")
    titles = scripted.titles()
    # Within the limit of 1,000 characters, each of which takes nine bytes in a URL.
    page.get_by_label("Search", exact=True).fill("港" * 950)
    told = "This question is longer than can be sent; shorten it."
    expect(page.locator("#found .fault")).to_have_text([told])
    assert scripted.titles() == titles


def test_enter_after_typing_is_no_further_step_back(scripted: Look) -> None:
    page = scripted.go("/?sort=date")
    box = page.get_by_label("Search", exact=True)
    box.press_sequentially("conf")
    page.wait_for_url("**/?q=conf&sort=date")
    with page.expect_response(re.compile(r"q=conf&")):
        box.press("Enter")
    expect(page.locator("#busy")).not_to_have_class(re.compile("htmx-request"))
    box.press_sequentially("orto")
    page.wait_for_url("**/?q=conforto&sort=date")
    for value, url in (("conf", "**/?q=conf&sort=date"), ("", "**/?sort=date")):
        with page.expect_event("load"):
            page.evaluate("history.back()")
        page.wait_for_url(url)
        expect(box).to_have_value(value)


def test_keys_go_on_where_an_answer_takes_the_place_of_the_result_they_were_at(
    scripted: Look,
) -> None:
    page = scripted.go("/?q=de")
    held: list[Route] = []
    page.route(re.compile(r"\?q=conf"), lambda route: held.append(route))
    box = page.get_by_label("Search", exact=True)
    with page.expect_request(re.compile(r"\?q=conf")):
        box.fill("conf")
    box.press("ArrowDown")
    assert focused(page) == scripted.titles()[0]
    held[0].continue_()
    expect(page.locator(".entries mark").first).to_have_text(re.compile("conf", re.IGNORECASE))
    expect(box).to_be_focused()
    page.keyboard.press("ArrowDown")
    assert focused(page) == scripted.titles()[0]
