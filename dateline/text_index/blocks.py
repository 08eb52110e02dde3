"""The blocks of the text index, and the dates and sites of their entries."""

from collections import Counter
from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Any, Final, NamedTuple

import numpy as np
from sqlalchemy import Connection, select

from dateline.models import Block
from dateline.text_index.array_cache import arrays_of_blocks
from dateline.text_index.array_types import Mask, Numbers
from dateline.text_index.arrays import are_between, seconds_at, sites_at
from dateline.text_index.occurrences import block_of, entry_in, place_of, places_in_blocks


class Field(IntEnum):
    """The two searchable texts of an entry, with their values in `PostingList.field`."""

    TITLE = 0
    URL = 1


class BlockHeader(NamedTuple):
    """The entries of a block: all those from its first to its last id.

    Attributes:
        number: of the block.
        first_id: id of its first entry.
        last_id: id of its last entry.
        entries: how many it had when it was written.
        full: whether it is never merged into a larger block.
        version: changes whenever its arrays change.
    """

    number: int
    first_id: int
    last_id: int
    entries: int
    full: bool
    version: int


_HEADERS: Final = select(
    Block.number, Block.first_id, Block.last_id, Block.entries, Block.full, Block.version
).order_by(Block.number.desc())


def headers_of(connection: Connection) -> list[BlockHeader]:
    """Return all blocks, newest first."""
    return [BlockHeader(*row) for row in connection.execute(_HEADERS).all()]


class Blocks:
    """All blocks as one transaction sees them.

    Attributes:
        headers: newest first.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.headers = headers_of(connection)
        oldest_first = self.headers[::-1]
        self._numbers = np.array([block.number for block in oldest_first], np.int64)
        self._first_ids = np.array([block.first_id for block in oldest_first], np.int64)
        self._versions = {block.number: block.version for block in oldest_first}

    @property
    def last_id(self) -> int:
        """The last indexed id: entries with greater ids are in no block; 0 if there is no block."""
        return self.headers[0].last_id if self.headers else 0

    @property
    def entries(self) -> int:
        """The number of entries of all blocks."""
        return sum(block.entries for block in self.headers)

    def entries_of_ids(self, ids: Numbers) -> Numbers:
        """Return the entries with these sorted ids, sorted, omitting those not indexed yet."""
        ids = ids[ids <= self.last_id]
        at = np.searchsorted(self._first_ids, ids, side="right") - 1
        return entry_in(self._numbers[at], ids - self._first_ids[at])

    def ids_of(self, entries: Numbers) -> Numbers:
        """Return the ids of entries."""
        at = np.searchsorted(self._numbers, block_of(entries))
        return self._first_ids[at] + place_of(entries)

    def dated_between(
        self, blocks: Sequence[BlockHeader], first: int, last: int
    ) -> dict[int, Mask]:
        """Return for each block a mask of the places whose dates begin from `first` to `last`.

        Both are inclusive. The mask is meaningless for ids without an entry.
        """
        arrays = self._arrays((block.number for block in blocks), "first_seconds")
        # One array at a time: those of many blocks joined would need newly allocated memory.
        return {number: are_between(array, first, last) for number, array in arrays.items()}

    def dates_of(self, entries: Numbers, column: str) -> Numbers:
        """Return the first or the last second of the date of each entry.

        Args:
            entries: sorted; at least one.
            column: `first_seconds` or `last_seconds`.
        """
        places = places_in_blocks(entries)
        arrays = self._arrays(places, column)
        return np.concatenate([seconds_at(arrays[number], at) for number, at in places.items()])

    def sites_of(self, entries: Numbers) -> Counter[str]:
        """Count the sites of sorted entries; at least one is required."""
        sites: Counter[str] = Counter()
        places = places_in_blocks(entries)
        names = self._arrays(places, "site_names")
        numbers = self._arrays(places, "site_numbers")
        for block, at in places.items():
            sites.update(sites_at(names[block], numbers[block], at))
        return sites

    def _arrays(self, numbers: Iterable[int], column: str) -> dict[int, Any]:
        """Return a column of the blocks with these numbers."""
        versions = {number: self._versions[number] for number in numbers}
        return arrays_of_blocks(self._connection, versions, column)


def listed_blocks(blocks: Iterable[BlockHeader]) -> str:
    """Format the numbers of blocks as a SQL list."""
    return listed(block.number for block in blocks)


def listed(numbers: Iterable[int]) -> str:
    """Format numbers as a SQL list."""
    return ", ".join(map(str, numbers))
