"""Block arrays that a process caches: read once, and never from another state."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cachetools import RRCache
from flask.testing import FlaskClient

from dateline.app import create_app
from dateline.text_index import array_cache
from dateline.wiring import Services
from tests.archives import opened, small_blocks
from tests.factories import NDJSON, as_ndjson, make_items
from tests.listening import listening
from tests.servers import ON_MYSQL, ON_SQLITE, fresh_archive

BLOCK = 300
BLOCKS = 5


@pytest.fixture(params=[ON_SQLITE, ON_MYSQL])
def services(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Services]:
    """Provide an archive of several blocks with entries of 2014; no array is cached yet."""
    array_cache._kept.clear()
    with small_blocks(BLOCK), fresh_archive(request.param, tmp_path) as services:
        items = make_items(BLOCK * BLOCKS, title="Storm", date="2014-05-01")
        client = create_app(services).test_client()
        answer = client.post("/v1/bulk", data=as_ndjson(items), content_type=NDJSON)
        assert answer.get_json()["import"]["created"] == len(items)
        yield services


def total(client: FlaskClient, **asked: object) -> int:
    answer = client.get("/v1/entries", query_string={"contains": "storm", **asked})
    return int(answer.get_json()["total"])


def sites(client: FlaskClient) -> set[str]:
    answer = client.get("/v1/sites", query_string={"contains": "storm"})
    return {item["site"] for item in answer.get_json()["items"]}


def change(client: FlaskClient, entry: int, **members: str) -> None:
    headers = {"Content-Type": "application/merge-patch+json"}
    assert client.patch(f"/v1/entries/{entry}", json=members, headers=headers).status_code == 200


def arrays_read(services: Services, client: FlaskClient, limit: int) -> int:
    """Return how many statements read arrays for a question without a cached answer."""
    with listening(services.database.engine) as statements:
        assert total(client, after=2013, before=2015, limit=limit) > 0
    return sum("_seconds FROM blocks" in statement.text for statement in statements)


def test_they_are_read_once(services: Services) -> None:
    client = create_app(services).test_client()
    assert arrays_read(services, client, 1) > 0
    assert arrays_read(services, client, 2) == 0


def test_those_of_a_block_that_was_changed_are_read_anew(services: Services) -> None:
    client = create_app(services).test_client()
    arrays_read(services, client, 1)
    change(client, BLOCK + 1, date="2014-06-01")
    with listening(services.database.engine) as statements:
        total(client, after=2013, before=2015)
    read = [statement.text for statement in statements if "_seconds FROM blocks" in statement.text]
    assert [text.endswith("WHERE number IN (2)") for text in read] == [True]


def test_what_another_process_has_changed_is_seen(services: Services) -> None:
    client = create_app(services).test_client()
    all_of_them = BLOCK * BLOCKS
    assert (total(client, before=2015), sites(client)) == (all_of_them, {"example.org"})
    with opened(services.settings) as others:
        other = create_app(others).test_client()
        change(other, BLOCK + 1, date="2020-01-01")
        change(other, BLOCK + 2, url="https://example.net/moved")
    assert total(client, before=2015) == all_of_them - 1
    assert total(client, after=2016) == 1
    assert sites(client) == {"example.org", "example.net"}


def test_where_not_all_can_be_kept_answers_are_the_same(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Holds the arrays of at most two blocks.
    small = RRCache[tuple[int, str], array_cache._Kept](3_000, getsizeof=array_cache._Kept.size)
    monkeypatch.setattr(array_cache, "_kept", small)
    client = create_app(services).test_client()
    for limit in (1, 2):
        assert arrays_read(services, client, limit) > 0
        assert total(client, before=2015, limit=limit) == BLOCK * BLOCKS
    assert 0 < small.currsize <= small.maxsize
