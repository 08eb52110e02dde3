"""How a question is answered: which path is taken. Told in words in docs/search.md."""

from collections import Counter
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
from sqlalchemy import Connection

from dateline.models import ENTRY
from dateline.search.conditions import Filter, filters_of
from dateline.search.matches import OCCURRENCES_PER_ENTRY, Matches
from dateline.search.numbers import read_numbers
from dateline.search.paths import Path, path_of_ids
from dateline.search.question import TOTAL_LIMIT, Question
from dateline.search.reading import Reader
from dateline.search.rows import FoundRow
from dateline.search.sites import only_site_of
from dateline.search.sizing import AS_A_ROW, FEW, NARROW, Sized, Sizing
from dateline.text_index.trigrams import NONE, Numbers

MOST_WITHIN: Final = 40_000
"""Ids that are kept in memory, to look up in them what the text index finds."""

WALKED_AS_SOON: Final = 300
"""Entries that are tested along the asked order in the time in which a block of the text index is
looked at."""

A_STRETCH: Final = 400
"""Entries that are tested in the time that the statements for a stretch of a walk take."""


class Total(NamedTuple):
    """How many entries answer a question, as far as they were counted."""

    entries: int
    is_exact: bool


class Plan:
    """The plan for one question.

    What many entries have is found within the first steps along the asked order, where any other
    path would bring too much; what few have is found by the path that brings the fewest, or by the
    text index.
    """

    def __init__(self, connection: Connection, question: Question) -> None:
        self._connection = connection
        self._question = question
        self._asked = filters_of(question)
        # No path leads to what a title has not, and most have it not.
        self._to_find = self._asked - {Filter.WITHOUT}
        self._site = only_site_of(connection, question)
        self._sizing = Sizing(connection, question, self._site)
        self._reader = Reader(connection, question)
        self._is_by_date = question.sort.by_date
        self._way = self._sizing.along_dates if self._is_by_date else path_of_ids()
        self._total: Total | None = None

    def page(self) -> list[FoundRow]:
        """Give the rows of the page and, where there is one, the first of the next page."""
        if self._is_in_order:
            return self._reader.along(self._way, None)
        if self._matches is not None:
            return self._page_of(self._matches)
        steps, limit = self._steps_worth_walking(), self._question.limit
        rows = self._reader.along(self._way, steps) if steps else []
        if len(rows) > limit:
            return rows
        rows, count = self._reader.seek(self._best, TOTAL_LIMIT)
        if count is not None:
            self._total = _told(count)
        return rows

    def total(self) -> Total:
        """Tell how many entries answer the question; asked after `page`."""
        limit = None if self._question.exact_total else TOTAL_LIMIT
        if self._total is not None and limit is not None:
            return self._total
        count = self._number(limit)
        return Total(count, is_exact=True) if limit is None else _told(count)

    def path_in_order(self) -> Path | None:
        """Give the path along the order, if it assures all that is asked for."""
        return self._way if self._way.assures >= self._asked else None

    def starts_of_all(self) -> tuple[Numbers, bool]:
        """Give the first second of each entry found, up to a total; and whether that is all."""
        matches = self._matches or self._dates_of_keys
        if matches is not None:
            matches.look(TOTAL_LIMIT)
            starts = matches.starts
        else:
            starts = NONE
            for query in self._reader.sought(self._best, ENTRY.date_start):
                (more,) = read_numbers(self._connection, query.limit(TOTAL_LIMIT + 1 - len(starts)))
                starts = np.concatenate((starts, more))
        return starts[:TOTAL_LIMIT], len(starts) <= TOTAL_LIMIT

    def sites_of_all(self) -> tuple[Counter[str], bool]:
        """Count the entries found by their sites, up to a total; and tell whether that is all."""
        if self._site is not None:
            # Whatever is found is on it, and no entry has to be asked.
            total = _told(self._number(TOTAL_LIMIT))
            return +Counter({self._site.name: total.entries}), total.is_exact
        if self._matches is not None:
            self._matches.look(TOTAL_LIMIT)
            return self._matches.sites(TOTAL_LIMIT), len(self._matches.ids) <= TOTAL_LIMIT
        sites: list[str] = []
        for query in self._reader.sought(self._best, ENTRY.site):
            sites += self._connection.scalars(query.limit(TOTAL_LIMIT + 1 - len(sites)))
        return Counter(sites[:TOTAL_LIMIT]), len(sites) <= TOTAL_LIMIT

    def _number(self, most: int | None) -> int:
        """Count the entries found, until there are more than so many, or all."""
        if self._matches is None:
            return self._reader.count(self._best, None if most is None else most + 1)
        self._matches.look(most)
        return len(self._matches.ids)

    # --- The paths --------------------------------------------------------------------------

    @cached_property
    def _is_in_order(self) -> bool:
        """Whether nothing but what leads along the order is needed to find what is asked for."""
        return self._way.assures >= self._to_find

    @property
    def _best(self) -> Path:
        """The path that brings what is asked for with the least beside it."""
        return self._way if self._is_in_order or self._narrowest is None else self._narrowest.path

    @cached_property
    def _narrowest(self) -> Sized | None:
        """The narrowest path by dates or keys; None where neither is asked for."""
        return self._sizing.narrowest()

    @cached_property
    def _matches(self) -> Matches | None:
        """What blocks tell; None where testing what a path brings is as quick."""
        if not self._asked & {Filter.TITLE, Filter.URL}:
            return self._dates_of_keys if Filter.DATES in self._asked else None
        if self._is_in_order:
            return None
        narrowest = self._narrowest
        if narrowest is not None and narrowest.size <= NARROW:
            return None
        if narrowest is None or not narrowest.is_all:
            return Matches(self._connection, self._question, None)
        within = narrowest if narrowest.size <= MOST_WITHIN else None
        matches = Matches(self._connection, self._question, within)
        is_sooner_tested = matches.occurrences_to_read > OCCURRENCES_PER_ENTRY * narrowest.size
        return None if is_sooner_tested else matches

    @cached_property
    def _dates_of_keys(self) -> Matches | None:
        """A range of keys with the dates that blocks tell; None where rows or its index do sooner."""
        if self._is_in_order or self._narrowest is None:
            return None
        path, size, is_all, _ids = self._narrowest
        lacks_dates_alone = path.lacks_dates_alone(self._asked | {Filter.DATES})
        # Of more than are counted the first ones are enough, if all of them are asked for.
        is_enough = is_all or Filter.DATES not in self._asked
        if not lacks_dates_alone or not is_enough or size <= NARROW:
            return None
        return Matches(self._connection, self._question, self._narrowest)

    def _steps_worth_walking(self) -> int:
        """Say how many entries to test along the order; 0 where seeking is cheaper from the start.

        Where `size` of `all` entries are brought by a path, one page of them is to be expected
        within `limit * all / size` steps along the order; seeking tests `size` entries.
        """
        narrowest = self._narrowest
        if narrowest is None or narrowest.size <= FEW:
            return 0
        expected = self._question.limit * self._entries_among(narrowest) / narrowest.size
        seeking = narrowest.size / AS_A_ROW if self._is_told(narrowest.path) else narrowest.size
        if narrowest.is_all and 2 * expected >= seeking:
            return 0
        # As long as seeking would take at most, since that comes on top where the page is not met.
        return int(min(seeking, 4 * expected))

    def _is_told(self, path: Path) -> bool:
        """Whether only rows of the page are read, as indexes tell what is found and its order."""
        if self._is_by_date and Filter.DATES not in path.tells:
            return False
        return self._asked <= path.assures | path.tells

    def _entries_among(self, narrowest: Sized) -> int:
        """Count those along the order among which the ones of the path are scattered."""
        by_keys = Filter.KEYS in narrowest.path.assures
        if self._site is not None and self._is_by_date and by_keys:
            return self._site.entries
        return self._sizing.last_id

    # --- By the text index ------------------------------------------------------------------

    def _page_of(self, matches: Matches) -> list[FoundRow]:
        """Give the page out of all matches, or along the order where they are very common."""
        matches.look(TOTAL_LIMIT)
        if matches.left:
            rows = self._met_along_the_order(matches)
            if rows is not None:
                return rows
            matches.look(None)
        return self._reader.rows(matches.page())

    def _met_along_the_order(self, matches: Matches) -> list[FoundRow] | None:
        """Walk where that is sooner done than looking at all blocks; None where no page was met."""
        # As thick along the order as among those that were looked at.
        in_all = len(matches.ids) * matches.entries / max(matches.looked_at, 1)
        steps = 2 * (self._question.limit + 1) * self._length_of_the_way / in_all
        # The last stretch has most, and mostly all; what begins before the time comes first else.
        stretches = 1 if self._question.sort.descending else len(self._way.stretches)
        if steps + A_STRETCH * stretches > WALKED_AS_SOON * len(matches.left):
            return None
        rows = self._reader.along(self._way, round(steps))
        return rows if len(rows) > self._question.limit else None

    @property
    def _length_of_the_way(self) -> int:
        if not self._is_by_date:
            return self._sizing.last_id
        return self._site.entries if self._site is not None else self._sizing.entries_in_time


def _told(count: int) -> Total:
    return Total(min(count, TOTAL_LIMIT), count <= TOTAL_LIMIT)
