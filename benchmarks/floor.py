"""The floor of an import: the same rows, ready-made, into bare SQLite with the same text index.

There is no reading, no normalising, no ledger, and no index but that of the text.
"""

import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple


class Ready(NamedTuple):
    """What an archive holds, as bare SQLite takes it.

    Attributes:
        columns: the names of the columns of `entries`.
        rows: their values.
        indexes: the statements that make the text index.
        fillers: what the text index adds to a text.
    """

    columns: list[str]
    rows: list[tuple[Any, ...]]
    indexes: list[str]


def read_ready(database: Path) -> Ready:
    """Take the entries out of an archive, and the definition of its text index."""
    with closing(sqlite3.connect(database)) as connection:
        cursor = connection.execute("SELECT * FROM entries ORDER BY id")
        columns = [column[0] for column in cursor.description]
        rows = cursor.fetchall()
        indexes = connection.execute(
            "SELECT sql FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%fts5(%'"
        ).fetchall()
    return Ready(columns, rows, [sql for (sql,) in indexes])


def insert_ready(database: Path, ready: Ready, fillers: str) -> float:
    """Write the rows in one transaction into a new file; gives rows per second."""
    marks = ", ".join("?" * len(ready.columns))
    others = ", ".join(name for name in ready.columns if name != "id")
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA cache_size = -65536")
        connection.execute(f"CREATE TABLE entries (id INTEGER PRIMARY KEY, {others})")
        for statement in ready.indexes:
            connection.execute(statement)
        started = time.perf_counter()
        connection.execute("BEGIN")
        connection.executemany(
            f"INSERT INTO entries ({', '.join(ready.columns)}) VALUES ({marks})", ready.rows
        )
        for field in ("title", "url"):
            connection.execute(
                f"INSERT INTO {field}_index (rowid, text) "
                f"SELECT id, {field}_folded || ? FROM entries",
                (fillers,),
            )
        connection.execute("COMMIT")
        return len(ready.rows) / (time.perf_counter() - started)
