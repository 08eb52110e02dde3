"""POST /v1/bulk: the outcomes of rows, in every format."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dateline.imports.json_items import MAX_ROW
from tests.factories import (
    CSV,
    GZIP,
    JSON,
    NDJSON,
    Item,
    as_csv,
    as_json,
    as_ndjson,
    make_item,
    make_items,
    zipped,
)

Writer = Callable[[list[Item]], bytes]
FORMS: list[tuple[str, Writer]] = [(JSON, as_json), (NDJSON, as_ndjson), (CSV, as_csv)]


def send(client: FlaskClient, items: list[Any], query: str = "") -> TestResponse:
    return client.post(f"/v1/bulk{query}", data=as_json(items), content_type=JSON)


def counts(response: TestResponse) -> tuple[int, int, int, int]:
    report = response.get_json()["import"]
    return report["received"], report["created"], report["duplicate"], report["rejected"]


def dates(client: FlaskClient) -> list[str]:
    return [item["date"] for item in client.get("/v1/entries?sort=added").get_json()["items"]]


def codes(response: TestResponse) -> list[tuple[int, list[str]]]:
    return [
        (row["row"], [error["code"] for error in row["errors"]])
        for row in response.get_json()["rejected"]
    ]


# --- Sound rows are stored ---------------------------------------------------------------------


@pytest.mark.parametrize(("media_type", "write"), FORMS)
@pytest.mark.parametrize("compressed", [False, True])
def test_it_keeps_sound_rows(
    client: FlaskClient, media_type: str, write: Writer, compressed: bool
) -> None:
    items = make_items(3)
    body = zipped(write(items)) if compressed else write(items)
    headers = GZIP if compressed else {}
    response = client.post("/v1/bulk", data=body, content_type=media_type, headers=headers)
    assert response.status_code == 200
    assert counts(response) == (3, 3, 0, 0)
    kept = client.get("/v1/entries?sort=added").get_json()["items"]
    assert [{name: entry[name] for name in items[0]} for entry in kept] == items


def test_it_reports_an_import_without_faults(client: FlaskClient) -> None:
    answer = send(client, make_items(2)).get_json()
    assert answer == {
        "import": {
            "id": 1,
            "received": 2,
            "created": 2,
            "duplicate": 0,
            "rejected": 0,
            "dry_run": False,
            "date_order": None,
            "ignored_columns": [],
            "url": "/v1/imports/1",
            "rejected_url": "/v1/imports/1/rejected",
        },
        "errors": False,
        "rejected": [],
    }


def test_it_gives_an_entry_all_that_is_derived_from_it(client: FlaskClient) -> None:
    item = make_item(
        title=" A  &amp; B ", url="https://WWW.Example.co.uk/A?b", date="March 30 1985"
    )
    send(client, [item])
    (entry,) = client.get("/v1/entries").get_json()["items"]
    added_at = entry.pop("added_at")
    assert added_at.endswith("Z")
    assert entry == {
        "id": 1,
        "title": "A & B",
        "url": "https://WWW.Example.co.uk/A?b",
        "date": "1985-03-30",
        "date_precision": "day",
        "date_start": "1985-03-30T00:00:00Z",
        "date_end": "1985-03-30T23:59:59Z",
        "date_raw": "March 30 1985",
        "site": "example.co.uk",
        "import_id": 1,
    }


@pytest.mark.parametrize("url", ["url", "uri", "link", "URL", " Link "])
@pytest.mark.parametrize("date", ["date", "published", "pubDate", "PUBDATE"])
@pytest.mark.parametrize(("media_type", "write"), FORMS)
def test_it_knows_other_names_of_columns(
    client: FlaskClient, url: str, date: str, media_type: str, write: Writer
) -> None:
    item = {"Title": "A", url: "https://example.org/a", date: "2014"}
    response = client.post("/v1/bulk", data=write([item]), content_type=media_type)
    assert counts(response) == (1, 1, 0, 0)
    assert response.get_json()["import"]["ignored_columns"] == []


def test_a_column_without_a_name_is_called_by_its_place(client: FlaskClient) -> None:
    """Spreadsheets write such columns, mostly empty ones at the end."""
    body = b"title,,url,date,,\nA,x,https://e.org/,2014,,\n"
    response = client.post("/v1/bulk", data=body, content_type=CSV)
    assert counts(response) == (1, 1, 0, 0)
    assert response.get_json()["import"]["ignored_columns"] == ["column 2", "column 5", "column 6"]


def test_it_names_the_columns_that_it_ignores_once(client: FlaskClient) -> None:
    items = [make_item(author="x"), make_item(author="y", tags=["z"]), make_item(uri="again")]
    report = send(client, items).get_json()["import"]
    assert report["ignored_columns"] == ["author", "tags", "uri"]
    assert client.get(report["url"]).get_json()["ignored_columns"] == ["author", "tags", "uri"]


def test_it_keeps_nothing_twice(client: FlaskClient) -> None:
    items = make_items(4)
    send(client, items)
    again = send(client, items)
    assert again.status_code == 200
    assert counts(again) == (4, 0, 4, 0)
    assert client.get("/v1/entries").get_json()["total"] == 4


def test_it_counts_duplicates_inside_one_submission(client: FlaskClient) -> None:
    item = make_item(url="https://example.org/a")
    same = {**item, "url": "http://www.EXAMPLE.org/a?utm_source=x#top", "date": "8 March 2014"}
    assert counts(send(client, [item, same, item])) == (3, 1, 2, 0)


def test_it_keeps_the_same_page_under_another_title_or_date(client: FlaskClient) -> None:
    item = make_item()
    others = [{**item, "title": "Another"}, {**item, "date": "2014-03"}]
    assert counts(send(client, [item, *others])) == (3, 3, 0, 0)


@pytest.mark.parametrize("body", [b'{"items": []}', b'\xef\xbb\xbf{"items":[]}'])
def test_it_takes_no_rows_for_an_answer(client: FlaskClient, body: bytes) -> None:
    response = client.post("/v1/bulk", data=body, content_type=JSON)
    assert response.status_code == 200
    assert counts(response) == (0, 0, 0, 0)


def test_it_takes_other_members_beside_the_items(client: FlaskClient) -> None:
    body = b'{"total": 1, "items": [{"title":"A","url":"https://e.org/","date":"2014"}], "x": {}}'
    assert counts(client.post("/v1/bulk", data=body, content_type=JSON)) == (1, 1, 0, 0)


def test_what_a_search_gives_can_be_sent_back(client: FlaskClient) -> None:
    dated = ["2014", "2014-03", "2014-03-08", "2014-03-08T15", "2014-03-08T15:04:05+02:00"]
    send(client, [make_item(date=date) for date in dated])
    page = client.get("/v1/entries").data
    assert counts(client.post("/v1/bulk", data=page, content_type=JSON)) == (5, 0, 5, 0)


# --- CSV ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_it_finds_the_delimiter_of_csv(client: FlaskClient, delimiter: str) -> None:
    items = [make_item(title=f"A{delimiter} B"), make_item(title='Say "yes"')]
    response = client.post("/v1/bulk", data=as_csv(items, delimiter), content_type=CSV)
    assert counts(response) == (2, 2, 0, 0)
    kept = client.get("/v1/entries?sort=added").get_json()["items"]
    assert [entry["title"] for entry in kept] == [" ".join(f"A{delimiter} B".split()), 'Say "yes"']


@pytest.mark.parametrize("marks", [1, 2])
@pytest.mark.parametrize(("media_type", "write"), FORMS)
def test_it_takes_byte_order_marks(
    client: FlaskClient, media_type: str, write: Writer, marks: int
) -> None:
    """A program that adds one may find another one there."""
    body = marks * b"\xef\xbb\xbf" + write(make_items(2))
    assert counts(client.post("/v1/bulk", data=body, content_type=media_type)) == (2, 2, 0, 0)


@pytest.mark.parametrize(("media_type", "write"), FORMS)
def test_it_takes_a_byte_order_mark_before_the_name_of_a_column(
    client: FlaskClient, media_type: str, write: Writer
) -> None:
    """A program that reads one as part of the first name writes it there again."""
    item = {"\ufefftitle": "A", "url": "https://example.org/a", "date": "2014"}
    body = b"\xef\xbb\xbf" + write([item])
    response = client.post("/v1/bulk", data=body, content_type=media_type)
    assert counts(response) == (1, 1, 0, 0)
    assert response.get_json()["import"]["ignored_columns"] == []


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(("media_type", "write"), FORMS)
def test_utf_16_is_told_by_its_name(
    client: FlaskClient, media_type: str, write: Writer, encoding: str
) -> None:
    body = f"\ufeff{write(make_items(2)).decode()}".encode(encoding)
    response = client.post("/v1/bulk", data=body, content_type=media_type)
    assert response.status_code == 400
    assert response.get_json()["detail"].startswith("The body is UTF-16,")


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_it_takes_every_kind_of_line_end(client: FlaskClient, newline: str) -> None:
    lines = ["title,url,date", "A,https://e.org/1,2014", "", "B,https://e.org/2,2015", ""]
    response = client.post("/v1/bulk", data=newline.join(lines), content_type=CSV)
    assert counts(response) == (2, 2, 0, 0)


def test_it_reads_a_quoted_newline_as_white_space(client: FlaskClient) -> None:
    body = 'title,url,date\n"Two\nlines",https://e.org/1,2014\nB,https://e.org/2,\n'
    response = client.post("/v1/bulk", data=body, content_type=CSV)
    # Rows are counted, not lines of the file.
    assert codes(response) == [(2, ["date.missing"])]
    assert client.get("/v1/entries").get_json()["items"][0]["title"] == "Two lines"


def test_a_blank_before_a_quoted_name_is_told_once(client: FlaskClient) -> None:
    body = '"title", "url","date"\n"A", "https://e.org/1","2014"\n'
    response = client.post("/v1/bulk", data=body, content_type=CSV)
    assert response.status_code == 400
    assert response.get_json()["detail"] == (
        """The column ' "url"' has a blank before its quotation mark, so the mark is part of its """
        "name; remove such blanks from all lines."
    )


def test_a_csv_row_with_too_few_or_too_many_values_is_rejected(client: FlaskClient) -> None:
    body = "title,url,date\nA,https://e.org/1,2014,x\nB,https://e.org/2\n\nC,https://e.org/3,2014\n"
    response = client.post("/v1/bulk", data=body, content_type=CSV)
    assert response.status_code == 207
    assert codes(response) == [(1, ["row.too_many_values"]), (2, ["date.missing"])]
    rejected = response.get_json()["rejected"]
    assert rejected[0]["raw"] == ["A", "https://e.org/1", "2014", "x"]
    assert rejected[1]["raw"] == {"title": "B", "url": "https://e.org/2"}
    assert rejected[1]["errors"][0]["message"].endswith("and have a value in this row.")


def test_empty_values_behind_the_last_column_are_none(client: FlaskClient) -> None:
    body = b"title,url,date\nA,https://e.org/1,2014,\nB,https://e.org/2,,,,\n"
    response = client.post("/v1/bulk", data=body, content_type=CSV)
    assert counts(response) == (2, 1, 0, 1)
    assert codes(response) == [(2, ["date.missing"])]


@pytest.mark.parametrize("body", [b"", b"\n", b"a,b,c\n1,2,3\n", b"A,https://e.org/1,2014\n"])
def test_csv_without_known_columns_is_refused(client: FlaskClient, body: bytes) -> None:
    assert client.post("/v1/bulk", data=body, content_type=CSV).status_code == 400
    assert client.get("/v1/imports").get_json()["total"] == 0


@pytest.mark.parametrize(
    ("body", "ending"),
    [
        ("", "it is empty."),
        ("sep=;\r\ntitle;url;date\r\n", "it begins with 'sep='."),
        ("A\thttps://e.org/1\t2014\n", "it begins with 'A'."),
    ],
)
def test_csv_without_known_columns_is_told_what_its_first_line_is(
    client: FlaskClient, body: str, ending: str
) -> None:
    response = client.post("/v1/bulk", data=body, content_type=CSV)
    assert response.get_json()["detail"] == (
        f"The first line of CSV must name its columns, among them title, url and date; {ending}"
    )


@pytest.mark.parametrize(
    "lines",
    [
        ["title,url,date"],
        ["title,url,date", "A,https://e.org/1,2014"],
        # Otherwise a repeated value would be reported as a repeated column.
        ["date,title,url", "2014,A,https://e.org/1", "2014,A,https://e.org/2"],
    ],
)
def test_csv_without_the_ends_of_its_lines_is_told_how_curl_sends_them(
    client: FlaskClient, lines: list[str]
) -> None:
    response = client.post("/v1/bulk", data="".join(lines), content_type=CSV)
    assert response.status_code == 400
    assert "with --data-binary" in response.get_json()["detail"]
    assert client.get("/v1/imports").get_json()["total"] == 0


def test_an_export_of_nothing_can_be_sent_back(client: FlaskClient) -> None:
    exported = client.get("/v1/entries.csv").data
    response = client.post("/v1/bulk", data=exported, content_type=CSV)
    assert response.status_code == 200
    assert counts(response) == (0, 0, 0, 0)


# --- Faults are reported -----------------------------------------------------------------------


FAULTS = [
    ({"title": ""}, ["title.missing"]),
    ({"title": 5}, ["title.invalid"]),
    ({"title": "a\x00b"}, ["title.invalid"]),
    ({"url": "/a"}, ["url.relative"]),
    ({"url": "file:///etc/passwd"}, ["url.scheme"]),
    ({"url": "javascript:alert(1)"}, ["url.scheme"]),
    ({"url": "https://"}, ["url.invalid"]),
    ({"url": None}, ["url.missing"]),
    ({"date": "May 23"}, ["date.no_year"]),
    ({"date": "2014-02-30"}, ["date.impossible"]),
    ({"date": "yesterday"}, ["date.relative"]),
    ({"date": "03/04/2020"}, ["date.ambiguous"]),
    ({"date": "1/2/03"}, ["date.two_digit_year"]),
    ({"date": True}, ["date.unrecognised"]),
    ({"date": "6 Mar 2014 15:04:05 CET"}, ["date.unrecognised"]),
    ({"date": {"$date": 5}}, ["date.unrecognised"]),
    ({"title": None, "url": "x", "date": ""}, ["title.missing", "url.relative", "date.missing"]),
]


@pytest.mark.parametrize(("changes", "expected"), FAULTS)
def test_it_says_what_is_wrong_with_a_row(
    client: FlaskClient, changes: Item, expected: list[str]
) -> None:
    bad = make_item(**changes)
    response = send(client, [make_item(), bad, make_item()])
    assert response.status_code == 207
    assert response.get_json()["errors"] is True
    assert counts(response) == (3, 2, 0, 1)
    assert codes(response) == [(2, expected)]
    (rejected,) = response.get_json()["rejected"]
    assert rejected["raw"] == bad
    for error in rejected["errors"]:
        assert error["field"] == error["code"].partition(".")[0]
        assert error["value"] == bad[error["field"]]
        assert error["message"].endswith(".")


@pytest.mark.parametrize("raw", [1, None, "text", True, [], [make_item()], 1.5])
def test_a_row_that_is_no_object_is_rejected(client: FlaskClient, raw: object) -> None:
    response = send(client, [make_item(), raw])
    assert codes(response) == [(2, ["row.not_an_object"])]
    assert response.get_json()["rejected"][0]["raw"] == raw


def test_an_empty_object_lacks_everything(client: FlaskClient) -> None:
    assert codes(send(client, [{}])) == [(1, ["title.missing", "url.missing", "date.missing"])]


def test_a_column_of_another_name_is_told_how_to_be_named(client: FlaskClient) -> None:
    body = "Titel;Adresse;Date\nA;https://e.org/1;\n"
    response = client.post("/v1/bulk", data=body, content_type=CSV)
    assert response.get_json()["import"]["ignored_columns"] == ["Titel", "Adresse"]
    (row,) = response.get_json()["rejected"]
    assert [error["message"] for error in row["errors"]] == [
        "There is no title here: its column must be named title, and have a value in this row.",
        "There is no URL here: its column must be named url, uri or link, and have a value in this "
        "row.",
        "The date is missing; give one, such as 2014-03-08.",
    ]


def test_an_import_that_is_rejected_whole_is_unprocessable(client: FlaskClient) -> None:
    response = send(client, [make_item(date="May 23"), make_item(url="x")])
    assert response.status_code == 422
    assert counts(response) == (2, 0, 0, 2)
    assert response.get_json()["import"]["url"] == "/v1/imports/1"


def test_a_line_of_ndjson_that_cannot_be_read_is_one_rejected_row(client: FlaskClient) -> None:
    sound = as_ndjson(make_items(1))
    body = sound + b'{"title": \n' + b"\n  \n" + b"NaN\n" + as_ndjson(make_items(1)).rstrip()
    response = client.post("/v1/bulk", data=body, content_type=NDJSON)
    assert counts(response) == (4, 2, 0, 2)
    assert codes(response) == [(2, ["row.unreadable"]), (3, ["row.unreadable"])]
    assert response.get_json()["rejected"][0]["raw"] == '{"title":'


@pytest.mark.parametrize(
    ("row", "place"),
    [
        # As Python writes a missing value.
        ('{"title":"A","url":"https://e.org/1","date":NaN}', 's://e.org/1","date":NaN}'),
        ('{"title":"É",\r"url":\'https://e.org/1\'}', '"title":"É", "url":\'https://e.org/1\'}'),
    ],
)
def test_what_is_no_json_is_told_with_its_place(client: FlaskClient, row: str, place: str) -> None:
    response = client.post("/v1/bulk", data=row.encode(), content_type=NDJSON)
    (error,) = response.get_json()["rejected"][0]["errors"]
    assert error["message"] == f"This row is not valid JSON near '{place}'; fix it."
    document = row.replace(",", ",\n").join(('{"items": [', "]}"))
    response = client.post("/v1/bulk", data=document.encode(), content_type=JSON)
    assert response.status_code == 400
    assert response.get_json()["detail"].startswith("Row 1 of the body is not valid JSON near '")
    assert place[-10:] in response.get_json()["detail"]


def test_the_answer_has_the_first_hundred_rejected_rows_and_the_ledger_all(
    client: FlaskClient,
) -> None:
    # Rows whose day and month could be swapped are decided last, but reported in order.
    items = [make_item(date="03/04/2020" if number % 2 else "May 23") for number in range(250)]
    response = send(client, items)
    assert [row["row"] for row in response.get_json()["rejected"]] == list(range(1, 101))
    ledger = client.get("/v1/imports/1/rejected?limit=1000").get_json()
    assert [row["row"] for row in ledger["items"]] == list(range(1, 251))
    assert ledger["items"][:100] == response.get_json()["rejected"]


def test_of_long_rejected_rows_fewer_are_told_at_once(client: FlaskClient) -> None:
    items = [make_item(title="x" * 300_000) for _ in range(5)]
    # It is decided last, but reported in order.
    items[1] = make_item(date="03/04/2020")
    told = send(client, items).get_json()
    assert [row["row"] for row in told["rejected"]] == [1, 2, 3]
    assert told["import"]["rejected"] == 5
    seen, link = [], "/v1/imports/1/rejected?limit=1000"
    while link:
        page = client.get(link).get_json()
        seen.append([row["row"] for row in page["items"]])
        assert [row["raw"] for row in page["items"]] == [items[row - 1] for row in seen[-1]]
        link = page["next"]
    assert seen == [[1, 2, 3], [4, 5]]
    pages = [client.get(f"/imports/1?limit=1000{cursor}").text for cursor in ("", "&cursor=3")]
    assert ["More rejected rows" in page for page in pages] == [True, False]
    lines = client.get("/imports/1/rejected.ndjson").text.splitlines()
    assert [json.loads(line) for line in lines] == items


# --- The whole import decides on day and month -------------------------------------------------


def test_one_date_proves_the_order_of_all(client: FlaskClient) -> None:
    response = send(client, [make_item(date="03/04/2020"), make_item(date="13/04/2020")])
    assert counts(response) == (2, 2, 0, 0)
    assert response.get_json()["import"]["date_order"] == "DMY"
    assert sorted(dates(client)) == ["2020-04-03", "2020-04-13"]


def test_the_other_order_can_be_proved_too(client: FlaskClient) -> None:
    response = send(client, [make_item(date="04/13/2020"), make_item(date="03/04/2020")])
    assert response.get_json()["import"]["date_order"] == "MDY"
    assert sorted(dates(client)) == ["2020-03-04", "2020-04-13"]


def test_a_contradiction_proves_nothing(client: FlaskClient) -> None:
    written = ["03/04/2020", "13/04/2020", "04/13/2020", "05/06/2020"]
    response = send(client, [make_item(date=date) for date in written])
    assert response.status_code == 207
    assert response.get_json()["import"]["date_order"] is None
    assert codes(response) == [(1, ["date.ambiguous"]), (4, ["date.ambiguous"])]
    assert sorted(dates(client)) == ["2020-04-13", "2020-04-13"]


def test_without_a_proof_nothing_is_guessed(client: FlaskClient) -> None:
    response = send(client, [make_item(date="03/04/2020"), make_item(date="2020-04-13")])
    assert codes(response) == [(1, ["date.ambiguous"])]


def test_a_rejected_row_proves_nothing(client: FlaskClient) -> None:
    """The fault of a row may be its date."""
    response = send(client, [make_item(date="03/04/2020"), make_item(date="13/04/2020", url="x")])
    assert codes(response) == [(1, ["date.ambiguous"]), (2, ["url.relative"])]


@pytest.mark.parametrize(("order", "expected"), [("DMY", "2020-04-03"), ("MDY", "2020-03-04")])
def test_the_sender_may_say_the_order(client: FlaskClient, order: str, expected: str) -> None:
    response = send(client, [make_item(date="03/04/2020")], f"?date_order={order}")
    assert response.get_json()["import"]["date_order"] == order
    assert dates(client) == [expected]
    assert client.get("/v1/imports/1").get_json()["date_order"] == order


def test_an_ambiguous_row_with_another_fault_is_told_whole(client: FlaskClient) -> None:
    response = send(client, [make_item(date="03/04/2020", url="x"), make_item(date="13/04/2020")])
    assert codes(response) == [(1, ["url.relative"])]


def test_it_reads_dates_without_a_zone_in_the_zone_of_the_import(client: FlaskClient) -> None:
    items = [make_item(date="2014-03-08T15:00:00"), make_item(date="2014-03-08T15:00:00Z")]
    response = send(client, items, "?timezone=America/New_York")
    assert response.status_code == 200
    assert dates(client) == ["2014-03-08T20:00:00Z", "2014-03-08T15:00:00Z"]
    assert client.get("/v1/imports/1").get_json()["timezone"] == "America/New_York"


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "Europe", "../etc/passwd", "%00", "UTC%FF"])
def test_an_unknown_zone_is_refused(client: FlaskClient, zone: str) -> None:
    response = send(client, make_items(1), f"?timezone={zone}")
    assert response.status_code == 400
    assert client.get("/v1/imports").get_json()["total"] == 0


@pytest.mark.parametrize("zone", ["localtime", "posixrules", "right/Europe/Paris"])
def test_a_zone_that_only_some_machines_know_is_refused(client: FlaskClient, zone: str) -> None:
    response = send(client, make_items(1), f"?timezone={zone}")
    assert response.status_code == 400
    assert response.get_json()["errors"][0]["code"] == "timezone.unknown"


# --- Dry runs ----------------------------------------------------------------------------------


def test_a_dry_run_gives_the_same_answer(client: FlaskClient) -> None:
    items = [*make_items(2), make_item(date="May 23"), make_item(date="13/04/2020")]
    items.append(items[0])
    rehearsed = send(client, items, "?dry_run=true")
    real = send(client, items)
    assert rehearsed.status_code == real.status_code == 207
    rehearsed_report, real_report = rehearsed.get_json(), real.get_json()
    links = {"id": None, "dry_run": True, "url": None, "rejected_url": None}
    assert rehearsed_report["import"] == {**real_report["import"], **links}
    assert rehearsed_report["rejected"] == real_report["rejected"]


# --- Bodies that cannot be read ----------------------------------------------------------------


UNREADABLE = [
    (JSON, b""),
    (JSON, b"null"),
    (JSON, b"[]"),
    (JSON, b'"items"'),
    (JSON, b'{"rows": []}'),
    (JSON, b'{"items": {}}'),
    (JSON, b'{"items": null}'),
    (JSON, b'{"items": [], "items": []}'),
    (JSON, b'{"items": [], "x": [1 2]}'),
    (JSON, b'{x: 1, "items": []}'),
    (JSON, b'{"data": {"items": [{"title": "A"}]}}'),
    (JSON, b"title,url,date\n"),
    (JSON, b"\x00"),
    (JSON, b"\xff\xfe{\x00}\x00"),
    (JSON, as_json(make_items(2))[:-1]),
    (JSON, as_json(make_items(2))[:-30]),
    (JSON, as_json(make_items(2)) + b"}"),
    (JSON, b'{"items": [{"title": "\xe9", "url": "https://e.org/", "date": "2014"}]}'),
    (JSON, b'{"items": [{"title": "A", "url": "https://e.org/", "date": NaN}]}'),
    (NDJSON, as_ndjson(make_items(1)) + b'{"title": "\xe9"}\n'),
    (CSV, b"title,url,date\n\xe9,https://e.org/,2014\n"),
    (CSV, "title,url,date\nA,https://e.org/,2014\n".encode("utf-16")),
]


@pytest.mark.parametrize(("media_type", "body"), UNREADABLE)
def test_a_body_that_cannot_be_read_is_refused_whole(
    client: FlaskClient, media_type: str, body: bytes
) -> None:
    response = client.post("/v1/bulk", data=body, content_type=media_type)
    assert response.status_code == 400, response.text
    assert response.mimetype == "application/problem+json"
    assert client.get("/v1/entries").get_json()["total"] == 0
    assert client.get("/v1/imports").get_json()["total"] == 0


def test_a_body_in_another_encoding_is_told_where_it_is_no_utf8(client: FlaskClient) -> None:
    body = "title;url;date\r\nÜberschwemmung;https://e.org/;2014\r\n".encode("cp1252")
    response = client.post("/v1/bulk", data=body, content_type=CSV)
    assert response.get_json()["detail"] == (
        "The body is not UTF-8 near 'title;url;date \ufffdberschwemmung;https'; "
        "save it as UTF-8, which Excel calls CSV UTF-8."
    )


TOO_LONG = make_item(title="x" * MAX_ROW)
WIDE = {f"column {number}": "x" * 250_000 for number in range(5)}


@pytest.mark.parametrize(
    ("media_type", "body", "unit"),
    [
        (JSON, as_json([make_item(), TOO_LONG]), "bytes"),
        (JSON, as_json([make_item()])[:-1] + b', "more": "' + b"x" * MAX_ROW + b'"}', "bytes"),
        (NDJSON, as_ndjson([make_item(), TOO_LONG]), "bytes"),
        (CSV, as_csv([make_item() | WIDE]), "bytes"),
    ],
    ids=["row of JSON", "beside the rows", "line of NDJSON", "line of CSV"],
)
def test_a_row_longer_than_any_is_taken_is_refused_with_all(
    client: FlaskClient, media_type: str, body: bytes, unit: str
) -> None:
    response = client.post("/v1/bulk", data=body, content_type=media_type)
    assert response.status_code == 400
    assert f"has more than 1,048,576 {unit}" in response.get_json()["detail"]
    assert client.get("/v1/imports").get_json()["total"] == 0


ROW = b'{"title": "A", "url": "https://e.org/", "date": "2014", "x": "'
# The text before the row, and the text in the row before and after the value of the wanted length.
ONE_ROW: list[tuple[str, bytes, bytes, bytes]] = [
    (JSON, b'{"items": [', ROW, b'"}'),
    (NDJSON, b"", ROW, b'"}\n'),
    (CSV, b"title,url,date,x\n", b"A,https://e.org/,2014,", b"\n"),
]


@pytest.mark.parametrize(("beyond", "status"), [(0, 200), (1, 400)])
@pytest.mark.parametrize(
    ("media_type", "head", "before", "behind"), ONE_ROW, ids=["JSON", "NDJSON", "CSV"]
)
def test_a_row_is_taken_up_to_its_last_byte(
    client: FlaskClient,
    media_type: str,
    head: bytes,
    before: bytes,
    behind: bytes,
    beyond: int,
    status: int,
) -> None:
    value = b"x" * (MAX_ROW + beyond - len(before + behind))
    body = head + before + value + behind + (b"]}" if media_type == JSON else b"")
    assert client.post("/v1/bulk", data=body, content_type=media_type).status_code == status


@pytest.mark.parametrize(
    "title",
    ['"' * (MAX_ROW // 2 - 100), "\1" * (MAX_ROW // 6 - 100)],
    ids=["quotation marks", "control characters"],
)
def test_the_longest_row_is_kept_as_it_was_sent(client: FlaskClient, title: str) -> None:
    response = client.post(
        "/v1/bulk", data=as_ndjson([make_item(title=title)]), content_type=NDJSON
    )
    assert codes(response) == [(1, ["title.too_long"])]
    assert client.get("/v1/imports/1/rejected").get_json()["items"][0]["raw"]["title"] == title


@pytest.mark.parametrize("media_type", [JSON, NDJSON])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not gzip",
        as_json(make_items(1)),
        zipped(as_json(make_items(1)))[:-9],
        zipped(as_json(make_items(1)))[:20],
        zipped(as_json(make_items(1))) + b"junk",
    ],
    ids=["nothing", "text", "not compressed", "cut off late", "cut off early", "rest"],
)
def test_broken_gzip_is_refused(client: FlaskClient, body: bytes, media_type: str) -> None:
    response = client.post("/v1/bulk", data=body, content_type=media_type, headers=GZIP)
    assert response.status_code == 400, response.text
    assert client.get("/v1/entries").get_json()["total"] == 0


@pytest.mark.parametrize(("media_type", "write"), FORMS)
def test_gzip_that_is_not_said_to_be_is_told_so(
    client: FlaskClient, media_type: str, write: Writer
) -> None:
    response = client.post("/v1/bulk", data=zipped(write(make_items(2))), content_type=media_type)
    assert response.status_code == 400
    detail = response.get_json()["detail"]
    assert detail.startswith(
        "The body is gzip, but is not declared as such: send it with Content-E"
    )
    assert client.get("/v1/imports").get_json()["total"] == 0


def test_gzip_in_several_members_is_read_whole(client: FlaskClient) -> None:
    items = make_items(2)
    body = zipped(as_ndjson(items[:1])) + zipped(as_ndjson(items[1:]))
    response = client.post("/v1/bulk", data=body, content_type=NDJSON, headers=GZIP)
    assert counts(response) == (2, 2, 0, 0)


@pytest.mark.parametrize(
    ("media_type", "body"), [(JSON, b'{"items": [\xff'), (JSON, b"{'items': []}")]
)
def test_the_text_of_a_library_is_never_shown(
    client: FlaskClient, media_type: str, body: bytes
) -> None:
    detail = client.post("/v1/bulk", data=body, content_type=media_type).get_json()["detail"]
    assert "lexical" not in detail
    assert "b'" not in detail
    assert "right here" not in detail


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/xml"},
        {"Content-Type": ""},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": "text/csv; charset=iso-8859-1"},
        {"Content-Type": "application/json", "Content-Encoding": "br"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip, gzip"},
    ],
)
def test_a_form_that_is_not_read_is_unsupported(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    response = client.post("/v1/bulk", data=as_json(make_items(1)), headers=headers)
    assert response.status_code == 415
    assert client.get("/v1/imports").get_json()["total"] == 0


def test_it_minds_neither_case_nor_charset_of_a_media_type(client: FlaskClient) -> None:
    response = client.post(
        "/v1/bulk", data=as_json(make_items(1)), content_type='Application/JSON; charset="UTF-8"'
    )
    assert response.status_code == 200


def test_a_body_without_a_length_is_read_to_its_end(client: FlaskClient) -> None:
    response = client.post(
        "/v1/bulk",
        input_stream=io.BytesIO(as_ndjson(make_items(2))),
        content_type=NDJSON,
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert counts(response) == (2, 2, 0, 0)


@pytest.mark.parametrize("query", ["?dryrun=1", "?dry_run=perhaps", "?date_order=dmy", "?limit=5"])
def test_bad_parameters_are_refused_before_anything_is_written(
    client: FlaskClient, query: str
) -> None:
    response = send(client, make_items(1), query)
    assert response.status_code == 400
    name = query[1:].partition("=")[0]
    assert [error["parameter"] for error in response.get_json()["errors"]] == [name]
    assert client.get("/v1/imports").get_json()["total"] == 0
