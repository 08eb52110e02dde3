"""The lease, with a process killed or held at each point where that could do harm.

All processes run the same query for a word; every added title contains it.
"""

import time
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from dateline.cache import lease
from dateline.errors import DatabaseAway
from tests.archives import new_settings, opened
from tests.servers import THE_REAL_ONE, RedisServer, fresh_archive, wait_until
from tests.stack.actor import Actor

pytestmark = pytest.mark.needs("redis")

_numbers = count(1)


class Cast(NamedTuple):
    """Processes of one service, connected for long enough to trust leases."""

    redis: RedisServer
    settings: dict[str, str]
    directory: Path
    word: str
    writer: Actor
    reader: Actor
    other: Actor

    @property
    def query(self) -> str:
        """The query that all processes run in this test."""
        return f"contains={self.word}"

    def total(self, actor: Actor) -> int:
        """Return the total that a process sees now."""
        (total,) = actor.ask(self.query)["totals"]
        assert isinstance(total, int)
        return total

    def title(self, name: str) -> str:
        """Return a title that the query finds."""
        return f"{self.word} {name}"

    def lease(self) -> bytes | None:
        """Return the value of the lease's key."""
        found: Any = self.redis.client.get(lease.KEY)
        assert found is None or isinstance(found, bytes)
        return found

    def wait_for_lease(self) -> None:
        """Wait until a new lease has been put, with its full lifetime ahead."""
        self.redis.client.delete(lease.KEY)

        def is_put() -> bool:
            self.reader.ask(self.query)
            return (self.lease() or b"").startswith(b"=")

        wait_until(is_put, "there is a lease")

    def hold_reader_before_it_puts_a_lease(self) -> None:
        """Stop the reader after it has read the version, before it puts a lease."""
        self.redis.client.delete(lease.KEY)
        self.reader.hold_before("putting")
        self.reader.begin_to_ask(self.query)
        self.reader.wait_until_held()

    def restart_redis_with_a_lease_that_was_ended(self) -> int:
        """Restart Redis with a live lease from before a write; return the new total."""
        for number in count(1):
            self.wait_for_lease()
            self.redis.save()
            self.writer.add(self.title(f"again {number}"))
            self.redis.restart_with_old_dump()
            # On a busy machine it may have expired before Redis was back.
            if (self.lease() or b"").startswith(b"="):
                break
        return number + 1


@pytest.fixture(scope="module", params=THE_REAL_ONE)
def service(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[RedisServer, dict[str, str], Path]]:
    """Provide a database and a Redis, with the settings that name them."""
    directory = tmp_path_factory.mktemp("lease")
    redis = RedisServer(directory / "redis").start()
    try:
        with fresh_archive(request.param, directory) as services:
            url = services.settings.database_url
            yield redis, {"DATELINE_DATABASE_URL": url, "DATELINE_CACHE_URL": redis.url}, directory
    finally:
        redis.close()


@pytest.fixture(scope="module")
def actors(service: tuple[RedisServer, dict[str, str], Path]) -> Iterator[list[Actor]]:
    """Start three processes, shared by the tests that do not kill them."""
    _redis, settings, directory = service
    shared = [Actor(directory, settings) for _ in range(3)]
    try:
        yield shared
    finally:
        for actor in shared:
            actor.close()


@pytest.fixture
def cast(service: tuple[RedisServer, dict[str, str], Path], actors: list[Actor]) -> Cast:
    """Provide the processes with a query that no other test has run."""
    redis, settings, directory = service
    for place, actor in enumerate(actors):
        # Replace a process that a failed test has left busy.
        if not actor.is_free():
            actor.close()
            actors[place] = Actor(directory, settings)
    cast = Cast(redis, settings, directory, f"common{next(_numbers)}x", *actors)
    cast.writer.add(cast.title("zero"))
    wait_until(
        lambda: all(actor.ask(cast.query)["believes"] for actor in actors),
        "connections are so old that leases are believed",
        step=0.1,
    )
    return cast


def test_a_writer_killed_between_commit_and_lease_costs_no_acknowledged_write(cast: Cast) -> None:
    with Actor(cast.directory, cast.settings) as doomed:
        doomed.die_before("ending")
        cast.wait_for_lease()
        doomed.begin_to_add(cast.title("one"))
        doomed.wait_until_dead()

    # It was not acknowledged, so it may be seen or not. It is committed, so it is seen once the
    # lease has expired.
    assert cast.total(cast.reader) in (1, 2)
    wait_until(lambda: cast.lease() is None, "the lease has expired")
    assert cast.total(cast.reader) == 2

    # The next acknowledged write is seen at once by all.
    cast.writer.add(cast.title("two"))
    assert [cast.total(actor) for actor in (cast.reader, cast.other, cast.writer)] == [3, 3, 3]


def test_a_client_who_sends_again_what_a_killed_writer_took_sees_it(cast: Cast) -> None:
    with Actor(cast.directory, cast.settings) as doomed:
        doomed.die_before("ending")
        cast.wait_for_lease()
        doomed.begin_to_add(cast.title("one"))
        doomed.wait_until_dead()

    again = cast.writer.add(cast.title("one"))

    # A duplicate is acknowledged too.
    assert again["created"] is False
    assert cast.total(cast.reader) == 2


def test_a_reader_held_before_it_puts_a_lease_puts_none_over_a_write(cast: Cast) -> None:
    cast.hold_reader_before_it_puts_a_lease()

    cast.writer.add(cast.title("one"))
    cast.reader.go_on()
    cast.reader.result()

    assert cast.lease() is None
    assert cast.total(cast.other) == 2


def test_a_reader_held_before_it_puts_a_lease_puts_none_over_another_lease(cast: Cast) -> None:
    cast.hold_reader_before_it_puts_a_lease()

    cast.writer.add(cast.title("one"))
    assert cast.total(cast.other) == 2
    newer = cast.lease()
    cast.reader.go_on()
    cast.reader.result()

    assert cast.lease() in (newer, None)
    assert cast.total(cast.other) == 2


def test_a_reader_held_for_half_a_lease_puts_none(cast: Cast) -> None:
    """Its version may be older than the time that a writer without Redis waits."""
    cast.hold_reader_before_it_puts_a_lease()

    wait_until(lambda: cast.lease() is None, "the claim has run out")
    cast.reader.go_on()
    cast.reader.result()

    assert cast.lease() is None


def test_two_readers_with_one_claim_put_no_old_lease(cast: Cast) -> None:
    """The second shares the claim of the first, and a write comes in between."""
    cast.redis.client.delete(lease.KEY)
    for actor in (cast.reader, cast.other):
        actor.hold_before("putting")
        actor.begin_to_ask(cast.query)
        actor.wait_until_held()

    cast.writer.add(cast.title("one"))
    for actor in (cast.reader, cast.other):
        actor.go_on()
        actor.result()
        assert cast.total(cast.writer) == 2


def test_an_answer_stored_by_a_slow_reader_after_two_writes_is_taken_by_nobody(cast: Cast) -> None:
    cast.writer.add(cast.title("one"))
    cast.reader.hold_before("storing")
    cast.reader.begin_to_ask(cast.query)
    cast.reader.wait_until_held()

    cast.writer.add(cast.title("two"))
    cast.writer.add(cast.title("three"))
    assert cast.total(cast.other) == 4
    cast.reader.go_on()
    (late,) = cast.reader.result()["totals"]

    # Its request came before the two writes.
    assert late == 2
    assert [cast.total(actor) for actor in (cast.other, cast.reader, cast.writer)] == [4, 4, 4]


def test_a_lease_out_of_an_old_dump_is_believed_by_nobody(cast: Cast) -> None:
    total = cast.restart_redis_with_a_lease_that_was_ended()

    everybody = [cast.total(actor) for actor in (cast.reader, cast.other, cast.writer)]
    assert everybody == [total] * 3


def test_a_reader_held_after_reading_an_old_lease_does_not_trust_it(cast: Cast) -> None:
    """What counts is the age of the connection when the lease was requested."""
    total = cast.restart_redis_with_a_lease_that_was_ended()

    cast.reader.hold_before("believing")
    cast.reader.begin_to_ask(cast.query)
    cast.reader.wait_until_held()
    time.sleep(lease.SECONDS)
    cast.reader.go_on()

    assert cast.reader.result()["totals"] == [total]


def test_a_claim_out_of_an_old_dump_is_replaced_by_nobody(cast: Cast) -> None:
    """Otherwise the last stamp, which does not expire, would be from before the write."""
    for number in count(1):
        cast.hold_reader_before_it_puts_a_lease()
        cast.redis.save()
        cast.writer.add(cast.title(f"again {number}"))
        cast.redis.restart_with_old_dump()
        # On a busy machine it may have expired before Redis was back.
        is_claimed = (cast.lease() or b"").startswith(b"?")
        cast.reader.go_on()
        cast.reader.result()
        if is_claimed:
            break

    assert not (cast.lease() or b"").startswith(b"=")
    # The one from the dump is there, with the run id of the process that has ended.
    server: Any = cast.redis.client.info("server")
    last: Any = cast.redis.client.get(lease.LAST)
    assert not last.startswith(server["run_id"].encode())


def test_another_archive_on_the_same_redis_takes_no_answer_of_this_one(
    cast: Cast, tmp_path: Path
) -> None:
    with opened(new_settings(tmp_path)) as services:
        url = services.settings.database_url
    cast.wait_for_lease()
    with Actor(tmp_path, {**cast.settings, "DATELINE_DATABASE_URL": url}) as another:
        wait_until(
            lambda: another.ask("contains=nothing")["believes"], "leases are believed", step=0.1
        )
        cast.wait_for_lease()
        assert cast.total(cast.reader) == 1
        assert cast.total(another) == 0
        assert cast.total(cast.reader) == 1


def test_while_the_database_is_away_nobody_takes_the_last_stamp_of_another_archive(
    tmp_path: Path,
) -> None:
    def is_away() -> str:
        raise DatabaseAway

    with closing(RedisServer(tmp_path / "redis").start()) as redis:
        reads = ["ours.1"]
        ours = lease.Lease(redis.client, lambda: reads.pop() if reads else is_away())
        assert ours.learn() == "ours.1"

        redis.client.delete(lease.KEY)
        assert ours.learn() == "ours.1"

        redis.client.delete(lease.KEY)
        assert lease.Lease(redis.client, lambda: "theirs.1").learn() == "theirs.1"
        redis.client.delete(lease.KEY)
        with pytest.raises(DatabaseAway):
            ours.learn()


def test_a_writer_who_cannot_reach_redis_waits_until_every_lease_has_run_out(cast: Cast) -> None:
    cast.wait_for_lease()
    cast.redis.freeze()
    try:
        waited = cast.writer.add(cast.title("one"))["seconds"]
    finally:
        cast.redis.thaw()

    assert waited >= lease.SECONDS
    assert [cast.total(actor) for actor in (cast.reader, cast.other, cast.writer)] == [2, 2, 2]


def test_a_waiter_whose_computer_dies_is_not_stuck(cast: Cast) -> None:
    question = f"{cast.query}&limit=7"
    with Actor(cast.directory, cast.settings) as doomed:
        doomed.die_before("storing")
        doomed.begin_to_ask(question)
        doomed.wait_until_dead()

    assert cast.other.ask(question)["totals"] == [1]
