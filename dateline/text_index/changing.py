"""Update the text index when one entry is changed or deleted."""

from collections.abc import Iterator
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, delete, select, update

from dateline.models import Block, Entry, PostingList
from dateline.text_index.arrays import Value, with_value
from dateline.text_index.blocks import BlockHeader, Field, headers_of
from dateline.text_index.postings import (
    StoredList,
    counted,
    posting_lists_of,
    shared_by,
    stored_lists,
)
from dateline.text_index.trigrams import OCCURRENCE, POSITION, Trigrams, trigrams_in
from dateline.text_index.writing import write


class Indexed(NamedTuple):
    """What the index stores of an entry: its folded texts, and its date and site."""

    texts: dict[Field, str]
    value: Value

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """Return what the index must store for an entry in its current state."""
        texts = {Field.TITLE: entry.title_folded, Field.URL: entry.url_folded}
        return cls(texts, Value(entry.date_start, entry.date_end, entry.site))


def reindex(connection: Connection, entry_id: int, before: Indexed, after: Indexed | None) -> None:
    """Update the index of an entry, if it is in a block; newer entries are indexed later.

    Args:
        connection: in a transaction that writes.
        entry_id: of the entry.
        before: what the index stores of it.
        after: what it is to store; None if the entry is deleted.
    """
    block = _block_of(connection, entry_id)
    if block is None:
        return
    place = entry_id - block.first_id
    for field, old in before.texts.items():
        new = after.texts[field] if after is not None else None
        if old != new:
            _change(connection, field, block.number, place, old, new)
    if after is not None and before.value != after.value:
        _change_value(connection, block.number, place, after.value)


def _block_of(connection: Connection, entry_id: int) -> BlockHeader | None:
    for block in headers_of(connection):
        if block.first_id <= entry_id <= block.last_id:
            return block
    return None


def _change(
    connection: Connection, field: Field, block: int, place: int, old: str, new: str | None
) -> None:
    """Rewrite the posting lists of the trigrams of one text, and of the text that replaces it."""
    removed = list(trigrams_in([old], [place]))
    added = [] if new is None else list(trigrams_in([new], [place]))
    trigrams = np.concatenate([part.numbers for part in (*removed, *added)])
    these = (
        PostingList.field == field,
        PostingList.block == block,
        PostingList.trigram.in_({*trigrams.tolist(), *shared_by(trigrams).tolist()}),
    )
    columns = (PostingList.trigram, PostingList.trigrams, PostingList.ends, PostingList.occurrences)
    kept = [StoredList(*row) for row in connection.execute(select(*columns).where(*these))]
    connection.execute(delete(PostingList).where(*these))
    write(connection, field, block, _changed(kept, place, added))


def _changed(kept: list[StoredList], place: int, added: list[Trigrams]) -> Iterator[StoredList]:
    """Yield the posting lists with the occurrences at one place replaced by the added ones."""
    numbers, times = counted([(one.trigrams, one.ends) for one in kept])
    occurrences = np.frombuffer(b"".join(one.occurrences for one in kept), OCCURRENCE)
    which = np.repeat(np.arange(len(numbers)), times)
    places = occurrences >> POSITION

    def some(are_meant: NDArray[np.bool_]) -> Trigrams:
        left = np.bincount(which[are_meant], minlength=len(numbers))
        return Trigrams(numbers[left > 0], np.cumsum(left[left > 0]), occurrences[are_meant])

    pieces = [some(places < place), *added, some(places > place)]
    if any(len(piece.numbers) for piece in pieces):
        yield from stored_lists([posting_lists_of(pieces)])


def _change_value(connection: Connection, block: int, place: int, value: Value) -> None:
    columns = (Block.first_seconds, Block.last_seconds, Block.site_names, Block.site_numbers)
    this = Block.number == block
    arrays = connection.execute(select(*columns).where(this)).one()
    changed = with_value(*arrays, place, value)
    connection.execute(update(Block).where(this).values(changed))
