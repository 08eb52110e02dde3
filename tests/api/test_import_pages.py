"""Importing on the page: form, preview, confirmation; what was previewed is imported."""

import io
import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from dateline.controllers import uploads
from dateline.imports.detect import LOOKED_AT
from dateline.imports.groups import GROUP
from tests.api.forms import ROWS, Page, confirm, counts, faults, ledger, send, send_file, total
from tests.factories import JSON, as_csv, as_json, as_ndjson, make_item, make_items, zipped


def test_the_form_offers_a_file_and_a_place_to_paste(client: FlaskClient) -> None:
    response = client.get("/import")
    assert response.status_code == 200
    for name in ("file", "text", "format", "columns", "date_order", "timezone"):
        assert f'name="{name}"' in response.text
        assert f'<label for="{name}"' in response.text
    assert "<option>Europe/Paris</option>" in response.text
    assert 'enctype="multipart/form-data"' in response.text
    assert "at most 100 MiB" in response.text


def test_pasted_rows_are_previewed_confirmed_and_accounted_for(client: FlaskClient) -> None:
    preview = send(client, text=ROWS)
    assert preview.status_code == 200
    assert counts(preview.text) == [2, 1, 0, 1]
    shown = Page(preview.text).text
    assert "CSV with commas" in shown
    assert "Harbour reopens https://example.org/a 1985-03-30" in shown
    assert "1985-03-30 00:00:00 to 1985-03-30 23:59:59" in shown
    assert "'May 23' has no year" in shown
    assert total(client) == 0
    assert client.get("/v1/imports").get_json()["total"] == 0

    kept = ledger(client, confirm(client, preview))
    assert counts(kept.text) == [2, 1, 0, 1]
    shown = Page(kept.text).text
    assert "'May 23' has no year" in shown
    assert "pasted into the page" in shown
    assert total(client) == 1
    for path in ("/imports", "/entries/1"):
        assert "pasted into the page" in Page(client.get(path).text).text


def test_a_file_is_carried_from_the_preview_to_the_import(client: FlaskClient) -> None:
    items = [*make_items(30), make_item(date="May 23")]
    preview = send_file(client, as_ndjson(items), "list of pages.ndjson")
    assert counts(preview.text) == [31, 30, 0, 1]
    assert "The first 20 rows" in preview.text
    kept = ledger(client, confirm(client, preview))
    assert counts(kept.text) == [31, 30, 0, 1]
    assert "list of pages.ndjson" in kept.text
    raw = client.get("/v1/imports/1/rejected").get_json()["items"]
    assert [row["raw"] for row in raw] == [items[-1]]


@pytest.mark.parametrize(("name", "source"), [("page", "file page"), ("\u200b", "file")])
def test_a_file_is_never_taken_for_pasted_rows(client: FlaskClient, name: str, source: str) -> None:
    preview = send_file(client, ROWS.encode(), name)
    assert f"What would happen to {source}" in Page(preview.text).text
    kept = ledger(client, confirm(client, preview))
    assert counts(kept.text) == [2, 1, 0, 1]
    assert client.get("/v1/imports/1").get_json()["source"] == source


@pytest.mark.parametrize(
    "text", ["line one\r\nline two", "line one\nline two", "a\rb", "\ufeff", "\0", "\u2028"]
)
def test_what_is_carried_is_kept_byte_for_byte(client: FlaskClient, text: str) -> None:
    item = make_item(date=text)
    preview = send_file(client, as_ndjson([item]), "a.ndjson")
    ledger(client, confirm(client, preview))
    raw = client.get("/v1/imports/1/rejected").get_json()["items"][0]["raw"]
    assert raw == item


def test_a_preview_shows_fewer_rows_where_they_are_long(client: FlaskClient) -> None:
    items = [make_item(note="x" * 400_000) for _ in range(5)]
    form = {"step": "preview", "text": as_ndjson(items).decode()}
    preview = client.post("/import", data=form)
    assert "The first 3 rows" in preview.text
    assert "Import 5 rows" in preview.text


def test_a_preview_shows_a_number_beyond_all_as_the_import_does(client: FlaskClient) -> None:
    body = b'{"title": "A", "url": "https://example.org/", "date": 1e400}'
    preview = send_file(client, body, "a.ndjson")
    assert "This row has a number beyond 1.8e308; put it in quotes." in preview.text
    assert "Infinity" not in preview.text


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (as_json(make_items(2)), "JSON"),
        (as_json([make_item(note="x" * 100_000), make_item()]), "JSON"),
        (as_ndjson([make_item(note="x" * 100_000), make_item()]), "NDJSON"),
        (json.dumps({"items": make_items(2)}, indent=2).encode(), "JSON"),
        (json.dumps(make_items(2)).encode(), "JSON"),
        (b"\xef\xbb\xbf" + json.dumps(make_items(2)).encode(), "JSON"),
        (b"\xef\xbb\xbf\xef\xbb\xbf" + as_ndjson(make_items(2)), "NDJSON"),
        (as_ndjson(make_items(2)), "NDJSON"),
        (b"\n\n" + as_ndjson(make_items(2)), "NDJSON"),
        (b"\n\n\n\n" + as_ndjson(make_items(2, note="x" * LOOKED_AT)), "NDJSON"),
        (as_csv(make_items(2)), "CSV with commas"),
        (as_csv(make_items(2), ";"), "CSV with semicolons"),
        (as_csv(make_items(2), "\t"), "CSV with tabs"),
    ],
)
@pytest.mark.parametrize("compressed", [False, True])
def test_the_form_of_a_file_is_found_out(
    client: FlaskClient, body: bytes, words: str, compressed: bool
) -> None:
    preview = send_file(client, zipped(body) if compressed else body, "rows")
    assert f"<strong>{words}</strong>" in preview.text
    assert counts(preview.text) == [2, 2, 0, 0]
    assert counts(ledger(client, confirm(client, preview)).text) == [2, 2, 0, 0]


def test_the_sender_may_know_the_form_better(client: FlaskClient) -> None:
    text = '{"title,url,date\nA,https://example.org/a,2014\n'
    assert send(client, text=text).status_code == 400
    preview = send(client, text=text, format="csv")
    assert "CSV with commas" in preview.text


def test_an_array_among_lines_of_json_is_a_row_and_no_document(client: FlaskClient) -> None:
    text = f'["A"]\n{json.dumps(make_item())}\n'
    preview = send(client, text=text, format="ndjson")
    assert counts(preview.text) == [2, 1, 0, 1]


CELLS = (
    "title\turl\tdate\n"
    '"Enough"\thttps://example.org/1\t2014\n'
    '"Fake" news, "he" said\thttps://example.org/2\t2014\n'
    '"""Doubled"" marks"\thttps://example.org/3\t2014\n'
    '"Two\n""lines""\t""and"" a tab"\thttps://example.org/4\t2014\n'
)


def titles(client: FlaskClient) -> list[str]:
    return [item["title"] for item in client.get("/v1/entries?sort=added").get_json()["items"]]


def test_cells_that_are_pasted_keep_their_quotation_marks(client: FlaskClient) -> None:
    """Spreadsheets copy them unchanged, except in cells with a tab or a line break."""
    preview = send(client, text=CELLS)
    assert counts(ledger(client, confirm(client, preview)).text) == [4, 4, 0, 0]
    assert titles(client) == [
        '"Enough"',
        '"Fake" news, "he" said',
        '"Doubled" marks',
        'Two "lines" "and" a tab',
    ]


def test_a_file_with_tabs_is_quoted_as_all_csv_is(client: FlaskClient) -> None:
    preview = send_file(client, CELLS.encode(), "rows.csv")
    assert counts(ledger(client, confirm(client, preview)).text) == [4, 3, 0, 1]
    assert titles(client) == ["Enough", '"Doubled" marks', 'Two "lines" "and" a tab']


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_csv_that_is_pasted_is_quoted_as_in_a_file(client: FlaskClient, delimiter: str) -> None:
    title = "Storm, rain; and after"
    preview = send(client, text=as_csv([make_item(title=title)], delimiter).decode())
    assert counts(ledger(client, confirm(client, preview)).text) == [1, 1, 0, 0]
    assert titles(client) == [title]


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_rows_without_names_are_read_by_the_columns_that_are_said(
    client: FlaskClient, delimiter: str
) -> None:
    text = f"2014{delimiter}A{delimiter}https://example.org/a\n"
    refused = send(client, text=text)
    assert refused.status_code == 400
    assert faults(refused.text) == [
        "The first line of CSV must name its columns, among them title, url and date; "
        "it begins with '2014'."
    ]
    preview = send(client, text=text, columns="date,title,url")
    assert counts(preview.text) == [1, 1, 0, 0]
    assert counts(ledger(client, confirm(client, preview)).text) == [1, 1, 0, 0]
    entry = client.get("/v1/entries").get_json()["items"][0]
    assert (entry["title"], entry["date"]) == ("A", "2014")


def test_the_order_of_day_and_month_is_that_of_the_whole_import(client: FlaskClient) -> None:
    rows = "".join(f"Row {n},https://example.org/{n},03/04/2020\n" for n in range(30))
    text = f"title,url,date\n{rows}Proof,https://example.org/proof,13/04/2020\n"
    preview = send(client, text=text)
    assert counts(preview.text) == [31, 31, 0, 0]
    assert "day first" in preview.text
    assert "2020-04-03" in preview.text
    said = send(client, text=text, date_order="MDY")
    assert counts(said.text) == [31, 30, 0, 1]
    assert "2020-03-04" in said.text
    ledger(client, confirm(client, said))
    assert client.get("/v1/imports/1").get_json()["date_order"] == "MDY"


def test_the_time_zone_is_minded(client: FlaskClient) -> None:
    text = "title,url,date\nA,https://example.org/a,2014-03-08 12:00\n"
    preview = send(client, text=text, timezone="Europe/Paris")
    assert "2014-03-08T11:00Z" in preview.text
    ledger(client, confirm(client, preview))
    assert client.get("/v1/imports/1").get_json()["timezone"] == "Europe/Paris"


def test_the_preview_says_what_is_there_already(client: FlaskClient) -> None:
    item = make_item()
    client.post("/v1/bulk", data=as_json([item]), content_type=JSON)
    preview = send_file(client, as_csv([item, *make_items(1)] * 2), "a.csv")
    assert counts(preview.text) == [4, 1, 3, 0]
    shown = Page(preview.text)
    assert shown.links["entry 1"] == "/entries/1"
    assert "the same as row 2" in shown.text


@pytest.mark.parametrize(
    "change", [{"text": f"{ROWS}B,https://example.org/c,2014\n"}, {"date_order": "DMY"}]
)
def test_what_was_not_previewed_is_shown_before_it_is_imported(
    client: FlaskClient, change: dict[str, str]
) -> None:
    again = confirm(client, send(client, text=ROWS), **change)
    assert again.status_code == 200
    assert "not what you looked at before" in again.text
    assert total(client) == 0
    ledger(client, confirm(client, again))


def test_it_imports_without_a_preview(client: FlaskClient) -> None:
    kept = ledger(client, send_file(client, ROWS.encode(), "a.csv", "import"))
    assert counts(kept.text) == [2, 1, 0, 1]


def test_a_file_that_a_page_cannot_carry_is_chosen_again(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MAX_CARRIED", 100)
    body = as_ndjson(make_items(20))
    preview = send_file(client, body, "a.ndjson")
    assert "choose it once more" in preview.text
    fields = Page(preview.text).fields
    assert "content" not in fields
    refused = send(client, "import", **fields)
    assert refused.status_code == 400
    assert faults(refused.text) == [
        "There is nothing to import: choose a file, or paste some rows."
    ]
    other = send_file(client, as_ndjson(make_items(20)), "b.ndjson", "import", **fields)
    assert "not what you looked at before" in other.text
    kept = ledger(client, send_file(client, body, "a.ndjson", **{**fields, "step": "import"}))
    assert counts(kept.text) == [20, 20, 0, 0]


def test_a_file_that_a_page_cannot_carry_is_not_cut_off(client: FlaskClient) -> None:
    """Compressed it would be small, and it is not compressed to find out: it is too large."""
    body = as_ndjson(make_items(18, note="x" * 1_000_000))
    # Encoded here, because the client leaves the temporary file of so large a form open.
    boundary, form = encode_multipart(
        {"step": "preview", "file": FileStorage(io.BytesIO(body), "a.ndjson")}
    )
    preview = client.post(
        "/import",
        data=form,
        content_type=f"multipart/form-data; boundary={boundary}",
        buffered=True,
    )
    assert "choose it once more" in preview.text
    assert "content" not in Page(preview.text).fields


def test_progress_is_told_in_lines_to_those_who_ask(client: FlaskClient) -> None:
    headers = {"Accept": "application/x-ndjson, text/html;q=0.5"}

    def lines(**data: Any) -> list[dict[str, Any]]:
        answer = client.post(
            "/import",
            data=data,
            headers=headers,
            content_type="multipart/form-data",
            buffered=True,
        )
        assert answer.mimetype == "application/x-ndjson"
        return [json.loads(line) for line in answer.text.splitlines()]

    rows = 2 * GROUP + 500
    body = zipped(as_ndjson(make_items(rows)))
    *before, last = lines(step="preview", file=(io.BytesIO(body), "a.ndjson"))
    assert [line["received"] for line in before[:3]] == [GROUP, 2 * GROUP, rows]
    assert counts(last["page"]) == [rows, rows, 0, 0]
    *before, last = lines(step="import", file=(io.BytesIO(body), "a.ndjson"))
    assert len(before) >= 3
    assert last == {"location": "/imports/1"}
    assert lines(step="preview", text="a,b\n1,2")[-1]["page"].count("must name its columns") >= 2


def test_what_goes_wrong_meanwhile_is_told_in_the_last_line(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_given: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("dateline.controllers.import_pages.run_import", broken)
    answer = client.post(
        "/import",
        data={"step": "import", "text": ROWS},
        headers={"Accept": "application/x-ndjson, text/html;q=0.5"},
        content_type="multipart/form-data",
        buffered=True,
    )
    (line,) = map(json.loads, answer.text.splitlines())
    assert "This is our fault" in line["page"]
    assert "secret" not in answer.text
