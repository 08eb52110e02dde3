"""A covering index of URL keys on MySQL (docs/decisions/0017)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KEYS = "ix_entries_url_key_start_date_start_date_end"
SAME = "uq_entries_identity"
BOTH = "uq_entries_url_key_identity"


def upgrade() -> None:
    """Apply the change."""
    if op.get_bind().dialect.name != "mysql":
        return
    op.add_column(
        "entries",
        sa.Column(
            "url_key_start",
            mysql.VARCHAR(255, charset="ascii", collation="ascii_bin"),
            sa.Computed("SUBSTR(url_key, 1, 255)", persisted=False),
            nullable=False,
        ),
    )
    op.create_index(KEYS, "entries", ["url_key_start", "date_start", "date_end"])
    op.create_index(SAME, "entries", ["identity"], unique=True)
    op.drop_index(BOTH, "entries")


def downgrade() -> None:
    """Revert the change."""
    if op.get_bind().dialect.name != "mysql":
        return
    op.create_index(
        BOTH, "entries", ["url_key", "identity"], unique=True, mysql_length={"url_key": 255}
    )
    op.drop_index(SAME, "entries")
    op.drop_index(KEYS, "entries")
    op.drop_column("entries", "url_key_start")
