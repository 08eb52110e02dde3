"""One text index for both databases: tables for blocks of entries, and for postings of trigrams."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

Bytes = sa.LargeBinary().with_variant(mysql.LONGBLOB(), "mysql")
LongText = sa.Text().with_variant(mysql.LONGTEXT(), "mysql")

MYSQL: dict[str, Any] = {
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_0900_bin",
}

FIELDS = ("title", "url")


def upgrade() -> None:
    """Apply the change."""
    for field in FIELDS:
        if op.get_bind().dialect.name == "sqlite":
            op.execute(f"DROP TABLE {field}_index_terms")
        op.execute(f"DROP TABLE {field}_index")
    op.create_table(
        "blocks",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("first_id", sa.BigInteger, nullable=False),
        sa.Column("last_id", sa.BigInteger, nullable=False),
        sa.Column("entries", sa.Integer, nullable=False),
        sa.Column("full", sa.Boolean, nullable=False),
        sa.Column("starts", Bytes, nullable=False),
        sa.Column("ends", Bytes, nullable=False),
        sa.Column("site_names", LongText, nullable=False),
        sa.Column("sites", Bytes, nullable=False),
        sqlite_autoincrement=True,
        **MYSQL,
    )
    op.create_table(
        "postings",
        sa.Column("field", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("block", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("run", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("spots", Bytes, nullable=False),
        **MYSQL,
    )
    # Migration 0012 builds the index, when both tables have the columns that the code expects.


def downgrade() -> None:
    """Revert the change."""
    op.drop_table("postings")
    op.drop_table("blocks")
    if op.get_bind().dialect.name == "sqlite":
        create_text_index_of_sqlite()
    else:
        create_text_index_of_mysql()


def create_text_index_of_sqlite() -> None:
    """Create the FTS5 index as after migrations 0003 and 0004."""
    for field in FIELDS:
        op.execute(
            f"CREATE VIRTUAL TABLE {field}_index USING fts5(text, content='', detail=full, "
            "columnsize=0, tokenize='trigram case_sensitive 1')"
        )
        for option, value in (("automerge", 8), ("hashsize", 4 * 1024 * 1024)):
            op.execute(
                f"INSERT INTO {field}_index ({field}_index, rank) VALUES ('{option}', {value})"
            )
        op.execute(
            f"CREATE VIRTUAL TABLE {field}_index_terms USING fts5vocab({field}_index, instance)"
        )
        op.execute(
            f"INSERT INTO {field}_index (rowid, text) SELECT id, {field}_folded || 'ZZ' FROM entries"
        )


def create_text_index_of_mysql() -> None:
    """Create the FULLTEXT index of migration 0001, over texts with only letters and digits."""
    connection = op.get_bind()
    op.execute("SET SESSION innodb_ft_enable_stopword = OFF")
    for field in FIELDS:
        index = op.create_table(
            f"{field}_index",
            sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
            sa.Column("text", LongText, nullable=False),
            **MYSQL,
        )
        rows = connection.execute(sa.text(f"SELECT id, {field}_folded FROM entries")).all()
        for entry_id, text in rows:
            connection.execute(
                sa.insert(index), {"id": entry_id, "text": f"{''.join(map(letter, text))}ZZ"}
            )
        op.execute(
            f"CREATE FULLTEXT INDEX ft_{field}_index ON {field}_index (text) WITH PARSER ngram"
        )


def letter(character: str) -> str:
    """Return an ASCII letter or digit as is, and any other character as one of 20,902 ideographs."""
    if character.isascii() and character.isalnum():
        return character
    return chr(0x4E00 + (ord(character) - 0x4E00) % 20_902)
