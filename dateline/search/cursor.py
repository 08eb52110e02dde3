"""Cursors: the position where a page ended, as opaque text."""

import base64
import struct
import zlib
from typing import Final, NamedTuple

FORMAT: Final = ">Bqq"
"""One byte for the sort order, then the sort value and the id, both signed 64-bit."""


class Position(NamedTuple):
    """The last entry of a page: its sort value and id."""

    value: int
    id: int


def write_cursor(position: Position, order: str) -> str:
    """Encode a position as URL-safe text, bound to its sort order."""
    packed = struct.pack(FORMAT, _order_number(order), position.value, position.id)
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def read_cursor(text: str, order: str) -> Position | None:
    """Decode a position; None if the text is not one, or belongs to another sort order."""
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        number, value, row_id = struct.unpack(FORMAT, packed)
    except (struct.error, ValueError):
        return None
    position = Position(value, row_id)
    # Comparing with what we would write rejects other spellings of the same position.
    if number != _order_number(order) or write_cursor(position, order) != text:
        return None
    return position


def _order_number(order: str) -> int:
    return zlib.crc32(order.encode()) & 0xFF
