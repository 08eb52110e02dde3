"""Answers as the bytes to be sent, and the interface of the caches."""

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b
from typing import Final, NamedTuple, Protocol, Self

from sqlalchemy.orm import Session

MIN_COMPRESSED: Final = 1024
"""Bytes; compressing smaller bodies saves less than the gzip header and the client's time cost."""

SHAPE: Final = 2
"""Raise it when the bytes of any answer change, so that a new release does not send old ones."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The bytes of one answer, and the values of its headers.

    Attributes:
        body: the body, as JSON.
        compressed: the body, gzipped; None if it has fewer than `MIN_COMPRESSED` bytes.
        etag: strong entity tag of the body, without quotes. It is a hash of the content, so an
            equal answer from a later version of the archive has the same tag.
        next: the link to the next page, if there is one.
    """

    body: bytes
    compressed: bytes | None
    etag: str
    next: str | None = None

    @classmethod
    def of(cls, body: bytes, next_page: str | None = None) -> Self:
        """Build an answer from its body: compress it and compute its ETag, once."""
        # mtime=0, so that equal bodies have equal compressed bytes.
        compressed = gzip.compress(body, 6, mtime=0) if len(body) >= MIN_COMPRESSED else None
        return cls(body, compressed, blake2b(body, digest_size=16).hexdigest(), next_page)

    def __len__(self) -> int:
        """Return the approximate size in memory, in bytes."""
        return len(self.body) + len(self.compressed or b"") + len(self.next or "") + 500

    def pack(self, stamp: str) -> bytes:
        """Serialize the answer and its stamp: a line of JSON, then the bodies."""
        compressed = None if self.compressed is None else len(self.compressed)
        head = _Head(SHAPE, stamp, self.etag, self.next, len(self.body), compressed)
        return json.dumps(head._asdict()).encode() + b"\n" + self.body + (self.compressed or b"")

    @classmethod
    def unpack(cls, packed: bytes) -> tuple[str, Self] | None:
        """Return a stamp and its answer; None if `pack` of this release did not write the bytes."""
        line, _, bodies = packed.partition(b"\n")
        try:
            head = _read_head(line)
            compressed = None if head.compressed is None else bodies[head.body :]
            whole = len(bodies) == head.body + (head.compressed or 0)
            if head.shape != SHAPE or not whole:
                return None
            return head.stamp, cls(bodies[: head.body], compressed, head.etag, head.next)
        except (ValueError, TypeError):
            return None


class _Head(NamedTuple):
    """The line before the bodies; `body` and `compressed` are their lengths in bytes."""

    shape: int
    stamp: str
    etag: str
    next: str | None
    body: int
    compressed: int | None


# Frequent answers have the same line each time.
@lru_cache(maxsize=1024)
def _read_head(line: bytes) -> _Head:
    return _Head(**json.loads(line))


class Outcome(StrEnum):
    """What the cache did for an answer: the value of the header X-Cache."""

    HIT = "hit"
    MISS = "miss"
    BYPASS = "bypass"


Make = Callable[[Session], Answer]
"""Computes an answer from a snapshot of the archive."""


class Cache(Protocol):
    """The interface of all caches."""

    def get_or_make(self, key: str, make: Make) -> tuple[Answer, Outcome]:
        """Return the cached answer if it is current, otherwise compute and cache it.

        Args:
            key: the canonical question; equal for questions that mean the same.
            make: computes the answer; its exceptions are not cached.

        Raises:
            DatabaseAway: no current answer is cached, and the database cannot be reached.
        """

    def ready(self, key: str) -> Answer | None:
        """Return the cached answer if it is current, otherwise None; never compute it.

        Raises:
            DatabaseAway: only the database knows whether the answer is current.
        """

    def acknowledge(self) -> None:
        """Invalidate older answers after a commit; return once no reader can get one."""

    def status(self) -> dict[str, str]:
        """Return the state of the cache, for people to read."""

    def clear(self) -> None:
        """Remove every answer."""

    def close(self) -> None:
        """Close every connection."""
