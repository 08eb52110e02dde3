"""The current version of the archive, known for a short while without asking the database.

A lease is a key in Redis that says "the stamp of the archive is S" and lives for two seconds from
the moment before S was read. Three rules keep it from ever saying less than what a writer has
acknowledged (docs/caching.md has the argument, case by case):

1. Whoever wants to put a lease first claims the place with a text of its own, reads the database,
   and then replaces the claim. A claim that is gone, whatever took it, is not replaced.
2. A writer deletes lease and claim after its commit, and only then answers its client. Where it
   cannot, it waits until every lease that could be older has run out.
3. A lease that is asked for soon after a connection was made is not believed: Redis may have come
   back with an old memory.
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
"""How long a lease lives, counted from its claim."""

CLAIM_MS: Final = 1_000
"""How long a claim lives: a reading that took longer is not put (half a lease)."""

KEY: Final = "dateline:lease"

LAST: Final = "dateline:last"
"""The stamp of the last lease, for as long as no writer has ended it: what is current when the
database is away, since nothing can be committed then."""

_CLAIM: Final = b"?"
_STAMP: Final = b"="

# A name that Redis has from its start to its end. Before the last stamp it tells that Redis has
# not come back with an old memory since: unlike a lease, that stamp does not run out.
_RUN: Final = """
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
"""

# The run comes with the claim, as a claim that Redis has from an old memory is none.
_TAKE: Final = f"""{_RUN}
return {{run, redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2], 'GET')}}
"""

# The claim's remaining life tells its age, so that the lease ends two seconds after the claim was
# made, by the one clock that counts.
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
    """Learns the current stamp, from Redis where it can."""

    def __init__(self, client: "redis.Redis", read_stamp: Callable[[], str]) -> None:
        """Use a Redis.

        Args:
            client: tells `connected` of every connection that it makes.
            read_stamp: reads the stamp from the database.
        """
        self._client = client
        self._read_stamp = read_stamp
        self._take = client.register_script(_TAKE)
        self._put = client.register_script(_PUT)
        self._get_last = client.register_script(_GET_LAST)
        self._connected_at = float("-inf")
        # Which archive is ours, as soon as the database was asked for a stamp.
        self._archive: str | None = None

    def connected(self) -> None:
        """Note that a new connection to Redis was made just now."""
        self._connected_at = time.monotonic()

    def believe(self, value: bytes | None, asked_at: float) -> str | None:
        """Take the stamp out of what stood under `KEY`; None if there is none to be believed.

        Args:
            value: what stood there.
            asked_at: the monotonic time just before it was asked for. The time after it would not
                do: whoever is held up between reading and looking would take an old lease for one
                that has stood the test of time.
        """
        if value is None or not value.startswith(_STAMP):
            return None
        # A connection that was made to ask is younger than the question.
        if asked_at - self._connected_at < SECONDS:
            return None
        stamp = _stamp(value)
        return stamp if archive_of(stamp) == self._archive else None

    def learn(self) -> str:
        """Read the stamp from the database, and put a lease on it if nothing came between.

        Raises:
            RedisError: Redis has failed: there is no lease, and nothing else is wrong.
            DatabaseAway: the database cannot be reached, and Redis does not know the stamp.
        """
        try:
            return self._learn()
        except DatabaseAway:
            last = sound(self._get_last(keys=[LAST]))
            if last is None:
                raise
            stamp = _stamp(last)
            # A process that has not reached the database yet does not know its archive, and takes
            # Redis to have no other.
            if self._archive not in (None, archive_of(stamp)):
                raise
            return stamp

    def end(self) -> None:
        """After a commit: see to it that no lease says less; returns when that is so."""
        try:
            ended: Any = self._client.delete(KEY, LAST)
            if not isinstance(ended, int):
                raise redis.InvalidResponse("Redis does not say how many keys it has deleted")
        except redis.RedisError:
            # Whoever read the database before the commit had claimed before it too.
            time.sleep(SECONDS)

    def _learn(self) -> str:
        mine = _CLAIM + secrets.token_hex(8).encode()
        asked_at = time.monotonic()
        try:
            taken: Any = self._take(keys=[KEY], args=[mine, CLAIM_MS])
        except redis.ResponseError:
            # It is full: what it has may be read, but nothing can be put.
            return self._ask_database()
        if not isinstance(taken, list) or len(taken) != 2:
            raise redis.InvalidResponse("Redis has answered something that was not asked")
        run, claim = sound(taken[0]) or b"", sound(taken[1]) or mine
        if not claim.startswith(_CLAIM):
            # A lease is there: a new one, another archive's, or one that is not believed yet.
            return self.believe(claim, asked_at) or self._ask_database()
        stamp = self._ask_database()
        more = round(SECONDS * 1_000) - CLAIM_MS
        with suppress(redis.ResponseError):
            self._put(keys=[KEY, LAST], args=[claim, _STAMP + stamp.encode(), more, run])
        return stamp

    def _ask_database(self) -> str:
        """Read the stamp, and learn by it which archive is ours."""
        stamp = self._read_stamp()
        self._archive = archive_of(stamp)
        return stamp


def sound(value: object) -> bytes | None:
    """Give what Redis says of a key.

    Raises:
        InvalidResponse: it is nothing that a key can hold, so whatever answers is no Redis.
    """
    if value is None or isinstance(value, bytes):
        return value
    raise redis.InvalidResponse("Redis has answered something that was not asked")


def _stamp(value: bytes) -> str:
    return value.removeprefix(_STAMP).decode("ascii", "replace")
