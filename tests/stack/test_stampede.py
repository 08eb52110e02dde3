"""A query that is not cached reaches the database once, however many clients send it at once."""

import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool

from tests.factories import as_json, make_items
from tests.servers import (
    ON_MYSQL,
    ON_SQLITE,
    RedisServer,
    Reply,
    fresh_archive,
    fresh_database,
    wait_until,
)
from tests.stack.actor import Actor
from tests.stack.conftest import running

pytestmark = pytest.mark.needs("redis")

CLIENTS: Final = 50
ACTORS: Final = 4


@pytest.mark.needs("mysql")
def test_fifty_requests_for_one_cold_question_are_one_database_query(tmp_path: Path) -> None:
    """A table lock makes the query slow; MySQL reports how many statements wait for it."""
    with (
        fresh_database("mysql", tmp_path) as url,
        closing(RedisServer(tmp_path / "redis").start()) as redis,
        # Enough threads to handle every request, even if one worker receives them all.
        running(
            tmp_path, DATABASE_URL=url, CACHE_URL=redis.url, WORKERS="4", THREADS=str(CLIENTS)
        ) as server,
        ThreadPoolExecutor(CLIENTS) as clients,
    ):
        assert server.post("/v1/bulk", as_json(make_items(100))).status == 200
        engine = create_engine(url, poolclass=NullPool)
        with engine.connect() as locking, engine.connect() as watching:
            locking.exec_driver_sql("LOCK TABLES entries WRITE")
            asked = redis.calls("mget")
            requests: list[Future[Reply]] = [
                clients.submit(server.get, "/v1/entries?contains=comfort") for _ in range(CLIENTS)
            ]
            wait_until(lambda: _waiting(watching) > 0, "the first waits for the table")
            most = _waiting(watching)
            # Each looks up the cache twice, before Flask and within it, before it waits its turn.
            while not (redis.calls("mget") >= asked + 2 * CLIENTS and _stands_still(redis)):
                most = max(most, _waiting(watching))
            locking.exec_driver_sql("UNLOCK TABLES")
        replies = [request.result() for request in requests]

    assert most == 1
    assert [reply.json["total"] for reply in replies] == [100] * CLIENTS
    outcomes = [reply.headers["X-Cache"] for reply in replies]
    assert (outcomes.count("miss"), outcomes.count("hit")) == (1, CLIENTS - 1)


def _stands_still(redis: RedisServer) -> bool:
    """Return whether no request looks up the cache any more: all have, and now wait."""
    looked = redis.calls("mget")
    time.sleep(0.2)
    return redis.calls("mget") == looked


def _waiting(watching: Connection) -> int:
    """Return the number of statements in this database that wait for a locked table."""
    statement = (
        "SELECT COUNT(*) FROM information_schema.processlist "
        "WHERE db = DATABASE() AND state LIKE 'Waiting for table%%'"
    )
    found: Any = watching.exec_driver_sql(statement).scalar_one()
    return int(found)


@pytest.mark.parametrize("kind", [ON_SQLITE, ON_MYSQL])
def test_fifty_threads_of_four_processes_search_the_database_once(
    kind: str, tmp_path: Path
) -> None:
    """The statements sent to the database are counted in every process."""
    with (
        fresh_archive(kind, tmp_path) as services,
        closing(RedisServer(tmp_path / "redis").start()) as redis,
        ExitStack() as open_ones,
    ):
        url = services.settings.database_url
        settings = {"DATELINE_DATABASE_URL": url, "DATELINE_CACHE_URL": redis.url}
        actors = [open_ones.enter_context(Actor(tmp_path, settings)) for _ in range(ACTORS)]
        alone = actors[0].ask("contains=alone")
        for actor in actors:
            actor.ask("contains=warm")
        for actor in actors:
            actor.begin_to_ask("contains=comfort", times=CLIENTS // ACTORS + 1)
        answers = [actor.result() for actor in actors]

    assert alone["searches"] > 0
    assert sum(answer["searches"] for answer in answers) == alone["searches"]
    outcomes = [outcome for answer in answers for outcome in answer["outcomes"]]
    assert outcomes.count("miss") == 1
    assert outcomes.count("hit") == len(outcomes) - 1 >= CLIENTS - 1
