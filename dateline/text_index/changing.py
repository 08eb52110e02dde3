"""Keeping the text index true where one entry is changed or deleted."""

from collections.abc import Iterator

import numpy as np
from sqlalchemy import Connection, delete, select, update

from dateline.models import Block, Entry, Posting
from dateline.text_index.arrays import OF_ARRAYS, Kept, arrays_of
from dateline.text_index.blocks import Field, Range, ranges_of
from dateline.text_index.postings import Stored, counted, postings_of, shared_by, stored
from dateline.text_index.runs import POSITION, SPOT, Runs, runs_in
from dateline.text_index.writing import write


def remove_entry(connection: Connection, entry: Entry) -> None:
    """Take one entry out, if its block has been made; its texts must be those it was indexed with."""
    block = _block_of(connection, entry)
    if block is not None:
        _change(connection, block, entry, add=False)


def add_entry(connection: Connection, entry: Entry) -> None:
    """Index one entry as it is in the table, if its block has been made.

    What is newer comes into a block with others.
    """
    block = _block_of(connection, entry)
    if block is None:
        return
    _change(connection, block, entry, add=True)
    entries = select(*OF_ARRAYS).where(Entry.id.between(block.first_id, block.last_id))
    kept = Kept(*zip(*connection.execute(entries), strict=True))
    arrays = arrays_of(kept, block.first_id, block.last_id)
    connection.execute(update(Block).where(Block.number == block.number).values(arrays))


def _block_of(connection: Connection, entry: Entry) -> Range | None:
    for block in ranges_of(connection):
        if block.first_id <= entry.id <= block.last_id:
            return block
    return None


def _change(connection: Connection, block: Range, entry: Entry, *, add: bool) -> None:
    place = entry.id - block.first_id
    for field, text in ((Field.TITLE, entry.title_folded), (Field.URL, entry.url_folded)):
        for own in runs_in([text], [place]):
            these = (
                Posting.field == field,
                Posting.block == block.number,
                Posting.run.in_({*own.numbers.tolist(), *shared_by(own.numbers).tolist()}),
            )
            columns = (Posting.run, Posting.runs, Posting.ends, Posting.spots)
            kept = [Stored(*row) for row in connection.execute(select(*columns).where(*these))]
            connection.execute(delete(Posting).where(*these))
            write(connection, field, block.number, _changed(kept, place, own if add else None))


def _changed(kept: list[Stored], place: int, added: Runs | None) -> Iterator[Stored]:
    """Give postings with other spots at a place, and all else that they have."""
    numbers, times = counted([(posting.runs, posting.ends) for posting in kept])
    spots = np.frombuffer(b"".join(posting.spots for posting in kept), SPOT)
    runs = np.repeat(numbers, times)
    is_of_others = spots >> POSITION != place
    spots, runs = spots[is_of_others], runs[is_of_others]
    if added is not None:
        spots = np.concatenate((spots, added.spots))
        runs = np.concatenate((runs, np.repeat(added.numbers, np.diff(added.ends, prepend=0))))
    order = np.lexsort((spots, runs))
    numbers, times = np.unique(runs, return_counts=True)
    if len(numbers):
        yield from stored([postings_of(Runs(numbers, np.cumsum(times), spots[order]))])
