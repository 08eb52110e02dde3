"""What the text index is made of: blocks of entries, and what they tell of these beside their texts."""

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
    """The two texts of an entry that can be searched, as `PostingList.field` numbers them."""

    TITLE = 0
    URL = 1


class BlockHeader(NamedTuple):
    """Which entries a block has: all that there are from its first to its last id.

    Attributes:
        number: that of the block.
        first_id: of an entry.
        last_id: of an entry.
        entries: how many there were when it was made.
        full: whether it stays as it is.
        version: another one whenever its arrays are others.
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
    """Give all blocks, the newest first."""
    return [BlockHeader(*row) for row in connection.execute(_HEADERS).all()]


class Blocks:
    """All blocks as one transaction sees them.

    Attributes:
        headers: the newest first.
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
        """Entries with greater ids are not indexed yet; 0 where none is."""
        return self.headers[0].last_id if self.headers else 0

    @property
    def entries(self) -> int:
        """How many entries all of them have."""
        return sum(block.entries for block in self.headers)

    def entries_of_ids(self, ids: Numbers) -> Numbers:
        """Give the entries with these ids, as far as they are indexed; both are sorted."""
        ids = ids[ids <= self.last_id]
        at = np.searchsorted(self._first_ids, ids, side="right") - 1
        return entry_in(self._numbers[at], ids - self._first_ids[at])

    def ids_of(self, entries: Numbers) -> Numbers:
        """Give the ids of entries."""
        at = np.searchsorted(self._numbers, block_of(entries))
        return self._first_ids[at] + place_of(entries)

    def dated_between(
        self, blocks: Sequence[BlockHeader], first: int, last: int
    ) -> dict[int, Mask]:
        """Tell of each block at which places dates begin between two seconds, both inclusive.

        Where there is no entry with an id, it means nothing.
        """
        arrays = self._arrays((block.number for block in blocks), "first_seconds")
        # One array after the other: those of many blocks together would be memory that is new.
        return {number: are_between(array, first, last) for number, array in arrays.items()}

    def dates_of(self, entries: Numbers, column: str) -> Numbers:
        """Give a second for each of sorted entries.

        Args:
            entries: at least one.
            column: `first_seconds` or `last_seconds` of its date.
        """
        places = places_in_blocks(entries)
        arrays = self._arrays(places, column)
        return np.concatenate([seconds_at(arrays[number], at) for number, at in places.items()])

    def sites_of(self, entries: Numbers) -> Counter[str]:
        """Count the sites of sorted entries, of which there must be one."""
        sites: Counter[str] = Counter()
        places = places_in_blocks(entries)
        names = self._arrays(places, "site_names")
        numbers = self._arrays(places, "site_numbers")
        for block, at in places.items():
            sites.update(sites_at(names[block], numbers[block], at))
        return sites

    def _arrays(self, numbers: Iterable[int], column: str) -> dict[int, Any]:
        """Give a column of the blocks with these numbers."""
        versions = {number: self._versions[number] for number in numbers}
        return arrays_of_blocks(self._connection, versions, column)


def listed_blocks(blocks: Iterable[BlockHeader]) -> str:
    """Write the numbers of blocks as SQL lists them."""
    return listed(block.number for block in blocks)


def listed(numbers: Iterable[int]) -> str:
    """Write numbers as SQL lists them."""
    return ", ".join(map(str, numbers))
