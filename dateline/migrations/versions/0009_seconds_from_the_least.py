"""Dates of a block in half the bytes, as seconds since the earliest (docs/decisions/0019)."""

from collections.abc import Callable

import numpy as np
import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    # Renamed, so that no process of an older release reads the new format as the old one.
    op.execute("ALTER TABLE blocks RENAME COLUMN starts TO first_seconds")
    op.execute("ALTER TABLE blocks RENAME COLUMN ends TO last_seconds")
    change_seconds(packed)


def downgrade() -> None:
    """Revert the change."""
    change_seconds(unpacked)
    op.execute("ALTER TABLE blocks RENAME COLUMN first_seconds TO starts")
    op.execute("ALTER TABLE blocks RENAME COLUMN last_seconds TO ends")


def change_seconds(change: Callable[[bytes], bytes]) -> None:
    """Convert both arrays of each block."""
    connection = op.get_bind()
    read = sa.text("SELECT first_seconds, last_seconds FROM blocks WHERE number = :number")
    write = sa.text(
        "UPDATE blocks SET first_seconds = :first, last_seconds = :last WHERE number = :number"
    )
    for number in connection.scalars(sa.text("SELECT number FROM blocks")).all():
        first, last = map(change, connection.execute(read, {"number": number}).one())
        connection.execute(write, {"number": number, "first": first, "last": last})


def packed(seconds: bytes) -> bytes:
    """Return the seconds as differences from the earliest."""
    values = np.frombuffer(seconds, "<i8")
    after = values - values.min()
    size = 4 if after.max() < 2**32 else 8
    header = np.array((values.min(), size), "<i8")
    return bytes(header) + bytes(after.astype(f"<u{size}"))


def unpacked(seconds: bytes) -> bytes:
    """Return the seconds in 8 bytes each."""
    least, size = np.frombuffer(seconds, "<i8", 2).tolist()
    values = np.frombuffer(seconds, f"<u{size}", offset=16).astype("<i8") + least
    return bytes(values)
