"""The current stamp of the archive, leased so that most readers need not query the database.

A lease is a key in Redis that says "the stamp of the archive is S". It lives for two seconds,
counted from before S was read. Three rules keep it from ever being older than an acknowledged
write (docs/caching.md has the argument, case by case):

1. A process that wants to set a lease first claims the key with a text of its own, then reads the
   database, then replaces the claim. A claim that is gone, for whatever reason, is not replaced.
2. A writer deletes lease and claim after its commit, and only then responds to its client. If it
   cannot, it waits until every lease that could be older has expired.
3. A lease requested within two seconds of opening a connection is not trusted: Redis may have come
   back with old data.
"""

import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import redis

from dateline.database import archive_of
from dateline.errors import DatabaseAway

SECONDS: Final = 2.0
"""Lifetime of a lease, counted from its claim."""

CLAIM_MS: Final = 1_000
"""Lifetime of a claim, half that of a lease: if reading the stamp takes longer, no lease is set."""

KEY: Final = "dateline:lease"

LAST: Final = "dateline:last"
"""The last leased stamp, until a writer deletes it. It is the current one while the database is
unavailable, because nothing can be committed then."""

_CLAIM: Final = b"?"
_STAMP: Final = b"="

# Redis renews its run id at each start. It is stored in front of the last stamp, which unlike a
# lease does not expire, to detect that Redis has come back with old data.
_RUN: Final = """
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
"""

# The run id is returned with the claim, because a claim from before a restart is not valid.
_TAKE: Final = f"""{_RUN}
return {{run, redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2], 'GET')}}
"""

# The claim's remaining lifetime shows its age, so the lease ends two seconds after the claim was
# made, by the clock of Redis.
_PUT: Final = f"""{_RUN}
if run ~= ARGV[4] or redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
local left = redis.call('PTTL', KEYS[1])
redis.call('SET', KEYS[1], ARGV[2], 'PX', left + ARGV[3])
redis.call('SET', KEYS[2], run .. ARGV[2])
return 1
"""

_GET_LAST: Final = f"""{_RUN}
local last = redis.call('GET', KEYS[1])
if not last or string.sub(last, 1, #run) ~= run then return false end
return string.sub(last, #run + 1)
"""


class Lease:
    """Reads the current stamp: from Redis if possible, otherwise from the database."""

    def __init__(self, client: "redis.Redis", read_stamp: Callable[[], str]) -> None:
        """Keep the lease in a Redis.

        Args:
            client: must call `connected` for every connection that it opens.
            read_stamp: reads the stamp from the database.
        """
        self._client = client
        self._read_stamp = read_stamp
        self._take = client.register_script(_TAKE)
        self._put = client.register_script(_PUT)
        self._get_last = client.register_script(_GET_LAST)
        self._connected_at = float("-inf")
        # The name of our archive, known once the stamp was read from the database.
        self._archive: str | None = None

    def connected(self) -> None:
        """Record that a new connection to Redis has just been opened."""
        self._connected_at = time.monotonic()

    def believe(self, value: bytes | None, asked_at: float) -> str | None:
        """Return the stamp of a lease; None if it is not a lease, or not to be trusted.

        Args:
            value: the value of `KEY`.
            asked_at: the monotonic time just before the value was requested. The time after the
                reply would be wrong: a process that is delayed in between would trust an old lease
                as if it had been confirmed by time.
        """
        if value is None or not value.startswith(_STAMP):
            return None
        # Negative if the connection was opened for this very request.
        if asked_at - self._connected_at < SECONDS:
            return None
        stamp = _stamp(value)
        return stamp if archive_of(stamp) == self._archive else None

    def learn(self) -> str:
        """Return the current stamp; once read from the database, lease it if its claim is there.

        Raises:
            RedisError: Redis has failed, so there is no lease; nothing else is wrong.
            DatabaseAway: the database cannot be reached, and Redis does not know the stamp.
        """
        try:
            return self._learn()
        except DatabaseAway:
            last = sound(self._get_last(keys=[LAST]))
            if last is None:
                raise
            stamp = _stamp(last)
            # A process that has not reached the database yet does not know its archive, and assumes
            # that Redis holds no other.
            if self._archive not in (None, archive_of(stamp)):
                raise
            return stamp

    def end(self) -> None:
        """Delete every older lease after a commit; return once there is none."""
        try:
            ended: Any = self._client.delete(KEY, LAST)
            if not isinstance(ended, int):
                raise redis.InvalidResponse("Redis has not returned the number of deleted keys")
        except redis.RedisError:
            # Stamps read before the commit were also claimed before it, so their leases expire.
            time.sleep(SECONDS)

    def _learn(self) -> str:
        mine = _CLAIM + secrets.token_hex(8).encode()
        asked_at = time.monotonic()
        try:
            taken: Any = self._take(keys=[KEY], args=[mine, CLAIM_MS])
        except redis.ResponseError:
            # Redis is full: it can be read, but takes no lease.
            return self._ask_database()
        if not isinstance(taken, list) or len(taken) != 2:
            raise redis.InvalidResponse("Redis has returned an unexpected reply")
        run, claim = sound(taken[0]) or b"", sound(taken[1]) or mine
        if not claim.startswith(_CLAIM):
            # There is a lease: a new one, another archive's, or one that is not trusted yet.
            return self.believe(claim, asked_at) or self._ask_database()
        stamp = self._ask_database()
        more = round(SECONDS * 1_000) - CLAIM_MS
        with suppress(redis.ResponseError):
            self._put(keys=[KEY, LAST], args=[claim, _STAMP + stamp.encode(), more, run])
        return stamp

    def _ask_database(self) -> str:
        """Read the stamp from the database, and learn the name of our archive from it."""
        stamp = self._read_stamp()
        self._archive = archive_of(stamp)
        return stamp


def sound(value: object) -> bytes | None:
    """Return the value of a key as Redis replied.

    Raises:
        InvalidResponse: no key can have this value, so the server is not Redis.
    """
    if value is None or isinstance(value, bytes):
        return value
    raise redis.InvalidResponse("Redis has returned an unexpected reply")


def _stamp(value: bytes) -> str:
    return value.removeprefix(_STAMP).decode("ascii", "replace")
