"""Keeping the text index true where one entry is changed or deleted."""

from collections.abc import Iterator
from itertools import islice
from typing import Final

import numpy as np
from sqlalchemy import Connection, delete, select, update

from dateline.models import Block, Entry, Posting
from dateline.text_index.arrays import OF_ARRAYS, Kept, arrays_of
from dateline.text_index.blocks import Field, Range, ranges_of
from dateline.text_index.runs import POSITION, SPOT, Spots, runs_in, spots_of
from dateline.text_index.writing import write_spots

TOGETHER: Final = 500
"""Runs looked for by one statement."""


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
        of_text = spots_of(runs_in([text], [place]))
        while own := list(islice(of_text, TOGETHER)):
            these = (
                Posting.field == field,
                Posting.block == block.number,
                Posting.run.in_([spots.run for spots in own]),
            )
            kept = dict(connection.execute(select(Posting.run, Posting.spots).where(*these)).all())
            connection.execute(delete(Posting).where(*these))
            write_spots(connection, field, block.number, _changed(kept, own, place, add=add))


def _changed(kept: dict[int, bytes], own: list[Spots], place: int, *, add: bool) -> Iterator[Spots]:
    for spots in own:
        all_spots = np.frombuffer(kept.get(spots.run, b""), SPOT)
        others = all_spots[all_spots >> POSITION != place]
        if add:
            others = np.sort(np.concatenate((others, np.frombuffer(spots.spots, SPOT))))
        if len(others):
            yield Spots(spots.run, len(others), others.tobytes())
