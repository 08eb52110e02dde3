"""Indexes for every class of question, and counts of entries by site and by day."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MYSQL: dict[str, Any] = {
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_0900_bin",
}

SITE_KEY = sa.String(256).with_variant(
    mysql.VARCHAR(256, charset="ascii", collation="ascii_bin"), "mysql"
)
COARSE = sa.text("date_precision IN ('year', 'month')")


def upgrade() -> None:
    """Apply the change."""
    # One index finds duplicates, and the entries of a URL, a directory or a host.
    with op.batch_alter_table("entries", table_kwargs={"sqlite_autoincrement": True}) as entries:
        entries.drop_constraint("uq_entries_identity", type_="unique")
        entries.drop_index("ix_entries_url_key")
        # Both databases append the id to every index.
        entries.drop_index("ix_entries_date_start_id")
    op.create_index(
        "uq_entries_url_key_identity",
        "entries",
        ["url_key", "identity"],
        unique=True,
        mysql_length={"url_key": 255},
    )
    op.create_index("ix_entries_date_start", "entries", ["date_start"])
    op.create_index("ix_entries_site_date_start", "entries", ["site", "date_start"])
    op.create_index(
        "ix_entries_date_precision_date_start_date_end",
        "entries",
        ["date_precision", "date_start", "date_end"],
        sqlite_where=COARSE,
    )
    op.create_table(
        "site_counts",
        sa.Column("site_key", SITE_KEY, primary_key=True),
        sa.Column("site", sa.String(255), nullable=False),
        sa.Column("entries", sa.BigInteger, nullable=False),
        **MYSQL,
    )
    op.create_table(
        "day_counts",
        sa.Column("day", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("entries", sa.BigInteger, nullable=False),
        **MYSQL,
    )
    op.execute(
        "INSERT INTO site_counts "
        "SELECT SUBSTR(url_key, 1, LENGTH(site) + 1) AS site_key, site, COUNT(*) "
        "FROM entries GROUP BY site_key, site"
    )
    op.execute(
        "INSERT INTO day_counts SELECT "
        "date_start - ((date_start % 86400) + 86400) % 86400 AS day, COUNT(*) "
        "FROM entries GROUP BY day"
    )
    if op.get_bind().dialect.name == "sqlite":
        # The lengths of texts, one row each, would be used only for ranking.
        recreate_text_index_of_sqlite(", columnsize=0")


def recreate_text_index_of_sqlite(option: str) -> None:
    """Recreate the index of trigrams from the texts in `entries`."""
    for field in ("title", "url"):
        op.execute(f"DROP TABLE {field}_index_terms")
        op.execute(f"DROP TABLE {field}_index")
        op.execute(
            f"CREATE VIRTUAL TABLE {field}_index USING fts5("
            f"text, content='', detail=none, tokenize='trigram case_sensitive 1'{option})"
        )
        op.execute(
            f"CREATE VIRTUAL TABLE {field}_index_terms USING fts5vocab({field}_index, instance)"
        )
        op.execute(
            f"INSERT INTO {field}_index (rowid, text) SELECT id, {field}_folded || 'ZZ' FROM entries"
        )


def downgrade() -> None:
    """Revert the change."""
    if op.get_bind().dialect.name == "sqlite":
        recreate_text_index_of_sqlite("")
    op.drop_table("day_counts")
    op.drop_table("site_counts")
    with op.batch_alter_table("entries", table_kwargs={"sqlite_autoincrement": True}) as entries:
        for name in (
            "ix_entries_date_precision_date_start_date_end",
            "ix_entries_site_date_start",
            "ix_entries_date_start",
            "uq_entries_url_key_identity",
        ):
            entries.drop_index(name)
        entries.create_unique_constraint("uq_entries_identity", ["identity"])
    op.create_index("ix_entries_date_start_id", "entries", ["date_start", "id"])
    op.create_index("ix_entries_url_key", "entries", ["url_key"], mysql_length=255)
