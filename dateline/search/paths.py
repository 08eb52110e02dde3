"""The paths: each reads entries from one index of the database, in one or several ranges of it.

A path returns every entry that matches the question, and usually others too, which are tested.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Final, get_args

from sqlalchemy import ColumnElement, bindparam, literal_column, or_

from dateline.fields.date_spans import Precision
from dateline.models import DAY, ENDS_LATER, ENTRY
from dateline.search.conditions import Filter, Values, key_in_index
from dateline.search.question import Question
from dateline.search.ranges import IndexRange, narrowed, values_of_position
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
_BEGINS_NEAR_A_MONTH: Final = or_(
    *(
        ENTRY.date_start.between(bindparam(f"month_{number}_from"), bindparam(f"month_{number}_to"))
        for number in range(FIRSTS)
    )
)


def _before(first: int) -> dict[str, int]:
    """Return seconds before a time, between which dates begin that may reach into it, by name."""
    return {
        "longest": first - LONGEST_SPAN,
        "short": first - SHORT_SPAN,
        "day": first - first % DAY - 1,
        "second": first - 1,
    }


def values_of_ranges(question: Question, database: str) -> Values:
    """Return the values of parameters that only ranges of paths name, except that of `site`.

    Args:
        question: the question.
        database: name of the dialect.
    """
    values: Values = {}
    first, last, position = question.first, question.last, question.position
    if position is not None:
        values |= values_of_position("position", position)
    if first is not None:
        for name, second in _before(first).items():
            values[f"{name}_before"] = second if last is None else min(second, last)
        if database == "mysql":
            for number, month in enumerate(firsts_before(first).tolist()):
                values[f"month_{number}_from"] = month - DAY
                values[f"month_{number}_to"] = month + DAY
    return values


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
        if before[nearly] < before["second"]:
            yield _between(near, nearly, "second", before)
    yield narrowed(starts, *_inside(question))


def _between(index_range: IndexRange, after: str, until: str, before: dict[str, int]) -> IndexRange:
    """Return the dates of a range that begin between two of the seconds, and reach the time."""
    beginning = index_range._replace(last=before[until])
    return narrowed(beginning, *_begins_between(after, until), _ENDS_IN_TIME)


@cache
def _begins_between(after: str, until: str) -> tuple[ColumnElement[bool], ...]:
    return (
        ENTRY.date_start > bindparam(f"{after}_before"),
        ENTRY.date_start <= bindparam(f"{until}_before"),
    )


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


def _inside(question: Question) -> Iterator[ColumnElement[bool]]:
    """Test whether a date begins in the requested time."""
    if question.first is not None:
        yield _BEGINS_FROM_FIRST
    if question.last is not None:
        yield _BEGINS_BY_LAST
