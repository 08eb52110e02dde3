"""The paths that lead to entries along an index of the database.

Each path brings every entry that the question asks for, and mostly others too, which are tested.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property
from typing import Any, Final, NamedTuple, get_args

from sqlalchemy import ColumnElement, Select, and_, literal_column, or_, select

from dateline.fields.date_spans import Precision
from dateline.models import DAY, ENDS_LATER, ENTRIES, ENTRY
from dateline.search.conditions import Filter, key_in_index, unindexed
from dateline.search.cursor import Position
from dateline.search.question import Question
from dateline.search.spans import LONGEST_SPAN, SHORT_SPAN, firsts_before

COARSE: Final = ("year", "month")
"""Precisions of dates that may cover more than `SHORT_SPAN`."""

PRECISIONS: Final = get_args(Precision)
"""All of them."""

INDEXED: Final[ColumnElement[bool]] = literal_column(ENDS_LATER)
"""The condition of SQLite's partial indexes, those with precisions. Every statement repeats it, and
not with parameters: only then does SQLite see that such an index will do."""


class Order(Enum):
    """The orders in which an index can be scanned; equal dates by id."""

    DATE = auto()
    ID = auto()


class IndexRange(NamedTuple):
    """A contiguous part of an index.

    Attributes:
        of: the name of the index on MySQL, which is told by it where to look.
        where: the conditions of what is in it.
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
        make: makes its ranges. Most paths are weighed against others and never followed, and to
            write the conditions of their ranges would be a tenth of a short question.
        assures: the filters that need not be tested again.
        covers: the filters that its indexes can test beside these, so that no row is read for them.
    """

    make: Callable[[], Iterable[IndexRange]]
    assures: frozenset[Filter] = frozenset()
    covers: frozenset[Filter] = frozenset({Filter.DATES})

    @cached_property
    def ranges(self) -> tuple[IndexRange, ...]:
        """Disjoint; in an ordered path from the first to the last in ascending order."""
        return tuple(self.make())

    def lacks_dates_alone(self, asked: frozenset[Filter]) -> bool:
        """Whether it assures or covers all that is asked for but dates, which blocks may tell."""
        return asked - self.assures - self.covers == {Filter.DATES}


def path_of_ids() -> Path:
    """All entries, in the order in which they were added."""
    return Path(lambda: [IndexRange("PRIMARY", ())])


def path_of_dates(question: Question, database: str) -> Path:
    """The entries whose dates overlap the asked time, in their order.

    Args:
        question: what is asked.
        database: the name of its dialect.
    """
    starts = IndexRange("ix_entries_date_start", ())
    spans = IndexRange("ix_entries_date_precision_date_start_date_end", (), in_order=False)

    def make() -> Iterator[IndexRange]:
        if database == "sqlite":
            return _overlapping(question, starts, starts, *_ending_later(spans))
        # There the index has all entries.
        near = narrowed(spans, ENTRY.date_precision.in_(PRECISIONS))
        return _overlapping(question, starts, near, spans, None)

    return Path(make, frozenset({Filter.DATES}))


def path_of_site(question: Question, site: str, database: str, *, whole: bool) -> Path:
    """The entries of one site whose dates overlap the asked time, in their order.

    Args:
        question: what is asked.
        site: a registrable domain.
        database: the name of its dialect.
        whole: whether every entry of the site is in the asked ranges of keys.
    """
    of_site = (ENTRY.site == site,)
    starts = IndexRange("ix_entries_site_date_start", of_site)

    def make() -> Iterator[IndexRange]:
        coarse = starts._replace(in_order=False)
        later = None
        if database == "sqlite":
            spans = "ix_entries_site_date_precision_date_start_date_end"
            coarse, later = _ending_later(IndexRange(spans, of_site, in_order=False))
        elif question.first is not None:
            # No index tells which dates of a site are years and months, but when these may begin.
            firsts = firsts_before(question.first).tolist()
            days = (ENTRY.date_start.between(first - DAY, first + DAY) for first in firsts)
            coarse = narrowed(coarse, or_(*days))
        return _overlapping(question, starts, starts, coarse, later)

    assures = {Filter.DATES, Filter.KEYS} if whole else {Filter.DATES}
    return Path(make, frozenset(assures))


def _ending_later(spans: IndexRange) -> tuple[IndexRange, IndexRange]:
    """Give what an index of SQLite has of dates that cover much, and of all that cover midnight."""
    later = narrowed(spans, INDEXED)
    return later, narrowed(later, ENTRY.date_precision.in_(PRECISIONS))


def _overlapping(
    question: Question,
    starts: IndexRange,
    near: IndexRange,
    coarse: IndexRange,
    later: IndexRange | None,
) -> Iterator[IndexRange]:
    """Give the ranges of some entries whose dates overlap the asked time, in their order.

    Args:
        question: what is asked.
        starts: all of them, in the order of their dates.
        near: the same, where those that begin shortly before the time are looked up.
        coarse: those whose dates may cover more than `SHORT_SPAN`, and maybe others.
        later: those whose dates end on a later day than they begin, where an index tells: on the
            days before that of the first second of the time no other has to be looked up.
    """
    first, last = question.first, question.last
    if first is not None:
        lasts = ENTRY.date_end >= first

        def between(index_range: IndexRange, after: int, second: int) -> IndexRange:
            where = ENTRY.date_start > after, *_at_most(second, last), lasts
            return narrowed(index_range._replace(last=second), *where)

        nearly = first - SHORT_SPAN
        coarse = narrowed(coarse, ENTRY.date_precision.in_(COARSE))
        yield between(coarse, first - LONGEST_SPAN, nearly)
        if later is not None:
            day_before = first - first % DAY - 1
            yield between(later, nearly, day_before)
            nearly = day_before
        if nearly < first - 1:
            yield between(near, nearly, first - 1)
    yield narrowed(starts, *_inside(question))


def narrowed(index_range: IndexRange, *where: ColumnElement[bool]) -> IndexRange:
    """Give that part of a range for which more conditions hold."""
    return index_range._replace(where=(*index_range.where, *where))


def path_of_keys(question: Question, database: str) -> Path:
    """The entries in the asked ranges of URL keys.

    Args:
        question: what is asked.
        database: the name of its dialect.
    """
    index = "ix_entries_url_key_start_date_start_date_end"
    covers: frozenset[Filter] = frozenset({Filter.DATES} if database == "mysql" else ())
    return Path(
        lambda: [IndexRange(index, tuple(key_in_index(question, database)))],
        frozenset({Filter.KEYS}),
        covers,
    )


def entries_in(index_range: IndexRange, *columns: Any) -> Select[Any]:
    """Select the entries of a range."""
    hint = f"FORCE INDEX ({index_range.of})"
    return select(*columns).with_hint(ENTRIES, hint, "mysql").where(*index_range.where)


def cut_at(
    index_range: IndexRange, position: Position, order: Order, *, after: bool
) -> list[IndexRange]:
    """Give what of a range may lie beyond a position, as ranges in ascending order.

    Args:
        index_range: of an ordered path.
        position: an entry's place in the order.
        order: that of the path.
        after: whether what comes after it in ascending order is asked for, or what comes before.
    """
    later_id = ENTRY.id > position.id if after else ENTRY.id < position.id
    if order is Order.ID:
        return [narrowed(index_range, later_id)]
    if after and index_range.last is not None and index_range.last < position.value:
        return []
    if not index_range.in_order:
        # It is sorted, and SQLite would take the index of dates for one of them.
        return [narrowed(index_range, beyond(position, order, after=after))]
    # Two ranges, and no condition that a database would have to try on every entry of one date.
    at = position.value
    same_date = narrowed(index_range, ENTRY.date_start == at, later_id)
    later = ENTRY.date_start > at if after else ENTRY.date_start < at
    others = narrowed(index_range, later)
    return [same_date, others] if after else [others, same_date]


def beyond(
    position: Position, order: Order, *, after: bool, of: Any = ENTRY
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
        yield ENTRY.date_start >= question.first
    if question.last is not None:
        yield ENTRY.date_start <= question.last


def _at_most(second: int, last: int | None) -> Iterator[ColumnElement[bool]]:
    yield ENTRY.date_start <= (second if last is None else min(second, last))
