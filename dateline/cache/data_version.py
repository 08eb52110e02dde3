"""The current version of an archive on SQLite, as reported by SQLite itself."""

import sqlite3
import threading

from dateline.errors import DatabaseAway


class DataVersion:
    """A number that changes with every commit of any other connection or process.

    It is SQLite's `PRAGMA data_version`, read on a connection that never writes: about 3 µs, no
    transaction, no lock. The number is meaningful only to this connection, so the connection stays
    open as long as the process, and stamps made from the number never leave the process.
    Source: https://www.sqlite.org/pragma.html#pragma_data_version
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._lock = threading.Lock()

    def current(self) -> int:
        """Return the current version.

        Raises:
            DatabaseAway: the file cannot be opened or read.
        """
        with self._lock:
            try:
                if self._connection is None:
                    self._connection = sqlite3.connect(
                        self._path, check_same_thread=False, isolation_level=None
                    )
                (version,) = self._connection.execute("PRAGMA data_version").fetchone()
            except sqlite3.DatabaseError as error:
                raise DatabaseAway(
                    "The database file cannot be read; `python -m dateline doctor` says why."
                ) from error
        return int(version)

    def close(self) -> None:
        """Close the connection, if it was opened."""
        if self._connection is not None:
            self._connection.close()
