"""POST /v1/bulk: hostile bodies. None may crash the service, stop it or corrupt its data."""

import json
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

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

SOUND = json.dumps(make_item())


def rejected_codes(client: FlaskClient, body: bytes, media_type: str) -> dict[int, list[str]]:
    """Send a sound row and a faulty one; return the codes of the faults, and check the counts."""
    response = client.post("/v1/bulk", data=body, content_type=media_type)
    assert response.status_code == 207, response.text
    report = response.get_json()
    assert report["import"]["created"] == 1
    ledger = client.get(report["import"]["rejected_url"])
    assert ledger.status_code == 200
    assert ledger.get_json()["items"] == report["rejected"]
    return {row["row"]: [error["code"] for error in row["errors"]] for row in report["rejected"]}


def both_forms(row: str) -> list[tuple[bytes, str]]:
    return [
        (f'{{"items": [{SOUND}, {row}]}}'.encode(), JSON),
        (f"{SOUND}\n{row}\n".encode(), NDJSON),
    ]


@pytest.mark.parametrize("form", [0, 1])
@pytest.mark.parametrize("field", ["title", "url", "date"])
def test_a_lone_surrogate_is_rejected_not_replaced(
    client: FlaskClient, form: int, field: str
) -> None:
    row = json.dumps(make_item(**{field: "https://example.org/\ud800"}))
    body, media_type = both_forms(row)[form]
    # Not interoperable JSON (RFC 8259, 8.2), so it is kept as the text that was sent.
    assert rejected_codes(client, body, media_type) == {2: ["row.unreadable"]}
    (rejected,) = client.get("/v1/imports/1/rejected").get_json()["items"]
    assert rejected["raw"] == row


@pytest.mark.parametrize("name", ["\ud800", "views \ud800"])
def test_a_lone_surrogate_in_the_name_of_a_column_is_rejected(
    client: FlaskClient, name: str
) -> None:
    body, media_type = both_forms(json.dumps(make_item(**{name: 1})))[0]
    assert rejected_codes(client, body, media_type) == {2: ["row.unreadable"]}
    assert client.get("/v1/imports/1").get_json()["ignored_columns"] == []


@pytest.mark.parametrize("form", [0, 1])
@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("9" * 20, "date.unrecognised"),
        ("9" * 400, "date.unrecognised"),
        ("1e999", "row.unreadable"),
        ("-1e999", "row.unreadable"),
    ],
)
def test_a_number_that_is_too_large_spoils_its_own_row_at_most(
    client: FlaskClient, form: int, number: str, code: str
) -> None:
    row = json.dumps(make_item(date="@", views="@")).replace('"@"', number)
    body, media_type = both_forms(row)[form]
    assert rejected_codes(client, body, media_type) == {2: [code]}
    row = json.dumps(make_item(views="@")).replace('"@"', number)
    body, media_type = both_forms(row)[form]
    assert client.post("/v1/bulk", data=body, content_type=media_type).status_code == 200


def nested(depth: int) -> str:
    """Return a row nested to this depth, counting itself, without a valid title."""
    brackets = "[" * (depth - 1) + "]" * (depth - 1)
    return json.dumps(make_item(title="@")).replace('"@"', brackets)


@pytest.mark.parametrize(("form", "most"), [(0, 100), (1, 201)])
def test_a_row_may_be_nested_as_deeply_as_the_documents_say(
    client: FlaskClient, form: int, most: int
) -> None:
    body, media_type = both_forms(nested(most))[form]
    assert rejected_codes(client, body, media_type) == {2: ["title.invalid"]}


@pytest.mark.parametrize("depth", [101, 500, 5_000])
def test_a_row_of_json_that_is_nested_deeper_has_all_refused(
    client: FlaskClient, depth: int
) -> None:
    body, media_type = both_forms(nested(depth))[0]
    response = client.post("/v1/bulk", data=body, content_type=media_type)
    assert response.status_code == 400
    assert "nested more than 100 deep" in response.get_json()["detail"]
    assert client.get("/v1/imports").get_json()["total"] == 0


@pytest.mark.parametrize("depth", [202, 500, 5_000])
def test_a_line_of_ndjson_that_is_nested_deeper_is_rejected_alone(
    client: FlaskClient, depth: int
) -> None:
    body, media_type = both_forms(nested(depth))[1]
    assert rejected_codes(client, body, media_type) == {2: ["row.unreadable"]}


def test_no_nesting_is_deep_enough_to_exhaust_the_process(tmp_path: Path) -> None:
    """In a separate process with 2 GiB: 200 kB of brackets once took 20 GB and the machine down."""
    program = f"""
import resource
from pathlib import Path
from dateline.app import create_app
from tests.archives import new_settings, opened
resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
depth = 100_000
with opened(new_settings(Path({str(tmp_path)!r}))) as services:
    client = create_app(services).test_client()
    body = '{{"items": [{{"title": ' + "[" * depth + "]" * depth + "}}]}}"
    print(client.post("/v1/bulk", data=body, content_type="application/json").status_code)
"""
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=root, check=False
    )
    assert done.returncode == 0, done.stderr[-1_000:]
    assert done.stdout.strip() in ("400", "422")


@pytest.mark.parametrize("form", [0, 1])
@pytest.mark.parametrize(
    ("change", "name"),
    [
        (('"title":', '"title": "Another", "title":'), "title"),
        (('"title":', '"title" : "Another", "t\\u0069tle"\t:'), "title"),
        (('"date":', '"views": 1, "date": "1999", "views": 1, "date":'), "views"),
        (('"date":', '"tags": [{"": 1, "": 2}], "date":'), ""),
    ],
)
def test_a_name_given_twice_is_no_guess(
    client: FlaskClient, form: int, change: tuple[str, str], name: str
) -> None:
    row = json.dumps(make_item()).replace(*change)
    body, media_type = both_forms(row)[form]
    assert rejected_codes(client, body, media_type) == {2: ["row.unreadable"]}
    (rejected,) = client.get("/v1/imports/1/rejected").get_json()["items"]
    assert rejected["raw"] == row
    sentence = f"This row has '{name}' more than once; keep one of them."
    assert rejected["errors"][0]["message"] == sentence
    assert client.get("/imports/1/rejected.ndjson").text == f"{row}\n"


@pytest.mark.parametrize("form", [0, 1])
def test_what_looks_like_a_name_given_twice_is_kept(client: FlaskClient, form: int) -> None:
    inner = {"title": {"title": 1}, "url": [{"date": 2}, {"date": 3}]}
    row = json.dumps(make_item(title='Say "title": twice, "title":', Title="again", notes=inner))
    body, media_type = both_forms(row)[form]
    report = client.post("/v1/bulk", data=body, content_type=media_type).get_json()["import"]
    assert (report["created"], report["ignored_columns"]) == (2, ["Title", "notes"])


@pytest.mark.parametrize("form", [0, 1])
@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (r'"\ud800"', r"This row has half a surrogate pair (\ud800 to \udfff); send"),
        (r'"\udc00\u0041"', r"This row has half a surrogate pair (\ud800 to \udfff); send"),
        ("9" * 4_301, "This row has a number of more than 4,300 digits; put it in quotes."),
    ],
)
def test_what_is_json_but_cannot_be_kept_is_told_so(
    client: FlaskClient, form: int, value: str, sentence: str
) -> None:
    row = json.dumps(make_item(views="@")).replace('"@"', value)
    body, media_type = both_forms(row)[form]
    assert rejected_codes(client, body, media_type) == {2: ["row.unreadable"]}
    (rejected,) = client.get("/v1/imports/1/rejected").get_json()["items"]
    assert rejected["errors"][0]["message"].startswith(sentence)
    assert rejected["raw"] == row


@pytest.mark.parametrize("form", [0, 1])
@pytest.mark.parametrize("number", ["1e400", "-1e400", "9" * 310 + ".0"])
@pytest.mark.parametrize("member", ["date", "views"])
def test_a_number_beyond_all_comes_back_as_it_was_sent(
    client: FlaskClient, form: int, number: str, member: str
) -> None:
    row = json.dumps(make_item(title="", **{member: ["@"]})).replace('"@"', number)
    body, media_type = both_forms(row)[form]
    assert rejected_codes(client, body, media_type) == {2: ["row.unreadable"]}
    (rejected,) = client.get("/v1/imports/1/rejected").get_json()["items"]
    assert rejected["raw"] == row
    sentence = "This row has a number beyond 1.8e308; put it in quotes."
    assert rejected["errors"][0]["message"] == sentence
    assert client.get("/imports/1/rejected.ndjson").text == f"{row}\n"


def test_a_number_in_place_of_a_row_comes_back_too(client: FlaskClient) -> None:
    codes = rejected_codes(client, *both_forms("1e400")[1])
    assert codes == {2: ["row.unreadable"]}
    assert client.get("/imports/1/rejected.ndjson").text == "1e400\n"


@pytest.mark.parametrize("depth", [200, 5_000])
def test_a_deep_line_is_told_from_one_that_is_no_json(client: FlaskClient, depth: int) -> None:
    row = json.dumps(make_item(views="@")).replace('"@"', "[" * depth + "1" + "]" * depth)
    assert rejected_codes(client, *both_forms(row)[1]) == {2: ["row.unreadable"]}
    (rejected,) = client.get("/v1/imports/1/rejected").get_json()["items"]
    assert rejected["errors"][0]["message"].startswith("This row is nested more than 201 deep;")


def test_a_line_is_nested_as_deep_as_is_said(client: FlaskClient) -> None:
    row = json.dumps(make_item(views="@")).replace('"@"', "[" * 199 + "1" + "]" * 199)
    body, media_type = both_forms(row)[1]
    assert client.post("/v1/bulk", data=body, content_type=media_type).status_code == 200


def test_items_is_the_same_name_with_escapes(client: FlaskClient) -> None:
    escaped = f'{{"\\u0069tems": [{SOUND}]}}'
    assert client.post("/v1/bulk", data=escaped, content_type=JSON).status_code == 200
    twice = f'{{"items": [], "\\u0069tems": [{SOUND}]}}'
    refused = client.post("/v1/bulk", data=twice, content_type=JSON)
    assert refused.status_code == 400
    assert "'items' occurs twice" in refused.get_json()["detail"]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ('{1: 2, "items": []}', "a name in quotation marks is missing"),
        ("{items: []}", "a name in quotation marks is missing"),
        ('{"items": [,]}', "a value is missing"),
    ],
)
def test_what_is_wrong_in_a_document_is_said(client: FlaskClient, body: str, why: str) -> None:
    refused = client.post("/v1/bulk", data=body, content_type=JSON)
    assert refused.status_code == 400
    assert why in refused.get_json()["detail"]


@pytest.mark.parametrize("member", [b'"\xed\xa0\x80"', '{"a":1}'.encode("utf-16-le")])
def test_a_member_beside_the_items_is_in_utf_8_too(client: FlaskClient, member: bytes) -> None:
    body = b'{"items": [], "beside": ' + member + b"}"
    assert client.post("/v1/bulk", data=body, content_type=JSON).status_code == 400


def test_a_column_that_is_named_twice_is_not_dropped_silently(client: FlaskClient) -> None:
    body = "title,url,date,title\nA,https://e.org/1,2014,B\n"
    response = client.post("/v1/bulk", data=body, content_type=CSV)
    assert response.status_code == 400
    assert "The column 'title' occurs twice" in response.get_json()["detail"]


@pytest.mark.parametrize("media_type", [JSON, NDJSON])
def test_nul_is_rejected_where_it_stands(client: FlaskClient, media_type: str) -> None:
    bad = make_item(title="a\0b", url="https://example.org/\0", date="2014\0", **{"x\0": "\0"})
    write = as_json if media_type == JSON else as_ndjson
    codes = rejected_codes(client, write([make_item(), bad]), media_type)
    assert codes[2][:2] == ["title.invalid", "url.invalid"]
    assert codes[2][2].startswith("date.")


@pytest.mark.parametrize("depth", [1, 2, 5])
def test_items_in_the_wrong_place_are_not_found(client: FlaskClient, depth: int) -> None:
    body = '{"x":' * depth + '{"items": [' + SOUND + "]}" + "}" * depth
    response = client.post("/v1/bulk", data=body, content_type=JSON)
    assert response.status_code == 400
    assert client.get("/v1/entries").get_json()["total"] == 0


def test_a_row_may_be_as_long_as_the_body(client: FlaskClient) -> None:
    long = "x" * 200_000
    for write, media_type in ((as_json, JSON), (as_ndjson, NDJSON)):
        codes = rejected_codes(client, write([make_item(), make_item(title=long)]), media_type)
        assert codes == {2: ["title.too_long"]}
    body = f"title,url,date\n{long},https://e.org/1,2014\nA,https://e.org/2,2014\n".encode()
    assert rejected_codes(client, body, CSV) == {1: ["title.too_long"]}


@pytest.mark.parametrize(
    ("body", "place", "quoted"),
    [
        (
            'title,url,date\nA,https://e.org/1,2014\n\n"B,https://e.org/2,2014\nC,d,2014\n',
            "row 2",
            '"B,https://e.org/2,2014',
        ),
        (
            'date,url,title\n2014,https://e.org/1,"Unclosed\n2014,https://e.org/2,B',
            "row 1",
            '"Unclosed',
        ),
        # On the second line of its row, after a closed value.
        (
            'title\turl\tdate\r\n"A\r\n""a"""\t""\t"""2014\t""\r\nB\thttps://e.org/2\t2014\r\n',
            "row 1",
            '"""2014 ""',
        ),
        ('title,url,"date\nA,https://e.org/1,2014\n', "the first line", '"date'),
        ('title,url,date\n"', "row 1", '"'),
    ],
)
def test_a_quote_that_is_never_closed_swallows_no_rows(
    client: FlaskClient, body: str, place: str, quoted: str
) -> None:
    response = client.post("/v1/bulk", data=body.encode(), content_type=CSV)
    assert response.status_code == 400
    assert response.get_json()["detail"] == (
        f"The body is not valid CSV: a quotation mark in {place} is never closed: '{quoted}'; "
        "close it, or remove it."
    )
    assert client.get("/v1/entries").get_json()["total"] == 0


@pytest.mark.parametrize(
    "line",
    [
        '"Fake" news,https://e.org/1,2014',
        '"Say \\"yes\\"",https://e.org/1,2014',
        '"A" ,https://e.org/1,2014',
        '"A\nB" C,https://e.org/1,2014',
        # The quotation mark opened on the first line is closed by the first one on the next.
        '"A,https://e.org/1,2014\n"B",https://e.org/2,2014',
        'A,"https://e.org/1,2014\n\n\nB,https://e.org/2,"2014"',
    ],
)
def test_text_behind_a_quoted_value_is_no_guess(client: FlaskClient, line: str) -> None:
    body = f"title,url,date\n{line}\nB,https://e.org/3,2014\n".encode()
    assert rejected_codes(client, body, CSV) == {1: ["row.unreadable"]}
    (rejected,) = client.get("/v1/imports/1/rejected").get_json()["items"]
    assert rejected["raw"] == line
    message = rejected["errors"][0]["message"]
    assert message.startswith("In this row there is text after the closing")
    first, *others = line.split("\n")
    assert (f"the one that joins these {len(others) + 1} lines into one row" in message) == bool(
        others
    )
    assert (f"the first of them is '{first}'" in message) == bool(others)
    found = client.get("/v1/entries").get_json()["items"]
    assert [entry["url"] for entry in found] == ["https://e.org/3"]


def test_text_behind_a_quoted_name_of_a_column_is_refused(client: FlaskClient) -> None:
    body = b'"title"s,url,date\nA,https://e.org/1,2014\n'
    response = client.post("/v1/bulk", data=body, content_type=CSV)
    assert response.status_code == 400
    assert "in the first line there is text after" in response.get_json()["detail"]


def test_quotation_marks_inside_of_a_value_are_kept(client: FlaskClient) -> None:
    body = b'title,url,date\nA "x" b,https://e.org/1,2014\n"C ""y"" d",https://e.org/2,2014\n'
    assert client.post("/v1/bulk", data=body, content_type=CSV).status_code == 200
    found = client.get("/v1/entries?sort=added").get_json()["items"]
    assert [entry["title"] for entry in found] == ['A "x" b', 'C "y" d']


def test_a_first_line_without_an_end_is_refused(client: FlaskClient) -> None:
    response = client.post("/v1/bulk", data=b"title," * 400_000, content_type=CSV)
    assert response.status_code == 400


@pytest.mark.parametrize(
    ("body", "place", "most"),
    [
        (b"title,url,date" + b",abc" * 3_000_000, "The first line", "1,048,576 bytes"),
        (b"title,url,date\n" + b"abc," * 3_000_000, "Row 1", "1,048,576 bytes"),
        (
            b"title,url,date\nA,https://e.org/1,2014\n" + b'"abcdefghi\n",' * 1_000_000,
            "Row 2",
            "1,048,576 bytes",
        ),
        (b"title,url,date\n" + b"abc," * 200_000 + b"\n", "Row 1", "100,000 delimiters"),
    ],
    ids=["first line", "line", "row of many lines", "many values"],
)
def test_a_row_of_csv_without_an_end_is_refused_before_it_is_in_memory(
    client: FlaskClient, body: bytes, place: str, most: str
) -> None:
    """Compressed, the body is a few kilobytes, which once took a gigabyte."""
    sent = zipped(body)
    tracemalloc.start()
    try:
        response = client.post("/v1/bulk", data=sent, content_type=CSV, headers=GZIP)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert response.status_code == 400
    assert response.get_json()["detail"].startswith(f"{place} has more than {most}")
    assert ("its quotation mark if it is open ('" in response.get_json()["detail"]) == (
        b'"' in body[: 2**20]
    )
    assert peak < 60_000_000


@pytest.mark.parametrize(("delimiters", "status"), [(100_000, 422), (100_001, 400)])
def test_a_row_of_csv_with_many_values_is_one_bad_row_up_to_a_number(
    client: FlaskClient, delimiters: int, status: int
) -> None:
    body = b"title,url,date\n" + b"," * delimiters + b"\n"
    assert client.post("/v1/bulk", data=body, content_type=CSV).status_code == status


@pytest.mark.parametrize(("write", "media_type"), [(as_ndjson, NDJSON), (as_csv, CSV)])
def test_long_rows_are_never_all_in_memory(
    client: FlaskClient, write: Callable[[list[Item]], bytes], media_type: str
) -> None:
    body = write([item | {"article": "x" * 100_000} for item in make_items(400)])
    tracemalloc.start()
    try:
        response = client.post("/v1/bulk", data=body, content_type=media_type)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert response.get_json()["import"]["created"] == 400
    assert peak < 20_000_000


def test_a_column_may_have_a_name_of_two_lines(client: FlaskClient) -> None:
    body = b'"title","url","date","a\nnote"\nA,https://e.org/1,2014,x\n'
    answer = client.post("/v1/bulk", data=body, content_type=CSV).get_json()["import"]
    assert (answer["received"], answer["created"]) == (1, 1)
    assert answer["ignored_columns"] == ["a\nnote"]


def test_what_looks_like_sql_is_text(client: FlaskClient) -> None:
    title = "'); DROP TABLE entries; --"
    client.post("/v1/bulk", data=as_json([make_item(title=title)]), content_type=JSON)
    found = client.get("/v1/entries", query_string={"contains": "'); drop table"}).get_json()
    assert [entry["title"] for entry in found["items"]] == [title]


def test_rows_that_each_have_other_columns_name_so_many_of_them(client: FlaskClient) -> None:
    items = [make_item(**{f"{number:04} {'x' * 200}": number}) for number in range(1_200)]
    report = client.post("/v1/bulk", data=as_json(items), content_type=JSON).get_json()["import"]
    assert report["created"] == 1_200
    names = [f"{number:04} {'x' * 94}…" for number in range(500)]
    assert report["ignored_columns"] == names
    assert client.get("/v1/imports/1").get_json()["ignored_columns"] == names
    assert "and more" in client.get("/imports/1").text


def test_many_rows_with_many_columns_are_counted_right(client: FlaskClient) -> None:
    items = [make_item(**{f"column {number}": number}) for number in range(300)]
    report = client.post("/v1/bulk", data=as_json(items), content_type=JSON).get_json()["import"]
    assert report["created"] == 300
    assert report["ignored_columns"] == [f"column {number}" for number in range(300)]


def test_make_items_makes_rows_that_differ() -> None:
    """Otherwise many tests would prove nothing."""
    assert len({item["url"] for item in make_items(50)}) == 50
