"""The in-process cache: the default, with nothing to install."""

import threading
from collections.abc import Callable
from typing import NamedTuple

from cachetools import LRUCache
from dogpile.util import NameRegistry

from dateline.cache.answers import Answer, Make, Outcome
from dateline.cache.data_version import DataVersion
from dateline.cache.once import make_once
from dateline.database import Database


class _Kept(NamedTuple):
    key: str
    answer: Answer
    stamp: object


def _size_of(kept: _Kept) -> int:
    """Return the approximate size in bytes; a question may be longer than its answer."""
    return len(kept.key) + len(kept.answer)


class MemoryCache:
    """Answers of this process, bounded in bytes; the least recently used are dropped first.

    Several processes stay correct side by side, because each compares its own stamps with the
    version that the database itself reports.
    """

    def __init__(self, database: Database, max_bytes: int) -> None:
        """Cache answers from a database, `max_bytes` of them at most."""
        self._database = database
        path = database.engine.url.database
        is_file = database.engine.dialect.name == "sqlite"
        self._data_version = DataVersion(path or "") if is_file else None
        # MySQL does not report commits, so the stamp is read from the archive each time.
        self._version: Callable[[], object] = (
            self._data_version.current if self._data_version is not None else database.stamp
        )
        self._answers: LRUCache[str, _Kept] = LRUCache(max_bytes, getsizeof=_size_of)
        # LRUCache reorders its items on access, so even reading needs the lock.
        self._lock = threading.Lock()
        # One lock for each answer that is being computed; it is dropped once nobody holds it.
        self._makers = NameRegistry(lambda _key: threading.Lock())

    def ready(self, key: str) -> Answer | None:
        """Return the answer if it is cached and current."""
        with self._lock:
            kept = self._answers.get(key)
        if kept is None or kept.stamp != self._version():
            return None
        return kept.answer

    def get_or_make(self, key: str, make: Make) -> tuple[Answer, Outcome]:
        """Return the cached answer, or compute it once, however many threads request it."""
        answer = self.ready(key)
        if answer is not None:
            return answer, Outcome.HIT
        return make_once(
            self._makers.get(key), lambda: self.ready(key), lambda: self._make(key, make)
        )

    def acknowledge(self) -> None:
        """Do nothing: the database itself reports the new version."""

    def status(self) -> dict[str, str]:
        """Return the state of the cache."""
        return {"cache": "in-process: each worker keeps its own, and nobody else can see into it"}

    def clear(self) -> None:
        """Remove the answers of this process."""
        with self._lock:
            self._answers.clear()

    def close(self) -> None:
        """Close the connection that reads the version, if there is one."""
        if self._data_version is not None:
            self._data_version.close()

    def _make(self, key: str, make: Make) -> Answer:
        # The stamp is read before the snapshot begins. After a commit in between, the answer is
        # newer than its stamp: it is recomputed needlessly, but an outdated answer is never taken
        # for current.
        stamp = self._version()
        with self._database.reading() as session:
            answer = make(session)
        kept = _Kept(key, answer, stamp)
        if _size_of(kept) <= self._answers.maxsize:
            with self._lock:
                self._answers[key] = kept
        return answer
