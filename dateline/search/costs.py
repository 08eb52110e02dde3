"""What it costs to follow a path: counted on its index alone, and only as far as it matters."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, func, select

from dateline.models import DAY, DAY_COUNT, ENTRY
from dateline.search.conditions import Filter, filters_of
from dateline.search.numbers import read_ranges
from dateline.search.paths import (
    IndexRange,
    Path,
    entries_in,
    path_of_dates,
    path_of_keys,
    path_of_site,
)
from dateline.search.question import TOTAL_LIMIT, Question
from dateline.search.sites import Site, entries_of_sites
from dateline.text_index.array_types import Numbers

PROBE: Final = TOTAL_LIMIT + 1
"""Entries of a path that are counted, on its index alone, to know what it costs: where that is not
all of them, there are more than a total tells of."""

PROBE_BY_BLOCKS: Final = 100_001
"""The same of a range of keys whose dates the blocks of the text index tell."""

NARROW: Final = 1_000
"""Entries of a path that are tested themselves sooner than the text index is asked."""

FEW: Final = 200
"""Entries of a path that is followed, whatever another one would bring."""

AS_A_ROW: Final = 12
"""Entries of an index that are read in the time in which the row of one is read."""

# Made once, as SQLAlchemy takes longer to make them than SQLite to answer.
_LAST_ID: Final = select(func.coalesce(func.max(ENTRY.id), 0))
_ENTRIES_OF_DAYS: Final = select(func.coalesce(func.sum(DAY_COUNT.entries), 0))
_COUNT: Final = select(func.count())


class CountedPath(NamedTuple):
    """A path, and how many entries it brings.

    Attributes:
        path: the path.
        size: how many, or the number beyond which it does not matter.
        is_all: whether that is all that it brings.
        ids: of the entries, where they were read to count them.
    """

    path: Path
    size: int
    is_all: bool
    ids: Numbers | None = None


class Costs:
    """Tells the cheapest path to the entries of one question."""

    def __init__(self, connection: Connection, question: Question, site: Site | None) -> None:
        self._connection = connection
        self._database = connection.dialect.name
        self._question = question
        self._asked = filters_of(question)
        self._site = site

    def cheapest(self) -> CountedPath | None:
        """Find the path that costs the least to follow; None where there is none but all."""
        best: CountedPath | None = None
        for path, counted_path in self._paths():
            if counted_path is None:
                most = self._most_to_count(path)
                if best is not None:
                    most = min(most, self._affordable(path, self._cost(best)) + 1)
                counted_path = self._counted(path, most)
            # Of two that cost the same the one that leaves less to test.
            if best is None or self._rank(counted_path) < self._rank(best):
                best = counted_path
            if best.size <= FEW:
                break
        return best

    def _rank(self, counted_path: CountedPath) -> tuple[int, int]:
        return self._cost(counted_path), len(self._asked - counted_path.path.assures)

    def _cost(self, counted_path: CountedPath) -> int:
        """Tell what it costs to follow a path, in entries of its index."""
        # What is not counted to its end is followed so far only if all of it is asked for.
        is_counted = counted_path.is_all or self._asked <= counted_path.path.assures
        size = counted_path.size if is_counted else self._entries_at_most
        if size > NARROW and counted_path.path.lacks_dates_alone(self._asked):
            return size
        return size * self._cost_of_each(counted_path.path)

    def _affordable(self, path: Path, cost: int) -> int:
        """Tell how many entries a path may bring at that cost."""
        affordable = cost // self._cost_of_each(path)
        if affordable > NARROW and path.lacks_dates_alone(self._asked):
            return cost
        return affordable

    def _cost_of_each(self, path: Path) -> int:
        """Tell what an entry of a path costs: its row is read where its index does not tell all."""
        is_read = self._asked - path.assures - path.covers
        return AS_A_ROW if is_read else 1

    def _most_to_count(self, path: Path) -> int:
        """Say how many entries of a path are counted at most."""
        if not path.lacks_dates_alone(self._asked):
            return PROBE
        # The sites of a wide domain have more than that, which is soon known.
        is_wide = (
            self._site is None
            and entries_of_sites(self._connection, self._question) >= PROBE_BY_BLOCKS
        )
        return PROBE if is_wide else PROBE_BY_BLOCKS

    def _paths(self) -> Iterator[tuple[Path, CountedPath | None]]:
        """Give the paths, the soonest counted first, and their sizes where these are known."""
        has_dates = Filter.DATES in self._asked
        if self._site is not None:
            # What all have in a time is never less.
            whole = CountedPath(self.along_dates, self._site.entries, is_all=True)
            yield self.along_dates, None if has_dates else whole
        elif has_dates:
            yield self.along_dates, self._by_counts_of_days()
        if Filter.KEYS in self._asked and not (self._site and self._site.whole):
            yield path_of_keys(self._question, self._database), None

    def _by_counts_of_days(self) -> CountedPath:
        """Count the path of all dates: those that begin in the time are counted already."""
        path, size = self.along_dates, self.entries_in_time
        if self._question.first is None or size >= PROBE:
            # What reaches into a time in which so many begin does not matter.
            return CountedPath(path, size, is_all=True)
        # And the years and months that have begun before, which may be most of an archive.
        reaching = counted(self._connection, path.ranges[:1], PROBE)
        return CountedPath(path, size + reaching, is_all=reaching < PROBE)

    def _counted(self, path: Path, most: int) -> CountedPath:
        """Count what a path brings up to `most`, without looking at the entries themselves."""
        if path.lacks_dates_alone(self._asked):
            # To read them takes little longer than to count them, and mostly they are needed next.
            (ids,) = read_ranges(self._connection, path.ranges, ENTRY.id, most=most)
            return CountedPath(path, len(ids), len(ids) < most, ids)
        size = counted(self._connection, path.ranges, most)
        return CountedPath(path, size, is_all=size < most)

    @property
    def _entries_at_most(self) -> int:
        """How many entries any path can bring."""
        return self._site.entries if self._site is not None else self.last_id

    @cached_property
    def along_dates(self) -> Path:
        """The path in the order of dates: that of the one site that is asked for, or of all."""
        if self._site is not None:
            site, whole = self._site.name, self._site.whole
            return path_of_site(self._question, site, self._database, whole=whole)
        return path_of_dates(self._question, self._database)

    @cached_property
    def last_id(self) -> int:
        """The greatest id of an entry; 0 where there is none."""
        return int(self._connection.scalars(_LAST_ID).one())

    @cached_property
    def entries_in_time(self) -> int:
        """How many entries there are, by the counts of days, whose dates begin in the asked time."""
        question = self._question
        days = _ENTRIES_OF_DAYS
        if question.first is not None:
            days = days.where(DAY_COUNT.day > question.first - DAY)
        if question.last is not None:
            days = days.where(DAY_COUNT.day <= question.last)
        return int(self._connection.scalars(days).one())


def counted(
    connection: Connection,
    ranges: Sequence[IndexRange],
    most: int | None,
    *conditions: ColumnElement[bool],
) -> int:
    """Count what ranges bring and conditions hold for, up to so many."""
    count = 0
    # Most is in the last range, what begins in the time: with it the others may not be needed.
    for index_range in reversed(ranges):
        query = entries_in(index_range, ENTRY.id).where(*conditions)
        rows = query.limit(None if most is None else most - count).subquery()
        count += connection.scalars(_COUNT.select_from(rows)).one()
        if count == most:
            break
    return count
