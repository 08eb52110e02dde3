"""Writing the text index: whole blocks of entries at a time, and single ones where they change."""

from collections.abc import Iterable, Sequence
from itertools import islice, takewhile
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, insert, select

from dateline.models import Block, Entry, Posting
from dateline.text_index.arrays import OF_ARRAYS, arrays_of
from dateline.text_index.blocks import Field, ranges_of
from dateline.text_index.runs import POSITION, SPOT, Spots, spots_of

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

_Row = Row[*tuple[Any, ...]]

TOGETHER: Final = 5_000
"""Postings that are written at once."""


def index_whole_blocks(connection: Connection) -> bool:
    """Index the entries that are not indexed yet as far as they fill blocks; tell if they do."""
    last_id = _last_indexed(connection)
    filled = False
    while _count_after(connection, last_id, FULL) == FULL:
        last_id = _make_block(connection, last_id)
        filled = True
    return filled


def index_rest(connection: Connection) -> None:
    """Index all entries but a short tail.

    Blocks that are not full stay until enough of them stand behind each other, and are then made
    anew, as full ones.
    """
    last_id = _last_indexed(connection)
    if _count_after(connection, last_id, TAIL + 1) <= TAIL:
        return
    _index_all_after(connection, last_id)
    small = list(takewhile(lambda block: not block.full, ranges_of(connection)))
    if sum(block.entries for block in small) >= FULL:
        numbers = [block.number for block in small]
        connection.execute(delete(Posting).where(Posting.block.in_(numbers)))
        connection.execute(delete(Block).where(Block.number.in_(numbers)))
        _index_all_after(connection, small[-1].first_id - 1)


def _last_indexed(connection: Connection) -> int:
    newest = ranges_of(connection)[:1]
    return newest[0].last_id if newest else 0


def _count_after(connection: Connection, last_id: int, most: int) -> int:
    """Count the entries behind an id, up to so many."""
    some = select(Entry.id).where(Entry.id > last_id).limit(most).subquery()
    return connection.scalars(select(func.count()).select_from(some)).one()


def _index_all_after(connection: Connection, last_id: int) -> None:
    while _count_after(connection, last_id, 1):
        last_id = _make_block(connection, last_id)


def _make_block(connection: Connection, after_id: int) -> int:
    """Make a block of the entries behind an id, of which there must be one; give its last id."""
    columns = (*OF_ARRAYS, Entry.title_folded, Entry.url_folded)
    found = connection.execute(
        select(*columns).where(Entry.id > after_id).order_by(Entry.id).limit(FULL)
    ).all()
    entries, full = _fitting(found)
    first_id, last_id = entries[0].id, entries[-1].id
    inserted = connection.execute(
        insert(Block).values(
            first_id=first_id,
            last_id=last_id,
            entries=len(entries),
            full=full,
            **arrays_of(entries, first_id, last_id),
        )
    )
    number: int = inserted.inserted_primary_key[0]  # type: ignore[index]  # there is one
    places = [entry.id - first_id for entry in entries]
    titles, urls = zip(*((entry.title_folded, entry.url_folded) for entry in entries), strict=True)
    write_spots(connection, Field.TITLE, number, spots_of(titles, places))
    write_spots(connection, Field.URL, number, spots_of(urls, places))
    return int(last_id)


def _fitting(entries: Sequence[_Row]) -> tuple[Sequence[_Row], bool]:
    """Give the first of some entries, as many as one block can have, and whether it is full."""
    characters = 0
    for number, entry in enumerate(entries):
        characters += len(entry.title_folded) + len(entry.url_folded)
        is_too_much = characters > MOST_CHARACTERS and number > 0
        if is_too_much or entry.id - entries[0].id >= WIDEST:
            return entries[:number], True
    return entries, len(entries) == FULL


def write_spots(
    connection: Connection, field: Field, block: int, all_spots: Iterable[Spots]
) -> None:
    """Write postings of a block: straight to the driver, as there are three for each entry."""
    mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
    statement = (
        "INSERT INTO postings (field, block, run, count, spots) "
        f"VALUES ({', '.join([mark] * 5)})"
    )
    rows = ((int(field), block, *spots) for spots in all_spots)
    while some := list(islice(rows, TOGETHER)):
        connection.exec_driver_sql(statement, some)
