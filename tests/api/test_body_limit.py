"""Bodies that are too large: 413, whatever they contain, and nothing is written."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from dateline.app import create_app
from tests.archives import new_settings, opened
from tests.factories import (
    CSV,
    GZIP,
    JSON,
    NDJSON,
    Item,
    as_csv,
    as_json,
    as_ndjson,
    make_items,
    zipped,
)

LIMIT = 2048


@pytest.fixture
def client(tmp_path: Path) -> Iterator[FlaskClient]:
    """Return a client of an application that accepts only small bodies."""
    with opened(new_settings(tmp_path, max_body_bytes=LIMIT)) as services:
        yield create_app(services).test_client()


def padded(body: bytes, length: int) -> bytes:
    return body + b" " * (length - len(body))


def test_it_takes_a_body_of_just_the_limit(client: FlaskClient) -> None:
    body = padded(as_json(make_items(2)), LIMIT)
    assert client.post("/v1/bulk", data=body, content_type=JSON).status_code == 200


@pytest.mark.parametrize(("media_type", "write"), [(JSON, as_json), (NDJSON, as_ndjson)])
def test_one_byte_more_is_too_large(
    client: FlaskClient, media_type: str, write: Callable[[list[Item]], bytes]
) -> None:
    body = padded(write(make_items(2)), LIMIT + 1)
    response = client.post("/v1/bulk", data=body, content_type=media_type)
    assert response.status_code == 413
    assert f"{LIMIT:,}" in response.get_json()["detail"]
    assert client.get("/v1/entries").get_json()["total"] == 0


def test_the_limit_counts_after_gzip_is_undone(client: FlaskClient) -> None:
    body = as_csv(make_items(200))
    compressed = zipped(body)
    assert len(compressed) < LIMIT < len(body)
    response = client.post("/v1/bulk", data=compressed, content_type=CSV, headers=GZIP)
    assert response.status_code == 413
    assert client.get("/v1/entries").get_json()["total"] == 0
    assert client.get("/v1/imports").get_json()["total"] == 0


def test_a_bomb_is_left_alone(client: FlaskClient) -> None:
    bomb = zipped(b'{"items": [' + b" " * 1_000_000)
    assert len(bomb) < LIMIT
    response = client.post("/v1/bulk", data=bomb, content_type=JSON, headers=GZIP)
    assert response.status_code == 413


def test_a_single_entry_is_far_smaller(client: FlaskClient) -> None:
    body = padded(b'{"title": "A", "url": "https://e.org/", "date": "2014"}', 64 * 1024 + 1)
    assert client.post("/v1/entries", data=body, content_type=JSON).status_code == 413
    merge_patch = "application/merge-patch+json"
    assert client.patch("/v1/entries/1", data=body, content_type=merge_patch).status_code == 413
    assert client.get("/v1/entries").get_json()["total"] == 0
