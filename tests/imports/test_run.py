"""A whole import: all of it or nothing, in one transaction or in committed batches."""

import hashlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import make_url

from dateline.config import Settings
from dateline.imports.groups import GROUP
from dateline.imports.options import Options
from dateline.imports.read import Row
from dateline.imports.run import run_import
from dateline.wiring import Services
from tests.archives import version_of
from tests.factories import (
    GZIP,
    JSON,
    NDJSON,
    Item,
    as_json,
    as_ndjson,
    make_item,
    make_items,
    zipped,
)

MORE_THAN_A_GROUP = GROUP + 1_000


def state(client: FlaskClient) -> tuple[int, int, str]:
    """Return the number of entries and of imports, and the newest entry."""
    entries = client.get("/v1/entries?sort=-added&limit=1")
    imports = client.get("/v1/imports").get_json()["total"]
    return entries.get_json()["total"], imports, entries.headers["ETag"]


def numbered(items: list[Item]) -> list[Row]:
    return [Row(number, item) for number, item in enumerate(items, 1)]


@pytest.fixture
def small_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write rows in groups of two, so that few rows make many batches."""
    monkeypatch.setattr("dateline.imports.groups.GROUP", 2)


class Crash(Exception):
    """A simulated power failure."""


def crashing(items: list[Item]) -> Iterator[Row]:
    yield from numbered(items)
    raise Crash


def test_it_keeps_more_rows_than_are_written_together(client: FlaskClient) -> None:
    items = [make_item(date="05/06/2014") for _ in range(MORE_THAN_A_GROUP)]
    items.append(make_item(date="06/13/2014"))
    response = client.post("/v1/bulk", data=as_json(items), content_type=JSON)
    assert response.get_json()["import"]["created"] == len(items)
    assert (
        client.get("/v1/entries?after=2014-05-06&before=2014-05-06&total=exact").get_json()["total"]
        == len(items) - 1
    )


def test_a_crash_in_the_middle_writes_nothing(services: Services, client: FlaskClient) -> None:
    client.post("/v1/entries", json=make_item())
    before, version = state(client), version_of(services)
    with pytest.raises(Crash):
        run_import(services.database, crashing(make_items(MORE_THAN_A_GROUP)), Options())
    assert state(client) == before
    assert version_of(services) == version


@pytest.mark.parametrize("media_type", [JSON, NDJSON])
@pytest.mark.parametrize("compressed", [False, True])
def test_a_body_that_is_cut_off_late_writes_nothing(
    client: FlaskClient, media_type: str, compressed: bool
) -> None:
    before = state(client)
    items = make_items(MORE_THAN_A_GROUP)
    body = as_json(items) if media_type == JSON else as_ndjson(items) + b"\xff\n"
    body = zipped(body)[:-20] if compressed else body[:-1] if media_type == JSON else body
    headers = GZIP if compressed else {}
    response = client.post("/v1/bulk", data=body, content_type=media_type, headers=headers)
    assert response.status_code == 400
    assert state(client) == before


def test_after_a_crash_the_next_import_is_whole(services: Services, client: FlaskClient) -> None:
    items = make_items(10)
    with pytest.raises(Crash):
        run_import(services.database, crashing(items), Options())
    assert run_import(services.database, numbered(items), Options()).created == 10
    assert client.get("/v1/entries?contains=comfort").get_json()["total"] == 10


@pytest.mark.usefixtures("small_groups")
def test_batches_that_were_committed_stay(services: Services, client: FlaskClient) -> None:
    items = [*make_items(7), make_item(date="May 23"), make_item(date="03/04/2020")]
    with pytest.raises(Crash):
        run_import(services.database, crashing(items), Options(commit_every=4))
    kept = client.get("/v1/imports/1").get_json()
    assert (kept["received"], kept["created"], kept["rejected"]) == (8, 7, 1)
    assert kept["finished_at"] is None
    assert client.get("/v1/entries").get_json()["total"] == 7
    report = run_import(services.database, numbered(items), Options(commit_every=4))
    assert (report.received, report.created, report.duplicate, report.rejected) == (9, 0, 7, 2)


@pytest.mark.parametrize("commit_every", [None, 1, 2, 3, 100])
@pytest.mark.usefixtures("small_groups")
def test_batches_change_nothing_about_the_outcome(
    services: Services, client: FlaskClient, commit_every: int | None
) -> None:
    twice = make_item()
    items = [
        make_item(date="03/04/2020"),
        twice,
        twice,
        make_item(date="May 23"),
        make_item(date="13/04/2020"),
        make_item(extra=1),
    ]
    report = run_import(services.database, numbered(items), Options(commit_every=commit_every))
    assert (report.received, report.created, report.duplicate, report.rejected) == (6, 4, 1, 1)
    assert report.date_order == "DMY"
    kept = client.get("/v1/imports/1").get_json()
    for name in ("received", "created", "duplicate", "rejected"):
        assert kept[name] == getattr(report, name)
    assert kept["finished_at"]
    assert kept["ignored_columns"] == ["extra"]


@pytest.mark.usefixtures("small_groups")
def test_it_tells_how_far_it_is(services: Services) -> None:
    told: list[int] = []
    run_import(services.database, numbered(make_items(5)), Options(commit_every=2), told.append)
    assert told == [2, 4, 5]


def _bytes_of(settings: Settings) -> tuple[bytes, list[tuple[object, ...]]]:
    """Return the archive's bytes on disk, including the write-ahead log, and the next ids."""
    path = make_url(settings.database_url).database
    assert path is not None
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    numbers = connection.execute("SELECT * FROM sqlite_sequence ORDER BY name").fetchall()
    connection.close()
    return hashlib.sha256(Path(path).read_bytes()).digest(), numbers


@pytest.mark.parametrize("how_many", [0, 3, MORE_THAN_A_GROUP])
def test_a_dry_run_writes_nothing(
    settings: Settings, services: Services, client: FlaskClient, how_many: int
) -> None:
    client.post("/v1/entries", json=make_item())
    before, version = _bytes_of(settings), version_of(services)
    items = [*make_items(how_many), make_item(date="May 23"), make_item(date="03/04/2020")]
    body = as_json(items)
    answer = client.post("/v1/bulk?dry_run=true", data=body, content_type=JSON).get_json()
    assert answer["import"]["created"] == how_many
    assert _bytes_of(settings) == before
    assert version_of(services) == version
    assert client.post("/v1/entries", json=make_item()).get_json()["id"] == 2


@pytest.mark.usefixtures("small_groups")
def test_every_transaction_of_an_import_raises_the_version(services: Services) -> None:
    versions = [version_of(services)]
    services.database.acknowledge_with(lambda: versions.append(version_of(services)))
    run_import(services.database, numbered(make_items(5)), Options())
    assert len(versions) == 2
    run_import(services.database, numbered(make_items(6)), Options(commit_every=2))
    assert len(versions) >= 2 + 3
    assert versions == sorted(set(versions))
