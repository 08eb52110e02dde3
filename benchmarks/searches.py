"""Measure how fast queries are answered without a cache, class by class.

In this process, through the function that the API and the page call, without HTTP: the database,
building the answer and compressing it.
"""

import json
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Final

from benchmarks.archives import Archive, connect
from benchmarks.memory import own_mib
from benchmarks.questions import Asked, in_dates, questions_of
from benchmarks.results import MS, Line, Piece, Results, rounded, tell
from dateline.cache.answers import Cache
from dateline.schemas import SearchParameters
from dateline.search.answer import answer_question
from dateline.search.question import Question, read_question
from dateline.wiring import settle

SORTS: Final = {"-date": "newest first", "date": "oldest first"}
DEEP: Final = 1_980
"""Entries before the hundredth page, at twenty per page."""

LONGEST_PAGE: Final = DEEP // 2

PATIENCE: Final = 120.0
"""Seconds after which a class is not run again, so it has fewer values than the others."""

BESIDE: Final = "its rows by id"
NOTES: Final = [
    "Searches: in this process through `answer_question` without a cache; 20 entries per page, "
    "total counted, including JSON and gzip. Baseline: the rows of the same answer, fetched by "
    "their ids through the bare driver and written with json.dumps, which requires knowing the ids already.",
    "All classes are run in turn, round by round; n answers to n / rounds distinct queries. "
    "`found` is the median of the totals, which stop at 10,000.",
]

_COLUMNS: Final = (
    "id, title, url, date, date_precision, date_start, date_end, date_raw, site, added_at, import_id"
)
_ById = Callable[[Sequence[int]], object]


@dataclass(slots=True)
class Cell:
    """One class of queries, run in one way.

    Attributes:
        what: its label in the table.
        questions: distinct queries.
        found: their totals.
        values: milliseconds per answer.
        floors: milliseconds to read the same rows by id.
    """

    what: str
    questions: list[Question]
    found: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    floors: list[float] = field(default_factory=list)

    def line(self) -> Line:
        """Return the cell as a line of results."""
        note = f"found {median(self.found):,.0f}"
        return Line(self.what, MS, rounded(self.values), BESIDE, rounded(self.floors), note)


def measure(
    results: Results, directory: Path, archive: Archive, rows: int, each: int, rounds: int
) -> None:
    """Run all classes of queries on an archive with `rows` rows."""
    name = f"{archive.kind}-searches-{rows:09}"
    if results.find(name) is not None:
        return
    if archive.last_id() > rows:
        tell(f"{name}: skipped, the archive has grown since; use another --directory")
        return
    classes = questions_of(directory, archive, rows, each)
    services = archive.open()
    # As a server does.
    settle()
    by_id = rows_by_id(archive)
    tell(f"{name}: looking for the hundredth pages")
    cells = make_cells(services.cache, classes)
    for number in range(rounds):
        for cell in cells:
            _ask_all(services.cache, cell, by_id)
        tell(f"{name}: round {number + 1} of {rounds}")
    services.close()
    lines = [
        *(cell.line() for cell in cells),
        Line("memory of this process", "MiB", rounded([own_mib()])),
        Line("size of the archive", "MiB", rounded([archive.mib()])),
    ]
    title = f"{archive.kind}: searches of {rows:,} rows"
    results.keep(Piece(name, title, lines, NOTES))


def make_cells(cache: Cache, classes: dict[str, list[Asked]]) -> list[Cell]:
    """Return each class in both directions, with and without dates, at pages 1 and 100."""
    cells = []
    for name, asked in classes.items():
        dated = [in_dates(one, number) for number, one in enumerate(asked)]
        for how, questions in (("", asked), (", in dates", dated)):
            for sort, direction in SORTS.items():
                first = [question_of({**one, "sort": sort}) for one in questions]
                if first:
                    cells.append(Cell(f"{name}{how}, {direction}", first))
                cursors = [_hundredth(cache, one) for one in first]
                deep = [
                    question_of({**one, "sort": sort, "cursor": cursor})
                    for one, cursor in zip(questions, cursors, strict=True)
                    if cursor is not None
                ]
                if deep:
                    cells.append(Cell(f"{name}{how}, {direction}, page 100", deep))
    return cells


def question_of(asked: Asked) -> Question:
    """Parse a query as the API does."""
    return read_question(SearchParameters.model_validate(asked))


def _hundredth(cache: Cache, question: Question) -> str | None:
    """Return the cursor of the hundredth page, or None if there are fewer pages."""
    cursor: str | None = None
    for _ in range(DEEP // LONGEST_PAGE):
        pairs = [pair for pair in question.parameters if pair[0] not in ("contains", "limit")]
        asked: Asked = {**dict(pairs), "contains": question.title_texts, "limit": LONGEST_PAGE}
        if cursor is not None:
            asked["cursor"] = cursor
        answer, _ = answer_question(cache, question_of(asked))
        if answer.next is None:
            return None
        cursor = answer.next.rpartition("cursor=")[2]
    return cursor


def _ask_all(cache: Cache, cell: Cell, by_id: _ById) -> None:
    if sum(cell.values) > PATIENCE * 1_000:
        return
    for question in cell.questions:
        started = time.perf_counter()
        answer, _ = answer_question(cache, question)
        cell.values.append((time.perf_counter() - started) * 1_000)
        page = json.loads(answer.body)
        cell.found.append(page["total"])
        ids = [item["id"] for item in page["items"]]
        started = time.perf_counter()
        by_id(ids)
        cell.floors.append((time.perf_counter() - started) * 1_000)


def rows_by_id(archive: Archive) -> _ById:
    """Return a function that reads rows by id as JSON: the minimum cost of an answer."""
    connection: Any
    if archive.kind == "sqlite":
        connection = sqlite3.connect(str(archive.url.database))
    else:
        connection = connect(archive.url)
    cursor = connection.cursor()

    def fetch(ids: Sequence[int]) -> str:
        listed = ", ".join(map(str, ids)) or "0"
        cursor.execute(f"SELECT {_COLUMNS} FROM entries WHERE id IN ({listed})")
        return json.dumps(cursor.fetchall())

    return fetch
