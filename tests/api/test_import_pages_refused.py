"""What the import page rejects, and with which message."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from dateline.app import create_app
from dateline.controllers import uploads
from dateline.wiring import Services
from tests.api.forms import ROWS, Page, confirm, faults, ledger, send, send_file
from tests.archives import new_settings, opened
from tests.factories import CSV, JSON, as_csv, as_json, as_ndjson, make_item, make_items, zipped

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}",
    "</textarea><svg onload=alert(1)>",
    "=cmd|' /C calc'!A0",
]


@pytest.mark.parametrize("step", ["preview", "import"])
@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "file"),
        ({"text": "   "}, "file"),
        ({"text": ROWS, "timezone": "Mars"}, "timezone"),
        ({"text": ROWS, "date_order": "XYZ"}, "date_order"),
        ({"text": ROWS, "format": "pdf"}, "format"),
        ({"text": ROWS, "columns": "a,b"}, "columns"),
        ({"text": '{"items": ['}, "text"),
        ({"text": "[" * 5_000 + "]" * 5_000}, "text"),
        ({"text": '{"items": ' * 5_000}, "text"),
        ({"text": "a,b\n1,2"}, "text"),
        ({"text": "a\0b"}, "text"),
        ({"content": "%%%"}, "file"),
        ({"content": "aGVsbG8="}, "file"),
    ],
)
def test_a_fault_is_said_above_and_beside_its_field(
    client: FlaskClient, step: str, fields: dict[str, str], field: str
) -> None:
    response = send(client, step, **fields)
    assert response.status_code == 400
    (message,) = faults(response.text)
    page = Page(response.text)
    assert page.text.count(message) == 2
    described = re.search(rf'id="{field}"[^>]*aria-describedby="([^"]*)"', response.text)
    assert described is not None
    for name in described[1].split():
        assert f'id="{name}"' in response.text
    assert f'id="{field}-fault"' in response.text
    assert page.fields["text"] == fields.get("text", "")
    assert client.get("/v1/imports").get_json()["total"] == 0


def test_a_form_that_is_not_known_is_told_which_are(client: FlaskClient) -> None:
    refused = faults(send(client, text=ROWS, format="pdf").text)
    assert refused == ["'format' must be 'json', 'ndjson' or 'csv', not 'pdf'."]


def test_it_says_the_sentences_of_the_api(client: FlaskClient) -> None:
    body = b"title,url,date\nA,https://example.org,2014\n\xff\n"
    told = client.post("/v1/bulk", data=body, content_type=CSV).get_json()["detail"]
    assert faults(send_file(client, body, "a.csv").text) == [told]
    told = client.post("/v1/bulk?timezone=Mars", data=as_json([]), content_type=JSON).get_json()
    assert faults(send(client, text=ROWS, timezone="Mars").text) == [told["detail"]]


@pytest.mark.parametrize("text", ["title,url,date\n", '{"items": []}'])
def test_no_rows_are_nothing_to_preview(client: FlaskClient, text: str) -> None:
    response = send(client, text=text)
    assert response.status_code == 400
    assert faults(response.text) == ["There are no rows in it."]


def test_a_file_and_pasted_rows_are_too_much(client: FlaskClient) -> None:
    response = send_file(client, ROWS.encode(), "a.csv", text=ROWS)
    assert faults(response.text) == ["There is a file as well as pasted rows; send one of the two."]


@pytest.mark.parametrize(
    "body", [b"\x1f\x8b", b"\x1f\x8bhello", zipped(as_csv(make_items(9)))[:-9]]
)
def test_damaged_gzip_is_said_to_be(client: FlaskClient, body: bytes) -> None:
    for fields in ({}, {"format": "csv", "columns": "title,url,date"}):
        response = send_file(client, body, "a.csv.gz", **fields)
        assert response.status_code == 400
        assert "gzip" in faults(response.text)[0]


@pytest.fixture
def small(tmp_path: Path) -> Iterator[FlaskClient]:
    """Return a client of an application that accepts only small bodies."""
    with opened(new_settings(tmp_path, max_body_bytes=2048)) as services:
        yield create_app(services).test_client()


@pytest.mark.parametrize("step", ["preview", "import"])
@pytest.mark.parametrize(
    "body",
    [as_csv(make_items(60)), zipped(as_csv(make_items(200))), b"x" * 200_000],
    ids=["plain", "gzip", "form"],
)
def test_what_is_too_large_is_refused(small: FlaskClient, step: str, body: bytes) -> None:
    response = send_file(small, body, "a.csv", step)
    assert response.status_code == 413
    assert "2,048 bytes" in Page(response.text).text
    assert small.get("/v1/imports").get_json()["total"] == 0


def test_too_much_pasted_text_is_better_sent_as_a_file(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MAX_PASTED", 1_000)
    monkeypatch.setattr(uploads, "MAX_CARRIED", 500)
    response = send(client, text="x" * 1_001)
    assert response.status_code == 413
    assert "save the rows as a file" in Page(response.text).text


@pytest.mark.parametrize("evil", HOSTILE)
def test_what_was_sent_is_text_and_never_markup(client: FlaskClient, evil: str) -> None:
    items = [make_item(title=evil), make_item(title=evil, url=f"javascript:{evil}", date=evil)]
    # This is how a browser writes a quotation mark in a name.
    for name in ("a.ndjson", evil.replace('"', "%22") + ".ndjson"):
        preview = send_file(client, as_ndjson([*items, {evil: 1}]), name)
        kept = ledger(client, confirm(client, preview))
        pages = [preview.text, kept.text, client.get("/imports").text]
        pages.append(send(client, text=f"{evil}\n", timezone=evil).text)
        for page in pages:
            assert "<img" not in page
            assert "<svg" not in page
            assert "<script>" not in page
            assert not re.search(r'(?:href|src)="\s*javascript:', page)
        assert evil in Page(preview.text).text
        assert evil in Page(kept.text).text


@pytest.mark.parametrize("path", ["/import", "/entries/1/edit", "/entries/1/delete"])
@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_forms_of_other_sites_are_refused(
    client: FlaskClient, path: str, headers: dict[str, str]
) -> None:
    client.post("/v1/bulk", data=as_json(make_items(1)), content_type=JSON)
    fields = {"step": "import", "text": ROWS, "title": "Taken"}
    answer = client.post(path, data=fields, headers={**headers, "Accept": "text/html"})
    assert answer.status_code == 403
    assert "another site" in answer.text
    assert client.get("/v1/imports").get_json()["total"] == 1
    assert client.get("/v1/entries/1").get_json()["title"] != "Taken"


@pytest.mark.parametrize("step", ["preview", "import"])
def test_where_the_database_is_away_what_was_filled_in_is_still_there(
    client: FlaskClient,
    services: Services,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    step: str,
) -> None:
    services.database.close()
    file = tmp_path / "archive.db"
    file.unlink()
    file.mkdir()
    response = send(client, step, text=ROWS, timezone="Europe/Paris")
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"
    page = Page(response.text)
    assert "The database file cannot be opened" in page.text
    assert page.fields["timezone"] == "Europe/Paris"
    assert ROWS in html.unescape(response.text)
    assert any("POST /import" in message for message in caplog.messages)
