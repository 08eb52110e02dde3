"""The in-process cache: the embedded default, nothing to install."""

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
    """Bytes of memory, about: a question may be longer than its answer."""
    return len(kept.key) + len(kept.answer)


class MemoryCache:
    """Answers of this process, bounded in bytes; the least recently used leaves first.

    Several processes stay right beside each other, since each compares its own stamps with the
    version that the database itself tells.
    """

    def __init__(self, database: Database, max_bytes: int) -> None:
        """Keep answers to questions about a database, so many bytes of them."""
        self._database = database
        path = database.engine.url.database
        is_file = database.engine.dialect.name == "sqlite"
        self._data_version = DataVersion(path or "") if is_file else None
        # MySQL tells nobody of its commits: there the stamp in the archive is asked for each time.
        self._version: Callable[[], object] = (
            self._data_version.current if self._data_version is not None else database.stamp
        )
        self._answers: LRUCache[str, _Kept] = LRUCache(max_bytes, getsizeof=_size_of)
        # LRUCache moves what it finds, so that even reading needs the lock.
        self._lock = threading.Lock()
        # One lock for each question that is being answered, gone when nobody holds it.
        self._makers = NameRegistry(lambda _key: threading.Lock())

    def ready(self, key: str) -> Answer | None:
        """Give the answer if it is kept and current."""
        with self._lock:
            kept = self._answers.get(key)
        if kept is None or kept.stamp != self._version():
            return None
        return kept.answer

    def get_or_make(self, key: str, make: Make) -> tuple[Answer, Outcome]:
        """Answer from memory, or make the answer once, however many threads ask for it."""
        answer = self.ready(key)
        if answer is not None:
            return answer, Outcome.HIT
        return make_once(
            self._makers.get(key), lambda: self.ready(key), lambda: self._make(key, make)
        )

    def acknowledge(self) -> None:
        """Nothing to do: the database itself tells the new version."""

    def status(self) -> dict[str, str]:
        """Say how the cache is."""
        return {"cache": "in-process: each worker keeps its own, and nobody else can see into it"}

    def clear(self) -> None:
        """Forget the answers of this process."""
        with self._lock:
            self._answers.clear()

    def close(self) -> None:
        """Give the connection back that reads the version, if there is one."""
        if self._data_version is not None:
            self._data_version.close()

    def _make(self, key: str, make: Make) -> Answer:
        # The stamp is read before the snapshot begins. A commit between the two leaves an answer
        # newer than its stamp: made again needlessly, never taken for current when it is not.
        stamp = self._version()
        with self._database.reading() as session:
            answer = make(session)
        kept = _Kept(key, answer, stamp)
        if _size_of(kept) <= self._answers.maxsize:
            with self._lock:
                self._answers[key] = kept
        return answer
