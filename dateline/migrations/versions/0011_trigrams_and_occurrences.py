"""The columns of postings are named by the terms of the field: trigrams and their occurrences."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

NAMES = {"run": "trigram", "runs": "trigrams", "spots": "occurrences"}


def upgrade() -> None:
    """Bring the change in."""
    # Both databases change the names alone, and copy no row.
    for old, new in NAMES.items():
        op.execute(f"ALTER TABLE postings RENAME COLUMN {old} TO {new}")


def downgrade() -> None:
    """Take the change back."""
    for old, new in NAMES.items():
        op.execute(f"ALTER TABLE postings RENAME COLUMN {new} TO {old}")
