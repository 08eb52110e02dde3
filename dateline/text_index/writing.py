"""Writing the text index: whole blocks of entries at a time, and single ones where they change."""

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
"""Entries in a block: whatever is asked of the index is asked of each one, so nearly as many as its
occurrences can tell (`WIDEST`), with room for ids that no entry has."""

WIDEST: Final = 2 ** (8 * OCCURRENCE.itemsize - POSITION)
"""Ids in a block: as many as there are places that an occurrence can tell."""

MOST_CHARACTERS: Final = 7_000_000
"""Of a field in a block, so that no trigram has more occurrences than a statement can carry."""

PIECE: Final = 15_000
"""Entries of a block whose trigrams are sorted together."""

TAIL: Final = 1_000
"""The newest entries that questions test one by one: to index each by itself would cost a statement
for each of its trigrams, and many small blocks would cost every question."""

MEANWHILE: Final = 7_500
"""Entries that an import adds in about the time in which the last piece is sorted."""

AT_A_TIME: Final = 1_000
"""Entries that are read for a block by one step."""

TOGETHER: Final = 500_000
"""Bytes of occurrences after which a statement ends."""

_Texts = Mapping[Field, Sequence[str]]
"""Those of some entries, folded, in each field."""


@dataclass
class _Begun:
    """The block whose entries are being gathered.

    Attributes:
        kept: of the entries that it has so far.
        characters: of each of their fields.
        full: whether no more belong to it.
    """

    kept: Kept = field(default_factory=lambda: Kept(array("q"), array("q"), array("q"), []))
    characters: dict[Field, int] = field(default_factory=lambda: dict.fromkeys(Field, 0))
    full: bool = False

    @property
    def entries(self) -> int:
        """How many it has so far."""
        return len(self.kept.ids)

    def fitting(self, ids: Sequence[int], texts: _Texts) -> int:
        """Tell how many of the entries that come next, the first of them, it can have as well."""
        first_id = self.kept.ids[0] if self.entries else ids[0]
        fitting = int(np.searchsorted(np.asarray(ids), first_id + WIDEST))
        for name, of_field in texts.items():
            lengths = np.fromiter(map(len, of_field), np.int64, len(ids))
            characters = self.characters[name] + np.cumsum(lengths)
            fitting = min(fitting, int(np.searchsorted(characters, MOST_CHARACTERS, "right")))
        # What is too long for any block has one for itself.
        return fitting if self.entries else max(fitting, 1)

    def add(self, kept: Kept, texts: _Texts) -> list[int]:
        """Add entries; gives the place of each."""
        self.kept.extend(kept)
        for name, of_field in texts.items():
            self.characters[name] += sum(map(len, of_field))
        return [entry_id - self.kept.ids[0] for entry_id in kept.ids]


class Indexing:
    """Indexes what a transaction adds, while it goes on adding.

    The trigrams of a piece of a block are sorted as soon as its entries are stored, and those after
    them are stored meanwhile.
    """

    def __init__(self, connection: Connection, sorter: Sorter) -> None:
        """Index on a connection, in its transaction; the sorter only calculates."""
        self._connection = connection
        self._sorter = sorter
        self._begun = _Begun()
        newest = headers_of(connection)[:1]
        self._last_id = newest[0].last_id if newest else 0
        self._waiting = self._count_waiting()

    def index_added(self, entries: int) -> bool:
        """Index so many more entries, as far as they fill blocks.

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
        """Index all entries but a short tail.

        Blocks that are not full stay until enough of them stand behind each other, and are then
        made anew as a larger one.
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
        """How many entries come next to the block that is begun."""
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
        """Have the next piece of the block sorted; at least one entry must wait."""
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
        """Give the values of the entries that come next, those of a column together."""
        asked = (*OF_ARRAYS, Entry.title_folded, Entry.url_folded)
        after = select(*asked).where(Entry.id > self._last_id).order_by(Entry.id)
        columns: list[list[Any]] = [[] for _ in asked]
        # By and by, as all rows of a piece take as much memory as what is in them.
        found = self._connection.execute(
            after.limit(self._piece), execution_options={"yield_per": AT_A_TIME}
        )
        for rows in found.partitions():
            for column, values in zip(columns, zip(*rows, strict=True), strict=True):
                column += values
        return columns

    def _write_block(self) -> None:
        """Write the block that was begun, which must have an entry."""
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
    """Give those of all blocks, the newest first, that are to be made anew as larger ones."""
    small = list(takewhile(lambda block: not block.full, blocks))
    smallest = list(takewhile(lambda block: block.entries < PIECE, small))
    for some, enough in ((small, FULL), (smallest, PIECE)):
        if sum(block.entries for block in some) >= enough:
            return some
    return []


def index_all(connection: Connection) -> None:
    """Index all entries that are not indexed yet but a short tail."""
    with open_sorter() as sorter:
        Indexing(connection, sorter).index_rest()


def write(connection: Connection, field: Field, block: int, lists: Iterable[StoredList]) -> None:
    """Write posting lists of a block: straight to the driver, as there are thousands."""
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
    # Numbers and hexadecimals alone: the driver takes ten times as long to write bytes as a text.
    rows = (
        f"({field},{block},{trigram},0x{trigrams.hex()},0x{ends.hex()},0x{occurrences.hex()})"
        for trigram, trigrams, ends, occurrences in some
    )
    connection.exec_driver_sql(f"{_INSERT} {','.join(rows)}")


_INSERT: Final = "INSERT INTO postings (field, block, trigram, trigrams, ends, occurrences) VALUES"

_INSERT_SOME: Final = {"sqlite": _insert_on_sqlite, "mysql": _insert_on_mysql}
