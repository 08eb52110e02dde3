"""An answer as the bytes that go out, and where it may be kept."""

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
"""Bytes below which compressing saves less than its header and the client's time."""

SHAPE: Final = 2
"""Raised when the bytes of any answer change, so that a new release does not send old ones."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The bytes of one answer, and what its headers are made of.

    Attributes:
        body: the body, as JSON.
        compressed: the body, as gzip; None where that would not be smaller.
        etag: strong entity tag of the body, without quotes: made of the content, so that an equal
            answer of a later version of the archive has the same.
        next: the link to the next page, where there is one.
    """

    body: bytes
    compressed: bytes | None
    etag: str
    next: str | None = None

    @classmethod
    def of(cls, body: bytes, next_page: str | None = None) -> Self:
        """Make the answer ready to be sent any number of times."""
        # Time 0, so that equal bodies have equal compressed bytes.
        compressed = gzip.compress(body, 6, mtime=0) if len(body) >= MIN_COMPRESSED else None
        return cls(body, compressed, blake2b(body, digest_size=16).hexdigest(), next_page)

    def __len__(self) -> int:
        """Bytes of memory, about."""
        return len(self.body) + len(self.compressed or b"") + len(self.next or "") + 500

    def pack(self, stamp: str) -> bytes:
        """Write the answer and its stamp as bytes: a line of JSON, then the bodies."""
        compressed = None if self.compressed is None else len(self.compressed)
        head = _Head(SHAPE, stamp, self.etag, self.next, len(self.body), compressed)
        return json.dumps(head._asdict()).encode() + b"\n" + self.body + (self.compressed or b"")

    @classmethod
    def unpack(cls, packed: bytes) -> tuple[str, Self] | None:
        """Read a stamp and its answer; None where the bytes are not what `pack` writes."""
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
    """What stands before the bodies; these are said by their lengths."""

    shape: int
    stamp: str
    etag: str
    next: str | None
    body: int
    compressed: int | None


# What is asked often comes with the same line each time.
@lru_cache(maxsize=1024)
def _read_head(line: bytes) -> _Head:
    return _Head(**json.loads(line))


class Outcome(StrEnum):
    """What the cache did for an answer, as told in the header X-Cache."""

    HIT = "hit"
    MISS = "miss"
    BYPASS = "bypass"


Make = Callable[[Session], Answer]
"""Makes an answer from a snapshot of the archive."""


class Cache(Protocol):
    """Where ready-made answers are kept."""

    def get_or_make(self, key: str, make: Make) -> tuple[Answer, Outcome]:
        """Give the answer kept under the key if it is current, else make it and keep it.

        Args:
            key: the canonical question; equal for questions that mean the same.
            make: answers it; what it raises is not kept.

        Raises:
            DatabaseAway: the answer is not ready, and the database cannot be reached.
        """

    def ready(self, key: str) -> Answer | None:
        """Give the answer kept under the key if it is current, and never make it.

        Raises:
            DatabaseAway: only the database could tell whether it is.
        """

    def acknowledge(self) -> None:
        """After a commit: return when no reader can be given an older answer any more."""

    def status(self) -> dict[str, str]:
        """Say how the cache is, for people."""

    def clear(self) -> None:
        """Forget every answer."""

    def close(self) -> None:
        """Give every connection back."""
