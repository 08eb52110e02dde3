"""An index on SQLite of the entries of a site dated by year or month (docs/decisions/0013)."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

COARSE = "ix_entries_site_date_precision_date_start_date_end"


def upgrade() -> None:
    """Apply the change."""
    if op.get_bind().dialect.name != "sqlite":
        return
    op.create_index(
        COARSE,
        "entries",
        ["site", "date_precision", "date_start", "date_end"],
        sqlite_where=sa.text("date_precision IN ('year', 'month')"),
    )


def downgrade() -> None:
    """Revert the change."""
    if op.get_bind().dialect.name != "sqlite":
        return
    op.drop_index(COARSE, "entries")
