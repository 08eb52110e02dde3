"""Positions in the text index of SQLite, so that it can tell what contains a text by itself."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the change in."""
    recreate_text_index_of_sqlite("full")


def downgrade() -> None:
    """Take the change back."""
    recreate_text_index_of_sqlite("none")


def recreate_text_index_of_sqlite(detail: str) -> None:
    """Make the index of trigrams anew, from the texts that the entries keep."""
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
