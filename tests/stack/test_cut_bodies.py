"""A client that disconnects in the middle of its body gets 400, and nothing is stored."""

import socket
from collections.abc import Iterator
from typing import Final

import pytest

from tests.factories import CSV, JSON, NDJSON, as_csv, as_json, as_ndjson, make_items
from tests.servers import DEADLINE, DatelineServer, fresh_database
from tests.stack.conftest import running

FORM: Final = "multipart/form-data; boundary=B"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DatelineServer]:
    directory = tmp_path_factory.mktemp("cut")
    with (
        fresh_database("sqlite", directory) as url,
        running(directory, DATABASE_URL=url, WORKERS="1") as server,
    ):
        yield server


def send_and_hang_up(server: DatelineServer, path: str, media_type: str, rest: bytes) -> str:
    """Send the last headers and an incomplete body, and close; return the response."""
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: {media_type}\r\n"
    with socket.create_connection(("127.0.0.1", server.port), DEADLINE) as client:
        client.sendall(head.encode() + rest)
        client.shutdown(socket.SHUT_WR)
        with client.makefile("rb") as answer:
            return answer.read().decode()


def announced(body: bytes, length: int) -> bytes:
    return b"Content-Length: %d\r\n\r\n%b" % (length, body)


def chunk(body: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(body), body)


# The last date is truncated to one that is still valid.
CUT_CSV: Final = as_csv(make_items(2)).rstrip()[: -len("-08")]
UPLOAD: Final = b"\r\n".join(
    [
        b'--B\r\nContent-Disposition: form-data; name="step"\r\n\r\nimport',
        b'--B\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n' + CUT_CSV,
        b"--B--\r\n",
    ]
)
CUT: Final = [
    ("/v1/bulk", CSV, announced(CUT_CSV, len(CUT_CSV) + 4)),
    ("/v1/bulk", NDJSON, announced(as_ndjson(make_items(2)), 10_000)),
    ("/v1/bulk", JSON, announced(as_json(make_items(2)), 10_000)),
    ("/v1/bulk", JSON, announced(b"", 1)),
    ("/v1/entries", JSON, announced(b'{"title": ', 100)),
    ("/import", FORM, announced(UPLOAD, len(UPLOAD) + 1)),
]
CUT_CHUNKS: Final = [
    chunk(as_ndjson(make_items(2))),
    chunk(as_ndjson(make_items(2))) + b"0\r\n",
    chunk(as_ndjson(make_items(2)))[:-40],
    chunk(as_ndjson(make_items(2))) + b"zz\r\n",
]


@pytest.mark.parametrize(("path", "media_type", "rest"), CUT)
def test_a_body_that_is_shorter_than_announced_is_refused(
    server: DatelineServer, path: str, media_type: str, rest: bytes
) -> None:
    answer = send_and_hang_up(server, path, media_type, rest)
    assert answer.startswith("HTTP/1.1 400 ")
    assert "The body was cut off after " in answer
    assert server.get("/v1/imports").json["total"] == 0


@pytest.mark.parametrize("chunks", CUT_CHUNKS)
def test_chunks_that_end_too_early_are_refused(server: DatelineServer, chunks: bytes) -> None:
    rest = b"Transfer-Encoding: chunked\r\n\r\n" + chunks
    answer = send_and_hang_up(server, "/v1/bulk", NDJSON, rest)
    assert answer.startswith("HTTP/1.1 400 ")
    assert "The body was cut off, or its chunks are not valid; send it again." in answer
    assert server.get("/v1/imports").json["total"] == 0


def test_a_body_in_chunks_is_taken(server: DatelineServer) -> None:
    rest = b"Transfer-Encoding: chunked\r\n\r\n" + chunk(as_ndjson(make_items(2))) + b"0\r\n\r\n"
    answer = send_and_hang_up(server, "/v1/bulk?dry_run=true", NDJSON, rest)
    assert '"received":2,"created":2' in answer
