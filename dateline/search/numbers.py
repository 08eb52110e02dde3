"""Read integers of many rows as JSON arrays, in a fifth of the time that reading the rows takes."""

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
from sqlalchemy import Select, SQLColumnExpression, func, select

from dateline.search.bound import BoundConnection
from dateline.search.ranges import IndexRange, entries_in
from dateline.text_index.array_types import Numbers

_AS_JSON: Final = {"sqlite": func.json_group_array, "mysql": func.json_arrayagg}
"""Aggregate all values of a column into the text of a JSON array; on MySQL, null if none."""


def read_numbers(connection: BoundConnection, query: Select[*tuple[Any, ...]]) -> Numbers:
    """Read the rows of a query.

    Args:
        connection: in a read transaction.
        query: its columns must be integers, and never null.

    Returns:
        An array for each column, with the values of all rows, in no particular order.
    """
    columns = query.subquery().c
    as_json = _AS_JSON[connection.database]
    count, *written = connection.execute(select(func.count(), *map(as_json, columns))).one()
    if count and None in written:
        # More than fits in one value on MySQL (max_allowed_packet): some five million numbers.
        return np.array(connection.execute(query).all(), np.int64).T
    return np.array([np.fromstring((text or "[]")[1:-1], np.int64, sep=",") for text in written])


def read_ranges(
    connection: BoundConnection,
    ranges: Iterable[IndexRange],
    *columns: SQLColumnExpression[int],
    most: int | None = None,
) -> Numbers:
    """Read columns of the entries of some ranges, at most `most` of each, like `read_numbers`."""
    read = (
        read_numbers(connection, entries_in(index_range, *columns).limit(most))
        for index_range in ranges
    )
    return np.concatenate([np.empty((len(columns), 0), np.int64), *read], axis=1)
