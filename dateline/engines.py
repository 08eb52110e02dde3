"""The engines of each database, and the set-up of their connections."""

import sqlite3
from configparser import Error as UnreadableOptions
from pathlib import Path
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.pool import ConnectionPoolEntry

from dateline.config import PREFIX, Settings
from dateline.errors import InvalidSettings

WRITES: Final = "dateline_writes"
"""Execution option of a connection whose transaction will write."""

WRITES_MUCH: Final = "dateline_writes_much"
"""Execution option of one that will write many rows, in a process that does nothing else."""

RECYCLE: Final = 1_800
"""Seconds after which a connection is replaced: servers and proxies drop idle ones."""

PAGES: Final = 16 * 1024
"""KiB of SQLite's page cache for each connection."""

PAGES_UNMAPPED: Final = 4 * PAGES
"""The same for a reader, for the part of the file beyond `MAPPED`: the posting lists of a frequent
trigram among ten million entries are 10 MB or more. A mapped file does not use it."""

MANY_PAGES: Final = 2 * PAGES
"""The same for a process that only imports: keys are in random order, so larger caches save writes.
Still larger ones were no faster (docs/decisions/0012)."""

MAPPED: Final = 2**31 - 2**16
"""Bytes of an SQLite file that readers map into memory: the most that SQLite allows."""

LONGEST_STATEMENT: Final = 3_600
"""Read timeout of a writer, in seconds: one statement of a migration may index all entries."""


FILES: Final = {"read_default_file", "ssl_ca", "ssl_cert", "ssl_key"}
"""Options of a MySQL URL that name a file."""


class Engines(NamedTuple):
    """The engines of the archive's database, which connect when first used.

    Attributes:
        reading: for transactions that read.
        writing: for transactions that write, and for migrations, whose statements may take long.
    """

    reading: Engine
    writing: Engine


def make_engines(settings: Settings) -> Engines:
    """Create the engines of the archive's database.

    Raises:
        InvalidSettings: an option of the MySQL URL has a value or a file that cannot be used.
    """
    url = make_url(settings.database_url)
    if url.get_backend_name() == "mysql":
        _try_options(url)
        # A frozen server must not block a reader forever; waiting for a lock may take longer.
        seconds = settings.database_timeout + round(settings.lock_timeout)
        return Engines(_mysql(url, settings, seconds), _mysql(url, settings, LONGEST_STATEMENT))
    reading = _sqlite(url, settings)
    event.listen(reading, "connect", _set_up_sqlite_reader)
    return Engines(reading, _sqlite(url, settings))


def _sqlite(url: URL, settings: Settings) -> Engine:
    # Otherwise SQLAlchemy's errors would put people's rows into the log.
    engine = create_engine(
        url,
        connect_args={"timeout": settings.lock_timeout},
        hide_parameters=True,
        pool_size=settings.threads,
        pool_timeout=settings.database_timeout,
    )
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(dbapi_connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    # The driver's own transaction control never begins a transaction for a SELECT, so two SELECTs
    # could see two states of the archive. With it off, _begin_sqlite begins every transaction.
    dbapi_connection.isolation_level = None
    cursor = dbapi_connection.cursor()
    _have_wal(cursor)
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute(f"PRAGMA cache_size = -{PAGES}")
    cursor.close()


def _have_wal(cursor: DBAPICursor) -> None:
    """Switch to WAL, so that readers are not blocked by a writer."""
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY":
                raise
            # Another process is writing a file that is not in WAL mode yet, usually creating it.
            # SQLite's timeout does not apply to this statement, but it does to BEGIN.
            cursor.execute("BEGIN EXCLUSIVE")
            cursor.execute("ROLLBACK")
        else:
            return


def _set_up_sqlite_reader(dbapi_connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    # Entries looked up by id are all over the file: a mapped page costs neither a system call nor
    # a copy (docs/decisions/0015).
    cursor = dbapi_connection.cursor()
    cursor.execute(f"PRAGMA mmap_size = {MAPPED}")
    cursor.execute(f"PRAGMA cache_size = -{PAGES_UNMAPPED}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get(WRITES_MUCH, False):
        connection.exec_driver_sql(f"PRAGMA cache_size = -{MANY_PAGES}")
    # A transaction that begins as a reader cannot become a writer once another one has written.
    writes = options.get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _mysql(url: URL, settings: Settings, read_timeout: float) -> Engine:
    engine = create_engine(
        url.update_query_dict({"charset": "utf8mb4"}),
        connect_args={
            "init_command": "SET SESSION sql_mode = 'TRADITIONAL', time_zone = '+00:00', "
            "transaction_isolation = 'READ-COMMITTED', "
            f"innodb_lock_wait_timeout = {max(1, round(settings.lock_timeout))}, "
            # The defaults of a server may be others, with which our statements would fail.
            "sql_safe_updates = 0, completion_type = 'NO_CHAIN'",
            "connect_timeout": settings.database_timeout,
            "read_timeout": read_timeout,
            "write_timeout": settings.database_timeout,
        },
        hide_parameters=True,
        # Rows are passed to the driver as tuples (imports/store.py).
        paramstyle="format",
        pool_size=settings.threads,
        pool_pre_ping=True,
        pool_recycle=RECYCLE,
        pool_timeout=settings.database_timeout,
    )
    event.listen(engine, "begin", _begin_mysql)
    return engine


def _try_options(url: URL) -> None:
    """Have the driver check the options of the URL, without connecting.

    Otherwise the first connection would fail, with errors that are not those of a database.
    """
    dialect = url.get_dialect()
    driver: Any = dialect.import_dbapi()
    try:
        for name in FILES & url.query.keys():
            # The driver does not say which file is missing, and ignores some missing ones.
            Path(str(url.query[name])).expanduser().open("rb").close()
        arguments, options = dialect().create_connect_args(url)
        driver.connect(*arguments, **options, defer_connect=True)
    except UnreadableOptions as error:
        # The original message quotes lines of the file, and so perhaps a password.
        raise _unusable("read_default_file is not in the format of MySQL option files") from error
    except (OSError, ValueError) as error:
        raise _unusable(str(error)) from error


def _unusable(why: str) -> InvalidSettings:
    return InvalidSettings(
        f"{PREFIX}DATABASE_URL: correct what follows the ?, or leave it out: {why}"
    )


def _begin_mysql(connection: Connection) -> None:
    if not connection.get_execution_options().get(WRITES, False):
        # All statements of a reader see one snapshot of the archive.
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        connection.exec_driver_sql("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
