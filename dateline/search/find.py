"""From a question to the entries that answer it. The plan is told in docs/search.md."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    Select,
    SQLColumnExpression,
    and_,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session

from dateline.models import Entry
from dateline.search.cursor import Position
from dateline.search.question import Question
from dateline.text_index import Field, contains, text_index_of

WALK: Final = 2_000
"""Rows of the asked order that are looked at before the text index or the keys are asked."""

COUNT_WALK: Final = 20_000
"""Rows of the asked order among which a text that was common on the page is counted first."""

TOTAL_LIMIT: Final = 10_000
"""Totals are exact up to here."""

PAGE_OF_ALL: Final = 1_000

LONGEST_SPAN: Final = 368 * 86_400
"""Seconds: no written date covers more (a leap year, and a day for the time zone at each end)."""

COLUMNS: Final = (
    Entry.id,
    Entry.title,
    Entry.url,
    Entry.date,
    Entry.date_precision,
    Entry.date_start,
    Entry.date_end,
    Entry.date_raw,
    Entry.site,
    Entry.added_at,
    Entry.import_id,
)

FoundRow = Row[*tuple[Any, ...]]
"""The values of `COLUMNS`, by their names."""


@dataclass(frozen=True, slots=True)
class Found:
    """A page of what was found.

    Attributes:
        rows: the entries of the page, in the asked order.
        next: where the next page begins; None on the last.
        total: how many entries answer the question, on all pages.
        total_is_exact: False where there are more than `total`.
    """

    rows: list[FoundRow]
    next: Position | None
    total: int
    total_is_exact: bool


def find(session: Session, question: Question) -> Found:
    """Find one page, and count all."""
    plan = _Plan(session, question)
    rows = plan.page()
    more = len(rows) > question.limit
    rows = rows[: question.limit]
    total, exact = plan.total()
    return Found(rows, _position(rows[-1], question) if more else None, total, exact)


def find_all(session: Session, question: Question) -> Iterator[FoundRow]:
    """Find every entry, page after page of the same snapshot, so that memory stays flat."""
    question = replace(question, limit=PAGE_OF_ALL, position=None)
    while True:
        rows = _Plan(session, question).page()
        yield from rows[:PAGE_OF_ALL]
        if len(rows) <= PAGE_OF_ALL:
            return
        question = replace(question, position=_position(rows[PAGE_OF_ALL - 1], question))


def find_entry(session: Session, entry_id: int) -> FoundRow | None:
    """Find one entry by its id."""
    return session.execute(select(*COLUMNS).where(Entry.id == entry_id)).one_or_none()


def _position(row: FoundRow, question: Question) -> Position:
    return Position(row.date_start if question.sort.by_date else row.id, row.id)


class _Plan:
    """How one question is answered: walk along the asked order a little, then seek.

    What many entries have is found within the first steps of a walk, where an index would bring
    too much; what few have is found by its index, which then brings little.
    """

    def __init__(self, session: Session, question: Question) -> None:
        self._session = session
        self._question = question
        self._common = True

    def page(self) -> list[FoundRow]:
        """The rows of the page and, where there is one, the first of the next page."""
        if not self._is_selective():
            return self._rows(self._walk(*COLUMNS))
        if self._question.key is not None:
            # One page on the web has few entries, wherever they stand in the order.
            self._common = False
            return self._rows(self._seek(*COLUMNS))
        edge = self._edge(self._question.position, WALK)
        rows = self._rows(self._walk(*COLUMNS, edge=edge))
        if edge is None or len(rows) > self._question.limit:
            return rows
        self._common = False
        return self._rows(self._seek(*COLUMNS))

    def total(self) -> tuple[int, bool]:
        """How many entries answer the question, and whether that is all; asked after `page`."""
        if self._question.exact_total:
            every = self._seek(Entry.id) if self._is_selective() else self._walk(Entry.id)
            return self._count(every, None), True
        if not self._is_selective():
            return self._told(self._count(self._walk(Entry.id), TOTAL_LIMIT + 1))
        if self._common:
            edge = self._edge(None, COUNT_WALK)
            count = self._count(self._walk(Entry.id, edge=edge), TOTAL_LIMIT + 1)
            if edge is None or count > TOTAL_LIMIT:
                return self._told(count)
        return self._told(self._count(self._seek(Entry.id), TOTAL_LIMIT + 1))

    def _told(self, count: int) -> tuple[int, bool]:
        return min(count, TOTAL_LIMIT), count <= TOTAL_LIMIT

    def _is_selective(self) -> bool:
        """Whether there is an index that knows better than the order where to look."""
        question = self._question
        return bool(
            question.title_texts or question.url_texts or question.key or question.key_ranges
        )

    def _rows(self, query: Select[Any]) -> list[FoundRow]:
        question = self._question
        if question.position is not None:
            query = query.where(self._beyond(question.position))
        ordered = query.order_by(*self._order()).limit(question.limit + 1)
        return list(self._session.execute(ordered))

    def _count(self, query: Select[Any], limit: int | None) -> int:
        rows = query.limit(limit).subquery()
        return self._session.scalars(select(func.count()).select_from(rows)).one()

    def _walk(self, *columns: Any, edge: Position | None = None) -> Select[Any]:
        """Rows along the index of the asked order, each tested, up to an edge."""
        query = select(*columns).where(*self._dates(Entry.date_start), *self._tests(_unindexed))
        return query if edge is None else query.where(~self._beyond(edge))

    def _seek(self, *columns: Any) -> Select[Any]:
        """Rows that the text index or the index of keys brings, each tested."""
        question = self._question
        index = text_index_of(self._session.connection().dialect)
        candidates = [
            *index.candidates(Field.TITLE, question.title_texts),
            *index.candidates(Field.URL, question.url_texts),
        ]
        tests = self._tests(_unindexed if candidates else _as_is)
        return select(*columns).where(
            *(Entry.id.in_(ids) for ids in candidates),
            *self._dates(_unindexed(Entry.date_start)),
            *tests,
        )

    def _edge(self, position: Position | None, steps: int) -> Position | None:
        """The place in the asked order so many rows further on; None where there are fewer."""
        by = Entry.date_start if self._question.sort.by_date else Entry.id
        query = select(by, Entry.id).where(*self._dates(Entry.date_start))
        if position is not None:
            query = query.where(self._beyond(position))
        row = self._session.execute(
            query.order_by(*self._order()).offset(steps - 1).limit(1)
        ).one_or_none()
        return None if row is None else Position(*row)

    def _order(self) -> list[ColumnElement[int]]:
        by = [Entry.date_start, Entry.id] if self._question.sort.by_date else [Entry.id]
        return [column.desc() if self._question.sort.descending else column.asc() for column in by]

    def _beyond(self, position: Position) -> ColumnElement[bool]:
        """Rows that come after a position in the asked order."""
        less = self._question.sort.descending
        later_id = Entry.id < position.id if less else Entry.id > position.id
        if not self._question.sort.by_date:
            return later_id
        by, at = Entry.date_start, position.value
        # The first half says nothing new, but is a range that the index can begin at.
        return and_(by <= at if less else by >= at, or_(by != at, later_id))

    def _dates(self, date_start: SQLColumnExpression[int]) -> Iterator[ColumnElement[bool]]:
        """Whether the entry's span and the asked one overlap."""
        first, last = self._question.first, self._question.last
        if last is not None:
            yield date_start <= last
        if first is not None:
            yield Entry.date_end >= first
            # Says nothing new either: it gives the range on the index its other end.
            yield date_start > first - LONGEST_SPAN

    def _tests(self, key_column: Callable[[Any], Any]) -> Iterator[ColumnElement[bool]]:
        """Every filter but the dates, as tests of one row."""
        question = self._question
        url_key = key_column(Entry.url_key)
        if question.key is not None:
            yield url_key == question.key
        for beginning in question.key_ranges:
            yield and_(url_key >= beginning, url_key < _after_all_of(beginning))
        for text in question.title_texts:
            yield contains(Entry.title_folded, text)
        yield from (~contains(Entry.title_folded, text) for text in question.title_without)
        for text in question.url_texts:
            yield contains(Entry.url_folded, text)


def _as_is(column: Any) -> Any:
    return column


def _unindexed(column: Any) -> Any:
    """The same value in a form for which the database uses no index of the column."""
    return column + 0 if isinstance(column.type, BigInteger) else column.concat("")


def _after_all_of(beginning: str) -> str:
    """The least text that is greater than all that begin so; keys are ASCII."""
    return beginning[:-1] + chr(ord(beginning[-1]) + 1)
