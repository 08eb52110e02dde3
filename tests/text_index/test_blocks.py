"""Blocks: whatever is added, changed and deleted, in whatever pieces, the index is exact."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from random import Random

import numpy as np
import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update

from dateline.app import create_app
from dateline.imports.options import Options
from dateline.imports.read import Row
from dateline.imports.run import run_import
from dateline.models import Block, Entry, PostingList
from dateline.text_index import BlockHeader, Blocks, index_all, writing
from dateline.text_index.arrays import seconds_at
from dateline.text_index.postings import posting_lists_of, stored_lists
from dateline.text_index.trigrams import trigrams_in
from dateline.wiring import Services
from tests.factories import NDJSON, as_ndjson
from tests.servers import ON_MYSQL, ON_SQLITE, fresh_archive

WORDS = ("harbour", "storm", "Straße", "新聞", "council", "ab", "é", "harbour storm")


@pytest.fixture(params=[ON_SQLITE, ON_MYSQL])
def services(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Services]:
    """Provide an archive with small blocks, so that few entries fill many of them."""
    monkeypatch.setattr("dateline.text_index.writing.FULL", 40)
    monkeypatch.setattr("dateline.text_index.writing.PIECE", 15)
    monkeypatch.setattr("dateline.text_index.writing.TAIL", 5)
    with fresh_archive(request.param, tmp_path) as services:
        yield services


@pytest.fixture
def client(services: Services) -> FlaskClient:
    return create_app(services).test_client()


def title(random: Random) -> str:
    return " ".join(random.choices(WORDS, k=3))


def add(client: FlaskClient, random: Random, count: int) -> None:
    items = [
        {"title": title(random), "url": f"https://example.org/{random.random()}", "date": "2014"}
        for _ in range(count)
    ]
    answer = client.post("/v1/bulk", data=as_ndjson(items), content_type=NDJSON)
    assert answer.get_json()["import"]["created"] == count


def rows_of(items: list[dict[str, str]]) -> list[Row]:
    return [Row(number, item) for number, item in enumerate(items, 1)]


def blocks_of(services: Services) -> list[BlockHeader]:
    with services.database.reading() as session:
        return Blocks(session.connection()).headers[::-1]


def check(services: Services) -> None:
    """Check that all entries except a short tail are indexed exactly as they are."""
    assert left_by(services) <= writing.TAIL


def left_by(services: Services) -> int:
    """Return the number of entries in no block; check that all others are indexed exactly."""
    with services.database.reading() as session:
        entries = session.scalars(select(Entry).order_by(Entry.id)).all()
        kept = {
            (row.field, row.block, row.trigram): (row.trigrams, row.ends, row.occurrences)
            for row in session.scalars(select(PostingList))
        }
        blocks = session.scalars(select(Block).order_by(Block.number)).all()
    expected: dict[tuple[int, int, int], tuple[bytes, ...]] = {}
    by_block = []
    for block in blocks:
        own = [entry for entry in entries if block.first_id <= entry.id <= block.last_id]
        by_block.append(own)
        places = [entry.id - block.first_id for entry in own]
        for field, texts in enumerate(
            ([entry.title_folded for entry in own], [entry.url_folded for entry in own])
        ):
            for posting_list in stored_lists(
                posting_lists_of([trigrams]) for trigrams in trigrams_in(texts, places)
            ):
                key = (field, block.number, posting_list.trigram)
                expected[key] = tuple(map(bytes, posting_list[1:]))
        for seconds, column in (
            (block.first_seconds, "date_start"),
            (block.last_seconds, "date_end"),
        ):
            # Dates here lie within 136 years: after the header, 4 bytes per id of the block.
            assert len(seconds) == 16 + 4 * (block.last_id - block.first_id + 1)
            expected_seconds = [getattr(entry, column) for entry in own]
            assert seconds_at(seconds, np.array(places, np.int64)).tolist() == expected_seconds
        names = block.site_names.split("\n")
        sites = [names[at] for at in np.frombuffer(block.site_numbers, "<u2").take(places)]
        assert sites == [entry.site for entry in own]
    assert kept == expected
    for one, next_one in pairwise(blocks):
        assert one.last_id < next_one.first_id
    return len(entries) - sum(len(own) for own in by_block)


def test_a_short_tail_has_no_block(services: Services, client: FlaskClient) -> None:
    add(client, Random(1), 5)
    assert blocks_of(services) == []
    add(client, Random(2), 1)
    (block,) = blocks_of(services)
    assert (block.first_id, block.last_id, block.full) == (1, 6, False)
    check(services)


def test_a_large_import_makes_full_blocks_and_one_of_the_rest(
    services: Services, client: FlaskClient
) -> None:
    add(client, Random(1), 100)
    assert [(block.entries, block.full) for block in blocks_of(services)] == [
        (40, True),
        (40, True),
        (20, False),
    ]
    check(services)


def test_small_blocks_become_larger_ones(services: Services, client: FlaskClient) -> None:
    random = Random(1)
    add(client, random, 50)
    assert [block.entries for block in blocks_of(services)] == [40, 10]
    # As many as are sorted together.
    add(client, random, 8)
    assert [block.entries for block in blocks_of(services)] == [40, 18]
    add(client, random, 10)
    assert [block.entries for block in blocks_of(services)] == [40, 18, 10]
    add(client, random, 14)
    assert [(block.entries, block.full) for block in blocks_of(services)] == [
        (40, True),
        (40, True),
        (2, False),
    ]
    check(services)


@pytest.mark.parametrize("piece", [1, 15_000], ids=["nothing of a piece fits", "some of it fits"])
def test_very_long_texts_make_blocks_of_fewer_entries(
    piece: int, services: Services, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dateline.text_index.writing.MOST_CHARACTERS", 500)
    monkeypatch.setattr("dateline.text_index.writing.PIECE", piece)
    add(client, Random(1), 40)
    blocks = blocks_of(services)
    assert len(blocks) > 3
    assert all(block.full for block in blocks[:-1])
    assert blocks[-1].last_id == 40
    check(services)
    # They are full, so they are not rewritten.
    add(client, Random(2), 10)
    assert blocks_of(services)[: len(blocks) - 1] == blocks[:-1]


def test_gaps_between_ids_make_no_blocks(services: Services, client: FlaskClient) -> None:
    """MySQL uses up an id for each duplicate, which no entry ever gets."""
    add(client, Random(1), 10)
    with services.database.writing() as session:
        session.execute(update(Entry).where(Entry.id > 5).values(id=Entry.id + 1_000_000))
        for table in (Block, PostingList):
            session.execute(delete(table))
        index_all(session.connection())
    assert [(block.first_id, block.last_id, block.full) for block in blocks_of(services)] == [
        (1, 5, True),
        (1_000_006, 1_000_010, False),
    ]
    check(services)


def test_a_batch_ends_where_a_block_was_written(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After half of the rows. While it is sorted, more rows are stored; they wait for the next."""
    monkeypatch.setattr("dateline.text_index.writing.MEANWHILE", 10)
    monkeypatch.setattr("dateline.imports.groups.GROUP", 5)
    left: list[int] = []
    services.database.acknowledge_with(lambda: left.append(left_by(services)))
    items = [
        {"title": title(Random(number)), "url": f"https://example.org/{number}", "date": "2014"}
        for number in range(130)
    ]
    run_import(services.database, rows_of(items), Options(commit_every=80))
    # At 50, 90 and 130 rows, and at the end.
    assert left == [10, 10, 10, 0]
    assert [block.full for block in blocks_of(services)] == [True, True, True, False]
    # Without a block, a batch ends at its limit, and leaves only a short tail.
    left.clear()
    again = [{**item, "title": "again"} for item in items[:24]]
    run_import(services.database, rows_of(again), Options(commit_every=10))
    assert left == [0, 0, 4]
    check(services)


def test_what_is_not_kept_is_not_indexed(services: Services, client: FlaskClient) -> None:
    items = [
        {"title": "a", "url": f"https://example.org/{number}", "date": "2014"}
        for number in range(50)
    ]
    answer = client.post("/v1/bulk?dry_run=true", data=as_ndjson(items), content_type=NDJSON)
    assert answer.get_json()["import"]["created"] == 50
    assert blocks_of(services) == []


def test_a_block_may_lose_all_its_entries(services: Services, client: FlaskClient) -> None:
    add(client, Random(1), 6)
    for entry_id in range(1, 7):
        assert client.delete(f"/v1/entries/{entry_id}").status_code == 204
        check(services)
    add(client, Random(2), 6)
    check(services)


@pytest.mark.parametrize("seed", range(5))
def test_whatever_is_done_the_index_has_what_the_entries_have(
    services: Services, client: FlaskClient, seed: int
) -> None:
    random = Random(seed)
    kept: dict[int, str] = {}
    for _ in range(40):
        what = random.choice(["add", "add", "change", "delete"])
        if what == "add" or not kept:
            add(client, random, random.choice([1, 3, 8, 30]))
            listed = client.get("/v1/entries?sort=-added&limit=1000").get_json()["items"]
            kept = {item["id"]: item["title"] for item in listed}
            continue
        entry_id = random.choice(sorted(kept))
        if what == "change":
            changes = {
                "title": title(random),
                "date": f"20{random.randint(10, 20)}",
                "url": f"https://example{random.randint(1, 9)}.org/{random.random()}",
            }
            answer = client.patch(f"/v1/entries/{entry_id}", json=changes)
            assert answer.status_code == 200, answer.text
            kept[entry_id] = answer.get_json()["title"]
        else:
            assert client.delete(f"/v1/entries/{entry_id}").status_code == 204
            del kept[entry_id]
    check(services)
    for word in WORDS:
        answer = client.get(
            "/v1/entries", query_string={"contains": word, "limit": 1000}
        ).get_json()
        found = {item["id"] for item in answer["items"]}
        plain = {"é": "e", "Straße": "strasse"}.get(word, word)
        expected = {
            entry_id
            for entry_id, text in kept.items()
            if plain in text.casefold().replace("é", "e")
        }
        assert (word, found) == (word, expected)
        assert answer["total"] == len(expected)
