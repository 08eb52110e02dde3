"""MySQL stopped in the middle of requests and imports, and started again."""

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from dateline.cache.lease import SECONDS
from dateline.cli.importing import BATCH
from tests.factories import as_json, as_ndjson, make_item, make_items
from tests.requirements_here import FAULT_START, FAULT_URL
from tests.servers import (
    DEADLINE,
    DatelineServer,
    MysqlServer,
    RedisServer,
    Reply,
    fresh_mysql_database,
    run_dateline,
    wait_until,
)
from tests.stack.conftest import running
from tests.stack.hammer import COMMON, hammering

pytestmark = [pytest.mark.needs("redis"), pytest.mark.needs("mysql to stop")]

ROWS: Final = 6_000

BATCHES: Final = BATCH + ROWS
"""Rows of a file that a command commits in several batches."""


class Place(NamedTuple):
    """A service whose MySQL can be stopped."""

    mysql: MysqlServer
    redis: RedisServer
    server: DatelineServer
    database_url: str

    def rows(self, word: str, *, committed: bool = True) -> int:
        """Return the number of entries with a word in their titles."""
        level = "READ COMMITTED" if committed else "READ UNCOMMITTED"
        engine = create_engine(self.database_url, poolclass=NullPool, isolation_level=level)
        with engine.connect() as connection:
            found: Any = connection.exec_driver_sql(
                "SELECT COUNT(*) FROM entries WHERE title LIKE %s", (f"%{word}%",)
            ).scalar_one()
        return int(found)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Run one service for all tests; each finds MySQL running and leaves it running."""
    directory = tmp_path_factory.mktemp("away")
    mysql = MysqlServer(os.environ[FAULT_URL], os.environ[FAULT_START])
    mysql.start()
    redis = RedisServer(directory / "redis").start()
    try:
        with (
            fresh_mysql_database(mysql.url) as url,
            running(
                directory,
                DATABASE_URL=url,
                CACHE_URL=redis.url,
                WORKERS="2",
                DATABASE_TIMEOUT="5",
            ) as server,
        ):
            yield Place(mysql, redis, server, url)
    finally:
        redis.close()


@pytest.fixture(autouse=True)
def _mysql_is_there(place: Place) -> Iterator[None]:
    yield
    place.mysql.start()


def is_away(reply: Reply) -> bool:
    """Return whether it is a 503, and check that programs can understand it."""
    if reply.status != 503:
        return False
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert int(reply.headers["Retry-After"]) > 0
    problem = reply.json
    assert problem["status"] == 503
    assert problem["detail"] == "The database cannot be reached or is busy; try again."
    return True


def test_what_is_cached_is_served_and_the_rest_is_a_clear_503(place: Place) -> None:
    server = place.server
    workers = server.worker_pids()
    cached = f"/v1/entries?contains={_keep_one(server)}"
    wait_until(lambda: server.get(cached).headers["X-Cache"] == "hit", "it is cached")
    before = server.get(cached)

    place.mysql.kill()
    # Longer than the lifetime of a lease.
    end = time.monotonic() + 2 * SECONDS
    while time.monotonic() < end:
        during = server.get(cached)
        assert (during.status, during.headers.get("X-Cache")) == (200, "hit"), during.body
        assert during.body == before.body
    assert is_away(server.get("/v1/entries?contains=cold"))
    assert is_away(server.post("/v1/entries", as_json([make_item()])[11:-2]))
    assert is_away(server.post("/v1/bulk", as_json(make_items(3))))
    assert server.get("/livez").status == 200
    assert server.get("/readyz").status == 503

    place.mysql.start()
    wait_until(lambda: server.get("/readyz").status == 200, "it is ready again")
    assert server.post("/v1/bulk", as_json([make_item()])).status == 200
    assert server.get("/v1/entries?contains=cold").status == 200
    assert server.worker_pids() == workers


def test_a_redis_with_an_old_memory_is_not_believed_while_mysql_is_away(place: Place) -> None:
    """Both restart after a power cut, Redis first and with contents from before a write."""
    server = place.server
    word = _keep_one(server)
    cached = f"/v1/entries?contains={word}"
    wait_until(lambda: server.get(cached).headers["X-Cache"] == "hit", "it is cached")
    place.redis.save()
    assert server.post("/v1/bulk", as_json([make_item(title=f"{word} two")])).status == 200

    place.mysql.kill()
    place.redis.restart_with_old_dump()
    # Long enough for connections to be trusted again.
    end = time.monotonic() + 2 * SECONDS
    while time.monotonic() < end:
        reply = server.get(cached)
        assert is_away(reply), f"{reply.headers} {reply.body!r}"


def test_a_hammer_finds_nothing_stale_and_nothing_lost_when_mysql_goes_and_comes(
    place: Place,
) -> None:
    workers = place.server.worker_pids()
    with hammering(place.server, "away", away_is_fair=True) as hammer:
        judge = hammer.judge
        for end_it in (place.mysql.kill, place.mysql.stop):
            hammer.run_on(reads=30, writes=8)
            end_it()
            hammer.run_into(20)
            place.mysql.start()
            hammer.run_on(reads=30, writes=8)

    rows = sum(judge.rows.values())
    found = place.server.get(f"/v1/entries?contains={COMMON}&limit=1").json["total"]
    # Every acknowledged write is there, and maybe writes whose response was lost.
    assert found >= rows
    assert place.server.worker_pids() == workers


def test_an_import_in_one_transaction_is_there_whole_or_not_at_all(place: Place) -> None:
    word = f"whole{time.monotonic_ns()}"
    body = as_json([make_item(title=f"{word} {number}") for number in range(ROWS)])
    imports = place.server.get("/v1/imports").json["total"]

    with ThreadPoolExecutor(1) as client:
        request = client.submit(place.server.post, "/v1/bulk", body)
        wait_until(lambda: place.rows(word, committed=False), "rows are written, not committed")
        place.mysql.kill()
        reply = request.result()
    assert is_away(reply), reply.body

    place.mysql.start()
    assert place.rows(word) == 0
    assert place.server.get("/v1/imports").json["total"] == imports

    again = place.server.post("/v1/bulk", body)
    assert again.status == 200
    assert again.json["import"]["created"] == ROWS == place.rows(word)


def test_a_command_keeps_its_batches_and_the_next_run_creates_the_rest(
    place: Place, tmp_path: Path
) -> None:
    word = f"batch{time.monotonic_ns()}"
    items = [make_item(title=f"{word} {number}") for number in range(BATCHES)]
    (tmp_path / "rows.ndjson").write_bytes(as_ndjson(items))
    settings = {**place.server.settings, "DATELINE_LOCK_TIMEOUT": "5"}

    first = run_dateline(tmp_path, settings, "import", "rows.ndjson")
    wait_until(
        lambda: place.rows(word, committed=False) > place.rows(word) > 0,
        "it is in its second batch",
        step=0.02,
    )
    place.mysql.kill()
    assert first.wait(DEADLINE) == 2
    said = (tmp_path / "command.log").read_text()
    assert said == "rows.ndjson: The database cannot be reached or is busy; try again.\n"

    place.mysql.start()
    kept = place.rows(word)
    assert 0 < kept < BATCHES
    cut_off = _last_import(place.server)
    assert (cut_off["received"], cut_off["created"], cut_off["finished_at"]) == (kept, kept, None)

    second = run_dateline(tmp_path, settings, "import", "rows.ndjson")
    assert second.wait(DEADLINE) == 0
    assert place.rows(word) == BATCHES
    whole = _last_import(place.server)
    assert (whole["created"], whole["duplicate"]) == (BATCHES - kept, kept)


def _last_import(server: DatelineServer) -> dict[str, Any]:
    found: dict[str, Any] = server.get("/v1/imports?limit=1").json["items"][0]
    return found


def _keep_one(server: DatelineServer) -> str:
    """Add an entry with a unique word, and return the word."""
    word = f"only{time.monotonic_ns()}x"
    assert server.post("/v1/bulk", as_json([make_item(title=f"{word} one")])).status == 200
    return word
