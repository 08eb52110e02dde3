"""What a server logs."""

import socket
from http.client import HTTPResponse, IncompleteRead
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from tests.factories import as_json, make_item
from tests.servers import fresh_database, wait_until
from tests.stack.conftest import running

ROWS: Final = 6_000
"""With URLs of 1,900 characters, their export exceeds the buffers of both ends of a connection."""


def test_what_is_refused_before_it_is_a_request_has_the_id_of_none(tmp_path: Path) -> None:
    """The only thread has handled requests before, so it had a request id."""
    url = f"sqlite:///{tmp_path}/archive.db"
    with running(tmp_path, DATABASE_URL=url, WORKERS="1", THREADS="1") as server:
        assert server.get("/livez").status == 200
        with socket.create_connection(("127.0.0.1", server.port)) as client:
            client.sendall(b"GET /a space HTTP/1.1\r\n\r\n")
            assert client.recv(20).startswith(b"HTTP/1.1 400")
        wait_until(lambda: "Invalid request" in server.said(), "the refusal is in the log")

    (line,) = (line for line in server.said().splitlines() if "Invalid request" in line)
    assert " WARNING - gunicorn.error: " in line


@pytest.mark.needs("mysql")
@pytest.mark.parametrize("reads_on", [True, False], ids=["reads on", "hangs up"])
def test_an_export_that_mysql_breaks_off_is_cut_off_and_one_line(
    tmp_path: Path, reads_on: bool
) -> None:
    items = [make_item(url=f"https://example.org/{n}/{'x' * 1_900}") for n in range(ROWS)]
    with (
        fresh_database("mysql", tmp_path) as url,
        running(tmp_path, DATABASE_URL=url, WORKERS="1") as server,
    ):
        assert server.post("/v1/bulk", as_json(items)).status == 200
        with socket.create_connection(("127.0.0.1", server.port)) as client:
            client.sendall(b"GET /v1/entries.ndjson HTTP/1.1\r\nHost: localhost\r\n\r\n")
            answer = HTTPResponse(client)
            answer.begin()
            assert answer.status == 200
            _end_connections(url)
            if reads_on:
                with pytest.raises(IncompleteRead):
                    answer.read()
            answer.close()
    # The server has exited, so its log is complete.
    (line,) = (
        line for line in server.said().splitlines() if " ERROR " in line or " WARNING " in line
    )
    assert " WARNING " in line
    assert ": GET /v1/entries.ndjson, cut off: (2013, " in line


def _end_connections(url: str) -> None:
    """Make MySQL close all connections that use a database."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        others = connection.exec_driver_sql(
            "SELECT id FROM information_schema.processlist"
            " WHERE db = DATABASE() AND id <> CONNECTION_ID()"
        )
        for number in others.scalars().all():
            connection.exec_driver_sql(f"KILL {number}")
