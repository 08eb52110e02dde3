"""Numbers of many rows, read as one value: the same as from the rows themselves."""

from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from sqlalchemy import literal, select, union_all

from dateline.schemas import SearchParameters
from dateline.search.bound import BoundConnection
from dateline.search.numbers import read_numbers
from dateline.search.question import read_question
from tests.servers import ON_MYSQL, ON_SQLITE, fresh_archive

ROWS = [(1, -62_135_596_800), (2, 0), (9_007_199_254_740_993, 253_402_300_799)]
"""The last id exceeds what a JavaScript number can represent exactly."""


@pytest.mark.parametrize("many", [0, 1, 3])
@pytest.mark.parametrize("database", [ON_SQLITE, ON_MYSQL])
def test_all_numbers_are_read(database: str, many: int, tmp_path: Path) -> None:
    rows = union_all(*(select(*map(literal, row)) for row in ROWS)).subquery().c
    with fresh_archive(database, tmp_path) as services, services.database.reading() as session:
        connection = BoundConnection(session.connection(), read_question(SearchParameters()))
        columns = read_numbers(connection, select(*rows).order_by(rows[0]).limit(many))
    assert columns.shape == (2, many)
    assert sorted(zip(*columns.tolist(), strict=True)) == ROWS[:many]


def test_what_is_too_much_for_one_value_is_read_as_rows() -> None:
    """MySQL returns null if the value exceeds its `max_allowed_packet`."""
    connection = Mock(BoundConnection, database="mysql")
    connection.execute.side_effect = [
        Mock(one=lambda: (3, None, None)),
        Mock(all=lambda: ROWS),
    ]
    query: Any = select(literal(1).label("one"), literal(2).label("other"))
    assert list(zip(*read_numbers(connection, query).tolist(), strict=True)) == ROWS
