"""The ledger on the page: history, rejected rows, and their download to be fixed."""

import json
import re
import sqlite3
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from dateline.wiring import Services
from tests.api.forms import Page, counts, ledger, send_file
from tests.factories import JSON, NDJSON, as_json, as_ndjson, make_item, make_items


def test_an_empty_history_leads_to_the_form(client: FlaskClient) -> None:
    page = Page(client.get("/imports").text)
    assert "There are no imports yet" in page.text
    assert "/import" in page.links.values()


def test_an_import_leads_to_what_it_has_added(client: FlaskClient) -> None:
    client.post("/v1/bulk", data=as_json(make_items(2)), content_type=JSON)
    client.post("/v1/bulk", data=as_json([make_item(date="May 23")]), content_type=JSON)
    name = "See the entries added last"
    assert Page(client.get("/imports/1").text).links[name] == "/?sort=-added"
    assert name not in Page(client.get("/imports/2").text).links


def test_the_history_is_paged_newest_first(client: FlaskClient) -> None:
    for _ in range(5):
        client.post("/v1/bulk", data=as_json(make_items(1)), content_type=JSON)
    seen: list[str] = []
    link: str | None = "/imports?limit=2"
    while link:
        page = Page(client.get(link).text)
        seen += [text for text in page.links if re.fullmatch(r"Import \d", text)]
        link = page.links.get("Older imports")
    assert seen == [f"Import {n}" for n in (5, 4, 3, 2, 1)]


def test_every_rejected_row_is_shown_page_by_page(client: FlaskClient) -> None:
    body = as_ndjson([make_item(date=f"May {n}") for n in range(1, 26)])
    kept = ledger(client, send_file(client, body, "a.ndjson", "import"))
    seen: list[str] = []
    link: str | None = None
    page = kept.text
    while True:
        seen += re.findall(r"<code dir=\"auto\">(May \d+)</code>", page)
        link = Page(page).links.get("More rejected rows")
        if link is None:
            break
        page = client.get(link).text
    assert seen == [f"May {n}" for n in range(1, 26)]


def test_a_row_that_is_nested_as_deeply_as_any_is_shown(client: FlaskClient) -> None:
    """docs/import.md: a line of NDJSON may be nested 201 deep, counting itself."""
    deepest = b'{"title": ' + b"[" * 200 + b"]" * 200 + b"}\n"
    client.post("/v1/bulk", data=deepest, content_type=NDJSON)
    (row,) = client.get("/v1/imports/1/rejected").get_json()["items"]
    assert row["errors"][0]["code"] == "title.invalid"
    page = client.get("/imports/1")
    assert page.status_code == 200
    assert "The title is not text" in page.text


@pytest.mark.parametrize("path", ["/imports/9", "/imports/9/rejected.csv", f"/imports/{2**70}"])
def test_an_import_that_there_is_not_is_a_page(client: FlaskClient, path: str) -> None:
    response = client.get(path, headers={"Accept": "text/html"})
    assert response.status_code == 404
    assert "<h1>Not Found</h1>" in response.text


@pytest.mark.parametrize("query", ["limit=0", "cursor=x", "foo=1", "limit=1&limit=2"])
def test_a_bad_parameter_is_named(client: FlaskClient, query: str) -> None:
    assert client.get(f"/imports?{query}").status_code == 400


BAD = [
    make_item(title="=1+1", date="May 23"),
    make_item(title="-5", note='x, "y"\nz', date="May 24"),
    make_item(title="زلزال", date="yesterday"),
    make_item(title="Two\u2028lines", date="03/04/2020"),
]


def test_rejected_rows_come_back_exactly_as_ndjson(client: FlaskClient) -> None:
    body = as_ndjson([*make_items(3), *BAD, 7, ["a"]]) + b'{"title": "broken\n'
    ledger(client, send_file(client, body, "a.ndjson", "import"))
    answer = client.get("/imports/1/rejected.ndjson")
    assert answer.mimetype == "application/x-ndjson"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="rejected-1.ndjson"'
    lines = answer.get_data().decode().split("\n")
    assert [json.loads(line) for line in lines[:6]] == [*BAD, 7, ["a"]]
    assert lines[6:] == ['{"title": "broken', ""]


@pytest.mark.parametrize("form", ["csv", "ndjson"])
def test_fixed_rows_are_imported(client: FlaskClient, form: str) -> None:
    ledger(client, send_file(client, as_ndjson([*make_items(3), *BAD]), "a.ndjson", "import"))
    text = client.get(f"/imports/1/rejected.{form}").get_data().decode()
    for wrong, right in (("May 23", "May 23 2014"), ("May 24", "2014"), ("yesterday", "2014-03")):
        text = text.replace(wrong, right)
    again = send_file(client, text.encode(), f"mended.{form}", "import", date_order="DMY")
    assert counts(ledger(client, again).text) == [4, 4, 0, 0]
    found = client.get("/v1/entries?sort=-added&limit=4").get_json()["items"]
    assert [entry["title"] for entry in reversed(found)] == ["=1+1", "-5", "زلزال", "Two lines"]
    assert [entry["date"] for entry in reversed(found)] == [
        "2014-05-23",
        "2014",
        "2014-03",
        "2020-04-03",
    ]


def test_a_field_has_one_column_by_whatever_names_rows_have_it(client: FlaskClient) -> None:
    bad = [
        {"note": "x", "Title": "A", "link": "https://example.org/a", "date": "May 23"},
        {"title": "B", "url": "https://example.org/b", "link": "no", "pubDate": "May 23"},
    ]
    ledger(client, send_file(client, as_ndjson(bad), "a.ndjson", "import"))
    text = client.get("/imports/1/rejected.csv").get_data().decode("utf-8-sig")
    assert text.splitlines() == [
        "note,Title,link,date",
        "x,A,https://example.org/a,May 23",
        ",B,https://example.org/b,May 23",
    ]


def test_the_csv_of_rows_that_each_have_other_columns_has_the_first_of_them(
    client: FlaskClient,
) -> None:
    """Otherwise it would grow with the square of the number of rows."""
    notes = [{f"note {n}-{k}": "x" for k in range(300)} for n in range(1, 5)]
    body = as_ndjson([*notes, {"note": "x", **make_item(date="May 23")}])
    ledger(client, send_file(client, body, "a.ndjson", "import"))
    lines = client.get("/imports/1/rejected.csv").get_data().decode("utf-8-sig").splitlines()
    header = lines[0].split(",")
    assert len(header) == 503
    assert header[:500] == [*notes[0], *list(notes[1])[:200]]
    assert header[500:] == ["title", "url", "date"]
    assert lines[-1].endswith(",May 23")


def test_no_cell_of_the_csv_is_a_formula(client: FlaskClient) -> None:
    evil = [make_item(title=f"{start}cmd()", date="no") for start in "=+-@\t"]
    ledger(client, send_file(client, as_ndjson(evil), "a.ndjson", "import"))
    text = client.get("/imports/1/rejected.csv").get_data().decode("utf-8-sig")
    cells = re.split(r'[,\n"]', text)
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t"))]


def test_lines_with_too_many_values_keep_them_all(client: FlaskClient) -> None:
    body = b"title,url,date\nA, and B,https://example.org/a,2014\n"
    ledger(client, send_file(client, body, "a.csv", "import"))
    text = client.get("/imports/1/rejected.csv").get_data().decode("utf-8-sig")
    assert text.splitlines() == ["title,url,date", "A, and B,https://example.org/a,2014"]


@pytest.mark.parametrize("form", ["csv", "ndjson"])
def test_a_download_that_fails_is_a_problem_and_no_short_file(
    client: FlaskClient, services: Services, tmp_path: Path, form: str
) -> None:
    ledger(client, send_file(client, as_ndjson(BAD), "a.ndjson", "import"))
    with sqlite3.connect(tmp_path / "archive.db") as connection:
        connection.execute("DROP TABLE rejected_rows")
    services.database.engine.dispose()
    response = client.get(f"/imports/1/rejected.{form}")
    assert response.status_code == 503
    assert response.mimetype == "application/problem+json"
    assert "Content-Disposition" not in response.headers


def test_a_download_of_many_rows_is_whole(client: FlaskClient) -> None:
    items = make_items(2_345, date="May 23")
    ledger(client, send_file(client, as_ndjson(items), "a.ndjson", "import"))
    lines = client.get("/imports/1/rejected.ndjson").text.splitlines()
    assert [json.loads(line) for line in lines] == items
    assert len(client.get("/imports/1/rejected.csv").text.splitlines()) == 2_346
