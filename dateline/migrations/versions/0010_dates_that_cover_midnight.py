"""SQLite's indexes of coarse dates contain all that span midnight (docs/decisions/0028)."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_entries_date_precision_date_start_date_end": [],
    "ix_entries_site_date_precision_date_start_date_end": ["site"],
}


def upgrade() -> None:
    """Apply the change."""
    make_indexes("(date_end + 62135596800) / 86400 > (date_start + 62135596800) / 86400")


def downgrade() -> None:
    """Revert the change."""
    make_indexes("date_precision IN ('year', 'month')")


def make_indexes(of: str) -> None:
    """Recreate the indexes for the entries that match a condition."""
    if op.get_bind().dialect.name != "sqlite":
        return
    for name, begins in INDEXES.items():
        op.drop_index(name, "entries")
        columns = [*begins, "date_precision", "date_start", "date_end"]
        op.create_index(name, "entries", columns, sqlite_where=sa.text(of))
