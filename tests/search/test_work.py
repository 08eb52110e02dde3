"""The work of a question, counted rather than timed, so that slow or busy machines do not matter.

On SQLite, the progress handler counts steps of the virtual machine, in hundreds. On MySQL, the rows
read are counted (`Handler_read_*`). On both, the occurrences read from the text index are counted.
`pytest -rP` shows the current counts.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, urlencode

import pytest
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from dateline.cache.answers import Answer, Make, Outcome
from dateline.cache.null import NullCache
from dateline.imports.options import Options
from dateline.imports.read import Row
from dateline.imports.run import run_import
from dateline.parameters import read_parameters
from dateline.schemas import SearchParameters
from dateline.search.answer import answer_question
from dateline.search.plan import Plan
from dateline.search.question import Question, read_question
from dateline.text_index.array_types import Numbers
from dateline.text_index.occurrences import joined
from dateline.wiring import Services
from tests.archives import small_blocks
from tests.listening import Statement, listening
from tests.search.work_bounds import BOUNDS, Bound
from tests.search.work_rows import ROWS, make_rows
from tests.servers import ON_MYSQL, ON_SQLITE, fresh_archive

DEEP: Final = 1_980
"""Entries before the hundredth page."""


@dataclass(slots=True)
class Work:
    """The cost of one question.

    Attributes:
        found: its total.
        statements: the SELECTs, with their parameters.
        hundreds: hundreds of steps, on SQLite.
        reads: rows read, on MySQL.
        occurrences: occurrences read from the text index.
        plans: the lines of all query plans, on SQLite.
        ways: what the plans use to find rows, as in `Bound`.
    """

    found: str = ""
    statements: list[Statement] = field(default_factory=list)
    hundreds: int = 0
    reads: int = 0
    occurrences: int = 0
    plans: list[str] = field(default_factory=list)
    ways: set[str] = field(default_factory=set)


class _Open(NullCache):
    """No cache, and always the same session, so that the work of its connection can be counted."""

    def __init__(self, services: Services, session: Session) -> None:
        super().__init__(services.database)
        self._session = session

    def get_or_make(self, _key: str, make: Make) -> tuple[Answer, Outcome]:
        return make(self._session), Outcome.BYPASS


@pytest.fixture(scope="module", params=[ON_SQLITE, ON_MYSQL])
def archive(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Services]:
    """Provide an archive in which all frequencies are known."""
    directory = tmp_path_factory.mktemp("work")
    # Several blocks, because each has a cost.
    with small_blocks(16_384), fresh_archive(request.param, directory) as services:
        rows = (Row(number, raw) for number, raw in enumerate(make_rows(), 1))
        report = run_import(services.database, rows, Options())
        assert report.created == ROWS
        if services.database.engine.dialect.name == "mysql":
            # Otherwise MySQL updates its statistics seconds later, and then chooses other indexes.
            with services.database.engine.connect() as connection:
                connection.exec_driver_sql(
                    "ANALYZE TABLE entries, site_counts, day_counts, blocks, postings"
                )
        yield services


@pytest.mark.parametrize("name", BOUNDS)
def test_a_question_costs_no_more_work_than_its_bound(archive: Services, name: str) -> None:
    bound = BOUNDS[name]
    work = _work(archive, _question(archive, bound))
    ways = work.ways
    print(
        f"{name}: found {work.found}, {len(work.statements)} statements, "
        f"{work.hundreds / 10:.1f} thousand steps, {work.reads / 1_000:.1f} thousand reads, "
        f"{work.occurrences / 1_000:.1f} thousand occurrences; " + " ".join(sorted(ways))
    )
    for line in work.plans:
        print(f"  {line}")
    statements, steps, reads = len(work.statements), work.hundreds / 10, work.reads / 1_000
    assert statements <= bound.statements
    assert steps <= bound.steps
    assert reads <= bound.reads
    assert work.occurrences / 1_000 <= bound.occurrences
    assert ways <= set(bound.ways.split())


@pytest.mark.parametrize("name", BOUNDS)
def test_statements_are_compiled_once(archive: Services, name: str) -> None:
    """Compiling a statement takes longer than running most of them."""
    question = _question(archive, BOUNDS[name])
    answer_question(NullCache(archive.database), question)
    with listening(archive.database.engine) as statements:
        answer_question(NullCache(archive.database), question)
    assert [statement.text for statement in statements if statement.was_compiled] == []


@pytest.mark.parametrize("archive", [ON_SQLITE], indirect=True)
@pytest.mark.parametrize("name", ["a year, oldest first", "large site, in a year, oldest first"])
def test_years_and_months_are_sorted_without_their_rows(archive: Services, name: str) -> None:
    """In a large archive, thousands may reach into a time, but a page has only twenty."""
    plans = _work(archive, _question(archive, BOUNDS[name])).plans
    coarse = [line for line in plans if "date_precision" in line]
    assert coarse
    assert [line for line in coarse if "USING COVERING INDEX" not in line] == []


@pytest.mark.parametrize(("sort", "among"), [("date", 9_000), ("-added", ROWS)])
def test_the_length_of_a_scan_follows_from_how_sparse_the_matches_are(
    archive: Services, sort: str, among: int
) -> None:
    """Four times as far as 20 of 3,000 matches reach, by date in a site or by id in all rows."""
    with archive.database.reading() as session:
        # With an excluded word, because a question that indexes cover is more likely to use a seek.
        question = _read(f"q=-nowhere&url=news.large.example&match=host&sort={sort}")
        steps = Plan(session.connection(), question)._steps_worth_scanning()
    assert steps == 4 * 20 * among // 3_000


def test_a_question_that_indexes_cover_uses_a_seek(archive: Services) -> None:
    with archive.database.reading() as session:
        question = _read("url=news.large.example&match=host&sort=-added")
        assert Plan(session.connection(), question)._steps_worth_scanning() == 0


def _question(archive: Services, bound: Bound) -> Question:
    """Return the question, at its page."""
    question = _read(bound.question)
    if bound.page == 1:
        return question
    cache = NullCache(archive.database)
    answer, _ = answer_question(cache, _read(f"{bound.question}&limit={DEEP // 2}"))
    assert answer.next is not None
    answer, _ = answer_question(cache, _read(answer.next.partition("?")[2]))
    assert answer.next is not None
    return _read(f"{bound.question}&{urlencode({'cursor': answer.next.partition('cursor=')[2]})}")


def _read(query_string: str) -> Question:
    return read_question(read_parameters(SearchParameters, parse_qsl(query_string)))


def _work(archive: Services, question: Question) -> Work:
    work = Work()
    engine = archive.database.engine

    count = _counting_steps if engine.dialect.name == "sqlite" else _counting_reads
    with archive.database.reading() as session:
        # Work that a connection does only once is not counted.
        answer_question(_Open(archive, session), question)
        with listening(engine) as sent, count(session, work), _counting_occurrences(work):
            answer, _ = answer_question(_Open(archive, session), question)
        work.statements = [statement for statement in sent if statement.is_question]
        total = re.search(rb'"total":(\d+),"total_relation":"(\w+)"', answer.body)
        assert total is not None
        work.found = f"{total[2].decode()} {total[1].decode()}"
        if engine.dialect.name == "sqlite":
            work.plans = [line for asked in work.statements for line in _plan(session, asked)]
            work.ways = {way for line in work.plans if (way := _way(line)) is not None}
    return work


@contextmanager
def _counting_occurrences(work: Work) -> Iterator[None]:
    def count(blocks: Sequence[int], stored: Sequence[bytes]) -> Numbers:
        occurrences = joined(blocks, stored)
        work.occurrences += len(occurrences)
        return occurrences

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dateline.text_index.lookup.joined", count)
        yield


@contextmanager
def _counting_steps(session: Session, work: Work) -> Iterator[None]:
    connection = session.connection().connection.driver_connection
    assert connection is not None

    def count() -> int:
        work.hundreds += 1
        return 0

    connection.set_progress_handler(count, 100)
    yield
    connection.set_progress_handler(None, 0)


@contextmanager
def _counting_reads(session: Session, work: Work) -> Iterator[None]:
    before = _reads(session)
    yield
    work.reads = _reads(session) - before


def _reads(session: Session) -> int:
    rows = session.execute(sql("SHOW SESSION STATUS LIKE 'Handler_read%'"))
    return sum(int(value) for _name, value in rows)


def _plan(session: Session, asked: Statement) -> list[str]:
    explained = f"EXPLAIN QUERY PLAN {asked.text}"
    rows = session.connection().exec_driver_sql(explained, asked.parameters)
    return [str(row[3]) for row in rows]


def _way(line: str) -> str | None:
    """Return what a line of a plan uses to find rows, or None if it only passes rows on."""
    if "TEMP B-TREE" in line:
        return "sort"
    found = re.search(
        r"(SCAN|SEARCH) (\w+)(?: USING (?:COVERING )?(?:INDEX (\w+)|INTEGER PRIMARY KEY))?", line
    )
    if found is None or found[2] in ("gathered", "found", "page") or found[2].startswith("anon"):
        return None
    how, table, index = found.groups()
    if table != "entries":
        return table
    # Without an index, a scan reads the table itself, and a search is by id.
    return index or ("all" if how == "SCAN" else "id")
