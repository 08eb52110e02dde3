"""Writing the text index: whole blocks of entries at a time, and single ones where they change."""

from collections.abc import Iterable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from itertools import takewhile
from typing import Final, NamedTuple

import numpy as np
from sqlalchemy import Connection, delete, func, insert, select

from dateline.models import Block, Entry, Posting
from dateline.text_index.arrays import OF_ARRAYS, Kept, arrays_of
from dateline.text_index.blocks import Field, ranges_of
from dateline.text_index.runs import POSITION, SPOT, Runs, Spots, runs_in, spots_of

FULL: Final = 16_384
"""Entries in a block: so many that a question asks few blocks, and so few that the arrays of which
it is made stay small."""

WIDEST: Final = 2 ** (8 * SPOT.itemsize - POSITION)
"""Ids in a block: as many as there are places that a spot can tell."""

MOST_CHARACTERS: Final = 4_000_000
"""In a block, so that no run of it has more spots than a statement can carry."""

TAIL: Final = 1_000
"""The newest entries that questions test one by one: to index each by itself would cost a statement
for each of its runs, and many small blocks would cost every question."""

MEANWHILE: Final = 7_500
"""Entries that an import adds in about the time in which the runs of a block are found."""

TOGETHER: Final = 500_000
"""Bytes of spots after which a statement ends."""


class _Begun(NamedTuple):
    """A block that is still to be written."""

    kept: Kept
    full: bool
    runs: Future[dict[Field, list[Runs]]]


class Indexing:
    """Indexes what a transaction adds, while it goes on adding.

    To find the runs of a block takes about as long as to store half of its entries. NumPy does it
    without Python's lock, so a thread finds them beside that, and they are written some entries
    later.
    """

    def __init__(self, connection: Connection, thread: Executor) -> None:
        """Index on a connection, in its transaction; the thread only calculates."""
        self._connection = connection
        self._thread = thread
        self._begun: _Begun | None = None
        newest = ranges_of(connection)[:1]
        self._last_id = newest[0].last_id if newest else 0
        self._waiting = self._count_waiting()

    def index_added(self, entries: int) -> bool:
        """Index so many more entries, as far as they fill blocks.

        Returns:
            Whether a block was written and none is begun: a good moment to commit.
        """
        self._waiting += entries
        written = False
        while self._waiting >= (MEANWHILE if self._begun else FULL):
            if self._begun:
                self._write()
                written = True
            else:
                self._begin()
        return written and self._begun is None

    def index_rest(self) -> None:
        """Index all entries but a short tail.

        Blocks that are not full stay until enough of them stand behind each other, and are then
        made anew, as full ones.
        """
        self._write()
        if self._waiting <= TAIL:
            return
        self._index_all_waiting()
        small = list(takewhile(lambda block: not block.full, ranges_of(self._connection)))
        if sum(block.entries for block in small) >= FULL:
            numbers = [block.number for block in small]
            self._connection.execute(delete(Posting).where(Posting.block.in_(numbers)))
            self._connection.execute(delete(Block).where(Block.number.in_(numbers)))
            self._last_id = small[-1].first_id - 1
            self._waiting = self._count_waiting()
            self._index_all_waiting()

    def _count_waiting(self) -> int:
        waiting = select(func.count()).where(Entry.id > self._last_id)
        return self._connection.scalars(waiting).one()

    def _index_all_waiting(self) -> None:
        while self._waiting:
            self._begin()
            self._write()

    def _begin(self) -> None:
        """Begin a block of the entries that wait, of which there must be one."""
        columns = (*OF_ARRAYS, Entry.title_folded, Entry.url_folded)
        after = select(*columns).where(Entry.id > self._last_id).order_by(Entry.id).limit(FULL)
        *kept, titles, urls = zip(*self._connection.execute(after), strict=True)
        ids = kept[0]
        number = _fitting(ids, titles, urls)
        fitting = Kept(*(column[:number] for column in kept))
        full = number == FULL or number < len(ids)
        places = [entry_id - ids[0] for entry_id in fitting.ids]
        texts = {Field.TITLE: titles[:number], Field.URL: urls[:number]}
        runs = self._thread.submit(_runs_of, texts, places)
        self._begun = _Begun(fitting, full, runs)
        self._last_id = fitting.ids[-1]
        self._waiting -= number

    def _write(self) -> None:
        """Write the block that was begun, if one was."""
        if self._begun is None:
            return
        kept, full, runs = self._begun
        self._begun = None
        first_id, last_id = kept.ids[0], kept.ids[-1]
        inserted = self._connection.execute(
            insert(Block).values(
                first_id=first_id,
                last_id=last_id,
                entries=len(kept.ids),
                full=full,
                **arrays_of(kept, first_id, last_id),
            )
        )
        number: int = inserted.inserted_primary_key[0]  # type: ignore[index]  # there is one
        for field, parts in runs.result().items():
            write_spots(self._connection, field, number, spots_of(parts))


def index_all(connection: Connection) -> None:
    """Index all entries that are not indexed yet but a short tail."""
    with ThreadPoolExecutor(1) as thread:
        Indexing(connection, thread).index_rest()


def _runs_of(texts: dict[Field, tuple[str, ...]], places: list[int]) -> dict[Field, list[Runs]]:
    return {field: list(runs_in(of_field, places)) for field, of_field in texts.items()}


def _fitting(ids: tuple[int, ...], titles: tuple[str, ...], urls: tuple[str, ...]) -> int:
    """Tell how many of some entries, the first of them, one block can have."""
    lengths = (np.fromiter(map(len, texts), np.int64, len(ids)) for texts in (titles, urls))
    characters = np.cumsum(sum(lengths))
    short_enough = int(np.searchsorted(characters, MOST_CHARACTERS, "right"))
    near_enough = int(np.searchsorted(np.asarray(ids), ids[0] + WIDEST))
    return min(max(short_enough, 1), near_enough)


def write_spots(
    connection: Connection, field: Field, block: int, all_spots: Iterable[Spots]
) -> None:
    """Write postings of a block: straight to the driver, as there are three for each entry."""
    write = _WRITE[connection.dialect.name]
    some: list[Spots] = []
    size = 0
    for spots in all_spots:
        some.append(spots)
        size += len(spots.spots)
        if size >= TOGETHER:
            write(connection, field, block, some)
            some, size = [], 0
    if some:
        write(connection, field, block, some)


def _write_to_sqlite(connection: Connection, field: int, block: int, some: list[Spots]) -> None:
    rows = [(field, block, *spots) for spots in some]
    connection.exec_driver_sql(f"{_INSERT} (?, ?, ?, ?, ?)", rows)


def _write_to_mysql(connection: Connection, field: int, block: int, some: list[Spots]) -> None:
    # Numbers and hexadecimals alone: the driver takes ten times as long to write bytes as a text.
    rows = (f"({field},{block},{run},{times},0x{spots.hex()})" for run, times, spots in some)
    connection.exec_driver_sql(f"{_INSERT} {','.join(rows)}")


_INSERT: Final = "INSERT INTO postings (field, block, run, count, spots) VALUES"

_WRITE: Final = {"sqlite": _write_to_sqlite, "mysql": _write_to_mysql}
