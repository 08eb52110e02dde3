"""An index on SQLite of what a site has of years and months (docs/decisions/0013)."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

COARSE = "ix_entries_site_date_precision_date_start_date_end"


def upgrade() -> None:
    """Bring the change in."""
    if op.get_bind().dialect.name != "sqlite":
        return
    op.create_index(
        COARSE,
        "entries",
        ["site", "date_precision", "date_start", "date_end"],
        sqlite_where=sa.text("date_precision IN ('year', 'month')"),
    )


def downgrade() -> None:
    """Take the change back."""
    if op.get_bind().dialect.name != "sqlite":
        return
    op.drop_index(COARSE, "entries")
