"""The paths: each reads entries from one index of the database, in one or several ranges of it.

A path returns every entry that matches the question, and usually others too, which are tested.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache, cached_property
from typing import Any, Final, NamedTuple, get_args

from sqlalchemy import ColumnElement, Select, and_, bindparam, literal_column, or_, select

from dateline.fields.date_spans import Precision
from dateline.models import DAY, ENDS_LATER, ENTRIES, ENTRY
from dateline.search.conditions import Filter, Values, key_in_index, unindexed
from dateline.search.cursor import Position
from dateline.search.question import Question
from dateline.search.spans import FIRSTS, LONGEST_SPAN, SHORT_SPAN, firsts_before

COARSE: Final = ("year", "month")
"""Precisions of dates that may cover more than `SHORT_SPAN`."""

PRECISIONS: Final = get_args(Precision)
"""All precisions."""

INDEXED: Final[ColumnElement[bool]] = literal_column(ENDS_LATER)
"""The condition of SQLite's partial indexes, those with precisions. Statements must repeat it,
without parameters: only then can SQLite use such an index."""

_ON_SITE: Final = ENTRY.site == bindparam("site")
_IS_COARSE: Final = ENTRY.date_precision.in_(COARSE)
_HAS_PRECISION: Final = ENTRY.date_precision.in_(PRECISIONS)
_ENDS_IN_TIME: Final = ENTRY.date_end >= bindparam("first")
_BEGINS_FROM_FIRST: Final = ENTRY.date_start >= bindparam("first")
_BEGINS_BY_LAST: Final = ENTRY.date_start <= bindparam("last")
_BEGINS_AT_POSITION: Final = ENTRY.date_start == bindparam("position")
_BEGINS_NEAR_A_MONTH: Final = or_(
    *(
        ENTRY.date_start.between(bindparam(f"month_{number}_from"), bindparam(f"month_{number}_to"))
        for number in range(FIRSTS)
    )
)


class Before(NamedTuple):
    """Seconds before a time, between which the dates begin that may reach into it."""

    longest: int
    short: int
    day: int
    second: int


def _before(first: int) -> Before:
    """Return the seconds before a time whose first second is given."""
    return Before(first - LONGEST_SPAN, first - SHORT_SPAN, first - first % DAY - 1, first - 1)


def values_of_ranges(question: Question, database: str) -> Values:
    """Return the values of all parameters that the ranges of paths name, but not of `site`.

    Args:
        question: the question.
        database: name of the dialect.
    """
    values: Values = {}
    first, last, position = question.first, question.last, question.position
    if position is not None:
        values |= values_of_place("position", position)
    if first is not None:
        for name, second in _before(first)._asdict().items():
            values[f"{name}_before"] = second if last is None else min(second, last)
        if database == "mysql":
            for number, month in enumerate(firsts_before(first).tolist()):
                values[f"month_{number}_from"] = month - DAY
                values[f"month_{number}_to"] = month + DAY
    return values


def values_of_place(name: str, place: Position) -> Values:
    """Return the values of the parameters of `beyond`."""
    return {name: place.value, f"{name}_id": place.id}


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
        near = narrowed(spans, _HAS_PRECISION)
        return _overlapping(question, starts, near, spans, None)

    return Path(make, frozenset({Filter.DATES}))


def path_of_site(question: Question, database: str, *, whole: bool) -> Path:
    """Return the path to the entries of one site whose dates overlap the time, in date order.

    Its statements need the registrable domain as the value of `site`.

    Args:
        question: the question.
        database: name of the dialect.
        whole: whether every entry of the site is in the requested ranges of keys.
    """
    starts = IndexRange("ix_entries_site_date_start", (_ON_SITE,))

    def make() -> Iterator[IndexRange]:
        coarse = starts._replace(in_order=False)
        later = None
        if database == "sqlite":
            spans = "ix_entries_site_date_precision_date_start_date_end"
            coarse, later = _ending_later(IndexRange(spans, (_ON_SITE,), in_order=False))
        elif question.first is not None:
            # No index contains the precisions of a site's dates, so years and months are found by
            # when they may begin.
            coarse = narrowed(coarse, _BEGINS_NEAR_A_MONTH)
        return _overlapping(question, starts, starts, coarse, later)

    assures = {Filter.DATES, Filter.KEYS} if whole else {Filter.DATES}
    return Path(make, frozenset(assures))


def _ending_later(spans: IndexRange) -> tuple[IndexRange, IndexRange]:
    """Return ranges of a partial index of SQLite, for coarse dates and for all across midnight."""
    later = narrowed(spans, INDEXED)
    return later, narrowed(later, _HAS_PRECISION)


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
    if question.first is not None:
        before = _before(question.first)
        coarse = narrowed(coarse, _IS_COARSE)
        yield _between(coarse, "longest", "short", before)
        nearly = "short"
        if later is not None:
            yield _between(later, "short", "day", before)
            nearly = "day"
        if getattr(before, nearly) < before.second:
            yield _between(near, nearly, "second", before)
    yield narrowed(starts, *_inside(question))


def _between(index_range: IndexRange, after: str, until: str, before: Before) -> IndexRange:
    """Return the dates of a range that begin between two fields of `before`, and reach the time."""
    last = getattr(before, until)
    return narrowed(index_range._replace(last=last), *_begins_between(after, until), _ENDS_IN_TIME)


@cache
def _begins_between(after: str, until: str) -> tuple[ColumnElement[bool], ...]:
    return (
        ENTRY.date_start > bindparam(f"{after}_before"),
        ENTRY.date_start <= bindparam(f"{until}_before"),
    )


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
        position: the sort position of an entry, which the parameters `position` have as values.
        order: of the path.
        after: whether to return what comes after the position in ascending order, or before.
    """
    later_id = _later(ENTRY.id, "position_id", after=after)
    if order is Order.ID:
        return [narrowed(index_range, later_id)]
    if after and index_range.last is not None and index_range.last < position.value:
        return []
    if not index_range.in_order:
        # Not two ranges: its entries are sorted anyway, and SQLite would use the index of dates for
        # one of the two.
        return [narrowed(index_range, beyond("position", order, after=after))]
    # Two ranges, so that no condition has to be tested on every entry of a date.
    same_date = narrowed(index_range, _BEGINS_AT_POSITION, later_id)
    others = narrowed(index_range, _later(ENTRY.date_start, "position", after=after))
    return [same_date, others] if after else [others, same_date]


@cache
def beyond(name: str, order: Order, *, after: bool) -> ColumnElement[bool]:
    """Test whether an entry comes after (or before) a position in ascending order.

    Args:
        name: of the parameters, whose values are `values_of_place(name, ...)`.
        order: by date or by id.
        after: whether the entry must come after the position in ascending order, or before.
    """
    return beyond_in(ENTRY, name, order, after=after)


def beyond_in(of: Any, name: str, order: Order, *, after: bool) -> ColumnElement[bool]:
    """Test the same for the columns of a subquery."""
    later_id = _later(of.id, f"{name}_id", after=after)
    if order is Order.ID:
        return later_id
    date_start = unindexed(of.date_start) if of is ENTRY else of.date_start
    later = _later(date_start, name, after=after)
    return or_(later, and_(date_start == bindparam(name), later_id))


def _later(column: Any, name: str, *, after: bool) -> ColumnElement[bool]:
    value: Any = bindparam(name)
    later: ColumnElement[bool] = column > value if after else column < value
    return later


def _inside(question: Question) -> Iterator[ColumnElement[bool]]:
    """Test whether a date begins in the requested time."""
    if question.first is not None:
        yield _BEGINS_FROM_FIRST
    if question.last is not None:
        yield _BEGINS_BY_LAST
