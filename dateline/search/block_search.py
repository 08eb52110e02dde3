"""Search the blocks of the text index, by texts, dates and ids, mostly without reading rows."""

from collections import Counter
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, bindparam, select

from dateline.fields.date_spans import FIRST_SECOND, LAST_SECOND
from dateline.models import ENTRY
from dateline.search.bound import BoundConnection
from dateline.search.conditions import Filter, filters_of, tests
from dateline.search.costs import CountedPath
from dateline.search.numbers import read_ranges
from dateline.search.question import Question
from dateline.search.spans import LONGEST_SPAN, may_reach
from dateline.text_index import BlockHeader, Blocks, Field, TextIndex, TextQuery
from dateline.text_index.array_types import NONE, Mask, Numbers
from dateline.text_index.occurrences import MANY_TIMES, block_of, common, distinct, without

FIRST: Final = 16_000
"""Entries to search first, to learn which texts are rare and how many matches to expect."""

FEW: Final = 100
"""Candidates that are tested directly, whatever remains to be read from the text index."""

A_BLOCK: Final = 3
"""Candidates in a block that can be tested in the time that reading its array of dates takes."""

OCCURRENCES_PER_ENTRY: Final = 400
"""Occurrences that can be read from the text index in the time that testing an entry takes."""

MARGIN: Final = 1.15
"""Factor for the estimated number of blocks: a few too many cost less than another step."""

AT_ONCE: Final = 120_000
"""Occurrences of the rarest trigram in the blocks that are searched together: larger arrays do not
fit into the CPU caches, and the system allocates them anew each time."""

AT_ONCE_IN_TIME: Final = 480_000
"""The same if occurrences in entries that cannot be in the requested time are left out first."""

DATES_FIRST: Final = 4_000
"""Occurrences of the rarest trigram in a block above which only those in entries that may be in the
requested time are assembled: reading all dates of the block then costs less."""

TOGETHER: Final = 1_000
"""Entries to test with one statement."""

_DATED: Final = select(ENTRY.id, ENTRY.date_start)
_IN_NO_BLOCK: Final = ENTRY.id > bindparam("last_indexed")
# As one parameter: SQLAlchemy takes long to make one of each.
_AMONG_IDS: Final = ENTRY.id.in_(bindparam("ids", expanding=True))
_SITES: Final = select(ENTRY.site).where(_AMONG_IDS)


class BlockSearch:
    """A search for the entries that match a question, block by block, newest first.

    Attributes:
        ids: of the entries found so far, in no order.
        starts: the first second of the date of each.
        entries_searched: the number of entries in the blocks searched so far.
        blocks_left: the blocks not searched yet.
    """

    def __init__(
        self, connection: BoundConnection, question: Question, within: CountedPath | None
    ) -> None:
        """Search the newest entries, which are in no block yet.

        Args:
            connection: in a read transaction.
            question: the question.
            within: the cheapest path, if it returns few enough entries to keep in memory; required
                if no text is asked for. If it was not counted to its end, only as many entries of
                each of its ranges are searched as were counted.
        """
        self._connection = connection
        self._question = question
        self._asked = filters_of(question)
        self._within = within
        self._blocks = Blocks(connection.raw)
        self._index = TextIndex(connection.raw)
        self.blocks_left = self._blocks.headers
        titles = [(Field.TITLE, text) for text in question.title_texts]
        urls = [(Field.URL, text) for text in question.url_texts]
        self._first = _first_of(self.blocks_left)
        self._texts = self._index.prepare([*titles, *urls], self._first)
        self.entries_searched = 0
        self.ids, self.starts = self._tested(
            _IN_NO_BLOCK, frozenset(), last_indexed=self._blocks.last_id
        )

    def find(self, enough: int | None) -> None:
        """Search block by block until more than `enough` entries are found; None for all blocks."""
        count = len(self.blocks_left if self._begins_within else self._first)
        while self.blocks_left and (enough is None or len(self.ids) <= enough):
            count = min(count, self._most_together)
            some, self.blocks_left = self.blocks_left[:count], self.blocks_left[count:]
            ids, starts = self._in_blocks(some)
            self.ids = np.concatenate((self.ids, ids))
            self.starts = np.concatenate((self.starts, starts))
            self.entries_searched += sum(block.entries for block in some)
            # As many more blocks as are needed if each has as many matches as those before.
            each = len(self.ids) / (len(self._blocks.headers) - len(self.blocks_left))
            missing = 0 if enough is None else enough + 1 - len(self.ids)
            count = (
                max(1, round(MARGIN * missing / each)) if each and enough else len(self.blocks_left)
            )

    def _in_blocks(self, blocks: list[BlockHeader]) -> tuple[Numbers, Numbers]:
        entries, assured = self._with_texts(blocks)
        within = self._within.path.assures if self._within is not None else frozenset()
        # A path of dates alone is not used: reading the dates from the blocks takes less time.
        if self._begins_within or (Filter.KEYS in within and len(entries) > FEW):
            if not self._begins_within:
                entries = common(entries, self._entries_within)
            assured |= within
        has_starts = Filter.DATES in assured
        are_few = len(entries) <= max(FEW, A_BLOCK * len(blocks))
        if are_few and not (has_starts and assured >= self._asked):
            return self._tested_one_by_one(entries, assured)
        assured |= {Filter.WITHOUT, Filter.DATES}
        for query in self._texts_without:
            others, is_certain = self._index.entries_with(query, blocks, entries, None)
            if is_certain:
                entries = without(entries, others)
            else:
                assured -= {Filter.WITHOUT}
        if has_starts:
            starts = self._starts_within[np.searchsorted(self._entries_within, entries)]
        else:
            entries, starts = self._in_time(entries)
        if assured >= self._asked:
            return self._blocks.ids_of(entries), starts
        return self._tested_one_by_one(entries, assured)

    def _with_texts(self, blocks: list[BlockHeader]) -> tuple[Numbers, frozenset[Filter]]:
        """Return entries that may contain all texts, and the text filters that they all match."""
        entries = self._entries_within if self._begins_within else None
        wanted = self._may_be_in_time(blocks) if self._begins_in_time else None
        are_certain = True
        for query in self._texts:
            entries, is_certain = self._index.entries_with(
                query, blocks, entries, OCCURRENCES_PER_ENTRY, wanted
            )
            are_certain = are_certain and is_certain
            if len(entries) <= FEW:
                are_certain = are_certain and query is self._texts[-1]
                break
        texts = frozenset({Filter.TITLE, Filter.URL})
        return (NONE if entries is None else entries), texts if are_certain else frozenset()

    def _may_be_in_time(self, blocks: list[BlockHeader]) -> dict[int, Mask]:
        """Return for each block a mask of the places whose dates may overlap the requested time."""
        first, last = self._question.first, self._question.last
        return self._blocks.dated_between(
            blocks,
            FIRST_SECOND if first is None else first - LONGEST_SPAN,
            LAST_SECOND if last is None else last,
        )

    def _in_time(self, entries: Numbers) -> tuple[Numbers, Numbers]:
        """Return the entries whose dates overlap the requested time, and their first seconds."""
        if not len(entries):
            return NONE, NONE
        first, last = self._question.first, self._question.last
        starts = self._blocks.dates_of(entries, "first_seconds")
        inside = np.ones(len(entries), np.bool_)
        if last is not None:
            inside &= starts <= last
        if first is not None:
            inside &= starts > first - LONGEST_SPAN
            before = np.flatnonzero(inside & (starts < first))
            inside[before] = False
            reaching = before.compress(may_reach(starts[before], first))
            inside[reaching] = self._reach(entries[reaching], first)
        return entries.compress(inside), starts.compress(inside)

    def _reach(self, entries: Numbers, second: int) -> NDArray[np.bool_]:
        """Return for each entry whether its date ends at a second or later."""
        if len(entries) > A_BLOCK * len(distinct(block_of(entries))):
            return self._blocks.dates_of(entries, "last_seconds") >= second
        found, _ = self._tested_one_by_one(entries, self._asked - {Filter.DATES})
        return np.isin(self._blocks.ids_of(entries), found)

    def _tested_one_by_one(
        self, entries: Numbers, assured: frozenset[Filter]
    ) -> tuple[Numbers, Numbers]:
        ids = self._blocks.ids_of(entries).tolist()
        pieces = [
            self._tested(_AMONG_IDS, assured, ids=some)
            for some in (ids[at : at + TOGETHER] for at in range(0, len(ids), TOGETHER))
        ]
        return (
            np.concatenate([NONE, *(piece[0] for piece in pieces)]),
            np.concatenate([NONE, *(piece[1] for piece in pieces)]),
        )

    def _tested(
        self, among: ColumnElement[bool], assured: frozenset[Filter], **values: Any
    ) -> tuple[Numbers, Numbers]:
        """Test entries directly, for every filter of the question that is not assured."""
        query = _DATED.where(among, *tests(self._question, assured))
        rows = self._connection.execute(query, **values).all()
        ids, starts = zip(*rows, strict=True) if rows else ((), ())
        return np.array(ids, np.int64), np.array(starts, np.int64)

    def sites(self, most: int) -> Counter[str]:
        """Count the entries found by site, at most `most` of them."""
        ids = np.sort(self.ids[:most])
        newest = ids[ids > self._blocks.last_id].tolist()
        sites = Counter(self._connection.raw.scalars(_SITES, {"ids": newest}) if newest else ())
        entries = self._blocks.entries_of_ids(ids)
        return sites + self._blocks.sites_of(entries) if len(entries) else sites

    def page(self) -> list[int]:
        """Return the ids of the page in sort order, and the first id of the next page."""
        question = self._question
        ids, descending = self.ids, question.sort.descending
        values = self.starts if question.sort.by_date else ids
        if question.position is not None:
            value, last_id = question.position
            same = values == value
            if descending:
                later = (values < value) | (same & (ids < last_id))
            else:
                later = (values > value) | (same & (ids > last_id))
            ids, values = ids.compress(later), values.compress(later)
        wanted = question.limit + 1
        if len(ids) > wanted:
            # Finding the last value of the page costs less than sorting all of them. Only the page
            # and entries that are equal to the last, which ids put in order, have to be sorted.
            at = len(values) - wanted if descending else wanted - 1
            edge = np.partition(values, at)[at]
            first = values >= edge if descending else values <= edge
            ids, values = ids.compress(first), values.compress(first)
        order = np.lexsort((ids, values))[:: -1 if descending else 1]
        return list(ids[order[:wanted]].tolist())

    @property
    def occurrences_to_read(self) -> int:
        """The minimum number of occurrences to read from the text index to search all blocks."""
        rarest, *others = self._texts[0].frequencies
        # Entries with the rarest trigram are tested directly if that costs less than reading the
        # other trigrams.
        return round((rarest + min(sum(others), OCCURRENCES_PER_ENTRY * rarest)) * self.entries)

    @property
    def entries(self) -> int:
        """The number of entries of all blocks."""
        return self._blocks.entries

    @cached_property
    def _texts_without(self) -> list[TextQuery]:
        texts = [(Field.TITLE, text) for text in self._question.title_without]
        return self._index.prepare(texts, self._first)

    @cached_property
    def _begins_within(self) -> bool:
        """Whether to search only among the entries of the path, in all blocks at once."""
        if not self._texts:
            return True
        rarest = self._texts[0].frequencies[0] * self.entries
        return self._within is not None and rarest > MANY_TIMES * self._within.size

    @cached_property
    def _begins_in_time(self) -> bool:
        """Whether to look texts up only among entries that may be in the requested time."""
        if self._begins_within or Filter.DATES not in self._asked:
            return False
        return bool(self._texts[0].positions) and self._rarest_in_a_block > DATES_FIRST

    @property
    def _rarest_in_a_block(self) -> float:
        """The approximate number of occurrences of the rarest trigram in a block."""
        return self._texts[0].frequencies[0] * self.entries / len(self._blocks.headers)

    @cached_property
    def _most_together(self) -> int:
        """The maximum number of blocks to search together."""
        if self._begins_within:
            return len(self._blocks.headers)
        at_once = AT_ONCE_IN_TIME if self._begins_in_time else AT_ONCE
        return max(1, int(at_once / max(self._rarest_in_a_block, 1)))

    @property
    def _entries_within(self) -> Numbers:
        return self._brought[0]

    @property
    def _starts_within(self) -> Numbers:
        """The first second of each of these entries, if the path assures dates."""
        return self._brought[1]

    @cached_property
    def _brought(self) -> tuple[Numbers, Numbers]:
        """The entries that the path returns, sorted, and their first seconds if it has them."""
        path, size, is_all, ids = self._within  # type: ignore[misc]  # there is one
        # A path of keys does not know dates, and reading a row takes longer than all else.
        has_starts = Filter.DATES in path.assures
        columns = (ENTRY.id, ENTRY.date_start) if has_starts else (ENTRY.id,)
        if ids is None:
            most = None if is_all else size
            brought = read_ranges(self._connection, path.ranges, *columns, most=most)
        else:
            brought = ids[np.newaxis]
        # Sorting ids alone takes a third of the time that sorting by them does.
        brought = brought[:, np.argsort(brought[0])] if has_starts else np.sort(brought)
        entries = self._blocks.entries_of_ids(brought[0])
        return entries, brought[-1, : len(entries)]


def _first_of(blocks: list[BlockHeader]) -> list[BlockHeader]:
    """Return the newest blocks that have `FIRST` entries together, or all blocks."""
    entries = 0
    for number, block in enumerate(blocks, 1):
        entries += block.entries
        if entries >= FIRST:
            return blocks[:number]
    return blocks
