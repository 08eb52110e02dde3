"""What is wrong with a set-up, and how to mend it."""

import sqlite3
import time
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from redis.exceptions import RedisError
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from dateline.cache.redis_cache import make_client
from dateline.database import Database
from dateline.wiring import Services

CLOCK: Final = 5.0
"""Seconds by which two clocks may differ."""

PACKET: Final = 64 * 1024 * 1024
"""Bytes that MySQL must take in one statement: its own default. One row of the text index may have
28 MB, and twice that as the hexadecimals that it is written as."""

TRIGRAMS: Final = (3, 34, 0)
"""The release of SQLite that brought the trigram tokenizer, which the first migrations name."""


class Finding(NamedTuple):
    """What a check has found.

    Attributes:
        what: what was looked at, and how it is.
        mend: what to do about it; None where nothing is wrong.
    """

    what: str
    mend: str | None = None


def examine(services: Services) -> Iterator[Finding]:
    """Look at everything that a set-up needs, and go on where something is wrong."""
    yield from _database(services.database)
    url = services.settings.cache_url
    if url.startswith("redis"):
        yield from _redis(url)
    else:
        yield Finding(f"Cache: {url}")


def _database(database: Database) -> Iterator[Finding]:
    name = database.engine.url.render_as_string()
    check = {"sqlite": _sqlite, "mysql": _mysql}[database.engine.dialect.name]
    try:
        with database.engine.connect() as connection:
            yield Finding(f"Database: {name} answers")
            yield from check(connection)
        yield _migrations(database)
    except DBAPIError as error:
        yield Finding(
            f"Database: {name} does not answer ({error.orig})",
            "start it, or correct DATELINE_DATABASE_URL: host, port, user, password, database",
        )


def _migrations(database: Database) -> Finding:
    if database.is_current():
        return Finding("Migrations: the tables are those of this release")
    return Finding("Migrations: the tables are behind", "run: python -m dateline db upgrade")


def _sqlite(connection: Connection) -> Iterator[Finding]:
    what = f"SQLite: {sqlite3.sqlite_version}"
    if sqlite3.sqlite_version_info >= TRIGRAMS:
        yield Finding(what)
    else:
        wanted = ".".join(map(str, TRIGRAMS))
        yield Finding(what, f"too old for the migrations: use a Python built with SQLite {wanted}")
    try:
        connection.exec_driver_sql("SELECT json_group_array(1)")
    except DBAPIError:
        yield Finding(
            "SQLite: was built without its JSON functions, by which timelines are read",
            "use a Python built with SQLite 3.38 or newer, which has them unless told otherwise",
        )


def _mysql(connection: Connection) -> Iterator[Finding]:
    def value(expression: str) -> Any:
        return connection.exec_driver_sql(f"SELECT {expression}").scalar_one()

    yield Finding(f"MySQL: {value('VERSION()')}")
    packet = value("@@max_allowed_packet")
    what = f"MySQL: max_allowed_packet={packet}"
    if packet >= PACKET:
        yield Finding(what)
    else:
        yield Finding(what, f"put max_allowed_packet={PACKET} or more under [mysqld]")
    yield _clock("MySQL", float(value("UNIX_TIMESTAMP(NOW(6))")))


def _redis(url: str) -> Iterator[Finding]:
    client = make_client(url)
    try:
        server: Any = client.info()
        now: Any = client.time()
    except RedisError as error:
        yield Finding(
            f"Redis: {url.rpartition('@')[2]} does not answer ({error})",
            "start it, or correct DATELINE_CACHE_URL; until then answers come from the database",
        )
        return
    finally:
        client.close()
    yield Finding(f"Redis: {server['redis_version']} answers")
    what = f"Redis: maxmemory={server['maxmemory_human']}, policy {server['maxmemory_policy']}"
    if server["maxmemory"] and server["maxmemory_policy"].startswith("allkeys-"):
        yield Finding(what)
    else:
        yield Finding(
            what,
            "set maxmemory and maxmemory-policy allkeys-lru: else a full Redis takes no answers",
        )
    yield _clock("Redis", float(now[0]))


def _clock(server: str, now: float) -> Finding:
    off = now - time.time()
    what = f"Clock: that of {server} differs from ours by {abs(off):.0f} s"
    return Finding(what, "set both by NTP" if abs(off) > CLOCK else None)
