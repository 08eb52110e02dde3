"""Versions of blocks, so that processes can cache their arrays (docs/decisions/0030)."""

import sqlalchemy as sa
from alembic import op

from dateline.text_index import index_all

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    # `sites` is renamed, so that no process of an older release can change arrays without changing
    # their version.
    if op.get_bind().dialect.name == "sqlite":
        make_blocks_of_sqlite_anew()
    else:
        op.execute("ALTER TABLE blocks RENAME COLUMN sites TO site_numbers")
        op.add_column("blocks", sa.Column("version", sa.BigInteger, nullable=False))
        op.execute("UPDATE blocks SET version = FLOOR(RAND() * 9223372036854775807)")
    # Index the entries that migration 0005 or 0008 left without an index. This uses the current
    # code: a later migration that changes these tables must do it instead, and remove this line.
    index_all(op.get_bind())


def downgrade() -> None:
    """Revert the change."""
    op.drop_column("blocks", "version")
    op.execute("ALTER TABLE blocks RENAME COLUMN site_numbers TO sites")


def make_blocks_of_sqlite_anew() -> None:
    """Put the version before the arrays: after them, reading it would read all of their pages."""
    op.rename_table("blocks", "old_blocks")
    op.create_table(
        "blocks",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("first_id", sa.BigInteger, nullable=False),
        sa.Column("last_id", sa.BigInteger, nullable=False),
        sa.Column("entries", sa.Integer, nullable=False),
        sa.Column("full", sa.Boolean, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("first_seconds", sa.LargeBinary, nullable=False),
        sa.Column("last_seconds", sa.LargeBinary, nullable=False),
        sa.Column("site_names", sa.Text, nullable=False),
        sa.Column("site_numbers", sa.LargeBinary, nullable=False),
        sqlite_autoincrement=True,
    )
    op.execute(
        "INSERT INTO blocks SELECT number, first_id, last_id, entries, full, "
        "random() & 9223372036854775807, first_seconds, last_seconds, site_names, sites "
        "FROM old_blocks"
    )
    op.drop_table("old_blocks")
