"""Measure the same rows and queries in Datasette, used as its documentation recommends.

Its search finds words, where Dateline finds any part of a title. So both of its ways are measured:
full-text search (fast, whole words only) and the `contains` filter (a scan; equivalent for ASCII).
"""

import json
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path
from statistics import median
from typing import Final
from urllib.parse import quote, urlencode

from benchmarks.archives import Archive
from benchmarks.clients import fetch
from benchmarks.questions import Asked, questions_of
from benchmarks.results import MS, Line, Piece, Results, rounded, tell
from benchmarks.servers import Server, dateline_server, free_port, running

PROGRAM: Final = Path("build/peer/bin/datasette")
TIME_LIMIT: Final = 60_000
"""Milliseconds per statement; Datasette's default of one second would abort most scans."""

PATIENCE: Final = 30
"""Seconds of Datasette's time after which a class ends: some queries take seconds each."""

NAME: Final = "Datasette"
NOTES: Final = [
    "Peer: both over HTTP, one connection at a time, no cache (Dateline: none://; Datasette has "
    "none), 20 entries per page, newest first, total counted, the same queries in turn. The ratio "
    "is Dateline's time divided by Datasette's.",
    "Datasette 0.65: file opened immutable, FTS5 enabled on the title (its default tokenizer), "
    "indexes on date, site and URL, suggested facets off, time limit 60 s. Its search finds whole "
    "words (none inside Chinese or Japanese text); its filter `contains` scans with LIKE, which "
    "folds no case or accent beyond ASCII; URLs are compared as written, not by key. `found` shows "
    "where the meanings differ. A class of queries ends after 30 seconds of Datasette's time.",
]

Pairs = list[tuple[str, str]]


def measure(
    results: Results, directory: Path, archive: Archive, rows: int, each: int, rounds: int
) -> None:
    """Send the same queries to both, in turn."""
    name = f"peer-{rows:09}"
    if results.find(name) is not None:
        return
    if not PROGRAM.exists():
        tell(f"{name}: skipped, {PROGRAM} does not exist: make build/peer/set-up")
        return
    classes = questions_of(directory, archive, rows, each)
    database = _copy(directory, archive)
    lines = []
    with dateline_server(archive.address, cache_url="none://") as ours, _datasette(database) as its:
        for what, asked in classes.items():
            tell(f"{name}: {what}")
            for how, translate in _ways(asked[0] if asked else {}):
                line = _compare(f"{what}, {how}", ours.port, its.port, asked, translate, rounds)
                lines.append(line)
    size = rounded([database.stat().st_size / 2**20])
    lines.append(Line("size of the archive", "MiB", rounded([archive.mib()]), NAME, size))
    results.keep(Piece(name, f"Compared with Datasette, {rows:,} rows", lines, NOTES))


def _compare(
    what: str,
    ours: int,
    its: int,
    asked: list[Asked],
    translate: Callable[[Asked], Pairs],
    rounds: int,
) -> Line:
    values: list[float] = []
    floors: list[float] = []
    found: list[int] = []
    its_found: list[int] = []
    fixed = [("_sort_desc", "date_start"), ("_size", "20"), ("_shape", "objects")]
    for one in asked * rounds:
        if sum(floors) > PATIENCE * 1_000:
            break
        mine = urlencode([("limit", "20"), *_pairs(one)], quote_via=quote)
        value, page = _timed(ours, f"/v1/entries?{mine}")
        values.append(value)
        found.append(page["total"])
        target = urlencode([*fixed, *translate(one)], quote_via=quote)
        floor, page = _timed(its, f"/peer/entries.json?{target}")
        floors.append(floor)
        its_found.append(page["filtered_table_rows_count"] or 0)
    note = f"found {median(found):,.0f} and {median(its_found):,.0f}"
    return Line(what, MS, rounded(values), NAME, rounded(floors), note)


def _timed(port: int, target: str) -> tuple[float, dict[str, int]]:
    """Send one request; return the time in milliseconds and the response."""
    started = time.perf_counter()
    answer, body = fetch(port, target, {})
    milliseconds = (time.perf_counter() - started) * 1_000
    if answer.status != 200:
        raise RuntimeError(f"{target}: {answer.status} {body[:500]!r}")
    return milliseconds, json.loads(body)


def _pairs(asked: Asked) -> Iterator[tuple[str, str]]:
    for name, value in asked.items():
        yield from ((name, text) for text in (value if isinstance(value, list) else [value]))


def _ways(asked: Asked) -> list[tuple[str, Callable[[Asked], Pairs]]]:
    """Return the ways to send such a query to Datasette."""
    if "contains" in asked:
        return [
            ("full-text search", lambda one: [("_search", " ".join(one["contains"]))]),
            ("contains", lambda one: [("title__contains", text) for text in one["contains"]]),
        ]
    if "domain" in asked:
        return [("site", lambda one: [("site__exact", one["domain"])])]
    filters = {
        "exact": lambda one: [("url__exact", one["url"])],
        "prefix": lambda one: [("url__startswith", one["url"])],
        "host": lambda one: [("url__contains", f"//{one['url']}/")],
    }
    if "url" in asked:
        by_match: Callable[[Asked], Pairs] = filters.get(
            asked.get("match", ""), lambda one: [("url__contains", one["url"])]
        )
        return [("filter", by_match)]
    return [("page", lambda _one: [])]


def _copy(directory: Path, archive: Archive) -> Path:
    """Copy the rows of an archive into a database laid out as Datasette recommends."""
    path = directory / "peer.db"
    entries = archive.last_id()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if tables and connection.execute("SELECT max(id) FROM entries").fetchone()[0] == entries:
            return path
    path.unlink()
    tell("copying the rows for Datasette")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute(
            "CREATE TABLE entries "
            "(id INTEGER PRIMARY KEY, title TEXT, url TEXT, site TEXT, date TEXT, date_start INT)"
        )
        connection.execute("ATTACH ? AS source", (str(archive.url.database),))
        connection.execute(
            "INSERT INTO entries SELECT id, title, url, site, date, date_start FROM source.entries"
        )
        for column in ("date_start", "site", "url"):
            connection.execute(f"CREATE INDEX idx_entries_{column} ON entries ({column})")
        # As created by `sqlite-utils enable-fts`.
        connection.execute("CREATE VIRTUAL TABLE entries_fts USING FTS5 (title, content=[entries])")
        connection.execute(
            "INSERT INTO entries_fts (rowid, title) SELECT rowid, title FROM entries"
        )
        connection.execute("ANALYZE")
    return path


def _datasette(database: Path) -> AbstractContextManager[Server]:
    port = free_port()
    settings = {"suggest_facets": "off", "sql_time_limit_ms": str(TIME_LIMIT)}
    given = [part for name, value in settings.items() for part in ("--setting", name, value)]
    command = [str(PROGRAM), "serve", "-i", str(database), "--port", str(port), *given]
    return running(command, dict(os.environ), port, "/-/versions.json")
