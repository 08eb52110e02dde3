"""What stands in the log of a server."""

import socket
from pathlib import Path

from tests.servers import wait_until
from tests.stack.conftest import running


def test_what_is_refused_before_it_is_a_request_has_the_id_of_none(tmp_path: Path) -> None:
    """The same thread has answered requests before, as there is one alone."""
    url = f"sqlite:///{tmp_path}/archive.db"
    with running(tmp_path, DATABASE_URL=url, WORKERS="1", THREADS="1") as server:
        assert server.get("/livez").status == 200
        with socket.create_connection(("127.0.0.1", server.port)) as client:
            client.sendall(b"GET /a space HTTP/1.1\r\n\r\n")
            assert client.recv(20).startswith(b"HTTP/1.1 400")
        wait_until(lambda: "Invalid request" in server.said(), "the refusal is in the log")

    (line,) = (line for line in server.said().splitlines() if "Invalid request" in line)
    assert " WARNING - gunicorn.error: " in line
