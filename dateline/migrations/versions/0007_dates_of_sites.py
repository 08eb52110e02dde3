"""An index of sites that knows when the dates of entries end (docs/decisions/0013)."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

WITH_ENDS = "ix_entries_site_date_start_id_date_end"
WITHOUT = "ix_entries_site_date_start"


def upgrade() -> None:
    """Bring the change in."""
    op.create_index(WITH_ENDS, "entries", ["site", "date_start", "id", "date_end"])
    op.drop_index(WITHOUT, "entries")


def downgrade() -> None:
    """Take the change back."""
    op.create_index(WITHOUT, "entries", ["site", "date_start"])
    op.drop_index(WITH_ENDS, "entries")
