"""Importing in a browser: paste, drop, preview, confirm, fix; with scripts and without."""

import csv
import gzip
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.browser.conftest import Look, looking
from tests.browser.opening import HOSTILE, served
from tests.factories import as_csv, as_ndjson, make_item, make_items, zipped
from tests.servers import DatelineServer

pytestmark = pytest.mark.needs("chromium")

DATES = ("March 30 1985", "May 23", "13/04/2020", "03/04/2020")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DatelineServer]:
    """Run an archive to which every test here adds distinct rows."""
    with served(tmp_path_factory.mktemp("imports")) as archive:
        yield archive


def rows() -> str:
    """Return four rows as a spreadsheet copies them; the second has no year."""
    text = as_csv([make_item(date=date, note="x") for date in DATES], "\t").decode()
    return text.replace("\r\n", "\n")


def file(name: str, body: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": body}


def counts(page: Page) -> list[int]:
    """Return the counts: received, created, duplicate, rejected."""
    return [int(text.replace(",", "")) for text in page.locator(".counts dd").all_inner_texts()]


def preview(page: Page) -> None:
    page.get_by_role("button", name="Preview", exact=True).click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text("What would happen to")


def confirm(page: Page, rows: str) -> None:
    page.get_by_role("button", name=f"Import {rows}").click()
    page.wait_for_url("**/imports/*")


def test_paste_preview_confirm_fix_and_send_again(look: Look) -> None:
    text = rows()
    page = look.go("/import")
    page.get_by_label("Or paste rows").fill(text)
    preview(page)
    assert counts(page) == [4, 3, 0, 1]
    expect(page.get_by_text("Read as CSV with tabs")).to_be_visible()
    expect(page.locator(".rows > li")).to_have_count(4)
    expect(page.locator(".rows .refused")).to_contain_text("'May 23' has no year")
    expect(page.locator(".rows > li").nth(3)).to_contain_text("2020-04-03")
    confirm(page, "4 rows")
    assert counts(page) == [4, 3, 0, 1]

    with page.expect_download() as downloading:
        page.get_by_role("link", name="Download as CSV").click()
    rejected = Path(downloading.value.path()).read_text(encoding="utf-8-sig")
    header, _first, no_year, *_rest = text.splitlines()
    assert list(csv.reader(rejected.splitlines())) == [header.split("\t"), no_year.split("\t")]
    page.get_by_role("link", name="Import the fixed rows").click()
    mended = rejected.replace("May 23", "May 23 2014").encode()
    page.get_by_label("File").set_input_files([file("mended.csv", mended)])
    preview(page)
    assert counts(page) == [1, 1, 0, 0]
    confirm(page, "1 row")
    assert counts(page) == [1, 1, 0, 0]
    expect(page.get_by_text("None: all rows are kept.")).to_be_visible()
    page.get_by_role("link", name="Imports").click()
    expect(page.get_by_role("row").nth(1)).to_contain_text("mended.csv")


def test_what_was_pasted_can_be_fixed_in_the_preview(look: Look) -> None:
    text = rows()
    page = look.go("/import")
    page.get_by_label("Or paste rows").fill(text)
    preview(page)
    page.get_by_label("The rows").fill(text.replace("May 23", "May 23 2014"))
    page.get_by_role("button", name="Import 4 rows").click()
    expect(page.get_by_text("not what you looked at before")).to_be_visible()
    assert counts(page) == [4, 4, 0, 0]
    confirm(page, "4 rows")


def test_a_step_back_has_the_form_as_it_was_filled_in(look: Look) -> None:
    text = rows()
    page = look.go("/import")
    page.get_by_label("Or paste rows").fill(text)
    page.get_by_label("Day and month").select_option("DMY")
    page.get_by_label("Time zone").fill("Europe/Paris")
    preview(page)
    # To the rows without going back, and from there to the preview again.
    page.get_by_role("link", name="Change", exact=True).click()
    expect(page.get_by_label("The rows")).to_be_focused()
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_contain_text("What would happen to")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Import")
    expect(page).to_have_title("Import · Dateline")
    expect(page.get_by_label("Or paste rows")).to_have_value(text)
    expect(page.get_by_label("Day and month")).to_have_value("DMY")
    expect(page.get_by_label("Time zone")).to_have_value("Europe/Paris")
    preview(page)
    assert counts(page) == [4, 3, 0, 1]
    confirm(page, "4 rows")


def test_a_script_goes_back_and_forward_through_all_that_was_shown(scripted: Look) -> None:
    page = scripted.go("/import")
    heading, zone = page.get_by_role("heading", level=1), page.get_by_label("Time zone")
    page.get_by_label("Or paste rows").fill(rows())
    zone.fill("Mars")
    page.get_by_role("button", name="Preview", exact=True).click()
    page.get_by_role("alert").get_by_role("link").click()
    expect(zone).to_be_focused()
    zone.fill("Europe/Paris")
    preview(page)
    page.go_back()
    expect(page.get_by_role("alert")).to_contain_text("There is no time zone 'Mars'")
    expect(zone).to_have_value("Europe/Paris")
    page.go_forward()
    expect(heading).to_contain_text("What would happen to")
    confirm(page, "4 rows")


def test_the_enter_key_never_imports(look: Look) -> None:
    before = look.go("/imports").get_by_role("row").count()
    page = look.go("/import")
    page.get_by_label("Or paste rows").fill(rows())
    page.get_by_label("Time zone").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("What would happen to")
    page.get_by_label("Time zone").fill("Europe/Paris")
    page.get_by_label("Time zone").press("Enter")
    expect(page.get_by_label("Time zone")).to_have_value("Europe/Paris")
    expect(page.get_by_role("heading", level=1)).to_contain_text("What would happen to")
    assert look.go("/imports").get_by_role("row").count() == before


def test_a_file_is_imported_byte_for_byte(look: Look) -> None:
    items = [*make_items(25), make_item(date="line\r\none\0")]
    page = look.go("/import")
    body = zipped(as_ndjson(items))
    page.get_by_label("File").set_input_files([file("Ünïcode <b>.ndjson.gz", body)])
    preview(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ünïcode <b>.ndjson.gz")
    expect(page.get_by_text("The first 20 rows")).to_be_visible()
    confirm(page, "26 rows")
    assert counts(page) == [26, 25, 0, 1]
    answer = page.request.get(f"{page.url}/rejected.ndjson")
    assert answer.json() == items[-1]


def test_a_fault_takes_the_focus_and_keeps_what_was_written(look: Look) -> None:
    text = rows()
    page = look.go("/import")
    page.get_by_label("Or paste rows").fill(text)
    for name in ("Preview", "Preview again"):
        page.get_by_label("Time zone").fill("Mars")
        page.get_by_role("button", name=name, exact=True).last.click()
        alert = page.get_by_role("alert")
        expect(alert).to_contain_text("There is no time zone 'Mars'")
        expect(alert).to_be_focused()
        expect(page).to_have_title("Not understood: Import · Dateline")
        zone = page.get_by_label("Time zone")
        expect(zone).to_have_attribute("aria-invalid", "true")
        expect(page.get_by_label("Or paste rows")).to_have_value(text)
        alert.get_by_role("link").click()
        expect(zone).to_be_visible()
        zone.fill("UTC")
        preview(page)


def test_what_a_page_cannot_carry_is_sent_again(look: Look) -> None:
    chance = random.Random(7)
    items = [make_item(note=chance.randbytes(1_000).hex()) for _ in range(2_500)]
    body = as_ndjson(items)
    assert len(gzip.compress(body)) > 2 * 1024 * 1024
    large = file("large.ndjson", body)
    page = look.go("/import")
    page.get_by_label("File").set_input_files([large])
    preview(page)
    expect(page.get_by_text("choose it once more")).to_be_visible()
    again = page.get_by_label("The same file again")
    if not look.scripts:
        again.set_input_files([large])
    # A script has kept the file, and has put it there.
    assert again.evaluate("input => input.files[0].name") == "large.ndjson"
    confirm(page, "2,500 rows")
    assert counts(page) == [2_500, 2_500, 0, 0]


def test_progress_is_told_while_it_works(scripted: Look) -> None:
    page = scripted.go("/import")
    page.evaluate("""() => {
      window.told = [];
      new MutationObserver(() => {
        const words = document.querySelector(".working p")?.textContent;
        if (words && window.told.at(-1) !== words) window.told.push(words);
      }).observe(document, { childList: true, characterData: true, subtree: true });
    }""")
    body = as_ndjson(make_items(30_000))
    page.get_by_label("File").set_input_files([file("many.ndjson", body)])
    preview(page)
    told = page.evaluate("window.told")
    assert told[0] == "Sending…"
    assert "Sent; reading the rows…" in told
    assert any(words.endswith(" rows read…") for words in told), told
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    expect(page.get_by_role("button", name="Import 30,000 rows")).to_be_enabled()


def test_a_file_can_be_dropped(scripted: Look) -> None:
    page = scripted.go("/import")
    transfer = page.evaluate_handle(
        """text => {
          const data = new DataTransfer();
          data.items.add(new File([text], "dropped.csv"));
          return data;
        }""",
        "title,url,date\nA,https://example.org/a,2014\n",
    )
    page.locator(".drop .hint").dispatch_event("drop", {"dataTransfer": transfer})
    preview(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("dropped.csv")


def test_a_file_that_is_too_large_is_not_even_sent(scripted: Look) -> None:
    page = scripted.go("/import")
    chosen = page.get_by_label("File")
    chosen.evaluate("input => { input.dataset.max = 1000; }")
    chosen.set_input_files([file("large.csv", b"x" * 1_001)])
    message = chosen.evaluate("input => input.validationMessage")
    assert "1,001 bytes, but at most 1,000 are accepted" in message
    page.get_by_role("button", name="Preview", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Import")


def test_a_broken_connection_is_said(scripted: Look) -> None:
    page = scripted.go("/import")
    page.route("**/import", lambda route: route.abort())
    page.get_by_label("Or paste rows").fill(rows())
    page.get_by_role("button", name="Preview", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("The connection broke")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("button", name="Preview", exact=True)).to_be_enabled()
    scripted.wrong.remove("Failed to load resource: net::ERR_FAILED")


def test_a_failure_leaves_what_was_filled_in(scripted: Look) -> None:
    page = scripted.go("/import")
    failure = '<main id="main"><p class="fault">The database cannot be reached.</p></main>'
    page.route("**/import", lambda route: route.fulfill(status=503, body=failure))
    text = rows()
    page.get_by_label("Or paste rows").fill(text)
    page.get_by_role("button", name="Preview", exact=True).click()
    expect(page.get_by_role("alert")).to_have_text("The database cannot be reached.")
    expect(page.get_by_role("alert")).to_be_focused()
    page.unroute("**/import")
    expect(page.get_by_label("Or paste rows")).to_have_value(text)
    preview(page)


def test_rows_that_are_too_many_are_still_there(tmp_path: Path, browser: Browser) -> None:
    text = f"{'x' * 999}\n" * 90
    with served(tmp_path, {"DATELINE_MAX_BODY_BYTES": "2048"}) as small:
        for scripts in (True, False):
            context, look = looking(browser, small, "desktop", scripts=scripts)
            page = look.go("/import")
            page.get_by_label("Or paste rows").fill(text)
            page.get_by_role("button", name="Preview", exact=True).click()
            expect(page.get_by_role("alert")).to_contain_text("larger than 2,048 bytes")
            if not scripts:
                page.go_back()
            expect(page.get_by_label("Or paste rows")).to_have_value(text)
            context.close()
            assert look.wrong == []


def test_hostile_rows_are_text(look: Look) -> None:
    evil = [
        {"title": "<script>alert(1)</script>", "url": "javascript:alert(1)", "date": "<b>"},
        {'"><img src=x onerror=alert(1)>': 1, "title": "=cmd()", "date": "2014"},
    ]
    page = look.go("/import")
    page.get_by_label("File").set_input_files([file("a.ndjson", as_ndjson([*HOSTILE, *evil]))])
    preview(page)
    for text in ("<script>alert(1)</script>", "javascript:alert(1)", "=cmd()"):
        expect(page.get_by_text(text).first).to_be_attached()
    confirm(page, f"{len(HOSTILE) + 2} rows")
    found = page.request.get(f"{look.root}/v1/entries?domain=evil.example").json()["items"]
    assert len(found) > 5
    for entry in found:
        look.go(f"/entries/{entry['id']}")
    assert look.left == []
