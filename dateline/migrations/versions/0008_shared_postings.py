"""Posting lists shared by rare trigrams that begin alike (docs/decisions/0018)."""

from collections import defaultdict
from typing import Any

import numpy as np
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

Bytes = sa.LargeBinary().with_variant(mysql.LONGBLOB(), "mysql")

MYSQL: dict[str, Any] = {
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_0900_bin",
}


def upgrade() -> None:
    """Apply the change."""
    op.drop_table("postings")
    create_postings(
        sa.Column("runs", Bytes, nullable=False),
        sa.Column("ends", Bytes, nullable=False),
        sa.Column("spots", Bytes, nullable=False),
    )
    op.execute("DELETE FROM blocks")
    # Migration 0012 builds the index, when both tables have the columns that the code expects.


def downgrade() -> None:
    """Revert the change."""
    connection = op.get_bind()
    op.rename_table("postings", "shared_postings")
    single = create_postings(
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("spots", Bytes, nullable=False),
    )
    shared = sa.text(
        "SELECT runs, ends, spots FROM shared_postings WHERE field = :field AND block = :block"
    )
    for field, block in connection.execute(
        sa.text("SELECT DISTINCT field, block FROM shared_postings")
    ).all():
        of_block = {"field": field, "block": block}
        connection.execute(
            sa.insert(single),
            [
                {**of_block, "run": run, "count": len(spots), "spots": spots.tobytes()}
                for run, spots in spots_of_each(connection.execute(shared, of_block)).items()
            ],
        )
    op.drop_table("shared_postings")


def create_postings(*columns: sa.Column[Any]) -> sa.Table:
    """Create the table with the columns that all its versions have, and others."""
    return op.create_table(
        "postings",
        sa.Column("field", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("block", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("run", sa.BigInteger, primary_key=True, autoincrement=False),
        *columns,
        **MYSQL,
    )


def spots_of_each(rows: Any) -> dict[int, Any]:
    """Return the occurrences of each trigram, and of each character from U+2E80 on.

    In the old form, these characters were terms of the index.
    """
    of_each = defaultdict(list)
    for runs, ends, spots in rows:
        pieces = np.split(np.frombuffer(spots, "<u4"), np.frombuffer(ends, "<u4")[:-1])
        for run, piece in zip(np.frombuffer(runs, "<i8").tolist(), pieces, strict=True):
            of_each[run].append(piece)
            first = run >> 32
            if first >= 0x2E80 and not 0xD800 <= first < 0xE000:
                of_each[first << 32].append(piece)
    return {run: np.sort(np.concatenate(pieces)) for run, pieces in of_each.items()}
