"""Writing the text index: whole blocks of entries at a time, and single ones where they change."""

from collections.abc import Iterable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from itertools import takewhile
from typing import Any, Final, NamedTuple

import numpy as np
from sqlalchemy import Connection, delete, func, insert, select

from dateline.models import Block, Entry, Posting
from dateline.text_index.arrays import OF_ARRAYS, Kept, arrays_of
from dateline.text_index.blocks import Field, ranges_of
from dateline.text_index.postings import Postings, Stored, postings_of, stored
from dateline.text_index.runs import POSITION, SPOT, runs_in

FULL: Final = 16_384
"""Entries in a block: so many that a question asks few blocks, and so few that the arrays of which
it is made stay small."""

WIDEST: Final = 2 ** (8 * SPOT.itemsize - POSITION)
"""Ids in a block: as many as there are places that a spot can tell."""

MOST_CHARACTERS: Final = 4_000_000
"""Of a field in a block, so that no run of it has more spots than a statement can carry."""

TAIL: Final = 1_000
"""The newest entries that questions test one by one: to index each by itself would cost a statement
for each of its runs, and many small blocks would cost every question."""

MEANWHILE: Final = 3_750
"""Entries that an import adds in about the time in which the runs of one field are found."""

AT_A_TIME: Final = 1_000
"""Entries that are read for a block by one step."""

TOGETHER: Final = 500_000
"""Bytes of spots after which a statement ends."""


class _Begun(NamedTuple):
    """A block of which some postings are still to be written.

    Attributes:
        number: that of the block.
        places: of its entries.
        field: of the postings that come next.
        postings: of its texts in this field, as the thread finds them.
        texts: those of the fields after it.
    """

    number: int
    places: list[int]
    field: Field
    postings: Future[list[Postings]]
    texts: dict[Field, list[str]]


class Indexing:
    """Indexes what a transaction adds, while it goes on adding.

    To find the runs of a block takes about as long as to store half of its entries. NumPy does it
    without Python's lock, so a thread finds them beside that, and they are written some entries
    later: first those of one field and then those of the other, so that one is in memory at a time.
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
        while self._waiting >= self._due:
            if self._begun:
                self._write_field(self._begun)
                written = True
            else:
                self._begin()
        return written and self._begun is None

    def index_rest(self) -> None:
        """Index all entries but a short tail.

        Blocks that are not full stay until enough of them stand behind each other, and are then
        made anew, as full ones.
        """
        self._write_block()
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

    @property
    def _due(self) -> int:
        """How many entries must wait until there is something to begin or to write."""
        if self._begun is None:
            return FULL
        return MEANWHILE * (len(Field) - len(self._begun.texts))

    def _count_waiting(self) -> int:
        waiting = select(func.count()).where(Entry.id > self._last_id)
        return self._connection.scalars(waiting).one()

    def _index_all_waiting(self) -> None:
        while self._waiting:
            self._begin()
            self._write_block()

    def _begin(self) -> None:
        """Begin a block of the entries that wait, of which there must be one."""
        *kept, titles, urls = self._columns_of_waiting()
        ids = kept[0]
        count = _fitting(ids, titles, urls)
        fitting = Kept(*(column[:count] for column in kept))
        first_id, last_id = fitting.ids[0], fitting.ids[-1]
        inserted = self._connection.execute(
            insert(Block).values(
                first_id=first_id,
                last_id=last_id,
                entries=count,
                full=count == FULL or count < len(ids),
                **arrays_of(fitting, first_id, last_id),
            )
        )
        number: int = inserted.inserted_primary_key[0]  # type: ignore[index]  # there is one
        places = [entry_id - first_id for entry_id in fitting.ids]
        self._find_runs(number, places, {Field.TITLE: titles[:count], Field.URL: urls[:count]})
        self._last_id = last_id
        self._waiting -= count

    def _columns_of_waiting(self) -> list[list[Any]]:
        """Give the values of entries that wait, those of a column together."""
        asked = (*OF_ARRAYS, Entry.title_folded, Entry.url_folded)
        after = select(*asked).where(Entry.id > self._last_id).order_by(Entry.id).limit(FULL)
        columns: list[list[Any]] = [[] for _ in asked]
        # By and by, as all rows of a block take as much memory as what is in them.
        for rows in self._connection.execute(after).partitions(AT_A_TIME):
            for column, values in zip(columns, zip(*rows, strict=True), strict=True):
                column += values
        return columns

    def _find_runs(self, number: int, places: list[int], texts: dict[Field, list[str]]) -> None:
        """Have the thread find the runs of the first of some fields."""
        (field, of_field), *others = texts.items()
        postings = self._thread.submit(_postings_of, of_field, places)
        self._begun = _Begun(number, places, field, postings, dict(others))

    def _write_block(self) -> None:
        """Write all that is left of the block that was begun, if one was."""
        while self._begun:
            self._write_field(self._begun)

    def _write_field(self, begun: _Begun) -> None:
        """Write what was found for one field of a block, and begin with the next."""
        self._begun = None
        write(self._connection, begun.field, begun.number, stored(begun.postings.result()))
        if begun.texts:
            self._find_runs(begun.number, begun.places, begun.texts)


def index_all(connection: Connection) -> None:
    """Index all entries that are not indexed yet but a short tail."""
    with ThreadPoolExecutor(1) as thread:
        Indexing(connection, thread).index_rest()


def _postings_of(texts: list[str], places: list[int]) -> list[Postings]:
    return list(map(postings_of, runs_in(texts, places)))


def _fitting(ids: list[int], titles: list[str], urls: list[str]) -> int:
    """Tell how many of some entries, the first of them, one block can have."""
    lengths = (np.fromiter(map(len, texts), np.int64, len(ids)) for texts in (titles, urls))
    fewest = min(int(np.searchsorted(np.cumsum(of), MOST_CHARACTERS, "right")) for of in lengths)
    near_enough = int(np.searchsorted(np.asarray(ids), ids[0] + WIDEST))
    return min(max(fewest, 1), near_enough)


def write(connection: Connection, field: Field, block: int, postings: Iterable[Stored]) -> None:
    """Write postings of a block: straight to the driver, as there are thousands."""
    insert_some = _INSERT_SOME[connection.dialect.name]
    some: list[Stored] = []
    size = 0
    for posting in postings:
        some.append(posting)
        size += len(posting.spots)
        if size >= TOGETHER:
            insert_some(connection, field, block, some)
            some, size = [], 0
    if some:
        insert_some(connection, field, block, some)


def _insert_on_sqlite(connection: Connection, field: int, block: int, some: list[Stored]) -> None:
    rows = [(field, block, *posting) for posting in some]
    connection.exec_driver_sql(f"{_INSERT} (?, ?, ?, ?, ?, ?)", rows)


def _insert_on_mysql(connection: Connection, field: int, block: int, some: list[Stored]) -> None:
    # Numbers and hexadecimals alone: the driver takes ten times as long to write bytes as a text.
    rows = (
        f"({field},{block},{run},0x{runs.hex()},0x{ends.hex()},0x{spots.hex()})"
        for run, runs, ends, spots in some
    )
    connection.exec_driver_sql(f"{_INSERT} {','.join(rows)}")


_INSERT: Final = "INSERT INTO postings (field, block, run, runs, ends, spots) VALUES"

_INSERT_SOME: Final = {"sqlite": _insert_on_sqlite, "mysql": _insert_on_mysql}
