"""How a question is answered: which path is taken. Told in words in docs/search.md."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Select, func, select, union_all

from dateline.models import Entry
from dateline.search.cursor import Position
from dateline.search.paths import (
    Filter,
    Order,
    Path,
    Stretch,
    beyond,
    brought_by,
    cut_at,
    filters_of,
    ids_brought_by,
    path_of_dates,
    path_of_ids,
    path_of_site,
    paths_of_candidates,
    tests,
)
from dateline.search.question import Question
from dateline.search.rows import COLUMNS, FoundRow
from dateline.search.sites import only_site_of
from dateline.search.sizing import FEW, Sized, Sizing, counted
from dateline.text_index import text_index_of

TOTAL_LIMIT: Final = 10_000
"""Totals are exact up to here."""

SHORTEST_WALK: Final = 500
"""Entries that are tested along the asked order where nothing tells how common a text is."""

LONGER_WALK: Final = 4_000
"""Entries that are tested where those of the shortest walk say that they will fill the page."""

LONGEST_WALK: Final = 20_000
"""Entries that are tested where those of the shortest walk say that the total is told by them."""

MOST_LOOKUPS: Final = 100_000
"""Ids of an index that are looked up in those of a common text, rather than testing its entries."""


class Total(NamedTuple):
    """How many entries answer a question, as far as they were counted."""

    entries: int
    is_exact: bool


class Plan:
    """The plan for one question.

    What many entries have is found within the first steps along the asked order, where any other
    path would bring too much; what few have is found by the path that brings the fewest.
    """

    def __init__(self, connection: Connection, question: Question) -> None:
        self._connection = connection
        self._question = question
        self._asked = filters_of(question)
        # No path leads to what a title has not, and most have it not.
        self._to_find = self._asked - {Filter.WITHOUT}
        self._index = text_index_of(connection.dialect)
        self._site = only_site_of(connection, question)
        self._sizing = Sizing(connection, question, self._index, self._site)
        self._order = Order.DATE if question.sort.by_date else Order.ID
        self._way = self._way_along_the_order()
        self._narrowest: Sized | None = None
        self._total: Total | None = None
        # Whether the shortest walk filled the page, where nothing else tells how common a text is.
        self._is_met_at_once = False

    def page(self) -> list[FoundRow]:
        """Give the rows of the page and, where there is one, the first of the next page."""
        if self._way.assures >= self._to_find:
            return self._along(self._way, None)
        narrowest = self._narrowest = self._sizing.narrowest()
        steps, limit = self._steps_worth_walking(narrowest), self._question.limit
        rows = self._along(self._way, steps) if steps else []
        if narrowest is None:
            self._is_met_at_once = len(rows) > limit
            if not self._is_met_at_once and len(rows) * LONGER_WALK > limit * steps:
                # Met as often as so far, they fill the page within the longer walk.
                rows = self._along(self._way, LONGER_WALK)
        return rows if len(rows) > limit else self._seek(self._best())

    def total(self) -> Total:
        """Tell how many entries answer the question; asked after `page`."""
        if self._question.exact_total:
            return Total(self._count(self._best(), None), is_exact=True)
        if self._total is not None:
            return self._total
        narrowest = self._narrowest
        if narrowest is not None and narrowest.path.tells_texts:
            if narrowest.is_counted and narrowest.path.assures >= self._asked:
                return _told(narrowest.size)
            if self._two_indexes_tell(narrowest):
                return _told(self._count(self._way, TOTAL_LIMIT + 1, narrowest.path))
        if self._is_met_at_once:
            # What is in every other entry is sooner counted along the order.
            count, complete = self._count_along(self._way, SHORTEST_WALK)
            if not complete and count * LONGEST_WALK > TOTAL_LIMIT * SHORTEST_WALK:
                count, complete = self._count_along(self._way, LONGEST_WALK)
            if complete or count > TOTAL_LIMIT:
                return _told(count)
        return _told(self._count(self._best(), TOTAL_LIMIT + 1))

    def path_in_order(self) -> Path | None:
        """Give the path along the order, if it assures all that is asked for."""
        return self._way if self._way.assures >= self._asked else None

    def queries_of_all(self, *columns: Any) -> Iterator[Select[Any]]:
        """Give queries that together find everything, by the narrowest path."""
        if not self._way.assures >= self._to_find:
            self._narrowest = self._sizing.narrowest()
        return self._sought(self._best(), *columns)

    # --- The paths --------------------------------------------------------------------------

    def _way_along_the_order(self) -> Path:
        if self._order is Order.ID:
            return path_of_ids()
        if self._site is not None:
            return path_of_site(self._question, self._site.name, whole=self._site.whole)
        return path_of_dates(self._question)

    def _best(self) -> Path:
        """Give the path that brings what is asked for with the least beside it."""
        if self._way.assures >= self._to_find:
            return self._way
        if self._narrowest is not None:
            return self._narrowest.path
        return paths_of_candidates(self._question, self._index)[0]

    def _steps_worth_walking(self, narrowest: Sized | None) -> int:
        """Say how many entries to test along the order; 0 where seeking is cheaper from the start.

        Where `size` of `all` entries are brought by a path, one page of them is to be expected
        within `limit * all / size` steps along the order; seeking tests `size` entries.
        """
        if narrowest is None:
            return SHORTEST_WALK
        if narrowest.size <= FEW:
            return 0
        expected = self._question.limit * self._entries_among(narrowest) / narrowest.size
        if narrowest.is_all and 2 * expected >= narrowest.size:
            return 0
        # As long as seeking would take at most, since that comes on top where the page is not met.
        return int(min(narrowest.size, 4 * expected))

    def _two_indexes_tell(self, narrowest: Sized) -> bool:
        """Say whether those on the way that have a common text are counted without their entries."""
        told = narrowest.path.assures | self._way.assures
        if narrowest.is_all or not told >= self._asked:
            return False
        length = self._site.entries if self._site is not None else self._sizing.entries_in_time
        return length <= MOST_LOOKUPS

    def _entries_among(self, narrowest: Sized) -> int:
        """Count those along the order among which the ones of the path are scattered."""
        if self._site is not None and narrowest.path.assures >= {Filter.KEYS}:
            return self._site.entries
        return self._sizing.last_id

    # --- Along the order ----------------------------------------------------------------------

    def _along(self, path: Path, steps: int | None) -> list[FoundRow]:
        """Give rows in the asked order, of no more than the first so many entries of a stretch."""
        wanted = self._question.limit + 1
        rows: list[FoundRow] = []
        for stretch in self._ahead(path):
            query = brought_by(path, stretch, *COLUMNS).where(*tests(self._question, path, None))
            bounded = self._up_to(query, path, stretch, steps)
            rows += self._connection.execute(
                bounded.order_by(*self._ordering()).limit(wanted - len(rows))
            )
            # What comes after a stretch that was not walked to its end is not what comes next.
            if len(rows) == wanted or bounded is not query:
                break
        return rows

    def _count_along(self, path: Path, steps: int) -> tuple[int, bool]:
        """Count among the first so many entries of each stretch; and whether those are all."""
        count, complete = 0, True
        for stretch in path.stretches:
            query = brought_by(path, stretch, Entry.id).where(*tests(self._question, path, None))
            bounded = self._up_to(query, path, stretch, steps)
            complete = complete and bounded is query
            count += counted(self._connection, bounded, TOTAL_LIMIT + 1 - count)
        return count, complete

    def _ahead(self, path: Path) -> Iterator[Stretch]:
        """Give the stretches from the position on, in the asked order."""
        position, after = self._question.position, not self._question.sort.descending
        for stretch in path.stretches if after else reversed(path.stretches):
            if position is None:
                yield stretch
                continue
            parts = cut_at(stretch, position, self._order, after=after)
            yield from parts if after else reversed(parts)

    def _up_to(
        self, query: Select[Any], path: Path, stretch: Stretch, steps: int | None
    ) -> Select[Any]:
        """Bound a query to so many entries of a stretch; the same query where there are fewer."""
        if steps is None:
            return query
        by = Entry.date_start if self._order is Order.DATE else Entry.id
        edge = self._connection.execute(
            brought_by(path, stretch, by, Entry.id)
            .order_by(*self._ordering())
            .offset(steps)
            .limit(1)
        ).one_or_none()
        if edge is None:
            return query
        past = beyond(Position(*edge), self._order, after=not self._question.sort.descending)
        value = by >= edge[0] if self._question.sort.descending else by <= edge[0]
        return query.where(value, ~past)

    def _ordering(self, of: Any = Entry) -> list[Any]:
        descending = self._question.sort.descending
        return [column.desc() if descending else column.asc() for column in self._place(of)]

    def _place(self, of: Any = Entry) -> list[Any]:
        """Give the columns that tell the place of an entry in the order."""
        return [of.date_start, of.id] if self._order is Order.DATE else [of.id]

    # --- By the narrowest path ------------------------------------------------------------------

    def _seek(self, path: Path) -> list[FoundRow]:
        """Give the page out of all that a path brings, and learn the total by it."""
        # Places alone are gathered and sorted, by the database, in one statement with their number.
        most = TOTAL_LIMIT + 1
        parts = [query.limit(most).subquery() for query in self._sought(path, *self._place())]
        gathered = union_all(*map(select, parts)).limit(most).subquery("gathered").c
        # Not by a second look at what was gathered, for which MySQL would ask its text index again.
        in_all = func.count().over().label("in_all")
        found = select(*self._place(gathered), in_all).subquery("found").c
        places = select(*self._place(found), found.in_all)
        position, descending = self._question.position, self._question.sort.descending
        if position is not None:
            places = places.where(beyond(position, self._order, after=not descending, of=found))
        places = places.order_by(*self._ordering(found)).limit(self._question.limit + 1)
        page = places.subquery("page").c
        rows = self._connection.execute(
            select(*COLUMNS, page.in_all)
            .join(Entry, Entry.id == page.id)
            .order_by(*self._ordering(page))
        ).all()
        if rows or position is None:
            self._total = _told(rows[0].in_all if rows else 0)
            if self._total.is_exact:
                return list(rows)
        # What was gathered is not all, or what lies beyond the position is not among it.
        return self._seek_in_order(path)

    def _seek_in_order(self, path: Path) -> list[FoundRow]:
        wanted = self._question.limit + 1
        position, after = self._question.position, not self._question.sort.descending
        rows: list[FoundRow] = []
        for query in self._sought(path, *COLUMNS):
            if position is not None:
                query = query.where(beyond(position, self._order, after=after))
            rows += self._connection.execute(query.order_by(*self._ordering()).limit(wanted))
        by = "date_start" if self._order is Order.DATE else "id"
        rows.sort(key=lambda row: (getattr(row, by), row.id), reverse=not after)
        return rows[:wanted]

    def _count(self, path: Path, limit: int | None, known: Path | None = None) -> int:
        """Count what is asked for among what a path brings, with what is known of the texts."""
        if path.assures >= self._asked:
            queries = [ids_brought_by(path, stretch) for stretch in path.stretches or (None,)]
        else:
            queries = list(self._sought(path, Entry.id, known=known))
        count = 0
        for query in queries:
            count += counted(self._connection, query, None if limit is None else limit - count)
        return count

    def _sought(
        self, path: Path, *columns: Any, known: Path | None = None
    ) -> Iterator[Select[Any]]:
        for stretch in path.stretches or (None,):
            query = brought_by(path, stretch, *columns)
            is_short = stretch is not None and stretch.is_short
            yield query.where(*tests(self._question, path, None if is_short else known))


def _told(count: int) -> Total:
    return Total(min(count, TOTAL_LIMIT), count <= TOTAL_LIMIT)
