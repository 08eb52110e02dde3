"""How a connection to each database is made and set up."""

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
"""Execution option of a connection whose transaction is going to write."""

WRITES_MUCH: Final = "dateline_writes_much"
"""The same of one that is going to write many rows, in a process that does nothing else."""

RECYCLE: Final = 1_800
"""Seconds after which a connection is made anew: servers and proxies drop idle ones."""

PAGES: Final = 16 * 1024
"""KiB for the pages of an SQLite file that a connection keeps in memory."""

PAGES_UNMAPPED: Final = 4 * PAGES
"""The same of one that reads, for what lies beyond `MAPPED`: the posting lists of a frequent trigram
among ten million entries are 10 MB and more. A file that is mapped takes none of it."""

MANY_PAGES: Final = 2 * PAGES
"""The same where much is written: keys come in random order, so an import of a million rows has use
for ever more, and yet more than this was no quicker (docs/decisions/0012)."""

MAPPED: Final = 2**31 - 2**16
"""Bytes of an SQLite file that readers map into memory: as many as SQLite allows."""

LONGEST_STATEMENT: Final = 3_600
"""Seconds that a writer waits for: a migration may make an index of all entries by one statement."""


FILES: Final = {"read_default_file", "ssl_ca", "ssl_cert", "ssl_key"}
"""What may stand behind a URL of MySQL and names a file."""


class Engines(NamedTuple):
    """How the archive's database is reached. Nothing is connected before it is needed.

    Attributes:
        reading: for transactions that read.
        writing: for those that write, and for migrations, whose statements may take long.
    """

    reading: Engine
    writing: Engine


def make_engines(settings: Settings) -> Engines:
    """Make the engines of the archive's database.

    Raises:
        InvalidSettings: a file or a value behind the URL of MySQL cannot be used.
    """
    url = make_url(settings.database_url)
    if url.get_backend_name() == "mysql":
        _try_options(url)
        # A server that has frozen must not keep a reader for ever; a lock may take longer.
        seconds = settings.database_timeout + round(settings.lock_timeout)
        return Engines(_mysql(url, settings, seconds), _mysql(url, settings, LONGEST_STATEMENT))
    reading = _sqlite(url, settings)
    event.listen(reading, "connect", _set_up_sqlite_reader)
    return Engines(reading, _sqlite(url, settings))


def _sqlite(url: URL, settings: Settings) -> Engine:
    # Without hidden parameters SQLAlchemy's own errors would carry people's rows into the log.
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
    # The driver's own transaction control never begins one for a SELECT, so that two SELECTs
    # could see two states of the archive; with it off, _begin_sqlite begins every transaction.
    dbapi_connection.isolation_level = None
    cursor = dbapi_connection.cursor()
    _have_wal(cursor)
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute(f"PRAGMA cache_size = -{PAGES}")
    cursor.close()


def _have_wal(cursor: DBAPICursor) -> None:
    """Let readers go on while one writer writes."""
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY":
                raise
            # Another process writes a file that is not WAL yet, mostly as it is making it. SQLite
            # waits for a transaction, as long as it is told, but not for this.
            cursor.execute("BEGIN EXCLUSIVE")
            cursor.execute("ROLLBACK")
        else:
            return


def _set_up_sqlite_reader(dbapi_connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    # Entries that are looked up by their ids lie all over the file: a page that is mapped costs
    # neither a call nor a copy (docs/decisions/0015).
    cursor = dbapi_connection.cursor()
    cursor.execute(f"PRAGMA mmap_size = {MAPPED}")
    cursor.execute(f"PRAGMA cache_size = -{PAGES_UNMAPPED}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get(WRITES_MUCH, False):
        connection.exec_driver_sql(f"PRAGMA cache_size = -{MANY_PAGES}")
    # A transaction that begins as a reader cannot become a writer when another one has written.
    writes = options.get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _mysql(url: URL, settings: Settings, read_timeout: float) -> Engine:
    engine = create_engine(
        url.update_query_dict({"charset": "utf8mb4"}),
        connect_args={
            "init_command": "SET SESSION sql_mode = 'TRADITIONAL', time_zone = '+00:00', "
            "transaction_isolation = 'READ-COMMITTED', "
            f"innodb_lock_wait_timeout = {max(1, round(settings.lock_timeout))}, "
            # A server may have others for all of its sessions, with which none of ours would work.
            "sql_safe_updates = 0, completion_type = 'NO_CHAIN'",
            "connect_timeout": settings.database_timeout,
            "read_timeout": read_timeout,
            "write_timeout": settings.database_timeout,
        },
        hide_parameters=True,
        # Rows go to the driver as tuples (imports/store.py).
        paramstyle="format",
        pool_size=settings.threads,
        pool_pre_ping=True,
        pool_recycle=RECYCLE,
        pool_timeout=settings.database_timeout,
    )
    event.listen(engine, "begin", _begin_mysql)
    return engine


def _try_options(url: URL) -> None:
    """Have the driver read what stands behind the URL, without a connection.

    It would else fail at the first one, by errors that are not those of a database.
    """
    dialect = url.get_dialect()
    driver: Any = dialect.import_dbapi()
    try:
        for name in FILES & url.query.keys():
            # It does not say which one is not there, and passes over the last.
            Path(str(url.query[name])).expanduser().open("rb").close()
        arguments, options = dialect().create_connect_args(url)
        driver.connect(*arguments, **options, defer_connect=True)
    except UnreadableOptions as error:
        # Its words have lines of the file, and so maybe a password.
        raise _unusable("read_default_file is not in the form of MySQL's option files") from error
    except (OSError, ValueError) as error:
        raise _unusable(str(error)) from error


def _unusable(why: str) -> InvalidSettings:
    return InvalidSettings(
        [f"{PREFIX}DATABASE_URL: correct what stands behind the ?, or leave it out: {why}"]
    )


def _begin_mysql(connection: Connection) -> None:
    if not connection.get_execution_options().get(WRITES, False):
        # All statements of a reader see one state of the archive.
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        connection.exec_driver_sql("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
