"""Read the entries of paths: row by row along an order, or all of them, sorted."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from sqlalchemy import Row, Select, bindparam, func, select, union_all

from dateline.models import ENTRIES, ENTRY
from dateline.search.bound import BoundConnection
from dateline.search.conditions import Values, tests, unindexed
from dateline.search.costs import counted
from dateline.search.cursor import Position
from dateline.search.paths import Path
from dateline.search.question import Question
from dateline.search.ranges import (
    IndexRange,
    Order,
    beyond,
    beyond_in,
    cut_at,
    entries_in,
    values_of_position,
)

COLUMNS: Final = (
    ENTRY.id,
    ENTRY.title,
    ENTRY.url,
    ENTRY.date,
    ENTRY.date_precision,
    ENTRY.date_start,
    ENTRY.date_end,
    ENTRY.date_raw,
    ENTRY.site,
    ENTRY.added_at,
    ENTRY.import_id,
)
"""The columns to read of each match."""

_ROWS: Final = select(*COLUMNS).where(ENTRY.id.in_(bindparam("ids", expanding=True)))

FoundRow = Row[*tuple[Any, ...]]
"""The values of `COLUMNS`, accessible by name."""


class Reader:
    """Reads the entries that match one question, in its sort order."""

    def __init__(self, connection: BoundConnection, question: Question) -> None:
        self._connection = connection
        self._question = question
        self._order = Order.DATE if question.sort.by_date else Order.ID

    def rows(self, ids: list[int]) -> list[FoundRow]:
        """Return the rows with these ids, in this order."""
        if not ids:
            return []
        rows = self._connection.raw.execute(_ROWS, {"ids": ids})
        by_id = {row.id: row for row in rows}
        return [by_id[entry_id] for entry_id in ids]

    def scan(self, path: Path, steps: int | None) -> list[FoundRow]:
        """Return rows in sort order, testing at most `steps` entries of a range; None for all."""
        wanted = self._question.limit + 1
        rows: list[FoundRow] = []
        conditions = tuple(tests(self._question, path.assures))
        for index_range in self._ahead(path):
            columns = COLUMNS if index_range.in_order else self._place()
            query = entries_in(index_range, *columns).where(*conditions)
            query, edge = self._up_to(query, index_range, steps)
            page = query.order_by(*self._ordering_in(index_range)).limit(wanted - len(rows))
            if not index_range.in_order:
                page = self._rows_at(page)
            rows += self._connection.execute(page, **edge)
            # Entries after a range that was not scanned to its end are not the next in order.
            if len(rows) == wanted or edge:
                break
        return rows

    def _rows_at(self, places: Select[Any]) -> Select[Any]:
        """Select the rows at some sort positions, which were sorted without reading the rows."""
        page = places.subquery("page")
        rows = select(*COLUMNS).join(page, ENTRY.id == page.c.id)
        return rows.order_by(*self._ordering(page.c))

    def _ahead(self, path: Path) -> Iterator[IndexRange]:
        """Yield the ranges beyond the position, in sort order."""
        position, after = self._question.position, not self._question.sort.descending
        for index_range in path.ranges if after else reversed(path.ranges):
            if position is None:
                yield index_range
                continue
            parts = cut_at(index_range, position, self._order, after=after)
            yield from parts if after else reversed(parts)

    def _up_to(
        self, query: Select[Any], index_range: IndexRange, steps: int | None
    ) -> tuple[Select[Any], Values]:
        """Limit a query to the first `steps` entries of a range.

        Returns:
            The query, and the values that it then needs; none if there are no more entries.
        """
        if steps is None:
            return query, {}
        by = ENTRY.date_start if self._order is Order.DATE else ENTRY.id
        edge = self._connection.execute(
            entries_in(index_range, by, ENTRY.id)
            .order_by(*self._ordering_in(index_range))
            .offset(steps)
            .limit(1)
        ).one_or_none()
        if edge is None:
            return query, {}
        past = beyond("edge", self._order, after=not self._question.sort.descending)
        value: Any = bindparam("edge")
        until = by >= value if self._question.sort.descending else by <= value
        return query.where(until, ~past), values_of_position("edge", Position._make(edge))

    def _ordering_in(self, index_range: IndexRange) -> list[Any]:
        if index_range.in_order:
            return self._ordering()
        # Otherwise SQLite would prefer an index with this order to the one with the fewest entries.
        return self._directed(map(unindexed, self._place()))

    def _ordering(self, of: Any = ENTRY) -> list[Any]:
        return self._directed(self._place(of))

    def _directed(self, columns: Iterable[Any]) -> list[Any]:
        descending = self._question.sort.descending
        return [column.desc() if descending else column.asc() for column in columns]

    def _place(self, of: Any = ENTRY) -> list[Any]:
        """Return the columns that make up the sort position of an entry."""
        return [of.date_start, of.id] if self._order is Order.DATE else [of.id]

    def seek(self, path: Path, most: int) -> tuple[list[FoundRow], int | None]:
        """Return the page from the matches among the entries of a path, and count the matches.

        Args:
            path: the path.
            most: maximum number to count.

        Returns:
            The rows, and the count: `most` + 1 if there are more than `most`, None if the page did
            not show it.
        """
        # The database gathers, sorts and counts only sort positions, in one statement.
        sought = self.sought(path, *self._place())
        parts = [query.limit(most + 1).subquery() for query in sought]
        gathered = union_all(*map(select, parts)).limit(most + 1).subquery("gathered").c
        # Not with a second reference to `gathered`, which would then be computed twice.
        in_all = func.count().over().label("in_all")
        found = select(*self._place(gathered), in_all).subquery("found").c
        places = select(*self._place(found), found.in_all)
        position, descending = self._question.position, self._question.sort.descending
        if position is not None:
            after = beyond_in(found, "position", self._order, after=not descending)
            places = places.where(after)
        places = places.order_by(*self._ordering(found)).limit(self._question.limit + 1)
        page = places.subquery("page").c
        rows = self._connection.execute(
            select(*COLUMNS, page.in_all)
            .join(ENTRIES, ENTRY.id == page.id)
            .order_by(*self._ordering(page))
        ).all()
        # Without rows, the number of matches before the position is unknown.
        count = 0 if position is None else None
        if rows:
            count = rows[0].in_all
        if count is not None and count <= most:
            return list(rows), count
        # Not all matches were gathered, or none of those gathered is beyond the position.
        return self._seek_in_order(path), count

    def _seek_in_order(self, path: Path) -> list[FoundRow]:
        wanted = self._question.limit + 1
        position, after = self._question.position, not self._question.sort.descending
        rows: list[FoundRow] = []
        all_sought = self.sought(path, *self._place())
        for index_range, query in zip(path.ranges, all_sought, strict=True):
            if position is not None:
                query = query.where(beyond("position", self._order, after=after))
            page = query.order_by(*self._ordering_in(index_range)).limit(wanted)
            rows += self._connection.execute(self._rows_at(page))
        by = "date_start" if self._order is Order.DATE else "id"
        rows.sort(key=lambda row: (getattr(row, by), row.id), reverse=not after)
        return rows[:wanted]

    def count(self, path: Path, limit: int | None) -> int:
        """Count the matches among the entries of a path, up to `limit`; None for all."""
        conditions = tests(self._question, path.assures)
        return counted(self._connection, path.ranges, limit, *conditions)

    def sought(self, path: Path, *columns: Any) -> Iterator[Select[Any]]:
        """Yield a query for the matches in each range of a path."""
        conditions = tuple(tests(self._question, path.assures))
        for index_range in path.ranges:
            yield entries_in(index_range, *columns).where(*conditions)
