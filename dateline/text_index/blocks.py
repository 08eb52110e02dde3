"""What the text index is made of: blocks of entries, each with the runs of their texts."""

from enum import IntEnum
from typing import Final, NamedTuple

from sqlalchemy import Connection, select

from dateline.models import Block


class Field(IntEnum):
    """The two texts of an entry that can be searched, as `Posting.field` numbers them."""

    TITLE = 0
    URL = 1


class Range(NamedTuple):
    """Which entries a block has: all that there are from its first to its last id.

    Attributes:
        number: that of the block.
        first_id: of an entry.
        last_id: of an entry.
        entries: how many there were when it was made.
        full: whether it stays as it is.
    """

    number: int
    first_id: int
    last_id: int
    entries: int
    full: bool


_RANGES: Final = select(
    Block.number, Block.first_id, Block.last_id, Block.entries, Block.full
).order_by(Block.number.desc())


def ranges_of(connection: Connection) -> list[Range]:
    """Give all blocks, the newest first."""
    return [Range(*row) for row in connection.execute(_RANGES).all()]
