"""Positions in the text index of SQLite, so that it finds exactly what contains a text."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    recreate_text_index_of_sqlite("full")


def downgrade() -> None:
    """Revert the change."""
    recreate_text_index_of_sqlite("none")


def recreate_text_index_of_sqlite(detail: str) -> None:
    """Recreate the index of trigrams from the texts in `entries`."""
    if op.get_bind().dialect.name != "sqlite":
        return
    for field in ("title", "url"):
        op.execute(f"DROP TABLE {field}_index_terms")
        op.execute(f"DROP TABLE {field}_index")
        op.execute(
            f"CREATE VIRTUAL TABLE {field}_index USING fts5(text, content='', detail={detail}, "
            "columnsize=0, tokenize='trigram case_sensitive 1')"
        )
        op.execute(
            f"CREATE VIRTUAL TABLE {field}_index_terms USING fts5vocab({field}_index, instance)"
        )
        op.execute(
            f"INSERT INTO {field}_index (rowid, text) SELECT id, {field}_folded || 'ZZ' FROM entries"
        )
