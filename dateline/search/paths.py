"""The paths that lead to entries along an index of the database.

Each path brings every entry that the question asks for, and mostly others too, which are tested.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property
from typing import Any, Final, NamedTuple, get_args

import numpy as np
from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    and_,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ColumnClause, UnaryExpression
from sqlalchemy.sql.operators import custom_op

from dateline.fields.date_spans import Precision
from dateline.models import DAY, KEY_START, Entry
from dateline.search.cursor import Position
from dateline.search.question import Question
from dateline.text_index.runs import Numbers

SHORT_SPAN: Final = 2 * 86_400
"""Seconds: no date of a day or less covers more, whatever the clocks of its zone did."""

LONGEST_SPAN: Final = 368 * 86_400
"""Seconds: no written date covers more (a leap year, and a day for the time zone at each end)."""

COARSE: Final[tuple[ColumnElement[str], ...]] = literal_column("'year'"), literal_column("'month'")
"""Precisions of dates that may cover more than `SHORT_SPAN`. Written out in every statement, or
SQLite could not know that its index of these alone will do."""

PRECISIONS: Final = get_args(Precision)
"""All of them."""


_PLUS: Final = custom_op[Any]("+")


class Filter(Enum):
    """What a question can ask of an entry."""

    DATES = auto()
    KEYS = auto()
    TITLE = auto()
    WITHOUT = auto()
    URL = auto()


class Order(Enum):
    """The orders in which an index can be walked; equal dates by id."""

    DATE = auto()
    ID = auto()


class Stretch(NamedTuple):
    """A contiguous part of an index.

    Attributes:
        of: the name of the index on MySQL, which is told by it where to look.
        where: tells what is in it.
        in_order: whether its index has the order of its path; else what it brings is sorted.
        last: the latest second with which what is in it may begin, where that is known.
    """

    of: str
    where: tuple[ColumnElement[bool], ...]
    in_order: bool = True
    last: int | None = None


@dataclass(frozen=True)
class Path:
    """One way to the entries.

    Attributes:
        make: makes its stretches. Most paths are weighed against others and never followed, and to
            write the conditions of their stretches would be a tenth of a short question.
        assures: the filters that need not be tested again.
        tells: what its indexes know of an entry, so that its row is not read for that.
    """

    make: Callable[[], Iterable[Stretch]]
    assures: frozenset[Filter] = frozenset()
    tells: frozenset[Filter] = frozenset({Filter.DATES})

    @cached_property
    def stretches(self) -> tuple[Stretch, ...]:
        """Disjoint; in an ordered path from the first to the last in ascending order."""
        return tuple(self.make())

    def lacks_dates_alone(self, asked: frozenset[Filter]) -> bool:
        """Whether it assures or tells all that is asked for but dates, which blocks may tell."""
        return asked - self.assures - self.tells == {Filter.DATES}


def filters_of(question: Question) -> frozenset[Filter]:
    """Tell what a question asks for."""
    asked = {
        Filter.DATES: question.first is not None or question.last is not None,
        Filter.KEYS: question.key is not None or question.key_ranges,
        Filter.TITLE: question.title_texts,
        Filter.WITHOUT: question.title_without,
        Filter.URL: question.url_texts,
    }
    return frozenset(name for name, value in asked.items() if value)


def path_of_ids() -> Path:
    """All entries, in the order in which they were added."""
    return Path(lambda: [Stretch("PRIMARY", ())])


def path_of_dates(question: Question, database: str) -> Path:
    """The entries whose dates overlap the asked time, in their order.

    Args:
        question: what is asked.
        database: the name of its dialect.
    """
    starts = Stretch("ix_entries_date_start", ())
    coarse = Stretch("ix_entries_date_precision_date_start_date_end", (), in_order=False)

    def make() -> Iterator[Stretch]:
        near = starts
        if database == "mysql":
            # There the index has all precisions, and the last seconds too.
            near = _of(coarse, Entry.date_precision.in_(PRECISIONS))
        return _overlapping(question, starts, near, coarse)

    return Path(make, frozenset({Filter.DATES}))


def path_of_site(question: Question, site: str, database: str, *, whole: bool) -> Path:
    """The entries of one site whose dates overlap the asked time, in their order.

    Args:
        question: what is asked.
        site: a registrable domain.
        database: the name of its dialect.
        whole: whether every entry of the site is in the asked ranges of keys.
    """
    starts = Stretch("ix_entries_site_date_start", (Entry.site == site,))

    def make() -> Iterator[Stretch]:
        coarse = starts._replace(in_order=False)
        if database == "mysql" and question.first is not None:
            # No index tells which dates of a site are years and months, but when these may begin.
            firsts = firsts_of_months(question.first).tolist()
            days = (Entry.date_start.between(first - DAY, first + DAY) for first in firsts)
            coarse = _of(coarse, or_(*days))
        return _overlapping(question, starts, starts, coarse)

    assures = {Filter.DATES, Filter.KEYS} if whole else {Filter.DATES}
    return Path(make, frozenset(assures))


def _overlapping(
    question: Question, starts: Stretch, near: Stretch, coarse: Stretch
) -> Iterator[Stretch]:
    """Give the stretches of some entries whose dates overlap the asked time, in their order.

    Args:
        question: what is asked.
        starts: all of them, in the order of their dates.
        near: the same, where those that begin shortly before the time are looked up.
        coarse: those whose dates may cover more than `SHORT_SPAN`, and maybe others.
    """
    if question.first is not None:
        nearly = question.first - SHORT_SPAN
        lasts = Entry.date_end >= question.first
        yield _of(
            coarse._replace(last=nearly),
            Entry.date_precision.in_(COARSE),
            Entry.date_start > question.first - LONGEST_SPAN,
            *_at_most(nearly, question.last),
            lasts,
        )
        yield _of(
            near._replace(last=question.first - 1),
            Entry.date_start > nearly,
            *_at_most(question.first - 1, question.last),
            lasts,
        )
    yield _of(starts, *_inside(question))


def _of(stretch: Stretch, *where: ColumnElement[bool]) -> Stretch:
    """Give what of a stretch is so."""
    return stretch._replace(where=(*stretch.where, *where))


def firsts_of_months(second: int) -> Numbers:
    """Give the firsts of months, in UTC, about which a year or month begins that reaches a second.

    It begins with a first in its zone, whose clocks are less than a day away from UTC.
    """
    month = np.datetime64(second, "s").astype("M8[M]")
    # And of the twelve before: behind UTC a year ends with the first day of the next January.
    firsts: Numbers = (month + np.arange(-12, 1)).astype("M8[s]").astype(np.int64)
    return firsts


def path_of_keys(question: Question, database: str) -> Path:
    """The entries in the asked ranges of URL keys.

    Args:
        question: what is asked.
        database: the name of its dialect.
    """
    index = "ix_entries_url_key_start_date_start_date_end"
    tells: frozenset[Filter] = frozenset({Filter.DATES} if database == "mysql" else ())
    return Path(
        lambda: [Stretch(index, tuple(_in_index(question)))], frozenset({Filter.KEYS}), tells
    )


def tests(question: Question, assures: frozenset[Filter]) -> Iterator[ColumnElement[bool]]:
    """Test an entry for what is not assured, without the help of any other index."""
    if Filter.DATES not in assures:
        date_start, date_end = unindexed(Entry.date_start), unindexed(Entry.date_end)
        if question.last is not None:
            yield date_start <= question.last
        if question.first is not None:
            yield date_end >= question.first
    if Filter.KEYS not in assures:
        yield from _key_tests(question, unindexed(Entry.url_key))
    if Filter.TITLE not in assures:
        yield from (_contains(Entry.title_folded, text) for text in question.title_texts)
    if Filter.WITHOUT not in assures:
        yield from (~_contains(Entry.title_folded, text) for text in question.title_without)
    if Filter.URL not in assures:
        yield from (_contains(Entry.url_folded, text) for text in question.url_texts)


def _contains(folded_column: SQLColumnExpression[str], text: str) -> ColumnElement[bool]:
    """Test for a folded text: exact, and nothing is a wildcard."""
    return func.instr(folded_column, text) > 0


def brought_by(stretch: Stretch, *columns: Any) -> Select[Any]:
    """Select the entries of a stretch."""
    hint = f"FORCE INDEX ({stretch.of})"
    return select(*columns).with_hint(Entry, hint, "mysql").where(*stretch.where)


def cut_at(stretch: Stretch, position: Position, order: Order, *, after: bool) -> list[Stretch]:
    """Give what of a stretch may lie beyond a position, as stretches in ascending order.

    Args:
        stretch: of an ordered path.
        position: an entry's place in the order.
        order: that of the path.
        after: whether what comes after it in ascending order is asked for, or what comes before.
    """
    later_id = Entry.id > position.id if after else Entry.id < position.id
    if order is Order.ID:
        return [_of(stretch, later_id)]
    if after and stretch.last is not None and stretch.last < position.value:
        return []
    if not stretch.in_order:
        # It is sorted, and SQLite would take the index of dates for one of them.
        return [_of(stretch, beyond(position, order, after=after))]
    # Two ranges, and no condition that a database would have to try on every entry of one date.
    at = position.value
    same_date = _of(stretch, Entry.date_start == at, later_id)
    later = Entry.date_start > at if after else Entry.date_start < at
    others = _of(stretch, later)
    return [same_date, others] if after else [others, same_date]


def beyond(
    position: Position, order: Order, *, after: bool, of: Any = Entry
) -> ColumnElement[bool]:
    """Test whether an entry comes after (or before) a position in ascending order.

    Args:
        position: an entry's place in the order.
        order: by date or by id.
        after: whether it must come after it in ascending order, or before.
        of: what has the columns of the entry.
    """
    later_id: ColumnElement[bool] = of.id > position.id if after else of.id < position.id
    if order is Order.ID:
        return later_id
    date_start = unindexed(of.date_start)
    later = date_start > position.value if after else date_start < position.value
    return or_(later, and_(date_start == position.value, later_id))


def _inside(question: Question) -> Iterator[ColumnElement[bool]]:
    """Whether a date begins in the asked time."""
    if question.first is not None:
        yield Entry.date_start >= question.first
    if question.last is not None:
        yield Entry.date_start <= question.last


def _at_most(second: int, last: int | None) -> Iterator[ColumnElement[bool]]:
    yield Entry.date_start <= (second if last is None else min(second, last))


def _key_tests(
    question: Question, url_key: SQLColumnExpression[str]
) -> Iterator[ColumnElement[bool]]:
    if question.key is not None:
        yield url_key == question.key
    for beginning in question.key_ranges:
        yield begins_with(url_key, beginning)


class IndexedKey(ColumnClause[str]):
    """A key, as far as the index of keys has it: the whole of it, or its beginning on MySQL."""

    # Statements with it are compiled once, as all others.
    inherit_cache = True

    def __init__(self) -> None:
        super().__init__("url_key", Entry.url_key.type)


@compiles(IndexedKey)
def _whole_key(_key: IndexedKey, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(Entry.__table__.c.url_key, **options)


@compiles(IndexedKey, "mysql")
def _start_of_key(_key: IndexedKey, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(Entry.__table__.c.url_key_start, **options)


def _in_index(question: Question) -> Iterator[ColumnElement[bool]]:
    """Test the key by its index, and by the row only for what may lie beyond the index."""
    if question.key is not None:
        if len(question.key) < KEY_START:
            yield IndexedKey() == question.key
        else:
            yield begins_with(IndexedKey(), question.key[:KEY_START])
            yield Entry.url_key == question.key
    for beginning in question.key_ranges:
        yield begins_with(IndexedKey(), beginning[:KEY_START])
        if len(beginning) > KEY_START:
            yield begins_with(Entry.url_key, beginning)


def begins_with(key: SQLColumnExpression[str], beginning: str) -> ColumnElement[bool]:
    """Test the beginning of a key, as a range that its index knows; keys are ASCII."""
    after_all = beginning[:-1] + chr(ord(beginning[-1]) + 1)
    return and_(key >= beginning, key < after_all)


def unindexed(column: Any) -> Any:
    """Give the same value in a form for which the database uses no index of the column."""
    # For SQLite a plus sign does (https://sqlite.org/optoverview.html), and costs nothing; on MySQL
    # it changes nothing, but no index of it has the whole key.
    if column is Entry.url_key:
        return UnaryExpression(Entry.__table__.c.url_key, operator=_PLUS)
    return column + 0
