"""Sessions, and the kinds of transaction: reading, writing, and writing that is taken back."""

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
"""A transaction raises the version by a random step of at most this: a backup that is put back, or a
replica that has taken over, goes on from an older version, and must not arrive at one that has been
given before. 64 bits are enough for eight thousand million transactions."""

NEWEST_MIGRATION: Final = "0012"
"""Known without Alembic, so that a command need not load it to see that the tables are right."""

REFUSALS: Final = {1044, 1045, 1049, 1130, 1142, 1143, 1290, 1820, 1836, 1862, 3118}
"""Numbers of MySQL's errors that say who may not do what, or that the server is read-only."""

UNTRUSTED: Final = "CERTIFICATE_VERIFY_FAILED"
"""OpenSSL's word for the certificate of a server, which the driver hands on."""

NO_ROOM: Final = {1021, 1114, 3675}
"""Numbers of MySQL's errors that say that its disk is full; others have it in their words alone."""

NO_ROOM_WORDS: Final = "No space left on device"
"""The operating system's, which MySQL hands on in the errors of its files, sorting included."""

NOT_OURS: Final = ("SQLITE_CANTOPEN", "SQLITE_READONLY")
"""How the names of SQLite's errors begin that say the same of a file."""

MISSING: Final = {1054, 1146}
"""Numbers of MySQL's errors that say that there is no such column or table."""

MISSING_WORDS: Final = ("no such table", "no such column", " has no column named ")
"""SQLite has no names of its own for that."""

OTHER_TABLES: Final = (
    "The archive's tables are not those of this release; run: python -m dateline db upgrade"
)


class Database:
    """The archive's database: its engines, and the only ways to use them."""

    def __init__(self, settings: Settings) -> None:
        self.engine, self._writing_engine = make_engines(settings)
        self._acknowledge: Callable[[], None] = lambda: None

    def acknowledge_with(self, acknowledge: Callable[[], None]) -> None:
        """Have this function called after every commit, before the writer goes on."""
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
        """Open a session that is committed at the end of the block, or rolled back by an exception.

        The version of the archive is raised as the last statement, so that whoever sees the new
        version sees all that was written; only then is the commit acknowledged to the cache.

        Args:
            much: whether it writes many rows, and its process does nothing else.

        Raises:
            DatabaseAway: the database cannot be reached, or another writer kept it too long.
        """
        with self._locked(much=much) as session:
            yield session
            session.flush()
            step = 1 + secrets.randbelow(MOST_STEP)
            session.execute(update(Archive).values(version=Archive.version + step))
            session.commit()
        self._acknowledge()

    @contextmanager
    def rehearsing(self) -> Iterator[Session]:
        """Open a session that may write whatever it likes, and is always rolled back.

        Raises:
            DatabaseAway: the database cannot be reached, or another writer kept it too long.
        """
        with self._locked(much=False) as session:
            yield session
            session.rollback()

    @contextmanager
    def _locked(self, *, much: bool) -> Iterator[Session]:
        """Be the only writer: wait for the one row of `archive` until the other has ended.

        Versions are so in the order of commits, no two imports can meet in a deadlock, and every
        row has one outcome, whichever import it comes with (docs/decisions/0010).
        """
        engine = self._writing_engine.execution_options(**{WRITES: True, WRITES_MUCH: much})
        with _reachable(), Session(engine) as session:
            session.execute(select(Archive.version).with_for_update())
            yield session

    def stamp(self) -> str:
        """The stamp of the archive, as committed at this moment."""
        with self.reading() as session:
            return stamp_of(session)

    def upgrade(self) -> None:
        """Bring the tables to the newest migration; does nothing where they are.

        Raises:
            UnfitDatabase: the file is not one of a database, or is damaged.
            DatabaseAway: the database cannot be reached.
            FailedUpgrade: a migration cannot be run, or the tables are of a newer release.
        """
        # Loaded where it is used: commands and workers that find their tables never need it.
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
    """Read which archive this is and its version, as one text: equal for equal states alone."""
    name, version = session.execute(select(Archive.name, Archive.version)).one()
    return f"{name}.{version}"


def archive_of(stamp: str) -> str:
    """Give the name of the archive that a stamp is of."""
    return stamp.partition(".")[0]


@contextmanager
def _migrating() -> Iterator[None]:
    # As in Database.upgrade().
    from alembic.util import CommandError

    try:
        yield
    except DBAPIError as error:
        if _is_away(error):
            raise
        raise FailedUpgrade(
            f"A migration cannot be run; the database says: {error.orig}. Mend that, and run it "
            "again: python -m dateline db upgrade"
        ) from error
    except CommandError as error:
        # Its word for a number that no migration has.
        raise FailedUpgrade(
            "The tables are of a newer release than this one; use that release, or put back a "
            "backup that was made before."
        ) from error


def _is_away(error: DBAPIError) -> bool:
    """Whether a database is not there, busy, or not ours to write; else it refuses a statement."""
    # Where no connection could be made, there is no statement yet.
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
    """Say what is wrong with the database; None where the fault is ours."""
    orig = getattr(error, "orig", None)
    number = orig.args[0] if orig is not None else None
    code = getattr(orig, "sqlite_errorname", "")
    if number in MISSING or any(words in str(orig) for words in MISSING_WORDS):
        return UnfitDatabase(OTHER_TABLES)
    if code.startswith(NOT_OURS):
        return DatabaseAway(
            "The database file cannot be opened or written; see to it that Dateline may write the "
            "file and its directory."
        )
    if code == "SQLITE_FULL":
        return DatabaseAway(
            "The disk of the database file is full; make room on it, and try again."
        )
    if number in NO_ROOM or NO_ROOM_WORDS in str(orig):
        return DatabaseAway("The disk of MySQL is full; make room on it, and try again.")
    if number in REFUSALS:
        return DatabaseAway(
            "MySQL refuses it; see to it that user, password and database in "
            "DATELINE_DATABASE_URL are right, that the user may come from this machine, is not "
            "locked, has a password that has not expired and all rights on the database, and that "
            "the server is not read-only."
        )
    if UNTRUSTED in str(orig):
        return DatabaseAway(
            "The certificate of MySQL is not trusted; see to it that ssl_ca behind "
            "DATELINE_DATABASE_URL is of who has signed it, and that it names the host and has "
            "not expired."
        )
    if isinstance(error, OperationalError | InterfaceError | PoolTimeout):
        return DatabaseAway("The database cannot be reached or is busy; try again.")
    # Its subclasses are faults of ours; the class itself is SQLite's word for such a file.
    if type(error) is not DatabaseError:
        return None
    if code.startswith("SQLITE_CORRUPT"):
        return UnfitDatabase("The database file is damaged; put back a backup.")
    return UnfitDatabase(
        "The database file is not an SQLite database; correct DATELINE_DATABASE_URL."
    )
