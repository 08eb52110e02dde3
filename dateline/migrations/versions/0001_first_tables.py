"""First tables: the archive's version, imports, entries, rejected rows and the text index."""

import secrets
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")
LongText = sa.Text().with_variant(mysql.LONGTEXT(), "mysql")
Key = sa.Text().with_variant(mysql.LONGTEXT(charset="ascii", collation="ascii_bin"), "mysql")
Hash = sa.LargeBinary(16).with_variant(mysql.BINARY(16), "mysql")

MYSQL: dict[str, Any] = {
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_0900_bin",
}


def upgrade() -> None:
    """Apply the change."""
    archive = op.create_table(
        "archive",
        sa.Column("id", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_archive_one_row")),
        **MYSQL,
    )
    op.create_table(
        "imports",
        sa.Column("id", Id, primary_key=True),
        sa.Column("source", sa.String(255), nullable=False),
        sa.Column("received", sa.BigInteger, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("duplicate", sa.BigInteger, nullable=False),
        sa.Column("rejected", sa.BigInteger, nullable=False),
        sa.Column("date_order", sa.String(3)),
        sa.Column("timezone", sa.String(64), nullable=False),
        sa.Column("ignored_columns", sa.JSON, nullable=False),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        sa.Column("finished_at", sa.BigInteger),
        sa.CheckConstraint(
            "received = created + duplicate + rejected",
            name=op.f("ck_imports_outcomes_add_up"),
        ),
        sqlite_autoincrement=True,
        **MYSQL,
    )
    op.create_table(
        "entries",
        sa.Column("id", Id, primary_key=True),
        sa.Column("identity", Hash, nullable=False),
        sa.Column("title", sa.String(1000), nullable=False),
        sa.Column("title_folded", LongText, nullable=False),
        sa.Column("url", sa.String(2000), nullable=False),
        sa.Column("url_folded", LongText, nullable=False),
        sa.Column("url_key", Key, nullable=False),
        sa.Column("url_key_version", sa.SmallInteger, nullable=False),
        sa.Column("site", sa.String(255), nullable=False),
        sa.Column("date", sa.String(25), nullable=False),
        sa.Column("date_precision", sa.String(6), nullable=False),
        sa.Column("date_start", sa.BigInteger, nullable=False),
        sa.Column("date_end", sa.BigInteger, nullable=False),
        sa.Column("date_raw", sa.String(200), nullable=False),
        sa.Column("added_at", sa.BigInteger, nullable=False),
        sa.Column(
            "import_id",
            Id,
            sa.ForeignKey("imports.id", name=op.f("fk_entries_import_id")),
            nullable=False,
        ),
        sa.UniqueConstraint("identity", name=op.f("uq_entries_identity")),
        sqlite_autoincrement=True,
        **MYSQL,
    )
    op.create_index("ix_entries_date_start_id", "entries", ["date_start", "id"])
    op.create_index("ix_entries_url_key", "entries", ["url_key"], mysql_length=255)
    op.create_table(
        "rejected_rows",
        sa.Column(
            "import_id",
            Id,
            sa.ForeignKey("imports.id", name=op.f("fk_rejected_rows_import_id")),
            primary_key=True,
        ),
        sa.Column("row", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("faults", LongText, nullable=False),
        sa.Column("raw", LongText, nullable=False),
        **MYSQL,
    )
    if op.get_bind().dialect.name == "mysql":
        create_text_index_of_mysql()
    else:
        create_text_index_of_sqlite()
    # Last, so that MySQL commits it together with the number of the migration.
    op.bulk_insert(archive, [{"id": 1, "name": secrets.token_hex(16), "version": 0}])


def create_text_index_of_sqlite() -> None:
    """Create the index of trigrams, which stores only row ids: the text is in `entries`."""
    for table in ("title_index", "url_index"):
        op.execute(
            f"CREATE VIRTUAL TABLE {table} USING fts5("
            "text, content='', detail=none, tokenize='trigram case_sensitive 1')"
        )
        op.execute(f"CREATE VIRTUAL TABLE {table}_terms USING fts5vocab({table}, instance)")


def create_text_index_of_mysql() -> None:
    """Create the index of n-grams, including those that contain a stop word."""
    # The setting matters when an index is created, not when it is queried.
    op.execute("SET SESSION innodb_ft_enable_stopword = OFF")
    for table in ("title_index", "url_index"):
        op.create_table(
            table,
            sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
            sa.Column("text", LongText, nullable=False),
            **MYSQL,
        )
        op.execute(f"CREATE FULLTEXT INDEX ft_{table} ON {table} (text) WITH PARSER ngram")


def downgrade() -> None:
    """Revert the change."""
    for table in ("url_index", "title_index"):
        if op.get_bind().dialect.name == "sqlite":
            op.execute(f"DROP TABLE {table}_terms")
        op.execute(f"DROP TABLE {table}")
    for table in ("rejected_rows", "entries", "imports", "archive"):
        op.drop_table(table)
