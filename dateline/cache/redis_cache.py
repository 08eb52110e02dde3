"""The cache shared by all workers and machines: answers and the lease, in Redis."""

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
"""Timeout in seconds, for connecting to Redis and for each reply."""

KEEP: Final = 24 * 60 * 60
"""Seconds until an answer expires, unless it is overwritten before."""

LOCK: Final = 3.0
"""Seconds until the lock of a question expires, even if its holder has died."""

PREFIX: Final = "dateline:"

HASH: Final = 16
"""Bytes of the hash of a question."""


class RedisCache:
    """Answers in Redis, with the lease that shows which of them are current."""

    def __init__(self, database: Database, url: str) -> None:
        self._database = database
        self._client = make_client(url, lambda: self._lease.connected())
        self._lease = Lease(self._client, database.stamp)
        self._breaker = Breaker("Redis is unavailable")
        self._storing = Breaker("Redis accepts no new answers")
        self._local = NameRegistry(lambda _name: threading.Lock())

    def ready(self, key: str) -> Answer | None:
        """Return the answer if it is cached and current."""
        if self._breaker.is_open():
            return None
        try:
            return self._kept(_name(key))
        except RedisError as error:
            self._breaker.fail(error)
            return None

    def get_or_make(self, key: str, make: Make) -> tuple[Answer, Outcome]:
        """Return the cached answer, or compute it once, however many processes request it."""
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
            # Only looking up an answer raises it, so nothing has been computed yet.
            self._breaker.fail(error)
            return self._bypass(make)

    def acknowledge(self) -> None:
        """Invalidate older answers after a commit; return once no reader can get one."""
        self._lease.end()

    def status(self) -> dict[str, str]:
        """Return the state of Redis.

        Raises:
            RedisError: it cannot be reached.
        """
        server: Any = self._client.info()
        # Of exactly this length, because the lock of an answer has a longer name.
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
        """Remove every answer, for all processes.

        Raises:
            RedisError: Redis cannot be reached.
        """
        for name in self._client.scan_iter(f"{PREFIX}*", count=1_000):
            self._client.unlink(name)

    def close(self) -> None:
        """Close every connection."""
        self._client.close()

    def _bypass(self, make: Make) -> tuple[Answer, Outcome]:
        with self._database.reading() as session:
            return make(session), Outcome.BYPASS

    def _kept(self, name: str) -> Answer | None:
        if self._breaker.is_open():
            # It failed for another thread while this one waited for the lock.
            raise redis.ConnectionError("Redis is not called for now")
        asked_at = time.monotonic()
        found = self._ask("MGET", KEY, name)
        if not isinstance(found, list) or len(found) != 2:
            raise InvalidResponse("Redis has not returned the two keys that were requested")
        lease, packed = sound(found[0]), sound(found[1])
        self._breaker.succeed()
        kept = None if packed is None else Answer.unpack(packed)
        if kept is None:
            return None
        stamp, answer = kept
        current = self._lease.believe(lease, asked_at) or self._lease.learn()
        return answer if stamp == current else None

    def _ask(self, *command: str) -> Any:
        """Send a command without retrying, and return the reply.

        The client's own methods would also time the call and prepare retries. Neither is wanted
        here, and both are a large part of the cost of so small a command.
        """
        pool = self._client.connection_pool
        # A connection from the pool is open, and has nothing left to read.
        connection: Any = pool.get_connection()
        try:
            connection.send_command(*command)
            return connection.read_response()
        finally:
            pool.release(connection)

    def _make(self, name: str, make: Make) -> Answer:
        with self._database.reading() as session:
            # Read in the same snapshot as the rows, so the stamp is never newer than they are.
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


def make_client(url: str, connected: Callable[[], None] = lambda: None) -> redis.Redis:
    """Build a client that gives up quickly.

    Args:
        url: the URL of the server, which may turn out not to be Redis.
        connected: called for every connection that is opened.
    """

    def connect(connection: Any) -> None:
        try:
            connection.on_connect()
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            # redis-py takes for granted that the server is Redis.
            raise InvalidResponse("the server is not Redis") from error
        connected()

    client: redis.Redis = redis.Redis.from_url(
        url,
        socket_timeout=TIMEOUT,
        socket_connect_timeout=TIMEOUT,
        # redis-py retries ten times by default, for seconds; here the database is the fallback.
        retry=Retry(NoBackoff(), 0),
        redis_connect_func=connect,
    )
    return client


class _Mutex:
    """A question's lock, held by one thread of one process.

    If Redis gives no lock, the thread goes on without it. Several may then compute the answer,
    which only costs time.
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
        """Call Redis, unless it has failed: waiting threads must not each run into its timeout."""
        if self._breaker.is_open():
            return
        try:
            call()
        except (ResponseError, LockError):
            # Redis is full and gives no lock, or the lock to release was not given or has expired.
            return
        except RedisError as error:
            self._breaker.fail(error)
