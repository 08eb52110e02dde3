"""The paths: each reads entries from one index of the database, in one or several ranges of it.

A path returns every entry that matches the question, and usually others too, which are tested.
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
"""All precisions."""

INDEXED: Final[ColumnElement[bool]] = literal_column(ENDS_LATER)
"""The condition of SQLite's partial indexes, those with precisions. Statements must repeat it,
without parameters: only then can SQLite use such an index."""


class Order(Enum):
    """The orders in which an index can be scanned; equal dates are sorted by id."""

    DATE = auto()
    ID = auto()


class IndexRange(NamedTuple):
    """A contiguous part of an index.

    Attributes:
        of: the name of the index, which is forced on MySQL.
        where: the conditions on the entries in the range.
        in_order: whether its index has the order of its path; otherwise its entries are sorted.
        last: the latest second at which dates in it may begin, if known.
    """

    of: str
    where: tuple[ColumnElement[bool], ...]
    in_order: bool = True
    last: int | None = None


@dataclass(frozen=True)
class Path:
    """One way to read the entries.

    Attributes:
        make: builds its ranges. Most paths are only compared with others and never read, and
            building the conditions of their ranges would take a tenth of the time of a fast search.
        assures: the filters that need not be tested again.
        covers: other filters that can be tested on its indexes, without reading rows.
    """

    make: Callable[[], Iterable[IndexRange]]
    assures: frozenset[Filter] = frozenset()
    covers: frozenset[Filter] = frozenset({Filter.DATES})

    @cached_property
    def ranges(self) -> tuple[IndexRange, ...]:
        """The ranges: disjoint, and in ascending order if the path is ordered."""
        return tuple(self.make())

    def lacks_dates_alone(self, asked: frozenset[Filter]) -> bool:
        """Return whether it assures or covers all filters but dates, which blocks may provide."""
        return asked - self.assures - self.covers == {Filter.DATES}


def path_of_ids() -> Path:
    """Return the path to all entries, in the order in which they were added."""
    return Path(lambda: [IndexRange("PRIMARY", ())])


def path_of_dates(question: Question, database: str) -> Path:
    """Return the path to the entries whose dates overlap the requested time, in date order.

    Args:
        question: the question.
        database: name of the dialect.
    """
    starts = IndexRange("ix_entries_date_start", ())
    spans = IndexRange("ix_entries_date_precision_date_start_date_end", (), in_order=False)

    def make() -> Iterator[IndexRange]:
        if database == "sqlite":
            return _overlapping(question, starts, starts, *_ending_later(spans))
        # On MySQL, the index contains all entries.
        near = narrowed(spans, ENTRY.date_precision.in_(PRECISIONS))
        return _overlapping(question, starts, near, spans, None)

    return Path(make, frozenset({Filter.DATES}))


def path_of_site(question: Question, site: str, database: str, *, whole: bool) -> Path:
    """Return the path to the entries of one site whose dates overlap the time, in date order.

    Args:
        question: the question.
        site: a registrable domain.
        database: name of the dialect.
        whole: whether every entry of the site is in the requested ranges of keys.
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
            # No index contains the precisions of a site's dates, so years and months are found by
            # when they may begin.
            firsts = firsts_before(question.first).tolist()
            days = (ENTRY.date_start.between(first - DAY, first + DAY) for first in firsts)
            coarse = narrowed(coarse, or_(*days))
        return _overlapping(question, starts, starts, coarse, later)

    assures = {Filter.DATES, Filter.KEYS} if whole else {Filter.DATES}
    return Path(make, frozenset(assures))


def _ending_later(spans: IndexRange) -> tuple[IndexRange, IndexRange]:
    """Return ranges of a partial index of SQLite, for coarse dates and for all across midnight."""
    later = narrowed(spans, INDEXED)
    return later, narrowed(later, ENTRY.date_precision.in_(PRECISIONS))


def _overlapping(
    question: Question,
    starts: IndexRange,
    near: IndexRange,
    coarse: IndexRange,
    later: IndexRange | None,
) -> Iterator[IndexRange]:
    """Yield ranges of the entries whose dates overlap the requested time, in date order.

    Args:
        question: the question.
        starts: all entries, in date order.
        near: all entries, as read for those that begin shortly before the time.
        coarse: entries whose dates may cover more than `SHORT_SPAN`, and possibly others.
        later: entries whose dates end on a later day than they begin, if an index has these. Of
            entries that begin before the day of the time's first second, no others are needed.
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
    """Return the part of a range that also matches more conditions."""
    return index_range._replace(where=(*index_range.where, *where))


def path_of_keys(question: Question, database: str) -> Path:
    """Return the path to the entries in the requested ranges of URL keys.

    Args:
        question: the question.
        database: name of the dialect.
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
    """Return the part of a range that may be beyond a position, as ranges in ascending order.

    Args:
        index_range: of an ordered path.
        position: the sort position of an entry.
        order: of the path.
        after: whether to return what comes after the position in ascending order, or before.
    """
    later_id = ENTRY.id > position.id if after else ENTRY.id < position.id
    if order is Order.ID:
        return [narrowed(index_range, later_id)]
    if after and index_range.last is not None and index_range.last < position.value:
        return []
    if not index_range.in_order:
        # Not two ranges: its entries are sorted anyway, and SQLite would use the index of dates for
        # one of the two.
        return [narrowed(index_range, beyond(position, order, after=after))]
    # Two ranges, so that no condition has to be tested on every entry of a date.
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
        position: the sort position of an entry.
        order: by date or by id.
        after: whether the entry must come after the position in ascending order, or before.
        of: holds the columns of the entry.
    """
    later_id: ColumnElement[bool] = of.id > position.id if after else of.id < position.id
    if order is Order.ID:
        return later_id
    date_start = unindexed(of.date_start)
    later = date_start > position.value if after else date_start < position.value
    return or_(later, and_(date_start == position.value, later_id))


def _inside(question: Question) -> Iterator[ColumnElement[bool]]:
    """Test whether a date begins in the requested time."""
    if question.first is not None:
        yield ENTRY.date_start >= question.first
    if question.last is not None:
        yield ENTRY.date_start <= question.last


def _at_most(second: int, last: int | None) -> Iterator[ColumnElement[bool]]:
    yield ENTRY.date_start <= (second if last is None else min(second, last))
