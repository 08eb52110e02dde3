"""Redis killed, frozen, emptied, outdated, full or replaced, while writers write and readers read.

In all cases: no 5xx, no stale answer, and no request delayed by more than the timeout.
"""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Final

import pytest

from dateline.cache.breaker import PAUSE
from dateline.cache.lease import KEY
from tests.servers import (
    DEADLINE,
    THE_REAL_ONE,
    GatheringServer,
    RedisServer,
    RubbishServer,
    SilentServer,
    fresh_archive,
    wait_until,
)
from tests.stack.actor import Actor
from tests.stack.conftest import Stack
from tests.stack.hammer import Hammer, hammering

pytestmark = pytest.mark.needs("redis")

RUBBISH: Final = {
    "web page": b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
    "refusal": b"-ERR what\r\n",
    "consent": b"+OK\r\n",
    "text": b"$5\r\nhello\r\n",
    "two texts": b"*2\r\n$1\r\na\r\n$1\r\nb\r\n",
    "endless": b"$999999999\r\n",
    "handshake": b"%1\r\n$5\r\nproto\r\n:3\r\n",
}

_numbers = count(1)


@contextmanager
def hammered(stack: Stack) -> Iterator[Hammer]:
    """Run readers and writers; Redis works and is in use when the block begins."""
    with hammering(stack.server, f"k{next(_numbers)}x") as hammer:
        hits = hammer.judge.outcomes["hit"]
        wait_until(lambda: hammer.judge.outcomes["hit"] > hits + 5, "the cache is in use")
        yield hammer


def is_in_use(stack: Stack) -> bool:
    """Whether a lease has been put, which shows that everything works."""
    kept = stack.redis.client.get(KEY)
    return isinstance(kept, bytes) and kept.startswith(b"=")


def in_use_again(stack: Stack, hammer: Hammer) -> None:
    """Wait until the service uses Redis again, without a restart."""
    bypassed = hammer.judge.outcomes["hit"]
    wait_until(lambda: is_in_use(stack), "there is a lease again")
    wait_until(lambda: hammer.judge.outcomes["hit"] > bypassed + 5, "there are hits again")


def test_killed_and_restarted_empty(stack: Stack) -> None:
    with hammered(stack) as hammer:
        stack.redis.kill()
        hammer.run_on()
        stack.redis.start()
        in_use_again(stack, hammer)
    assert hammer.judge.outcomes["bypass"] > 0


def test_restarted_empty_at_once(stack: Stack) -> None:
    with hammered(stack) as hammer:
        for _ in range(3):
            stack.redis.restart_empty()
            hammer.run_on(reads=20, writes=4)
        in_use_again(stack, hammer)


def test_restarted_with_an_old_dump(stack: Stack) -> None:
    with hammered(stack) as hammer:
        for _ in range(3):
            wait_until(lambda: is_in_use(stack), "there is a lease to be dumped")
            stack.redis.save()
            hammer.run_on(reads=0, writes=2)
            stack.redis.restart_with_old_dump()
            hammer.run_on(reads=20, writes=4)
        in_use_again(stack, hammer)


def test_frozen_and_thawed(stack: Stack) -> None:
    with hammered(stack) as hammer:
        stack.redis.freeze()
        try:
            hammer.run_on()
        finally:
            stack.redis.thaw()
        in_use_again(stack, hammer)
    assert hammer.judge.outcomes["bypass"] > 0


def test_frozen_and_thawed_again_and_again(stack: Stack) -> None:
    """Frozen for less than a lease, so that what it has in memory has not expired."""
    with hammered(stack) as hammer:
        for _ in range(4):
            stack.redis.freeze()
            hammer.run_on(reads=5, writes=0)
            stack.redis.thaw()
            hammer.run_on(reads=20, writes=4)


def test_full(stack: Stack) -> None:
    with hammered(stack) as hammer:
        stack.redis.client.config_set("maxmemory-policy", "noeviction")
        stack.redis.client.config_set("maxmemory", "1mb")
        try:
            hammer.run_on(reads=100, writes=20)
            refused = stack.redis.client.info("errorstats")
        finally:
            stack.redis.client.config_set("maxmemory", "0")
        in_use_again(stack, hammer)
    assert isinstance(refused, dict)
    assert "errorstat_OOM" in refused


def test_evicting(stack: Stack) -> None:
    evicted = stack.redis.count("evicted_keys")
    with hammered(stack) as hammer:
        used = stack.redis.count("used_memory")
        stack.redis.client.config_set("maxmemory-policy", "allkeys-random")
        stack.redis.client.config_set("maxmemory", str(used))
        try:
            wait_until(lambda: stack.redis.count("evicted_keys") > evicted + 50, "keys are evicted")
            hammer.run_on()
        finally:
            stack.redis.client.config_set("maxmemory", "0")
        in_use_again(stack, hammer)


def test_replaced_by_what_answers_rubbish(stack: Stack) -> None:
    with hammered(stack) as hammer:
        for rubbish in RUBBISH.values():
            stack.redis.kill()
            with closing(RubbishServer(rubbish, stack.redis.port)):
                hammer.run_on(reads=10, writes=1)
            stack.redis.start()
        in_use_again(stack, hammer)


def test_every_answer_of_redis_is_forgotten_in_the_middle(stack: Stack) -> None:
    with hammered(stack) as hammer:
        for _ in range(20):
            stack.redis.client.flushall()
            hammer.run_on(reads=5, writes=1)
        in_use_again(stack, hammer)


# --- What requests cost while Redis is away, in counts rather than times where possible --------


@pytest.fixture(params=THE_REAL_ONE)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Yield the URL of an archive with its tables."""
    with fresh_archive(request.param, tmp_path) as services:
        yield services.settings.database_url


def test_a_silent_redis_is_asked_once_and_then_left_alone(
    database_url: str, tmp_path: Path
) -> None:
    with closing(SilentServer()) as silent:
        settings = {"DATELINE_DATABASE_URL": database_url, "DATELINE_CACHE_URL": silent.url}
        with Actor(tmp_path, settings) as actor:
            # The first failure starts the pause.
            first = actor.ask("contains=first")
            begun = time.monotonic()
            answers = [actor.ask(f"contains=more&limit={number}") for number in range(1, 201)]
            pauses = (time.monotonic() - begun) / PAUSE

    assert first["timeouts"] == 1
    assert {outcome for answer in answers for outcome in answer["outcomes"]} == {"bypass"}
    # One attempt at the beginning, and one after each pause.
    assert silent.connections <= 2 + pauses
    assert sum(answer["timeouts"] for answer in answers) <= 1 + pauses


def test_a_connection_that_redis_has_closed_is_made_anew(database_url: str, tmp_path: Path) -> None:
    with closing(RedisServer(tmp_path / "redis").start()) as redis:
        settings = {"DATELINE_DATABASE_URL": database_url, "DATELINE_CACHE_URL": redis.url}
        with Actor(tmp_path, settings) as actor:
            actor.ask("contains=x")
            assert actor.ask("contains=x")["outcomes"] == ["hit"]
            redis.client.client_kill_filter(_type="normal", skipme=True)
            assert actor.ask("contains=x")["outcomes"] == ["hit"]


def test_no_thread_waits_twice_for_a_silent_redis(database_url: str, tmp_path: Path) -> None:
    threads = 12
    with closing(SilentServer()) as silent:
        settings = {"DATELINE_DATABASE_URL": database_url, "DATELINE_CACHE_URL": silent.url}
        with Actor(tmp_path, settings) as actor:
            asked = actor.ask("contains=x", times=threads)

    assert set(asked["outcomes"]) == {"bypass"}
    assert silent.connections <= threads
    assert 0 < asked["timeouts"] <= threads


def test_all_threads_wait_for_a_silent_redis_at_the_same_time(
    database_url: str, tmp_path: Path
) -> None:
    """None gets on before all are connected, so if they waited in turn, the first would for ever."""
    threads = 12
    with closing(GatheringServer(threads)) as silent:
        settings = {"DATELINE_DATABASE_URL": database_url, "DATELINE_CACHE_URL": silent.url}
        with Actor(tmp_path, settings, timeout=2 * DEADLINE) as actor:
            asked = actor.ask("contains=x", times=threads)

    assert asked["outcomes"] == ["bypass"] * threads
    assert asked["timeouts"] == 0
    assert silent.connections == threads


def test_a_queue_for_one_answer_does_not_wait_in_turn_for_a_frozen_redis(
    database_url: str, tmp_path: Path
) -> None:
    threads = 12
    with closing(RedisServer(tmp_path / "redis").start()) as redis:
        settings = {"DATELINE_DATABASE_URL": database_url, "DATELINE_CACHE_URL": redis.url}
        with Actor(tmp_path, settings) as maker, Actor(tmp_path, settings) as queue:
            queue.ask("contains=other")
            maker.hold_before("storing")
            maker.begin_to_ask("contains=x")
            maker.wait_until_held()
            looked, asked = redis.calls("mget"), redis.calls("set")
            queue.begin_to_ask("contains=x", times=threads)
            # Each looks up the answer twice before it queues; the first one then asks for the lock.
            wait_until(
                lambda: redis.calls("mget") >= looked + 2 * threads and redis.calls("set") > asked,
                "the queue stands",
            )
            redis.freeze()
            answers = queue.result()
            redis.thaw()

    assert set(answers["outcomes"]) == {"bypass"}
    assert 0 < answers["timeouts"] < threads
