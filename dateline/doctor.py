"""Checks of a set-up, each with a way to fix what is wrong."""

import sqlite3
import time
from collections.abc import Iterator
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import redis
from redis.exceptions import RedisError, ResponseError
from sqlalchemy import Connection, update
from sqlalchemy.exc import DBAPIError

from dateline.cache.redis_cache import make_client
from dateline.database import Database
from dateline.errors import DatabaseAway
from dateline.models import Archive
from dateline.wiring import Services

CLOCK: Final = 5.0
"""Seconds by which two clocks may differ."""

PACKET: Final = 64 * 1024 * 1024
"""Bytes that MySQL must accept in one statement: its own default. A row of the text index may have
28 MB, and twice that in a statement, where it is written in hexadecimal."""

OWNED: Final = "let Dateline's user own the file, and write its directory"

TRIGRAMS: Final = (3, 34, 0)
"""The release of SQLite that added the trigram tokenizer, which the first migrations use."""


class Finding(NamedTuple):
    """The result of a check.

    Attributes:
        what: what was checked, and its state.
        fix: how to fix it; None if nothing is wrong.
    """

    what: str
    fix: str | None = None


def examine(services: Services) -> Iterator[Finding]:
    """Check everything that a set-up needs, even if a check fails."""
    yield from _database(services.database)
    url = services.settings.cache_url
    if url.startswith("redis"):
        yield from _redis(url)
    else:
        yield Finding(f"Cache: {url}")


def _database(database: Database) -> Iterator[Finding]:
    # Without the options, which may contain a password too.
    name = database.engine.url.set(query={}).render_as_string()
    check, to_answer, to_write = {
        "sqlite": (
            _sqlite,
            f"correct DATELINE_DATABASE_URL; the directory must be there; {OWNED}",
            OWNED,
        ),
        "mysql": (
            _mysql,
            "start it, or correct DATELINE_DATABASE_URL: host, port, user, password, database",
            "grant its user all rights on the database, name a server that is not read-only",
        ),
    }[database.engine.dialect.name]
    try:
        with database.engine.connect() as connection:
            yield Finding(f"Database: {name} answers")
            yield from check(connection)
        if database.is_current():
            yield Finding("Migrations: the tables are those of this release")
            yield _writing(database, to_write)
        else:
            yield Finding("Migrations: the tables are behind", "run: python -m dateline db upgrade")
    except DBAPIError as error:
        yield Finding(f"Database: {name} does not answer ({error.orig})", to_answer)


def _writing(database: Database, fix: str) -> Finding:
    """Check that the database can be written; the test write is rolled back."""
    try:
        with database.rolled_back() as session:
            session.execute(update(Archive).values(version=Archive.version + 1))
    except DatabaseAway as error:
        why = getattr(error.__cause__, "orig", error)
        return Finding(
            f"Database: cannot be written ({why})", f"{fix}, or wait for the other writer"
        )
    return Finding("Database: can be written")


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
            "SQLite: was built without its JSON functions, which timelines need",
            "use a Python built with SQLite 3.38 or newer, which has them by default",
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
        runs = _scripts(client)
    except RedisError as error:
        yield Finding(
            f"Redis: {_without_secrets(url)} does not answer ({error})",
            "start it, or correct DATELINE_CACHE_URL; until then answers come from the database",
        )
        return
    finally:
        client.close()
    yield Finding(f"Redis: {server['redis_version']} answers")
    yield runs
    what = f"Redis: maxmemory={server['maxmemory_human']}, policy {server['maxmemory_policy']}"
    if server["maxmemory"] and server["maxmemory_policy"].startswith("allkeys-"):
        yield Finding(what)
    else:
        yield Finding(
            what,
            "set maxmemory and maxmemory-policy allkeys-lru: otherwise a full Redis caches nothing",
        )
    yield _clock("Redis", float(now[0]))


def _scripts(client: redis.Redis) -> Finding:
    try:
        # Loaded and then run by its hash, as the lease does: EVAL needs other rights.
        client.evalsha(client.script_load("return redis.call('INFO', 'server')"), 0)
    except ResponseError as error:
        return Finding(
            f"Redis: runs no scripts ({error})",
            "allow its user EVALSHA, SCRIPT LOAD and INFO: otherwise every answer needs a query",
        )
    return Finding("Redis: runs scripts")


def _without_secrets(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}:{parts.port or 6379}{parts.path}"


def _clock(server: str, now: float) -> Finding:
    off = now - time.time()
    what = f"Clock: that of {server} differs from ours by {abs(off):.0f} s"
    return Finding(what, "set both by NTP" if abs(off) > CLOCK else None)
