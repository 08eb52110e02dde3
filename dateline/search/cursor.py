"""Where a page ended, as an opaque text."""

import base64
import binascii
import struct
import zlib
from typing import Final, NamedTuple

FORMAT: Final = ">Bqq"
"""A byte for the order, the value that is sorted by, and the id, both signed 64 bit."""


class Position(NamedTuple):
    """The last entry of a page: the value that is sorted by, and its id."""

    value: int
    id: int


def write_cursor(position: Position, order: str) -> str:
    """Write a position as URL-safe text, bound to the order it is a position in."""
    packed = struct.pack(FORMAT, _order_number(order), position.value, position.id)
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def read_cursor(text: str, order: str) -> Position | None:
    """Read a position; None if the text is none, or one of another order."""
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        number, value, row_id = struct.unpack(FORMAT, packed)
    except (binascii.Error, struct.error, ValueError):
        return None
    position = Position(value, row_id)
    # Comparing with what we would write refuses every second spelling of the same position.
    if number != _order_number(order) or write_cursor(position, order) != text:
        return None
    return position


def _order_number(order: str) -> int:
    return zlib.crc32(order.encode()) & 0xFF
