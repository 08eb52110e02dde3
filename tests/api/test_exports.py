"""Exports and feeds: complete, importable again, and valid for other programs."""

import csv
import errno
import io
import json
import re
import sqlite3
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element, fromstring

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import EnvironBuilder, run_wsgi_app

from dateline.search.find import PAGE_OF_ALL
from dateline.wiring import Services
from tests.factories import CSV, JSON, NDJSON, as_json, make_item, make_items

ATOM: Final = "{http://www.w3.org/2005/Atom}"
DC: Final = "{http://purl.org/dc/elements/1.1/}"

HOSTILE = [
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "'=quoted",
    'say "yes", or; no',
    "<script>alert(1)</script> & ]]>",
    "AT&amp;amp;T",
    "😀 東京 ‮evil‬",
    "\u200bhidden",
]


@pytest.fixture
def kept(client: FlaskClient) -> FlaskClient:
    """Return a client of an archive with hostile titles, and dates at every precision."""
    dates = ["2014", "2014-03", "8 March 2014", "2014-03-08T15", "2014-03-08T15:04", "1394287445"]
    items = [
        make_item(title=title, date=dates[number % len(dates)])
        for number, title in enumerate(HOSTILE)
    ]
    report = client.post("/v1/bulk", data=as_json(items), content_type=JSON).get_json()
    assert report["import"]["created"] == len(HOSTILE)
    return client


MEDIA = {"csv": CSV, "ndjson": NDJSON}


@pytest.mark.parametrize("form", list(MEDIA))
def test_importing_an_export_again_creates_nothing(kept: FlaskClient, form: str) -> None:
    export = kept.get(f"/v1/entries.{form}")
    assert export.status_code == 200
    assert export.mimetype == MEDIA[form]
    assert export.headers["Content-Disposition"] == f'attachment; filename="dateline.{form}"'

    again = kept.post("/v1/bulk", data=export.data, content_type=MEDIA[form])

    counts = again.get_json()["import"]
    assert again.status_code == 200
    assert (counts["created"], counts["duplicate"]) == (0, len(HOSTILE))


def test_every_form_has_what_the_search_has(kept: FlaskClient) -> None:
    found = kept.get("/v1/entries?sort=date").get_json()["items"]
    lines = kept.get("/v1/entries.ndjson?sort=date").text.splitlines()
    assert [json.loads(line) for line in lines] == found
    text = kept.get("/v1/entries.csv?sort=date").data.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert rows == [{name: str(value) for name, value in entry.items()} for entry in found]


def test_an_export_has_no_limit(client: FlaskClient) -> None:
    items = make_items(PAGE_OF_ALL + 345)
    client.post("/v1/bulk", data=as_json(items), content_type=JSON)
    lines = client.get("/v1/entries.ndjson").text.splitlines()
    assert len({json.loads(line)["id"] for line in lines}) == len(items)


def test_an_export_takes_a_question(kept: FlaskClient) -> None:
    (line,) = kept.get("/v1/entries.ndjson", query_string={"q": "say -script"}).text.splitlines()
    assert json.loads(line)["title"] == 'say "yes", or; no'


@pytest.mark.parametrize("query", ["limit=5", "cursor=x", "total=exact", "after=yesterday"])
@pytest.mark.parametrize("form", list(MEDIA))
def test_a_bad_question_is_a_problem(client: FlaskClient, form: str, query: str) -> None:
    response = client.get(f"/v1/entries.{form}?{query}")
    assert response.status_code == 400
    assert response.mimetype == "application/problem+json"


@pytest.mark.parametrize("form", list(MEDIA))
def test_a_failure_is_a_problem_and_no_short_file(
    client: FlaskClient, services: Services, tmp_path: Path, form: str
) -> None:
    with sqlite3.connect(tmp_path / "archive.db") as connection:
        connection.execute("DROP TABLE entries")
    services.database.engine.dispose()
    response = client.get(f"/v1/entries.{form}")
    assert response.status_code == 503
    assert response.mimetype == "application/problem+json"


@pytest.mark.parametrize("form", list(MEDIA))
def test_what_breaks_off_is_cut_off_and_one_line_in_the_log(
    client: FlaskClient, services: Services, caplog: pytest.LogCaptureFixture, form: str
) -> None:
    """The status is already sent, so a complete response would pass for a complete file."""
    interruptions: list[bool] = []

    def set_up(connection: sqlite3.Connection, _record: object) -> None:
        connection.set_progress_handler(lambda: bool(interruptions) and interruptions.pop(), 1)

    client.post("/v1/bulk", data=as_json(make_items(PAGE_OF_ALL + 345)), content_type=JSON)
    services.database.engine.dispose()
    event.listen(services.database.engine, "connect", set_up)
    response = client.get(f"/v1/entries.{form}")
    assert response.status_code == 200
    # One: the session then rolls back undisturbed.
    interruptions.append(True)

    with pytest.raises(ConnectionResetError) as cut_off:
        response.get_data()
    # Makes Gunicorn close the connection without logging.
    assert cut_off.value.errno == errno.ECONNRESET
    (line,) = caplog.records
    assert line.levelname == "WARNING"
    assert line.getMessage() == f"GET /v1/entries.{form}, cut off: interrupted"
    assert line.exc_info is None


@pytest.mark.parametrize("form", [*MEDIA, "rss", "atom"])
def test_an_empty_archive_has_sound_answers(client: FlaskClient, form: str) -> None:
    response = client.get(f"/v1/entries.{form}")
    assert response.status_code == 200
    if form in ("rss", "atom"):
        fromstring(response.data)
    else:
        assert len(response.data.splitlines()) == (1 if form == "csv" else 0)


def feed(client: FlaskClient, path: str) -> Element:
    response = client.get(path)
    assert response.status_code == 200
    return fromstring(response.data)


def test_rss_has_the_last_added_first(kept: FlaskClient) -> None:
    channel = feed(kept, "/v1/entries.rss?limit=3").find("channel")
    assert channel is not None
    items = channel.findall("item")
    last = ["\u200bhidden", "😀 東京 ‮evil‬", "AT&amp;T"]
    assert [item.findtext("title") for item in items] == last
    assert channel.findtext("link") == "http://localhost/"
    for item in items:
        guid = item.find("guid")
        assert guid is not None
        assert guid.get("isPermaLink") == "false"
        assert re.fullmatch(r"http://localhost/v1/entries/\d+", guid.text or "")
        assert parsedate_to_datetime(item.findtext("pubDate") or "").tzinfo is not None
        assert (item.findtext("link") or "").startswith("https://example.org/pages/")


def test_a_feed_says_what_was_asked_and_leads_to_the_page(kept: FlaskClient) -> None:
    query = "limit=2&q=say&after=2014"
    channel = feed(kept, f"/v1/entries.rss?{query}").find("channel")
    assert channel is not None
    assert channel.findtext("title") == "Dateline: say, 2014"
    assert channel.findtext("link") == "http://localhost/?q=say&after=2014"
    itself = channel.find(f"{ATOM}link")
    assert itself is not None
    assert (itself.get("rel"), itself.get("type")) == ("self", "application/rss+xml")
    assert itself.get("href") == f"http://localhost/v1/entries.rss?{query}"
    (item,) = channel.findall("item")
    (found,) = kept.get("/v1/entries?q=say").get_json()["items"]
    assert item.findtext("description") == f"{found['site']}, {found['date']}"
    assert item.findtext("link") == found["url"]
    added = parsedate_to_datetime(item.findtext("pubDate") or "")
    assert added == datetime.fromisoformat(found["added_at"])


def test_atom_has_what_the_standard_asks_for(kept: FlaskClient) -> None:
    root = feed(kept, "/v1/entries.atom?q=alert")
    assert root.tag == f"{ATOM}feed"
    assert root.findtext(f"{ATOM}title") == "Dateline: alert"
    assert root.findtext(f"{ATOM}id") == "http://localhost/v1/entries.atom?q=alert"
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert links == {
        "self": "http://localhost/v1/entries.atom?q=alert",
        "alternate": "http://localhost/?q=alert",
    }
    (entry,) = root.findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == "<script>alert(1)</script> & ]]>"
    assert entry.findtext(f"{ATOM}updated") == root.findtext(f"{ATOM}updated")
    assert (entry.findtext(f"{ATOM}id") or "").startswith("http://localhost/v1/entries/")


@pytest.mark.parametrize(
    ("query", "shown"),
    [("?q=what?", "/?q=what?"), ("?url=/a?&limit=3", "/?url=/a?"), ("?limit=3", "/"), ("?", "/")],
)
def test_a_feed_leads_to_the_page_of_its_question(
    kept: FlaskClient, query: str, shown: str
) -> None:
    channel = feed(kept, f"/v1/entries.rss{query}").find("channel")
    assert channel is not None
    assert channel.findtext("link") == f"http://localhost{shown}"


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_a_feed_gives_dates_as_they_were_written_or_the_day_of_an_hour(
    kept: FlaskClient, form: str
) -> None:
    """W3CDTF has no hours without minutes."""
    found = kept.get("/v1/entries?sort=-added").get_json()["items"]
    dates = [one["date"].replace("2014-03-08T15Z", "2014-03-08") for one in found]
    assert dates != [one["date"] for one in found]
    assert [date.text for date in feed(kept, f"/v1/entries.{form}").iter(f"{DC}date")] == dates


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_a_feed_is_xml_whatever_its_entries_and_its_question_have(
    client: FlaskClient, form: str
) -> None:
    add = {"title": "A\ufffe", "url": " //example.org/\uffff", "date": "2014"}
    assert client.post("/v1/entries", json=add).status_code == 201
    text = client.get(f"/v1/entries.{form}").text
    fromstring(text)
    assert "https://example.org/" in text
    feed(client, f"/v1/entries.{form}?contains=%EF%BF%BE")


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_a_feed_is_sent_again_only_where_it_has_changed(kept: FlaskClient, form: str) -> None:
    address = f"/v1/entries.{form}?q=say"
    first = kept.get(address)
    has = {"If-None-Match": first.headers["ETag"]}
    again = kept.get(address, headers=has)
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Cache-Control"] == first.headers["Cache-Control"] == "no-cache"
    kept.post("/v1/entries", json=make_item(title="They say more"))
    assert kept.get(address, headers=has).status_code == 200


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_every_address_in_a_feed_is_one_by_the_standard(client: FlaskClient, form: str) -> None:
    """RFC 3987 allows none of these: browsers encode them, or turn a backslash into a slash."""
    sent = 'https://example.org\\a/{b}|^`<"> \uffff?c={d}\\e'
    assert client.post("/v1/entries", json=make_item(url=sent)).status_code == 201
    text = client.get(f"/v1/entries.{form}?contains=comfort").text
    link = "https://example.org/a/%7Bb%7D%7C%5E%60%3C%22%3E%20%EF%BF%BF?c=%7Bd%7D%5Ce"
    assert re.findall(r"https://example\.org[^<]*?(?=<|\" )", text) == [link]


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_a_feed_has_its_own_address_as_it_was_requested(client: FlaskClient, form: str) -> None:
    """With the id of another question, or an invalid one, feed readers lose what they have."""
    queries = ["q=%3Ca%3E%20%22%C3%A9%22", "q=%EF%BF%BE", "q=%EF%BF%BF", "q=a%26b%2Bc%25"]
    for query in queries:
        address = f"http://localhost/v1/entries.{form}?{query}"
        root = feed(client, address)
        found = [link for link in root.iter(f"{ATOM}link") if link.get("rel") == "self"]
        assert [link.get("href") for link in found] == [address]
        assert root.findtext(f"{ATOM}id") == (address if form == "atom" else None)


@pytest.mark.parametrize("host", ["xn--mnchen-3ya.example:8080", "xn--a.example", "[::1]"])
def test_a_feed_names_its_host_as_it_was_requested(app: Flask, host: str) -> None:
    # Without the test client, which decodes the host itself.
    environ = EnvironBuilder("/v1/entries.rss", headers=[("Host", host)]).get_environ()
    body, status, _headers = run_wsgi_app(app, environ)
    assert status == "200 OK"
    assert fromstring(b"".join(body)).findtext("channel/link") == f"http://{host}/"


@pytest.mark.parametrize("query", ["sort=date", "cursor=x", "limit=0", "q=%22"])
@pytest.mark.parametrize("form", ["rss", "atom"])
def test_a_feed_refuses_what_it_does_not_know(client: FlaskClient, form: str, query: str) -> None:
    assert client.get(f"/v1/entries.{form}?{query}").status_code == 400
