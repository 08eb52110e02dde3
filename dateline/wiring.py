"""Wires the services together, for both the web application and the command line."""

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
"""Parameters of glibc's allocator (mallopt(3), malloc.h)."""


@dataclass(frozen=True, slots=True)
class Services:
    """The services of one process."""

    settings: Settings
    database: Database
    cache: Cache

    def close(self) -> None:
        """Close all connections."""
        self.cache.close()
        self.database.close()


def open_services(settings: Settings) -> Services:
    """Create the services. They connect to servers when first used."""
    database = Database(settings)
    cache = _open_cache(settings, database)
    database.acknowledge_with(cache.acknowledge)
    return Services(settings, database, cache)


def _open_cache(settings: Settings, database: Database) -> Cache:
    if settings.cache_url == "none://":
        return NullCache(database)
    if settings.cache_url.startswith("redis"):
        # Slow to load, and not needed by commands without Redis.
        from dateline.cache.redis_cache import RedisCache

        return RedisCache(database, settings.cache_url)
    return MemoryCache(database, settings.cache_bytes)


def settle() -> None:
    """Tune the garbage collector and malloc for a process that answers many questions."""
    # Objects created at the start need no collection.
    gc.freeze()
    # Each statement of SQLAlchemy leaves some cycles. With a collection after every thousand new
    # objects, a question occasionally takes a millisecond longer; after every 50,000, it was 30 to
    # 80 milliseconds, for about one question in a hundred. Objects that survive such collections,
    # such as compiled statements and answers, are hardly ever examined again.
    gc.set_threshold(1_000, 20, 500)
    # The arrays of a question have some hundred KiB each. By default, glibc returns them to the
    # system as soon as they are free, and gets them back page by page, zeroed, which takes a good
    # part of the time of a question. Other systems have no mallopt.
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_TRIM_THRESHOLD, 8 * 2**20)
        mallopt(M_MMAP_THRESHOLD, 2 * 2**20)
