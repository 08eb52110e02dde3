"""Ranges of indexes, and their parts after or before a position in the sort order."""

from enum import Enum, auto
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select

from dateline.models import ENTRIES, ENTRY
from dateline.search.conditions import Values, unindexed
from dateline.search.cursor import Position

_BEGINS_AT_POSITION: Final = ENTRY.date_start == bindparam("position")


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


def narrowed(index_range: IndexRange, *where: ColumnElement[bool]) -> IndexRange:
    """Return the part of a range that also matches more conditions."""
    return index_range._replace(where=(*index_range.where, *where))


def entries_in(index_range: IndexRange, *columns: Any) -> Select[Any]:
    """Select the entries of a range."""
    hint = f"FORCE INDEX ({index_range.of})"
    return select(*columns).with_hint(ENTRIES, hint, "mysql").where(*index_range.where)


def values_of_position(name: str, position: Position) -> Values:
    """Return the values of the parameters of `beyond`."""
    return {name: position.value, f"{name}_id": position.id}


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
        name: of the parameters, whose values are `values_of_position(name, ...)`.
        order: by date or by id.
        after: whether the entry must come after the position in ascending order, or before.
    """
    return beyond_in(ENTRY, name, order, after=after)


def beyond_in(of: Any, name: str, order: Order, *, after: bool) -> ColumnElement[bool]:
    """Test the same for the table or subquery that has the columns `of`."""
    later_id = _later(of.id, f"{name}_id", after=after)
    if order is Order.ID:
        return later_id
    # A subquery has no index.
    date_start = unindexed(of.date_start) if of is ENTRY else of.date_start
    later = _later(date_start, name, after=after)
    return or_(later, and_(date_start == bindparam(name), later_id))


def _later(column: Any, name: str, *, after: bool) -> ColumnElement[bool]:
    value: Any = bindparam(name)
    later: ColumnElement[bool] = column > value if after else column < value
    return later
