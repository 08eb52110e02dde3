"""Sessions and transactions: reading, writing, and writing that is rolled back."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import column, inspect, select, table, update
from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from dateline.config import Settings
from dateline.engines import WRITES, WRITES_MUCH, make_engines
from dateline.errors import DatabaseAway, DatelineError, FailedUpgrade, UnfitDatabase
from dateline.models import Archive

MIGRATIONS: Final = Path(__file__).parent / "migrations"

MOST_STEP: Final = 2**31
"""Largest random step by which a transaction raises the version. A restored backup, or a replica
that has taken over, continues from an older version, and must not reach one that was used before.
64 bits are enough for eight thousand million transactions."""

NEWEST_MIGRATION: Final = "0012"
"""Stated here, so that commands can check the tables without loading Alembic."""

REFUSALS: Final = {1044, 1045, 1049, 1130, 1142, 1143, 1290, 1820, 1836, 1862, 3118}
"""MySQL error numbers for missing rights, and for a read-only server."""

UNTRUSTED: Final = "CERTIFICATE_VERIFY_FAILED"
"""OpenSSL's name for an untrusted server certificate, which the driver passes on."""

NO_ROOM: Final = {1021, 1114, 3675}
"""MySQL error numbers for a full disk; other errors say so only in their message."""

NO_ROOM_WORDS: Final = "No space left on device"
"""The operating system's message, which MySQL passes on in errors of its files, also of sorting."""

NOT_OURS: Final = ("SQLITE_CANTOPEN", "SQLITE_READONLY")
"""Prefixes of SQLite error names for a file that cannot be opened or written."""

MISSING: Final = {1054, 1146}
"""MySQL error numbers for a missing column or table."""

MISSING_WORDS: Final = ("no such table", "no such column", " has no column named ")
"""The same in the messages of SQLite, which has no error names for it."""

OTHER_TABLES: Final = (
    "The archive's tables are not those of this release; run: python -m dateline db upgrade"
)


class Database:
    """The archive's database: its engines and the only ways to use them."""

    def __init__(self, settings: Settings) -> None:
        self.engine, self._writing_engine = make_engines(settings)
        self._acknowledge: Callable[[], None] = lambda: None

    def acknowledge_with(self, acknowledge: Callable[[], None]) -> None:
        """Set the function to be called after every commit, before the writer continues."""
        self._acknowledge = acknowledge

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session that sees one snapshot of the archive and never commits.

        Raises:
            DatabaseAway: the database cannot be reached.
        """
        with _reachable(), Session(self.engine) as session:
            yield session

    @contextmanager
    def writing(self, *, much: bool = False) -> Iterator[Session]:
        """Open a session that is committed at the end of the block, or rolled back on an exception.

        The last statement raises the version of the archive, so whoever sees the new version sees
        everything that was written. The cache is told after the commit.

        Args:
            much: whether many rows are written by a process that does nothing else.

        Raises:
            DatabaseAway: the database cannot be reached, or another writer held the lock too long.
        """
        with self._locked(much=much) as session:
            yield session
            session.flush()
            step = 1 + secrets.randbelow(MOST_STEP)
            session.execute(update(Archive).values(version=Archive.version + step))
            session.commit()
        self._acknowledge()

    @contextmanager
    def rolled_back(self) -> Iterator[Session]:
        """Open a session that may write anything, and is always rolled back.

        Raises:
            DatabaseAway: the database cannot be reached, or another writer held the lock too long.
        """
        with self._locked(much=False) as session:
            yield session
            session.rollback()

    @contextmanager
    def _locked(self, *, much: bool) -> Iterator[Session]:
        """Open a session that holds the write lock: on MySQL, the only row of `archive`.

        So versions are in the order of commits, two imports cannot deadlock, and every row has one
        outcome, whichever import it is in (docs/decisions/0010).
        """
        engine = self._writing_engine.execution_options(**{WRITES: True, WRITES_MUCH: much})
        with _reachable(), Session(engine) as session:
            session.execute(select(Archive.version).with_for_update())
            yield session

    def stamp(self) -> str:
        """Return the stamp of the archive as committed now."""
        with self.reading() as session:
            return stamp_of(session)

    def upgrade(self) -> None:
        """Migrate the tables to the newest migration, if they are older.

        Raises:
            UnfitDatabase: the file is not a database, or is damaged.
            DatabaseAway: the database cannot be reached.
            FailedUpgrade: a migration cannot be run, or the tables are of a newer release.
        """
        # Slow to load, and needed only here: other commands and workers never run migrations.
        from alembic import command
        from alembic.config import Config

        with _reachable(), _migrating():
            config = Config()
            config.set_main_option("script_location", str(MIGRATIONS))
            config.attributes["engine"] = self._writing_engine
            command.upgrade(config, "head")

    def is_current(self) -> bool:
        """Whether every migration has been run."""
        with _reachable(), self.engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return False
            run = select(table("alembic_version", column("version_num")))
            return connection.scalar(run) == NEWEST_MIGRATION

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()
        self._writing_engine.dispose()


def stamp_of(session: Session) -> str:
    """Read the stamp: the archive's name and version as one text, equal only for equal states."""
    name, version = session.execute(select(Archive.name, Archive.version)).one()
    return f"{name}.{version}"


def archive_of(stamp: str) -> str:
    """Return the name of the archive in a stamp."""
    return stamp.partition(".")[0]


@contextmanager
def _migrating() -> Iterator[None]:
    # Imported here as in Database.upgrade().
    from alembic.util import CommandError

    try:
        yield
    except DBAPIError as error:
        if _is_away(error):
            raise
        raise FailedUpgrade(
            f"A migration cannot be run; the database says: {error.orig}. Fix that, and run it "
            "again: python -m dateline db upgrade"
        ) from error
    except CommandError as error:
        # Alembic raises this for a revision that no migration has.
        raise FailedUpgrade(
            "The tables are of a newer release than this one; use that release, or restore a "
            "backup that was made before."
        ) from error


def _is_away(error: DBAPIError) -> bool:
    """Whether a database is unreachable, busy or not writable; if not, it rejected a statement."""
    # Without a connection, there is no statement yet.
    if error.statement is None or error.connection_invalidated or error.orig is None:
        return True
    code = getattr(error.orig, "sqlite_errorname", "")
    return code.startswith((*NOT_OURS, "SQLITE_BUSY")) or error.orig.args[0] in REFUSALS


@contextmanager
def _reachable() -> Iterator[None]:
    try:
        yield
    except (DBAPIError, PoolTimeout) as error:
        told = _told(error)
        if told is None:
            raise
        raise told from error


def _told(error: DBAPIError | PoolTimeout) -> DatelineError | None:
    """Return an error that says what is wrong with the database; None if it is our own bug."""
    orig = getattr(error, "orig", None)
    number = orig.args[0] if orig is not None else None
    code = getattr(orig, "sqlite_errorname", "")
    if number in MISSING or any(words in str(orig) for words in MISSING_WORDS):
        return UnfitDatabase(OTHER_TABLES)
    if code.startswith(NOT_OURS):
        return DatabaseAway(
            "The database file cannot be opened or written; make sure that Dateline may write the "
            "file and its directory."
        )
    if code == "SQLITE_FULL":
        return DatabaseAway(
            "The disk of the database file is full; free some space, and try again."
        )
    if number in NO_ROOM or NO_ROOM_WORDS in str(orig):
        return DatabaseAway("The disk of MySQL is full; free some space, and try again.")
    if number in REFUSALS:
        return DatabaseAway(
            "MySQL refuses access; make sure that user, password and database in "
            "DATELINE_DATABASE_URL are right, that the user may connect from this machine, is not "
            "locked, has a password that has not expired and all rights on the database, and that "
            "the server is not read-only."
        )
    if UNTRUSTED in str(orig):
        return DatabaseAway(
            "The certificate of MySQL is not trusted; make sure that ssl_ca in "
            "DATELINE_DATABASE_URL is the certificate of its signer, and that it names the host "
            "and has not expired."
        )
    if isinstance(error, OperationalError | InterfaceError | PoolTimeout):
        return DatabaseAway("The database cannot be reached or is busy; try again.")
    # Subclasses of DatabaseError are our own bugs; SQLite raises the class itself for such files.
    if type(error) is not DatabaseError:
        return None
    if code.startswith("SQLITE_CORRUPT"):
        return UnfitDatabase("The database file is damaged; restore a backup.")
    return UnfitDatabase(
        "The database file is not an SQLite database; correct DATELINE_DATABASE_URL."
    )
