"""MODEL: the tables.

Times are integers, whole seconds since 1970-01-01T00:00:00Z: they compare, sort and index in the
same way on every database, before 1970 and after 2038, and no time zone of a driver or server can
change them (docs/decisions/0004).
"""

import secrets
from typing import Any, Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Text,
    text,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from dateline.fields.dates import DateOrder, Precision

# SQLite assigns ids only in a column of type INTEGER.
Id = BigInteger().with_variant(Integer, "sqlite")

# MySQL's TEXT is limited to 64 KiB, and texts are never truncated.
LongText = Text().with_variant(mysql.LONGTEXT(), "mysql")

# Keys are ASCII, one byte per character, so more of a key fits into an index.
Key = Text().with_variant(mysql.LONGTEXT(charset="ascii", collation="ascii_bin"), "mysql")

SiteKey = String(256).with_variant(
    mysql.VARCHAR(256, charset="ascii", collation="ascii_bin"), "mysql"
)

KEY_START: Final = 255
"""Characters of a key that the index of keys contains on MySQL, from its beginning."""

# MySQL's BLOB is limited to 64 KiB.
Bytes = LargeBinary().with_variant(mysql.LONGBLOB(), "mysql")

Hash = LargeBinary(16).with_variant(mysql.BINARY(16), "mysql")

DAY: Final = 86_400
"""Seconds."""

ON_SQLITE: Final = {"dialect": "sqlite"}
ON_MYSQL: Final = {"dialect": "mysql"}
"""`info` of a column or an index that only one database has; Alembic skips it on the other."""

ENDS_LATER: Final = "(date_end + 62135596800) / 86400 > (date_start + 62135596800) / 86400"
"""Whether a date ends on a later day, in UTC, than it begins. Days are counted from the year 1,
because SQLite's division truncates towards zero."""

OPTIONS: Final = {
    "sqlite_autoincrement": True,
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    # Compares characters exactly, as SQLite does; the default ignores case and accents.
    "mysql_collate": "utf8mb4_0900_bin",
}


class Base(DeclarativeBase):
    """Base of all tables: names constraints in the same way on every database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Archive(Base):
    """One row: the archive's name, and its version, raised by every transaction that writes."""

    __tablename__ = "archive"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"), OPTIONS)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(32))
    """Random, created with the tables, so that answers cached for another archive are never used."""
    version: Mapped[int] = mapped_column(BigInteger)


class Import(Base):
    """The ledger of an import: what was received, and what became of it."""

    __tablename__ = "imports"
    __table_args__ = (
        CheckConstraint("received = created + duplicate + rejected", name="outcomes_add_up"),
        OPTIONS,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    source: Mapped[str] = mapped_column(String(255))
    """Where it came from: `api`, `page`, `sample` or the name of a file."""
    received: Mapped[int] = mapped_column(BigInteger, default=0)
    created: Mapped[int] = mapped_column(BigInteger, default=0)
    duplicate: Mapped[int] = mapped_column(BigInteger, default=0)
    rejected: Mapped[int] = mapped_column(BigInteger, default=0)
    date_order: Mapped[DateOrder | None] = mapped_column(String(3))
    """Order of day and month that was stated or proved: DMY, MDY, YMD; None if neither."""
    timezone: Mapped[str] = mapped_column(String(64))
    """IANA name of the time zone of dates that name none."""
    ignored_columns: Mapped[list[str]] = mapped_column(JSON)
    started_at: Mapped[int] = mapped_column(BigInteger)
    finished_at: Mapped[int | None] = mapped_column(BigInteger)
    """None while the import runs, and for good if it was interrupted."""


class Entry(Base):
    """One piece of source metadata."""

    __tablename__ = "entries"
    __table_args__ = (
        # Finds duplicates, and the entries of a URL, a directory or a host, which are a range.
        Index("uq_entries_url_key_identity", "url_key", "identity", unique=True, info=ON_SQLITE),
        # MySQL indexes only a prefix of a long text, and then reads every row for the rest. This
        # column is that prefix, so its index covers ranges of keys and their dates. It is virtual:
        # stored only in that index (docs/decisions/0017).
        Column(
            "url_key_start",
            mysql.VARCHAR(KEY_START, charset="ascii", collation="ascii_bin"),
            Computed(f"SUBSTR(url_key, 1, {KEY_START})", persisted=False),
            nullable=False,
            info=ON_MYSQL,
        ),
        Index(None, "url_key_start", "date_start", "date_end", info=ON_MYSQL),
        # Separate from the dates, which an identity does not determine: a day begins at another
        # second in another time zone.
        Index("uq_entries_identity", "identity", unique=True, info=ON_MYSQL),
        # For both sort orders by date. Both databases append the id to every index.
        Index(None, "date_start"),
        Index(None, "site", "date_start"),
        # For entries that begin before a time and reach into it; on SQLite, only the dates that
        # span midnight (docs/decisions/0028).
        Index(
            None,
            "date_precision",
            "date_start",
            "date_end",
            sqlite_where=text(ENDS_LATER),
        ),
        # The same for each site. MySQL has no partial indexes.
        Index(
            None,
            "site",
            "date_precision",
            "date_start",
            "date_end",
            sqlite_where=text(ENDS_LATER),
            info=ON_SQLITE,
        ),
        OPTIONS,
    )
    __mapper_args__: Any = {"exclude_properties": ["url_key_start"]}  # noqa: RUF012 - never changed

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    identity: Mapped[bytes] = mapped_column(Hash)
    """Hash of URL key, title and date: rows with the same identity are the same entry."""
    title: Mapped[str] = mapped_column(String(1000))
    title_folded: Mapped[str] = mapped_column(LongText)
    url: Mapped[str] = mapped_column(String(2000))
    url_folded: Mapped[str] = mapped_column(LongText)
    url_key: Mapped[str] = mapped_column(Key)
    url_key_version: Mapped[int] = mapped_column(SmallInteger)
    site: Mapped[str] = mapped_column(String(255))
    date: Mapped[str] = mapped_column(String(25))
    date_precision: Mapped[Precision] = mapped_column(String(6))
    date_start: Mapped[int] = mapped_column(BigInteger)
    date_end: Mapped[int] = mapped_column(BigInteger)
    """Last second that the date covers, inclusive."""
    date_raw: Mapped[str] = mapped_column(String(200))
    added_at: Mapped[int] = mapped_column(BigInteger)
    import_id: Mapped[int] = mapped_column(ForeignKey(Import.id))


class SiteCount(Base):
    """The number of entries of a site, maintained by every writer so that none must be counted."""

    __tablename__ = "site_counts"
    __table_args__ = OPTIONS

    site_key: Mapped[str] = mapped_column(SiteKey, primary_key=True)
    """The prefix that the URL keys of all its entries share: the sites of a domain are a range."""
    site: Mapped[str] = mapped_column(String(255))
    entries: Mapped[int] = mapped_column(BigInteger)


class DayCount(Base):
    """The number of entries whose dates begin on a day."""

    __tablename__ = "day_counts"
    __table_args__ = OPTIONS

    day: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    """First second of the day in UTC: a multiple of 86,400."""
    entries: Mapped[int] = mapped_column(BigInteger)


def random_version() -> int:
    """Return a random number of 63 bits, so that no version occurs twice."""
    return secrets.randbits(63)


class Block(Base):
    """A block of entries whose texts are indexed together, with their dates and sites."""

    __tablename__ = "blocks"
    __table_args__ = OPTIONS

    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    """In the order of the ids; never reused."""
    first_id: Mapped[int] = mapped_column(BigInteger)
    last_id: Mapped[int] = mapped_column(BigInteger)
    entries: Mapped[int] = mapped_column(Integer)
    """Number of entries when the block was written; its ids may have gaps."""
    full: Mapped[bool] = mapped_column(Boolean)
    """Whether it is final, and never merged with the blocks after it."""
    version: Mapped[int] = mapped_column(
        BigInteger, default=random_version, onupdate=random_version
    )
    """Random, and replaced whenever the columns below change, so that even in a restored archive
    the same version never stands for other contents."""
    first_seconds: Mapped[bytes] = mapped_column(Bytes)
    """`date_start` of each id from `first_id` to `last_id`. All numbers are little-endian: the
    earliest `date_start` (8 bytes), the size in bytes of the numbers that follow (8 bytes), and for
    each id the seconds since the earliest (4 bytes, or 8 if dates are more than 136 years apart)."""
    last_seconds: Mapped[bytes] = mapped_column(Bytes)
    """`date_end`, in the same format."""
    site_names: Mapped[str] = mapped_column(LongText)
    """The distinct sites of its entries, one per line."""
    site_numbers: Mapped[bytes] = mapped_column(Bytes)
    """For each id, the index of its site in `site_names`: 2 bytes each, little-endian."""


class PostingList(Base):
    """The occurrences of one or several trigrams in the texts of a block (docs/decisions/0018).

    A frequent trigram has its own posting list; the others share one with those that begin alike.
    """

    __tablename__ = "postings"
    __table_args__ = OPTIONS

    field: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    """0 for titles, 1 for URLs."""
    block: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    trigram: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    """Its three characters in UTF-16, 16 bits each. For a shared list, the one or two characters
    that all its trigrams begin with, and in place of the others 0 and 1, or 1."""
    trigrams: Mapped[bytes] = mapped_column(Bytes)
    """The trigrams of the list, as numbers of this form: 8 bytes each, little-endian, ascending."""
    ends: Mapped[bytes] = mapped_column(Bytes)
    """Where the occurrences of each trigram end: 4 bytes each."""
    occurrences: Mapped[bytes] = mapped_column(Bytes)
    """The occurrences of each trigram in turn, ascending. 4 bytes each, little-endian: the position
    in the text in the lower 16 bits, and in the upper 16 the entry, counted from the first id of
    the block."""


class RejectedRow(Base):
    """A rejected row: its number, the reasons, and what was sent."""

    __tablename__ = "rejected_rows"
    __table_args__ = OPTIONS

    import_id: Mapped[int] = mapped_column(ForeignKey(Import.id), primary_key=True)
    row: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    """Its position in the import, counted from 1."""
    faults: Mapped[str] = mapped_column(LongText)
    """JSON array of {code, field, value, message}."""
    raw: Mapped[str] = mapped_column(LongText)
    """The row as sent, as JSON."""


ENTRIES: Final = Entry.__table__
ENTRY: Final = ENTRIES.c
SITE_COUNT: Final = SiteCount.__table__.c
DAY_COUNT: Final = DayCount.__table__.c
"""Tables and columns without the ORM, for statements that read only columns: building one for each
question takes three fifths of the time (docs/decisions/0029)."""
