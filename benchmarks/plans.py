"""Write the query plans (EXPLAIN) of each class of queries on each database."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, event

from benchmarks.archives import Archive
from benchmarks.questions import Asked, in_dates, questions_of
from benchmarks.searches import question_of
from dateline.database import Database
from dateline.search.find import Found, find

EXPLAIN: Final = {"sqlite": "EXPLAIN QUERY PLAN", "mysql": "EXPLAIN FORMAT=TREE"}
NAMES: Final = {"sqlite": "SQLite", "mysql": "MySQL"}

_HEAD: Final = """# Query plans

The output of EXPLAIN for every statement of a query, with one query of each class, newest first.
[search.md](search.md#the-plan) describes how Dateline chooses the statements.
A command writes this document, from archives with the rows of `python -m benchmarks rows`:

    python -m benchmarks plans --directory build/bench-full --rows {rows} --mysql URL

COVERING INDEX means that only the index is read. Statements on `postings` or `blocks` read the text
index; its results are combined in Python, and the entries are then read by id. Arrays of blocks stay
in memory, so a statement that reads them is listed only with the first query that needs them.
"""

_Statement = tuple[str, Any]


def write_plans(directory: Path, archives: Sequence[Archive], rows: int, to: Path) -> None:
    """Write the whole document.

    Args:
        directory: where the queries are kept.
        archives: archives with the same rows.
        rows: the number of rows imported into each.
        to: the file to write.
    """
    lines = [_HEAD.format(rows=rows)]
    for archive in archives:
        services = archive.open()
        lines.append(f"## {NAMES[archive.kind]}, {rows:,} rows\n")
        for name, asked in questions_of(directory, archive, rows, 1).items():
            for how, one in ((name, asked[0]), (f"{name}, in dates", in_dates(asked[0], 1))):
                lines += _section(services.database, archive.kind, how, one)
        services.close()
    to.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")


def _section(database: Database, kind: str, name: str, asked: Asked) -> Iterator[str]:
    statements: list[_Statement] = []

    def note(
        _connection: Any, _cursor: Any, statement: str, parameters: Any, *_others: Any
    ) -> None:
        if statement.startswith(("SELECT", "WITH")):
            statements.append((statement, parameters))

    with database.reading() as session:
        event.listen(database.engine, "before_cursor_execute", note)
        found = find(session, question_of(asked))
        event.remove(database.engine, "before_cursor_execute", note)
        plans = [_plan(session.connection(), kind, *one) for one in statements]
    yield f"### {name}\n"
    parameters = ", ".join(f"{key}={value}" for key, value in asked.items()) or "no parameters"
    yield f"`{parameters}`: {_total(found)} found\n"
    yield "```"
    for number, plan in enumerate(plans, 1):
        yield f"{number}. " + "\n   ".join(plan)
    yield "```\n"


def _plan(connection: Connection, kind: str, statement: str, parameters: Any) -> list[str]:
    rows = connection.exec_driver_sql(f"{EXPLAIN[kind]} {statement}", parameters)
    # SQLite returns one row per line, in the last column; MySQL returns all lines in one value.
    return [line.rstrip() for row in rows for line in str(row[-1]).splitlines()]


def _total(found: Found) -> str:
    return f"{'' if found.total_is_exact else 'more than '}{found.total:,}"
