"""Dates of a block in half of the bytes, as seconds from the least one (docs/decisions/0019)."""

from collections.abc import Callable

import numpy as np
import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the change in."""
    # Other names, so that no process of an older release takes the one form for the other.
    op.execute("ALTER TABLE blocks RENAME COLUMN starts TO first_seconds")
    op.execute("ALTER TABLE blocks RENAME COLUMN ends TO last_seconds")
    change_seconds(packed)


def downgrade() -> None:
    """Take the change back."""
    change_seconds(unpacked)
    op.execute("ALTER TABLE blocks RENAME COLUMN first_seconds TO starts")
    op.execute("ALTER TABLE blocks RENAME COLUMN last_seconds TO ends")


def change_seconds(change: Callable[[bytes], bytes]) -> None:
    """Change both arrays of each block."""
    connection = op.get_bind()
    read = sa.text("SELECT first_seconds, last_seconds FROM blocks WHERE number = :number")
    write = sa.text(
        "UPDATE blocks SET first_seconds = :first, last_seconds = :last WHERE number = :number"
    )
    for number in connection.scalars(sa.text("SELECT number FROM blocks")).all():
        first, last = map(change, connection.execute(read, {"number": number}).one())
        connection.execute(write, {"number": number, "first": first, "last": last})


def packed(seconds: bytes) -> bytes:
    """Write how long after the least one each is."""
    values = np.frombuffer(seconds, "<i8")
    after = values - values.min()
    size = 4 if after.max() < 2**32 else 8
    header = np.array((values.min(), size), "<i8")
    return bytes(header) + bytes(after.astype(f"<u{size}"))


def unpacked(seconds: bytes) -> bytes:
    """Write each by itself."""
    least, size = np.frombuffer(seconds, "<i8", 2).tolist()
    values = np.frombuffer(seconds, f"<u{size}", offset=16).astype("<i8") + least
    return bytes(values)
