"""Where the parts are joined: for the web application and for the command line alike."""

import ctypes
import gc
from dataclasses import dataclass
from typing import Final

from dateline.cache.answers import Cache
from dateline.cache.memory import MemoryCache
from dateline.cache.null import NullCache
from dateline.config import Settings
from dateline.database import Database

M_TRIM_THRESHOLD: Final = -1
M_MMAP_THRESHOLD: Final = -3
"""What glibc calls two of its parameters (mallopt(3), malloc.h)."""


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of one process."""

    settings: Settings
    database: Database
    cache: Cache

    def close(self) -> None:
        """Give every connection back."""
        self.cache.close()
        self.database.close()


def open_services(settings: Settings) -> Services:
    """Join the parts. No server is asked for anything before it is needed."""
    database = Database(settings)
    cache = _open_cache(settings, database)
    database.acknowledge_with(cache.acknowledge)
    return Services(settings, database, cache)


def _open_cache(settings: Settings, database: Database) -> Cache:
    if settings.cache_url == "none://":
        return NullCache(database)
    if settings.cache_url.startswith("redis"):
        # Loaded where it is used: no command without Redis waits for its client to be loaded.
        from dateline.cache.redis_cache import RedisCache

        return RedisCache(database, settings.cache_url)
    return MemoryCache(database, settings.cache_bytes)


def settle() -> None:
    """Have the process keep what it uses again and again."""
    # What the process has started with, the garbage collector need not look at.
    gc.freeze()
    # Each statement of SQLAlchemy leaves some cycles. With a search for them after every thousand
    # new objects a question takes a millisecond longer now and then; after every 50,000 it was 30
    # to 80 milliseconds, for one question in some hundred. What has outlived such searches, as
    # compiled statements and answers do, is hardly ever looked at again.
    gc.set_threshold(1_000, 20, 500)
    # The arrays of a question have some hundred KiB each. By itself glibc gives them back to the
    # system as soon as they are free, and is given them again page by page, emptied, which takes a
    # good part of the time of a question. Other systems have no such function.
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_TRIM_THRESHOLD, 8 * 2**20)
        mallopt(M_MMAP_THRESHOLD, 2 * 2**20)
