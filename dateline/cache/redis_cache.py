"""The cache that all workers and machines share: answers and the lease, in Redis."""

import threading
import time
from collections.abc import Callable
from hashlib import blake2b
from typing import Any, Final

import redis
from dogpile.util import NameRegistry
from redis.backoff import NoBackoff
from redis.exceptions import InvalidResponse, LockError, RedisError, ResponseError
from redis.retry import Retry

from dateline.cache.answers import Answer, Make, Outcome
from dateline.cache.breaker import Breaker
from dateline.cache.lease import KEY, Lease, sound
from dateline.cache.once import make_once
from dateline.database import Database, stamp_of

TIMEOUT: Final = 0.25
"""Seconds for a connection to Redis, and for each answer of it."""

KEEP: Final = 24 * 60 * 60
"""Seconds for which an answer is kept that nobody makes anew."""

LOCK: Final = 3.0
"""Seconds after which the lock of a question is free, whatever became of who took it."""

PREFIX: Final = "dateline:"

HASH: Final = 16
"""Bytes of the hash of a question."""


class RedisCache:
    """Answers in Redis, and the lease that tells which of them are current."""

    def __init__(self, database: Database, url: str) -> None:
        self._database = database
        self._client = make_client(url, redis_connect_func=self._connect)
        self._lease = Lease(self._client, database.stamp)
        self._breaker = Breaker("Redis is away")
        self._storing = Breaker("Redis takes no new answers")
        self._local = NameRegistry(lambda _name: threading.Lock())

    def ready(self, key: str) -> Answer | None:
        """Give the answer if it is kept and current."""
        if self._breaker.is_open():
            return None
        try:
            return self._kept(_name(key))
        except RedisError as error:
            self._breaker.fail(error)
            return None

    def get_or_make(self, key: str, make: Make) -> tuple[Answer, Outcome]:
        """Answer from Redis, or make the answer once, however many processes ask for it."""
        if self._breaker.is_open():
            return self._bypass(make)
        name = _name(key)
        try:
            answer = self._kept(name)
            if answer is not None:
                return answer, Outcome.HIT
            mutex = _Mutex(self._client, name, self._local.get(name), self._breaker)
            return make_once(mutex, lambda: self._kept(name), lambda: self._make(name, make))
        except RedisError as error:
            # Only looking raises it, so nothing has been made yet.
            self._breaker.fail(error)
            return self._bypass(make)

    def acknowledge(self) -> None:
        """After a commit: return when no reader can be given an older answer any more."""
        self._lease.end()

    def status(self) -> dict[str, str]:
        """Say how Redis is.

        Raises:
            RedisError: it cannot be reached.
        """
        server: Any = self._client.info()
        # The lock of an answer has a longer name.
        names = _named("?" * 2 * HASH)
        answers = sum(1 for _ in self._client.scan_iter(names, count=1_000))
        asked_at = time.monotonic()
        lease: Any = self._client.get(KEY)
        return {
            "cache": "Redis " + server["redis_version"],
            "answers": f"{answers:,}",
            "memory": f"{server['used_memory_human']} of {server['maxmemory_human']}",
            "policy": server["maxmemory_policy"],
            "current version": self._lease.believe(lease, asked_at) or self._database.stamp(),
        }

    def clear(self) -> None:
        """Forget every answer, in all processes.

        Raises:
            RedisError: Redis cannot be reached.
        """
        for name in self._client.scan_iter(f"{PREFIX}*", count=1_000):
            self._client.unlink(name)

    def close(self) -> None:
        """Give every connection back."""
        self._client.close()

    def _connect(self, connection: Any) -> None:
        try:
            connection.on_connect()
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            # redis-py takes for granted that who answers is Redis.
            raise InvalidResponse("whatever answers there is no Redis") from error
        self._lease.connected()

    def _bypass(self, make: Make) -> tuple[Answer, Outcome]:
        with self._database.reading() as session:
            return make(session), Outcome.BYPASS

    def _kept(self, name: str) -> Answer | None:
        if self._breaker.is_open():
            # It has failed for another thread, while this one waited for its turn.
            raise redis.ConnectionError("Redis is left alone")
        asked_at = time.monotonic()
        found = self._ask("MGET", KEY, name)
        if not isinstance(found, list) or len(found) != 2:
            raise InvalidResponse("Redis was asked for two keys and answers otherwise")
        lease, packed = sound(found[0]), sound(found[1])
        self._breaker.succeed()
        kept = None if packed is None else Answer.unpack(packed)
        if kept is None:
            return None
        stamp, answer = kept
        current = self._lease.believe(lease, asked_at) or self._lease.learn()
        return answer if stamp == current else None

    def _ask(self, *command: str) -> Any:
        """Ask what is asked for every answer, once.

        The client's own methods would measure the call and stand ready to try it again: neither is
        wanted here, and for so small a question they are a good part of its cost.
        """
        pool = self._client.connection_pool
        # What the pool gives is connected, and has nothing left to be read.
        connection: Any = pool.get_connection()
        try:
            connection.send_command(*command)
            return connection.read_response()
        finally:
            pool.release(connection)

    def _make(self, name: str, make: Make) -> Answer:
        with self._database.reading() as session:
            # Read in the snapshot of the rows and before them: never newer than they are.
            stamp = stamp_of(session)
            answer = make(session)
        if not (self._storing.is_open() or self._breaker.is_open()):
            try:
                self._client.set(name, answer.pack(stamp), ex=KEEP)
                self._storing.succeed()
            except ResponseError as error:
                self._storing.fail(error)
            except RedisError as error:
                self._breaker.fail(error)
        return answer


def _name(key: str) -> str:
    return _named(blake2b(key.encode(), digest_size=HASH).hexdigest())


def _named(digest: str) -> str:
    return f"{PREFIX}answer:{digest}"


def make_client(url: str, **more: Any) -> redis.Redis:
    """Make a client that is quick to give up."""
    client: redis.Redis = redis.Redis.from_url(
        url,
        socket_timeout=TIMEOUT,
        socket_connect_timeout=TIMEOUT,
        # redis-py tries ten times by itself, for seconds; here the database is the second try.
        retry=Retry(NoBackoff(), 0),
        **more,
    )
    return client


class _Mutex:
    """A question's lock: one thread of this process, and one process of all.

    Where Redis gives no lock, the thread goes on without: more than one may then make the answer,
    which costs time and nothing else.
    """

    def __init__(
        self, client: redis.Redis, name: str, local: threading.Lock, breaker: Breaker
    ) -> None:
        self._local = local
        self._breaker = breaker
        self._shared = client.lock(
            f"{name}:lock", timeout=LOCK, sleep=0.01, blocking_timeout=LOCK, thread_local=False
        )

    def acquire(self, _wait: bool = True) -> bool:
        self._local.acquire()
        self._share(self._shared.acquire)
        return True

    def release(self) -> None:
        try:
            self._share(self._shared.release)
        finally:
            self._local.release()

    def _share(self, call: Callable[[], object]) -> None:
        """Call Redis; where it is away, the threads of a queue do not each wait for it in turn."""
        if self._breaker.is_open():
            return
        try:
            call()
        except (ResponseError, LockError):
            # It is full and gives no lock; or releasing what was not given, or has run out.
            return
        except RedisError as error:
            self._breaker.fail(error)
