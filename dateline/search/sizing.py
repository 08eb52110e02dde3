"""How narrow a path is: counted on its index alone, and only as far as it matters."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Select, func, select

from dateline.models import DAY, DayCount, Entry
from dateline.search.paths import (
    Filter,
    Path,
    filters_of,
    ids_brought_by,
    path_of_dates,
    path_of_keys,
    path_of_site,
    paths_of_candidates,
    paths_of_matches,
)
from dateline.search.question import Question
from dateline.search.sites import Site
from dateline.text_index import RUN, TextIndex

PROBE: Final = 10_001
"""Entries of a path that are counted, on its index alone, to know whether it is narrow."""

FEW: Final = 200
"""Entries that are sought without another thought."""

FIRST: Final = 400
"""Entries that a text index brings first, by whose ids it is told how many it brings in all."""

SOME: Final = 4_000
"""Entries that may have a text and are tested for less than the text index can tell which do."""

SHORT: Final = 6
"""Characters up to which the text index tells what has a text as soon as what may have it."""


class Sized(NamedTuple):
    """A path, and how many entries it brings.

    Attributes:
        path: the path.
        size: how many, or the `PROBE` beyond which it does not matter.
        is_all: whether that is all that it brings.
        is_counted: whether they were counted, or else estimated.
    """

    path: Path
    size: int
    is_all: bool
    is_counted: bool = True


class Sizing:
    """Sizes the paths to the entries of one question."""

    def __init__(
        self,
        connection: Connection,
        question: Question,
        index: TextIndex,
        site: Site | None,
    ) -> None:
        self._connection = connection
        self._question = question
        self._asked = filters_of(question)
        self._index = index
        self._site = site
        self._texts = (*question.title_texts, *question.url_texts)

    def narrowest(self) -> Sized | None:
        """Find the path that brings the fewest entries; None if that cannot be told."""
        best: Sized | None = None
        for sized in self._sized_paths():
            # Of two as narrow the one that leaves less to test.
            if best is None or self._rank(sized) < self._rank(best):
                best = sized
            if best.size <= FEW:
                return best
        if self._texts and not self._index.streams and best is not None and best.size >= PROBE:
            return None
        return best

    def _rank(self, sized: Sized) -> tuple[int, int]:
        return sized.size, len(self._asked - sized.path.assures)

    def _sized_paths(self) -> Iterator[Sized]:
        """Give the paths, the cheapest to size first."""
        has_dates = Filter.DATES in self._asked
        if self._site is not None:
            path = path_of_site(self._question, self._site.name, whole=self._site.whole)
            yield self._probed(path) if has_dates else Sized(path, self._site.entries, is_all=True)
        if has_dates:
            path = path_of_dates(self._question)
            yield Sized(path, self.entries_in_time, is_all=True)
        if Filter.KEYS in self._asked and not (self._site and self._site.whole):
            yield self._probed(path_of_keys(self._question))
        if self._index.streams:
            yield from self._sized_texts()

    def _sized_texts(self) -> Iterator[Sized]:
        """Give what may have the texts, and what has them where that is worth asking."""
        question = self._question
        fewest = PROBE
        if any(len(text) > SHORT for text in self._texts):
            for path in paths_of_candidates(question, self._index):
                sized = self._estimated(path)
                fewest = min(fewest, sized.size)
                yield sized
        if fewest > SOME:
            for path in paths_of_matches(question, self._index):
                sized = self._estimated(path)
                yield sized if sized.is_counted or sized.size <= SOME else self._probed(path)

    def _probed(self, path: Path) -> Sized:
        """Count what a path brings up to `PROBE`, without looking at the entries themselves."""
        size = 0
        for stretch in path.stretches or (None,):
            size += counted(self._connection, ids_brought_by(path, stretch), PROBE - size)
        return Sized(path, size, is_all=size < PROBE)

    def _estimated(self, path: Path) -> Sized:
        """Estimate what a path of texts brings: as many everywhere as among the first entries."""
        if any(len(text) < RUN for text in self._texts):
            # Not brought in the order of ids.
            return self._probed(path)
        ids = ids_brought_by(path, None).limit(FIRST).subquery()
        tell = select(func.count(ids.c.id), func.max(ids.c.id))
        count, last = self._connection.execute(tell).one()
        if count < FIRST:
            return Sized(path, count, is_all=True)
        size = min(PROBE, FIRST * self.last_id // last)
        return Sized(path, size, is_all=size < PROBE, is_counted=False)

    @cached_property
    def last_id(self) -> int:
        """The greatest id of an entry; 0 where there is none."""
        return self._connection.scalars(select(func.coalesce(func.max(Entry.id), 0))).one()

    @cached_property
    def entries_in_time(self) -> int:
        """How many entries there are, by the counts of days, whose dates begin in the asked time."""
        question = self._question
        days = select(func.coalesce(func.sum(DayCount.entries), 0))
        if question.first is not None:
            days = days.where(DayCount.day > question.first - DAY)
        if question.last is not None:
            days = days.where(DayCount.day <= question.last)
        return int(self._connection.scalars(days).one())


def counted(connection: Connection, query: Select[Any], most: int | None) -> int:
    """Count what a query gives, up to so many."""
    rows = query.limit(most).subquery()
    return connection.scalars(select(func.count()).select_from(rows)).one()
