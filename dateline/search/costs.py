"""The costs of paths: counted on their indexes alone, and only as far as it matters."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, func, select

from dateline.models import DAY, DAY_COUNT, ENTRY
from dateline.search.bound import BoundConnection
from dateline.search.conditions import Filter, filters_of
from dateline.search.numbers import read_ranges
from dateline.search.paths import Path, path_of_dates, path_of_keys, path_of_site
from dateline.search.question import TOTAL_LIMIT, Question
from dateline.search.ranges import IndexRange, entries_in
from dateline.search.sites import Site, entries_of_sites
from dateline.text_index.array_types import Numbers

PROBE: Final = TOTAL_LIMIT + 1
"""Maximum entries of a path to count, on its index alone, to learn its cost; more than a total
reports."""

PROBE_BY_BLOCKS: Final = 100_001
"""The same for a range of keys whose dates can be taken from the blocks of the text index."""

NARROW: Final = 1_000
"""Maximum entries of a path to test directly instead of using the text index."""

FEW: Final = 200
"""Maximum entries of a path to use without considering another one."""

AS_A_ROW: Final = 12
"""Index entries that can be read in the time that reading a row takes."""

AN_ID: Final = 2
"""The same for reading an id and taking its date from the blocks of the text index."""

# Built once, because SQLAlchemy takes longer to build them than SQLite to execute them.
_LAST_ID: Final = select(func.coalesce(func.max(ENTRY.id), 0))
_ENTRIES_OF_DAYS: Final = select(func.coalesce(func.sum(DAY_COUNT.entries), 0))
_COUNT: Final = select(func.count())


class CountedPath(NamedTuple):
    """A path, and how many entries it returns.

    Attributes:
        path: the path.
        size: number of entries, or the bound up to which they were counted.
        is_all: whether all entries of the path were counted.
        ids: of the entries, if they were read to count them.
    """

    path: Path
    size: int
    is_all: bool
    ids: Numbers | None = None


class Costs:
    """Finds the cheapest path to the entries of one question."""

    def __init__(self, connection: BoundConnection, question: Question, site: Site | None) -> None:
        self._connection = connection
        self._database = connection.database
        self._question = question
        self._asked = filters_of(question)
        self._site = site

    def cheapest(self) -> CountedPath | None:
        """Return the path that costs least to read; None if no path selects by dates or keys."""
        best: CountedPath | None = None
        for path, counted_path in self._paths():
            if counted_path is None:
                most = self._most_to_count(path)
                if best is not None:
                    most = min(most, self._affordable(path, self._cost(best)) + 1)
                counted_path = self._counted(path, most)
            # Of two paths with the same cost, take the one that leaves fewer filters to test.
            if best is None or self._rank(counted_path) < self._rank(best):
                best = counted_path
            if best.size <= FEW:
                break
        return best

    def _rank(self, counted_path: CountedPath) -> tuple[int, int]:
        return self._cost(counted_path), len(self._asked - counted_path.path.assures)

    def _cost(self, counted_path: CountedPath) -> int:
        """Return the cost of reading a path, in index entries."""
        # A path not counted to its end may have to be read further, unless it assures all filters.
        is_counted = counted_path.is_all or self._asked <= counted_path.path.assures
        size = counted_path.size if is_counted else self._entries_at_most
        if size > NARROW and counted_path.path.lacks_dates_alone(self._asked):
            return size * AN_ID
        return size * self._cost_of_each(counted_path.path)

    def _affordable(self, path: Path, cost: int) -> int:
        """Return how many entries a path may return at that cost."""
        affordable = cost // self._cost_of_each(path)
        if affordable > NARROW and path.lacks_dates_alone(self._asked):
            return cost // AN_ID
        return affordable

    def _cost_of_each(self, path: Path) -> int:
        """Return the cost of an entry of a path: that of a row, if its index does not cover all."""
        is_read = self._asked - path.assures - path.covers
        return AS_A_ROW if is_read else 1

    def _most_to_count(self, path: Path) -> int:
        """Return the maximum number of entries of a path to count."""
        if not path.lacks_dates_alone(self._asked):
            return PROBE
        # The maintained counts show quickly whether the sites of a domain have more than that.
        is_wide = (
            self._site is None
            and entries_of_sites(self._connection, self._question) >= PROBE_BY_BLOCKS
        )
        return PROBE if is_wide else PROBE_BY_BLOCKS

    def _paths(self) -> Iterator[tuple[Path, CountedPath | None]]:
        """Yield the paths, the fastest to count first, and their sizes if already known."""
        has_dates = Filter.DATES in self._asked
        if self._site is not None:
            # The dates path of all entries never returns fewer than that of one site.
            whole = CountedPath(self.along_dates, self._site.entries, is_all=True)
            yield self.along_dates, None if has_dates else whole
        elif has_dates:
            yield self.along_dates, self._by_counts_of_days()
        if Filter.KEYS in self._asked and not (self._site and self._site.whole):
            yield path_of_keys(self._question, self._database), None

    def _by_counts_of_days(self) -> CountedPath:
        """Count the dates path: entries that begin in the time are in the maintained counts."""
        path, size = self.along_dates, self.entries_in_time
        if self._question.first is None or size >= PROBE:
            # With so many beginning in the time, the others that reach into it do not matter.
            return CountedPath(path, size, is_all=True)
        # Add the years and months that begin before the time, which may be most of an archive.
        reaching = counted(self._connection, path.ranges[:1], PROBE)
        return CountedPath(path, size + reaching, is_all=reaching < PROBE)

    def _counted(self, path: Path, most: int) -> CountedPath:
        """Count the entries of a path up to `most`, on its index alone."""
        if path.lacks_dates_alone(self._asked):
            # Reading the ids takes little longer than counting them, and mostly they are needed
            # next. Without a LIMIT that they cannot reach, SQLite needs a fifth less.
            within = self._site is not None and self._site.entries < most
            bound = None if within else most
            (ids,) = read_ranges(self._connection, path.ranges, ENTRY.id, most=bound)
            return CountedPath(path, len(ids), len(ids) < most, ids)
        size = counted(self._connection, path.ranges, most)
        return CountedPath(path, size, is_all=size < most)

    @property
    def _entries_at_most(self) -> int:
        """The maximum number of entries that any path can return."""
        return self._site.entries if self._site is not None else self.last_id

    @cached_property
    def along_dates(self) -> Path:
        """The path in date order: that of the only site in question, or of all entries."""
        if self._site is not None:
            return path_of_site(self._question, self._database, whole=self._site.whole)
        return path_of_dates(self._question, self._database)

    @cached_property
    def last_id(self) -> int:
        """The greatest id of an entry; 0 if there is none."""
        return int(self._connection.raw.scalars(_LAST_ID).one())

    @cached_property
    def entries_in_time(self) -> int:
        """The number of entries whose dates begin in the requested time, by the counts of days."""
        question = self._question
        days = _ENTRIES_OF_DAYS
        if question.first is not None:
            days = days.where(DAY_COUNT.day > question.first - DAY)
        if question.last is not None:
            days = days.where(DAY_COUNT.day <= question.last)
        return int(self._connection.raw.scalars(days).one())


def counted(
    connection: BoundConnection,
    ranges: Sequence[IndexRange],
    most: int | None,
    *conditions: ColumnElement[bool],
) -> int:
    """Count the entries of ranges that match the conditions, up to `most`; None for all."""
    count = 0
    # The last range, of entries that begin in the time, has most; after it, the others may not be
    # needed.
    for index_range in reversed(ranges):
        query = entries_in(index_range, ENTRY.id).where(*conditions)
        rows = query.limit(None if most is None else most - count).subquery()
        count += connection.scalars(_COUNT.select_from(rows)).one()
        if count == most:
            break
    return count
