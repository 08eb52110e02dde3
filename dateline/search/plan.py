"""Choose how to answer a question, and by which path; docs/search.md describes the methods."""

from collections import Counter
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
from sqlalchemy import Connection

from dateline.models import ENTRY
from dateline.search.block_search import OCCURRENCES_PER_ENTRY, BlockSearch
from dateline.search.bound import BoundConnection
from dateline.search.conditions import Filter, filters_of
from dateline.search.costs import AS_A_ROW, FEW, NARROW, Costs, CountedPath
from dateline.search.numbers import read_numbers, read_ranges
from dateline.search.paths import Path, path_of_ids
from dateline.search.question import TOTAL_LIMIT, Question
from dateline.search.reader import FoundRow, Reader
from dateline.search.sites import only_site_of
from dateline.text_index.array_types import NONE, Numbers

MOST_WITHIN: Final = 40_000
"""Maximum ids of a path to keep in memory, to intersect with what the text index finds."""

SCANNED_AS_SOON: Final = 300
"""Entries that can be tested along the sort order in the time that searching a block of the text
index takes."""

A_RANGE: Final = 400
"""Entries that can be tested in the time that the statements for a range of a scan take."""


class Total(NamedTuple):
    """The number of matches of a question, as far as they were counted."""

    entries: int
    is_exact: bool


class Plan:
    """The plan for one question.

    If a question has many matches, a scan along the sort order soon finds a page, while any other
    path would return too many entries. If it has few, the cheapest path or the text index finds
    them.
    """

    def __init__(self, connection: Connection, question: Question) -> None:
        self._question = question
        self._asked = filters_of(question)
        # No path finds entries by what their titles do not contain, and most entries match that.
        self._to_find = self._asked - {Filter.WITHOUT}
        self._site = only_site_of(connection, question)
        site = {} if self._site is None else {"site": self._site.name}
        self._connection = BoundConnection(connection, question, **site)
        self._costs = Costs(self._connection, question, self._site)
        self._reader = Reader(self._connection, question)
        self._is_by_date = question.sort.by_date
        self._ordered_path = self._costs.along_dates if self._is_by_date else path_of_ids()
        self._total: Total | None = None

    def page(self) -> list[FoundRow]:
        """Return the rows of the page and, if there is one, the first row of the next page."""
        if self._is_in_order:
            return self._reader.scan(self._ordered_path, None)
        if self._block_search is not None:
            return self._page_by_blocks(self._block_search)
        steps, limit = self._steps_worth_scanning(), self._question.limit
        rows = self._reader.scan(self._ordered_path, steps) if steps else []
        if len(rows) > limit:
            return rows
        rows, count = self._reader.seek(self._best, TOTAL_LIMIT)
        if count is not None:
            self._total = _up_to_limit(count)
        return rows

    def total(self) -> Total:
        """Count the matches of the question; to be called after `page`."""
        limit = None if self._question.exact_total else TOTAL_LIMIT
        if self._total is not None and limit is not None:
            return self._total
        count = self._number(limit)
        return Total(count, is_exact=True) if limit is None else _up_to_limit(count)

    def starts_of_all(self) -> tuple[Numbers, bool]:
        """Return the first second of each match, and whether these are all.

        There are up to `TOTAL_LIMIT`, but all if an index has exactly the matches, in date order.
        """
        if self._ordered_path.assures >= self._asked:
            # The path of a single site, whose index contains the dates.
            ranges = self._ordered_path.ranges
            return read_ranges(self._connection, ranges, ENTRY.date_start)[0], True
        search = self._block_search or self._search_of_keys
        if search is not None:
            search.find(TOTAL_LIMIT)
            starts = search.starts
        else:
            starts = NONE
            for query in self._reader.sought(self._best, ENTRY.date_start):
                (more,) = read_numbers(self._connection, query.limit(TOTAL_LIMIT + 1 - len(starts)))
                starts = np.concatenate((starts, more))
        return starts[:TOTAL_LIMIT], len(starts) <= TOTAL_LIMIT

    def sites_of_all(self) -> tuple[Counter[str], bool]:
        """Count matches by site, up to `TOTAL_LIMIT`, and return whether these are all."""
        if self._site is not None:
            # All matches are on this site, so no entry has to be read.
            total = _up_to_limit(self._number(TOTAL_LIMIT))
            return +Counter({self._site.name: total.entries}), total.is_exact
        if self._block_search is not None:
            self._block_search.find(TOTAL_LIMIT)
            return self._block_search.sites(TOTAL_LIMIT), len(self._block_search.ids) <= TOTAL_LIMIT
        sites: list[str] = []
        for query in self._reader.sought(self._best, ENTRY.site):
            sites += self._connection.scalars(query.limit(TOTAL_LIMIT + 1 - len(sites)))
        return Counter(sites[:TOTAL_LIMIT]), len(sites) <= TOTAL_LIMIT

    def _number(self, most: int | None) -> int:
        """Count the matches, until there are more than `most`; None for all."""
        if self._block_search is None:
            return self._reader.count(self._best, None if most is None else most + 1)
        self._block_search.find(most)
        return len(self._block_search.ids)

    # --- The paths --------------------------------------------------------------------------

    @cached_property
    def _is_in_order(self) -> bool:
        """Whether the ordered path assures all filters but texts a title must not contain."""
        return self._ordered_path.assures >= self._to_find

    @property
    def _best(self) -> Path:
        """The path that a seek reads."""
        return (
            self._ordered_path
            if self._is_in_order or self._cheapest is None
            else self._cheapest.path
        )

    @cached_property
    def _cheapest(self) -> CountedPath | None:
        """The cheapest path by dates or keys; None if the question has neither."""
        return self._costs.cheapest()

    @cached_property
    def _block_search(self) -> BlockSearch | None:
        """A search of the blocks; None if testing the entries of a path is as fast."""
        if not self._asked & {Filter.TITLE, Filter.URL}:
            return self._search_of_keys if Filter.DATES in self._asked else None
        cheapest = self._cheapest
        if cheapest is not None and cheapest.size <= NARROW:
            return None
        if cheapest is None or not cheapest.is_all:
            return BlockSearch(self._connection, self._question, None)
        within = cheapest if cheapest.size <= MOST_WITHIN else None
        search = BlockSearch(self._connection, self._question, within)
        is_sooner_tested = search.occurrences_to_read > OCCURRENCES_PER_ENTRY * cheapest.size
        return None if is_sooner_tested else search

    @cached_property
    def _search_of_keys(self) -> BlockSearch | None:
        """A search of a range of keys, dated by blocks; None if rows or its index are faster."""
        if self._is_in_order or self._cheapest is None:
            return None
        path, size, is_all, _ids = self._cheapest
        lacks_dates_alone = path.lacks_dates_alone(self._asked | {Filter.DATES})
        # If not all were counted, the first ones are enough if every one of them matches.
        is_enough = is_all or Filter.DATES not in self._asked
        if not lacks_dates_alone or not is_enough or size <= NARROW:
            return None
        return BlockSearch(self._connection, self._question, self._cheapest)

    def _steps_worth_scanning(self) -> int:
        """Return how many entries to test along the order; 0 if seeking at once is cheaper.

        If a path returns `size` of `all` entries, a page of them is expected within
        `limit * all / size` steps along the order; seeking tests `size` entries.
        """
        cheapest = self._cheapest
        if cheapest is None or cheapest.size <= FEW:
            return 0
        expected = self._question.limit * self._entries_among(cheapest) / cheapest.size
        seeking = cheapest.size / AS_A_ROW if self._is_covered(cheapest.path) else cheapest.size
        if cheapest.is_all and 2 * expected >= seeking:
            return 0
        # At most as long as seeking takes, which has to be added if the scan does not fill a page.
        return int(min(seeking, 4 * expected))

    def _is_covered(self, path: Path) -> bool:
        """Return whether indexes cover filters and order, so that only the page's rows are read."""
        if self._is_by_date and Filter.DATES not in path.covers:
            return False
        return self._asked <= path.assures | path.covers

    def _entries_among(self, cheapest: CountedPath) -> int:
        """Return the number of entries along the order among which those of the path are spread."""
        by_keys = Filter.KEYS in cheapest.path.assures
        if self._site is not None and self._is_by_date and by_keys:
            return self._site.entries
        return self._costs.last_id

    # --- By the text index ------------------------------------------------------------------

    def _page_by_blocks(self, search: BlockSearch) -> list[FoundRow]:
        """Return the page by a scan if matches are very common, otherwise from all matches."""
        search.find(TOTAL_LIMIT)
        if search.blocks_left:
            rows = self._page_by_scan(search)
            if rows is not None:
                return rows
            search.find(None)
        return self._reader.rows(search.page())

    def _page_by_scan(self, search: BlockSearch) -> list[FoundRow] | None:
        """Scan if that is faster than searching all blocks; None if it is not, or found no page."""
        # Assume that matches are as frequent along the order as in the blocks searched.
        in_all = len(search.ids) * search.entries / max(search.entries_searched, 1)
        steps = 2 * (self._question.limit + 1) * self._entries_to_scan / in_all
        # The last range has most of the entries, and often fills the page. In ascending order, the
        # ranges of entries that begin before the time come first.
        ranges = 1 if self._question.sort.descending else len(self._ordered_path.ranges)
        if steps + A_RANGE * ranges > SCANNED_AS_SOON * len(search.blocks_left):
            return None
        rows = self._reader.scan(self._ordered_path, round(steps))
        return rows if len(rows) > self._question.limit else None

    @property
    def _entries_to_scan(self) -> int:
        """The approximate number of entries that the ordered path returns."""
        if self._is_by_date and self._site is not None:
            return self._site.entries
        if self._is_by_date and Filter.DATES in self._asked:
            return self._costs.entries_in_time
        # For all entries, reading the last id costs less than adding up the counts of all days.
        return self._costs.last_id


def _up_to_limit(count: int) -> Total:
    """Return a total that is exact up to the limit."""
    return Total(min(count, TOTAL_LIMIT), count <= TOTAL_LIMIT)
