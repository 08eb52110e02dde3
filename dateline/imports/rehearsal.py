"""Determine which rows an import would create, without writing to the archive."""

import sqlite3
from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from dateline.imports.normalise import SoundRow

_URL_KEY: Final = SoundRow._fields.index("url_key")
_IDENTITY: Final = SoundRow._fields.index("identity")

_THERE: Final = (
    "WITH sent (url_key, identity) AS (VALUES {rows}) "
    "SELECT identity FROM sent CROSS JOIN entries USING ({index})"
)
"""A join, because for a long list of pairs both databases would read the whole table."""

_ROW: Final = {"sqlite": "(?, ?)", "mysql": "ROW(%s, %s)"}

_INDEX: Final = {"sqlite": "url_key, identity", "mysql": "identity"}
"""Columns of the unique index, for each database."""


class Rehearsal:
    """Counts rows that are new: neither in the archive nor counted before. Close after use."""

    def __init__(self, connection: Connection) -> None:
        """Open a temporary table; the connection must read one snapshot of the archive."""
        self._connection = connection
        # A database without a name is a private temporary file, and takes little memory for any
        # number of rows.
        self._seen = sqlite3.connect("")
        self._seen.execute("CREATE TABLE seen (identity BLOB PRIMARY KEY) WITHOUT ROWID")

    def count_new(self, rows: Sequence[tuple[object, ...]]) -> int:
        """Return how many of the rows would be created; each is a `SoundRow`, as a plain tuple."""
        if not rows:
            return 0
        dialect = self._connection.dialect.name
        marks = ", ".join([_ROW[dialect]] * len(rows))
        statement = _THERE.format(rows=marks, index=_INDEX[dialect])
        sent = tuple(value for row in rows for value in (row[_URL_KEY], row[_IDENTITY]))
        self._keep(self._connection.exec_driver_sql(statement, sent).all())
        return self._keep([(row[_IDENTITY],) for row in rows])

    def _keep(self, identities: Sequence[Sequence[object]]) -> int:
        return self._seen.executemany("INSERT OR IGNORE INTO seen VALUES (?)", identities).rowcount

    def close(self) -> None:
        """Discard the rows."""
        self._seen.close()
