"""A client that reads only after sending its whole body still learns why it was refused."""

from collections.abc import Iterator
from typing import Final

import pytest

from tests.factories import CSV, JSON
from tests.servers import DatelineServer, fresh_database
from tests.stack.conftest import running

LONG: Final = b" " * 16_000_000
"""More than the buffers between a client and Gunicorn can hold."""

MOST: Final = str(8 * 1024 * 1024)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DatelineServer]:
    directory = tmp_path_factory.mktemp("refused")
    with (
        fresh_database("sqlite", directory) as url,
        running(directory, DATABASE_URL=url, WORKERS="1", MAX_BODY_BYTES=MOST) as server,
    ):
        yield server


@pytest.mark.parametrize(
    ("path", "media_type", "status", "why"),
    [
        ("/v1/bulk?dryrun=true", JSON, 400, "There is no parameter 'dryrun'"),
        ("/v1/bulks", JSON, 404, "There is nothing at /v1/bulks"),
        ("/v1/timeline", JSON, 405, "/v1/timeline does not support POST"),
        ("/v1/bulk", JSON, 413, "The body is larger than 8,388,608 bytes"),
        ("/v1/entries", JSON, 413, "The body is larger than 65,536 bytes"),
        ("/import", "multipart/form-data; boundary=B", 413, "The body is larger than"),
        ("/v1/bulk", "text/plain", 415, "A body of type 'text/plain' is not supported"),
    ],
)
def test_the_client_receives_the_reason(
    server: DatelineServer, path: str, media_type: str, status: int, why: str
) -> None:
    reply = server.post(path, LONG, media_type)
    assert reply.status == status
    assert why in reply.body.decode()


def test_its_connection_takes_the_next_request(server: DatelineServer) -> None:
    with server.browser() as browser:
        assert browser.post("/v1/bulk", LONG, "text/plain").status == 415
        assert browser.post("/v1/bulk", b"title,url,date\n", CSV).status == 200
