"""Write the text index: whole blocks of entries, and the posting lists that a change rewrites."""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any, Final

import numpy as np
from sqlalchemy import Connection, delete, func, insert, select

from dateline.models import Block, Entry, PostingList
from dateline.text_index.arrays import OF_ARRAYS, Kept, arrays_of
from dateline.text_index.blocks import BlockHeader, Field, headers_of
from dateline.text_index.postings import StoredList, stored_lists
from dateline.text_index.sorting import Sorter, open_sorter
from dateline.text_index.trigrams import OCCURRENCE, POSITION

FULL: Final = 60_000
"""Entries in a full block. Every search reads each block, so blocks are nearly as large as an
occurrence can number (`WIDEST`), with room for ids without an entry."""

WIDEST: Final = 2 ** (8 * OCCURRENCE.itemsize - POSITION)
"""Maximum ids in a block: the number of places that an occurrence can hold."""

MOST_CHARACTERS: Final = 7_000_000
"""Maximum for a field of a block, so that no posting list is larger than a statement can carry."""

PIECE: Final = 15_000
"""Entries of a block whose trigrams are sorted together."""

TAIL: Final = 1_000
"""Maximum number of the newest entries that searches test one by one. Indexing them one by one
would cost a statement for each trigram, and many small blocks would slow down every search."""

MEANWHILE: Final = 7_500
"""Entries that an import adds in about the time that sorting the last piece takes."""

AT_A_TIME: Final = 1_000
"""Entries of a block to fetch at a time."""

TOGETHER: Final = 500_000
"""Bytes of occurrences after which to end a statement."""

_Texts = Mapping[Field, Sequence[str]]
"""Folded texts of some entries, by field."""


@dataclass
class _Begun:
    """The block that is being filled.

    Attributes:
        kept: dates and sites of its entries so far.
        characters: their number in each field.
        full: whether it takes no more entries.
    """

    kept: Kept = field(default_factory=lambda: Kept(array("q"), array("q"), array("q"), []))
    characters: dict[Field, int] = field(default_factory=lambda: dict.fromkeys(Field, 0))
    full: bool = False

    @property
    def entries(self) -> int:
        """The number of its entries so far."""
        return len(self.kept.ids)

    def fitting(self, ids: Sequence[int], texts: _Texts) -> int:
        """Return how many of the following entries fit, counted from the first of them."""
        first_id = self.kept.ids[0] if self.entries else ids[0]
        fitting = int(np.searchsorted(np.asarray(ids), first_id + WIDEST))
        for name, of_field in texts.items():
            lengths = np.fromiter(map(len, of_field), np.int64, len(ids))
            characters = self.characters[name] + np.cumsum(lengths)
            fitting = min(fitting, int(np.searchsorted(characters, MOST_CHARACTERS, "right")))
        # An entry too long for any block gets one of its own.
        return fitting if self.entries else max(fitting, 1)

    def add(self, kept: Kept, texts: _Texts) -> list[int]:
        """Add entries, and return the place of each."""
        self.kept.extend(kept)
        for name, of_field in texts.items():
            self.characters[name] += sum(map(len, of_field))
        return [entry_id - self.kept.ids[0] for entry_id in kept.ids]


class Indexing:
    """Indexes the entries that a transaction adds, while it goes on adding.

    The trigrams of a piece of a block are sorted as soon as its entries are stored, while the next
    entries are stored.
    """

    def __init__(self, connection: Connection, sorter: Sorter) -> None:
        """Index on a connection, in its transaction; the sorter uses no database."""
        self._connection = connection
        self._sorter = sorter
        self._begun = _Begun()
        newest = headers_of(connection)[:1]
        self._last_id = newest[0].last_id if newest else 0
        self._waiting = self._count_waiting()

    def index_added(self, entries: int) -> bool:
        """Index this many more entries, as far as they fill blocks.

        Returns:
            Whether a block was written and none is begun: a good moment to commit.
        """
        self._waiting += entries
        written = False
        while self._waiting >= (MEANWHILE if self._begun.full else self._piece):
            if self._begun.full:
                self._write_block()
                written = True
            else:
                self._gather()
        return written and not self._begun.entries

    def index_rest(self) -> None:
        """Index all entries except a short tail.

        Adjacent blocks that are not full are merged into a larger one once they have enough
        entries.
        """
        if self._begun.full:
            self._write_block()
        if not self._begun.entries and self._waiting <= TAIL:
            return
        self._index_all_waiting()
        small = _worth_making_anew(headers_of(self._connection))
        if small:
            numbers = [block.number for block in small]
            self._connection.execute(delete(PostingList).where(PostingList.block.in_(numbers)))
            self._connection.execute(delete(Block).where(Block.number.in_(numbers)))
            self._last_id = small[-1].first_id - 1
            self._waiting = self._count_waiting()
            self._index_all_waiting()

    @property
    def _piece(self) -> int:
        """The number of entries to add next to the block that is begun."""
        return min(PIECE, FULL - self._begun.entries)

    def _count_waiting(self) -> int:
        waiting = select(func.count()).where(Entry.id > self._last_id)
        return self._connection.scalars(waiting).one()

    def _index_all_waiting(self) -> None:
        while self._waiting or self._begun.entries:
            if self._begun.full or not self._waiting:
                self._write_block()
            else:
                self._gather()

    def _gather(self) -> None:
        """Start sorting the next piece of the block; at least one entry must be waiting."""
        *columns, titles, urls = self._columns_of_waiting()
        count = self._begun.fitting(columns[0], {Field.TITLE: titles, Field.URL: urls})
        self._begun.full = count < len(titles) or self._begun.entries + count == FULL
        if count:
            texts = {Field.TITLE: titles[:count], Field.URL: urls[:count]}
            kept = Kept(*(column[:count] for column in columns))
            self._sorter.add(texts, self._begun.add(kept, texts))
            self._last_id = kept.ids[-1]
            self._waiting -= count

    def _columns_of_waiting(self) -> list[list[Any]]:
        """Return the values of the next piece of entries, column by column."""
        asked = (*OF_ARRAYS, Entry.title_folded, Entry.url_folded)
        after = select(*asked).where(Entry.id > self._last_id).order_by(Entry.id)
        columns: list[list[Any]] = [[] for _ in asked]
        # In partitions, because the rows of a whole piece take as much memory as their values.
        found = self._connection.execute(
            after.limit(self._piece), execution_options={"yield_per": AT_A_TIME}
        )
        for rows in found.partitions():
            for column, values in zip(columns, zip(*rows, strict=True), strict=True):
                column += values
        return columns

    def _write_block(self) -> None:
        """Write the block that was begun; it must have an entry."""
        kept = self._begun.kept
        first_id, last_id = kept.ids[0], kept.ids[-1]
        inserted = self._connection.execute(
            insert(Block).values(
                first_id=first_id,
                last_id=last_id,
                entries=self._begun.entries,
                full=self._begun.full,
                **arrays_of(kept, first_id, last_id),
            )
        )
        number: int = inserted.inserted_primary_key[0]  # type: ignore[index]  # there is one
        for name in Field:
            write(self._connection, name, number, stored_lists(self._sorter.merged(name)))
        self._sorter.clear()
        self._begun = _Begun()


def _worth_making_anew(blocks: list[BlockHeader]) -> list[BlockHeader]:
    """Return which of all blocks, newest first, to merge into larger ones."""
    small = list(takewhile(lambda block: not block.full, blocks))
    smallest = list(takewhile(lambda block: block.entries < PIECE, small))
    for some, enough in ((small, FULL), (smallest, PIECE)):
        if sum(block.entries for block in some) >= enough:
            return some
    return []


def index_all(connection: Connection) -> None:
    """Index all entries that are not indexed yet, except a short tail."""
    with open_sorter() as sorter:
        Indexing(connection, sorter).index_rest()


def write(connection: Connection, field: Field, block: int, lists: Iterable[StoredList]) -> None:
    """Write posting lists of a block, directly by the driver, because there are thousands."""
    insert_some = _INSERT_SOME[connection.dialect.name]
    some: list[StoredList] = []
    size = 0
    for one in lists:
        some.append(one)
        size += len(one.occurrences)
        if size >= TOGETHER:
            insert_some(connection, field, block, some)
            some, size = [], 0
    if some:
        insert_some(connection, field, block, some)


def _insert_on_sqlite(
    connection: Connection, field: int, block: int, some: list[StoredList]
) -> None:
    rows = [(field, block, *one) for one in some]
    connection.exec_driver_sql(f"{_INSERT} (?, ?, ?, ?, ?, ?)", rows)


def _insert_on_mysql(
    connection: Connection, field: int, block: int, some: list[StoredList]
) -> None:
    # Only numbers and hexadecimal literals: the driver takes ten times as long to format bytes.
    rows = (
        f"({field},{block},{trigram},0x{trigrams.hex()},0x{ends.hex()},0x{occurrences.hex()})"
        for trigram, trigrams, ends, occurrences in some
    )
    connection.exec_driver_sql(f"{_INSERT} {','.join(rows)}")


_INSERT: Final = "INSERT INTO postings (field, block, trigram, trigrams, ends, occurrences) VALUES"

_INSERT_SOME: Final = {"sqlite": _insert_on_sqlite, "mysql": _insert_on_mysql}
