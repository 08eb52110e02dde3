"""Which cache a setting names."""

from dateline.cache.answers import Cache
from dateline.cache.memory import MemoryCache
from dateline.cache.null import NullCache
from dateline.config import Settings
from dateline.database import Database


def open_cache(settings: Settings, database: Database) -> Cache:
    """Open the cache that the settings name, and have commits acknowledged to it."""
    cache = _open(settings, database)
    database.acknowledge_with(cache.acknowledge)
    return cache


def _open(settings: Settings, database: Database) -> Cache:
    if settings.cache_url == "none://":
        return NullCache(database)
    if settings.cache_url.startswith("redis"):
        # Loaded where it is used: no command without Redis waits for its client to be loaded.
        from dateline.cache.redis_cache import RedisCache

        return RedisCache(database, settings.cache_url)
    return MemoryCache(database, settings.cache_bytes)
