"""The floor of an import: insert the same prepared rows into a bare database with a text index.

There is no parsing, no normalising, no ledger, and no index except the database's text index: FTS5
with trigrams on SQLite, FULLTEXT with the ngram parser on MySQL, with their default options.
The floor has its own archives, which grow along with those that are measured.
"""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any, Final

from benchmarks.archives import Archive, connect
from dateline.cli.importing import BATCH

COMMITTED: Final = BATCH // 2
"""Rows after which an import from a file usually commits, with the next block of its index."""

FLOOR: Final = "floor"
FIELDS: Final = ("title", "url")

Ready = Sequence[tuple[Any, ...]]


def insert_ready(archive: Archive, *, in_blocks: bool) -> float:
    """Copy the rows that an archive's floor lacks, block by block; return the rows per second.

    A block has about as many rows as a batch of a command-line import.

    Args:
        archive: the archive to copy from.
        in_blocks: commit each block, as an import from a file does, instead of all at once.
    """
    if archive.kind == "sqlite":
        return _into_sqlite(archive, in_blocks=in_blocks)
    return _into_mysql(archive, in_blocks=in_blocks)


# --- SQLite ------------------------------------------------------------------------------------


def _into_sqlite(archive: Archive, *, in_blocks: bool) -> float:
    floor = archive.beside(FLOOR)
    rows, seconds = 0, 0.0
    with (
        closing(sqlite3.connect(str(archive.url.database))) as source,
        closing(sqlite3.connect(str(floor.url.database), isolation_level=None)) as target,
    ):
        columns = _columns(source)
        _set_up_sqlite(target, columns)
        (last_id,) = target.execute("SELECT coalesce(max(id), 0) FROM entries").fetchone()
        insert = f"INSERT INTO entries VALUES ({', '.join('?' * len(columns))})"
        target.execute("BEGIN")
        for block in _blocks(source, last_id):
            started = time.perf_counter()
            target.executemany(insert, block)
            for field in FIELDS:
                target.execute(
                    f"INSERT INTO {field}_index (rowid, text) "
                    f"SELECT id, {field}_folded FROM entries WHERE id >= ?",
                    (block[0][0],),
                )
            if in_blocks:
                target.execute("COMMIT")
                target.execute("BEGIN")
            seconds += time.perf_counter() - started
            rows += len(block)
        started = time.perf_counter()
        target.execute("COMMIT")
        seconds += time.perf_counter() - started
    return rows / seconds


def _set_up_sqlite(target: sqlite3.Connection, columns: Sequence[str]) -> None:
    target.execute("PRAGMA journal_mode = WAL")
    target.execute("PRAGMA cache_size = -49152")
    if target.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        return
    target.execute(f"CREATE TABLE entries (id INTEGER PRIMARY KEY, {', '.join(columns[1:])})")
    for field in FIELDS:
        target.execute(
            f"CREATE VIRTUAL TABLE {field}_index USING fts5("
            "text, content='', columnsize=0, tokenize='trigram case_sensitive 1')"
        )


def _columns(source: sqlite3.Connection) -> list[str]:
    return [name for _, name, *_ in source.execute("PRAGMA table_info(entries)")]


def _blocks(source: sqlite3.Connection, last_id: int) -> Iterator[Ready]:
    while True:
        rows = source.execute(
            "SELECT * FROM entries WHERE id > ? ORDER BY id LIMIT ?", (last_id, COMMITTED)
        ).fetchall()
        if not rows:
            return
        yield rows
        last_id = rows[-1][0]


# --- MySQL -------------------------------------------------------------------------------------


def _into_mysql(archive: Archive, *, in_blocks: bool) -> float:
    floor = archive.beside(FLOOR)
    rows, seconds = 0, 0.0
    with connect(archive.url) as connection, connection.cursor() as cursor:
        _set_up_mysql(cursor, str(archive.url.database), str(floor.url.database))
        last_id = _one(cursor, f"SELECT coalesce(max(id), 0) FROM `{floor.url.database}`.entries")
        cursor.execute(f"SELECT * FROM `{floor.url.database}`.entries LIMIT 0")
        names = [column[0] for column in cursor.description]
        while block := _ready(cursor, names, last_id):
            texts = {
                f"{field}_index": [(row[0], row[names.index(f"{field}_folded")]) for row in block]
                for field in FIELDS
            }
            started = time.perf_counter()
            for table, ready in {"entries": block, **texts}.items():
                marks = ", ".join(["%s"] * len(ready[0]))
                cursor.executemany(
                    f"INSERT INTO `{floor.url.database}`.{table} VALUES ({marks})", ready
                )
            if in_blocks:
                connection.commit()
            seconds += time.perf_counter() - started
            rows += len(block)
            last_id = block[-1][0]
        started = time.perf_counter()
        connection.commit()
        seconds += time.perf_counter() - started
    return rows / seconds


def _set_up_mysql(cursor: Any, source: str, target: str) -> None:
    # Applies when a text index is created. With stop words, n-grams would be skipped: less work.
    cursor.execute("SET SESSION innodb_ft_enable_stopword = OFF")
    cursor.execute("SET SESSION transaction_isolation = 'READ-COMMITTED'")
    cursor.execute(f"CREATE DATABASE IF NOT EXISTS `{target}`")
    cursor.execute(f"SHOW TABLES FROM `{target}`")
    if cursor.fetchall():
        return
    for field in FIELDS:
        cursor.execute(
            f"CREATE TABLE `{target}`.{field}_index (id BIGINT PRIMARY KEY, text LONGTEXT NOT NULL, "
            "FULLTEXT (text) WITH PARSER ngram) COLLATE utf8mb4_0900_bin"
        )
    cursor.execute(f"CREATE TABLE `{target}`.entries LIKE `{source}`.entries")
    cursor.execute(
        f"SELECT DISTINCT index_name FROM information_schema.statistics "
        f"WHERE table_schema = '{target}' AND table_name = 'entries' AND index_name <> 'PRIMARY'"
    )
    for (index,) in cursor.fetchall():
        cursor.execute(f"ALTER TABLE `{target}`.entries DROP INDEX `{index}`")
    # A virtual generated column: stored only in its index, and not writable.
    cursor.execute(f"ALTER TABLE `{target}`.entries DROP COLUMN url_key_start")


def _ready(cursor: Any, names: Sequence[str], last_id: int) -> Ready:
    cursor.execute(
        f"SELECT {', '.join(f'`{name}`' for name in names)} FROM entries "
        f"WHERE id > {last_id} ORDER BY id LIMIT {COMMITTED}"
    )
    rows: Ready = cursor.fetchall()
    return rows


def _one(cursor: Any, statement: str) -> int:
    cursor.execute(statement)
    value: int = cursor.fetchone()[0]
    return value
