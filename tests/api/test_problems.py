"""Every error has the same format, at every endpoint."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, make_url
from sqlalchemy.pool import Pool
from werkzeug.test import TestResponse

from dateline.app import create_app
from dateline.config import Settings
from dateline.wiring import Services, open_services
from tests.archives import new_settings, opened
from tests.factories import JSON, Item, as_json, make_item, make_items
from tests.servers import ON_MYSQL, ON_SQLITE, fresh_archive, fresh_database

SECRET = "a secret that must not leave the house"

Request = Callable[[FlaskClient], TestResponse]

CASES: list[tuple[str, int, Request]] = [
    ("unknown parameter", 400, lambda c: c.get("/v1/entries?foo=1")),
    ("bad value", 400, lambda c: c.get("/v1/entries?limit=x")),
    ("bad short form", 400, lambda c: c.get("/v1/?limit=x")),
    ("bad ledger", 400, lambda c: c.get("/v1/imports?limit=x")),
    ("unreadable", 400, lambda c: c.post("/v1/bulk", data=b"{", content_type=JSON)),
    ("unreadable single", 400, lambda c: c.post("/v1/entries", data=b"{", content_type=JSON)),
    ("no entry", 404, lambda c: c.get("/v1/entries/99")),
    ("no short entry", 404, lambda c: c.get("/v1/99")),
    ("no import", 404, lambda c: c.get("/v1/imports/99")),
    ("no ledger", 404, lambda c: c.get("/v1/imports/99/rejected")),
    ("no entry to change", 404, lambda c: c.patch("/v1/entries/99", json={})),
    ("no entry to delete", 404, lambda c: c.delete("/v1/entries/99")),
    ("unknown path", 404, lambda c: c.get("/v1/nothing/here")),
    ("unknown place", 404, lambda c: c.get("/nothing")),
    ("no static file", 404, lambda c: c.get("/static/nothing.css")),
    ("escape", 404, lambda c: c.get("/static/../config.py")),
    ("method", 405, lambda c: c.put("/v1/entries", json={})),
    ("method on one", 405, lambda c: c.post("/v1/entries/1", json={})),
    ("method on bulk", 405, lambda c: c.get("/v1/bulk")),
    ("method on page", 405, lambda c: c.post("/")),
    ("conflict", 409, lambda c: c.patch("/v1/entries/2", json={"title": "One"})),
    (
        "not as seen",
        412,
        lambda c: c.delete("/v1/entries/1", headers={"If-Match": '"x"'}),
    ),
    ("too large", 413, lambda c: c.post("/v1/bulk", data=b" " * 5000, content_type=JSON)),
    ("media type", 415, lambda c: c.post("/v1/bulk", data=b"x", content_type="text/plain")),
    ("media type of one", 415, lambda c: c.post("/v1/entries", data=b"x")),
    ("unsound", 422, lambda c: c.post("/v1/entries", json=make_item(date="May 23"))),
    ("unsound change", 422, lambda c: c.patch("/v1/entries/1", json={"url": "x"})),
    ("our fault", 500, lambda c: c.get("/v1/broken")),
]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return settings with a small body limit and no waiting for locks."""
    return new_settings(tmp_path, max_body_bytes=4096, lock_timeout=0.05)


@pytest.fixture
def app(app: Flask) -> Flask:
    """Return the application with an additional, broken endpoint."""

    @app.get("/v1/broken")
    @app.get("/broken", endpoint="broken_page")
    def broken() -> str:
        raise RuntimeError(SECRET)

    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Return a client of an archive with two entries that differ in title."""
    client = app.test_client()
    item = make_item(title="One")
    items = as_json([item, {**item, "title": "Two"}])
    assert client.post("/v1/bulk", data=items, content_type=JSON).status_code == 200
    return client


@pytest.mark.parametrize(("status", "ask"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_a_failure_is_a_problem_document(client: FlaskClient, status: int, ask: Request) -> None:
    response = ask(client)
    assert response.status_code == status, response.text
    assert response.content_type == "application/problem+json"
    assert response.headers["Cache-Control"] == "no-store"
    problem = response.get_json()
    assert set(problem) == {"type", "title", "status", "detail", "instance", "errors"}
    assert problem["type"] == "about:blank"
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    assert problem["instance"] == response.request.path
    for error in problem["errors"]:
        assert error["detail"]
        assert error["code"]
        assert ("pointer" in error) != ("parameter" in error)


@pytest.mark.parametrize("path", ["/v1/entries/abc", "/v1/nothing/here", "/nothing"])
def test_a_path_that_there_is_not_is_named(client: FlaskClient, path: str) -> None:
    detail = client.get(path).get_json()["detail"]
    assert detail == f"There is nothing at {path}; check its spelling."


def test_the_instance_of_a_problem_is_an_address(client: FlaskClient) -> None:
    """RFC 9457, 3.1.5."""
    path = "/v1/%3Cb%3E%20%C3%A9%0A"
    assert client.get(path).get_json()["instance"] == path


def test_a_method_that_is_not_taken_is_named_with_those_that_are(client: FlaskClient) -> None:
    response = client.get("/v1/bulk")
    allowed = response.headers["Allow"]
    assert response.get_json()["detail"] == f"/v1/bulk does not support GET, only {allowed}."


@pytest.mark.parametrize(
    ("ask", "place"),
    [
        (lambda c: c.get("/v1/entries?foo=1"), {"parameter": "foo"}),
        (lambda c: c.post("/v1/entries", json=make_item(date="May 23")), {"pointer": "/date"}),
        (lambda c: c.patch("/v1/entries/1", json={"url": "x"}), {"pointer": "/url"}),
    ],
)
def test_a_fault_says_where_it_is(client: FlaskClient, ask: Request, place: Item) -> None:
    (error,) = ask(client).get_json()["errors"]
    assert set(error) == {"detail", "code", *place}
    assert {name: error[name] for name in place} == place


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/v1/entries", {"GET", "HEAD", "OPTIONS", "POST"}),
        ("/v1/entries/1", {"GET", "HEAD", "OPTIONS", "PATCH", "DELETE"}),
        ("/v1/bulk", {"OPTIONS", "POST"}),
        ("/v1/imports", {"GET", "HEAD", "OPTIONS"}),
        ("/", {"GET", "HEAD", "OPTIONS"}),
    ],
)
def test_a_wrong_method_is_told_the_right_ones(
    client: FlaskClient, path: str, allowed: set[str]
) -> None:
    response = client.put(path)
    assert response.status_code == 405
    assert response.headers["Allow"].split(", ") == sorted(allowed)


@pytest.mark.parametrize("path", ["/v1/broken", "/broken"])
@pytest.mark.parametrize("accept", ["application/json", "text/html", "*/*"])
def test_our_fault_is_logged_and_never_told(
    client: FlaskClient, caplog: pytest.LogCaptureFixture, path: str, accept: str
) -> None:
    response = client.get(path, headers={"Accept": accept})
    assert response.status_code == 500
    assert SECRET not in response.text
    assert "RuntimeError" not in response.text
    assert "Traceback" not in response.text
    assert SECRET in caplog.text


BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(("path", "status"), [("/nothing", 404), ("/broken", 500)])
def test_people_get_a_page(client: FlaskClient, path: str, status: int) -> None:
    response = client.get(path, headers={"Accept": BROWSER})
    assert response.status_code == status
    assert response.mimetype == "text/html"
    assert "<h1>" in response.text
    # Requesting the address again only helps if the failure is on the server.
    assert ("Try again" in response.text) == (status == 500)
    assert "Back to the search" in response.text


def test_a_path_with_a_slash_too_many_leads_to_the_right_one(client: FlaskClient) -> None:
    response = client.get("/v1//entries?contains=one")
    assert response.status_code == 308
    assert response.headers["Location"] == "http://localhost/v1/entries?contains=one"
    assert client.get(response.headers["Location"]).get_json()["total"] == 1


def test_programs_get_no_page_below_v1(client: FlaskClient) -> None:
    response = client.get("/v1/nothing", headers={"Accept": BROWSER})
    assert response.mimetype == "application/problem+json"


def test_a_page_of_an_error_shows_paths_as_text(client: FlaskClient) -> None:
    response = client.get("/<script>alert(1)</script>", headers={"Accept": BROWSER})
    assert "<script>alert" not in response.text


@pytest.fixture
def locked(settings: Settings, client: FlaskClient) -> Iterator[FlaskClient]:
    """Return a client of an archive whose write lock another process holds."""
    path = make_url(settings.database_url).database
    assert path is not None
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield client
    other.close()


@pytest.mark.parametrize(
    "write",
    [
        lambda c: c.post("/v1/entries", json=make_item()),
        lambda c: c.post("/v1/bulk", data=as_json(make_items(1)), content_type=JSON),
        lambda c: c.patch("/v1/entries/1", json={"title": "x"}),
        lambda c: c.delete("/v1/entries/1"),
    ],
)
def test_a_busy_archive_asks_to_come_again(locked: FlaskClient, write: Request) -> None:
    response = write(locked)
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0
    assert response.mimetype == "application/problem+json"
    assert "sqlite" not in response.text.lower()


def test_a_busy_archive_still_answers_questions(locked: FlaskClient) -> None:
    assert locked.get("/v1/entries?contains=one").get_json()["total"] == 1


def test_a_full_disk_is_called_that(tmp_path: Path) -> None:
    def fill(connection: sqlite3.Connection, _record: object) -> None:
        # Allow no more pages than there are.
        connection.execute("PRAGMA max_page_count = 1")

    settings = new_settings(tmp_path)
    with opened(settings):
        pass
    event.listen(Pool, "connect", fill)
    try:
        with opened(settings) as services:
            client = create_app(services).test_client()
            response = client.post("/v1/bulk", data=as_json(make_items(100)), content_type=JSON)
            kept = client.get("/v1/entries").get_json()["total"]
    finally:
        event.remove(Pool, "connect", fill)
    assert (response.status_code, kept) == (503, 0)
    assert response.get_json()["detail"] == (
        "The disk of the database file is full; free some space, and try again."
    )


@pytest.mark.needs("mysql")
@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1114, "The table 'entries' is full"),
        (3675, "Create table/tablespace 'entries' failed, as disk is full"),
        (1026, "Error writing file '/tmp/MLfd=9' (errno: 28 - No space left on device)"),
        (1030, "Got error 28 - 'No space left on device' from storage engine"),
        (3, "Error writing file '/tmp/MYfd=9' (OS errno 28 - No space left on device)"),
    ],
)
def test_a_full_disk_of_mysql_is_called_that(number: int, words: str, tmp_path: Path) -> None:
    """MySQL itself raises the error, although its disk has room."""

    def fail(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> Any:
        # The first statement of readers and writers.
        if not statement.startswith("SELECT archive"):
            return statement, parameters
        told = "SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = %s, MESSAGE_TEXT = %s"
        return told, (number, words)

    with fresh_archive("mysql", tmp_path) as services:
        event.listen(Engine, "before_cursor_execute", fail, retval=True)
        client = create_app(services).test_client()
        try:
            asked = client.get("/v1/entries")
            sent = client.post("/v1/bulk", data=as_json(make_items(1)), content_type=JSON)
        finally:
            event.remove(Engine, "before_cursor_execute", fail)

    for answer in (asked, sent):
        assert answer.status_code == 503
        assert answer.get_json()["detail"] == (
            "The disk of MySQL is full; free some space, and try again."
        )


def test_a_damaged_file_is_called_that(tmp_path: Path) -> None:
    settings = new_settings(tmp_path)
    with opened(settings):
        pass
    with (tmp_path / "archive.db").open("r+b") as file:
        file.seek(4_096)
        file.write(b"\xff" * 100_000)
    services = open_services(settings)
    response = create_app(services).test_client().get("/v1/entries")
    services.close()
    assert response.status_code == 503
    assert response.get_json()["detail"] == ("The database file is damaged; restore a backup.")


@pytest.mark.parametrize("backend", [ON_SQLITE, ON_MYSQL])
def test_an_archive_without_tables_says_how_they_are_made(backend: str, tmp_path: Path) -> None:
    with fresh_database(backend, tmp_path) as url:
        services = open_services(new_settings(tmp_path, database_url=url))
        client = create_app(services).test_client()
        asked = client.get("/v1/entries")
        sent = client.post("/v1/bulk", data=as_json(make_items(1)), content_type=JSON)
        services.close()

    for answer in (asked, sent):
        assert answer.status_code == 503
        assert answer.get_json()["detail"].endswith("run: python -m dateline db upgrade")


@pytest.mark.parametrize("backend", [ON_SQLITE, ON_MYSQL])
@pytest.mark.parametrize(("table", "column"), [("blocks", "version"), ("entries", "added_at")])
def test_an_archive_of_another_release_says_so(
    table: str, column: str, backend: str, tmp_path: Path
) -> None:
    """Trying again would not help, unlike when it is away."""
    with fresh_archive(backend, tmp_path) as services:
        client = create_app(services).test_client()
        client.post("/v1/bulk", data=as_json(make_items(1)), content_type=JSON)
        with services.database.engine.begin() as connection:
            connection.exec_driver_sql(f"ALTER TABLE {table} RENAME COLUMN {column} TO other")
        asked = client.get("/v1/entries?contains=comfort")
        sent = client.post("/v1/bulk", data=as_json(make_items(1)), content_type=JSON)

    for answer in (asked, sent):
        assert answer.status_code == 503
        assert answer.get_json()["detail"].endswith("run: python -m dateline db upgrade")


def test_an_archive_without_tables_is_not_ready(tmp_path: Path) -> None:
    with opened(new_settings(tmp_path)) as services:
        client = create_app(services).test_client()
        assert client.get("/readyz").status_code == 200
        with services.database.engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM alembic_version")
        assert client.get("/readyz").status_code == 503
        assert client.get("/livez").status_code == 200


def test_a_statement_that_the_database_rejects_is_not_worth_trying_again(
    client: FlaskClient, services: Services
) -> None:
    with services.database.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER refuse BEFORE INSERT ON imports BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    answer = client.post("/v1/entries", json=make_item())
    assert answer.status_code == 500
    assert "Retry-After" not in answer.headers
