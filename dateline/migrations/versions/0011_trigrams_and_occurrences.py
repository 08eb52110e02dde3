"""Standard names for the columns of postings: trigrams and occurrences."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

NAMES = {"run": "trigram", "runs": "trigrams", "spots": "occurrences"}


def upgrade() -> None:
    """Apply the change."""
    # Both databases only change the names, and copy no rows.
    for old, new in NAMES.items():
        op.execute(f"ALTER TABLE postings RENAME COLUMN {old} TO {new}")


def downgrade() -> None:
    """Revert the change."""
    for old, new in NAMES.items():
        op.execute(f"ALTER TABLE postings RENAME COLUMN {new} TO {old}")
