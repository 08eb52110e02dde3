"""MODEL: the tables.

Moments are whole seconds since 1970-01-01T00:00:00Z, in integers: they compare, sort and index
alike on every database, before 1970 and after 2038, and no driver or server time zone can turn
them (docs/decisions/0004).
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

# SQLite numbers rows by itself only in a column of type INTEGER.
Id = BigInteger().with_variant(Integer, "sqlite")

# MySQL's TEXT ends at 64 KiB, and nothing is ever cut here.
LongText = Text().with_variant(mysql.LONGTEXT(), "mysql")

# Keys are ASCII, one byte a character, so that more of them fits into an index.
Key = Text().with_variant(mysql.LONGTEXT(charset="ascii", collation="ascii_bin"), "mysql")

SiteKey = String(256).with_variant(
    mysql.VARCHAR(256, charset="ascii", collation="ascii_bin"), "mysql"
)

KEY_START: Final = 255
"""Characters with which a key begins that the index of keys has on MySQL."""

# MySQL's BLOB ends at 64 KiB.
Bytes = LargeBinary().with_variant(mysql.LONGBLOB(), "mysql")

Hash = LargeBinary(16).with_variant(mysql.BINARY(16), "mysql")

DAY: Final = 86_400
"""Seconds."""

ON_SQLITE: Final = {"dialect": "sqlite"}
ON_MYSQL: Final = {"dialect": "mysql"}
"""`info` of a column or an index that one database alone has; the migrations go by it."""

ENDS_LATER: Final = "(date_end + 62135596800) / 86400 > (date_start + 62135596800) / 86400"
"""Whether a date ends on a later day, in UTC, than it begins. Days are counted from the year 1, as
SQLite's division cuts towards zero."""

OPTIONS: Final = {
    "sqlite_autoincrement": True,
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    # Equal means the same characters, as on SQLite; the default knows neither case nor accents.
    "mysql_collate": "utf8mb4_0900_bin",
}


class Base(DeclarativeBase):
    """What all tables share: constraint names that are equal on every database."""

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
    """One row: which archive this is, and its version, raised by every transaction that writes."""

    __tablename__ = "archive"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"), OPTIONS)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(32))
    """Random, made with the tables: answers kept for another archive are never taken for ours."""
    version: Mapped[int] = mapped_column(BigInteger)


class Import(Base):
    """The ledger of one submission: what was received, and what became of it."""

    __tablename__ = "imports"
    __table_args__ = (
        CheckConstraint("received = created + duplicate + rejected", name="outcomes_add_up"),
        OPTIONS,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    source: Mapped[str] = mapped_column(String(255))
    """Who brought it: `api`, `page`, or the name of the file."""
    received: Mapped[int] = mapped_column(BigInteger, default=0)
    created: Mapped[int] = mapped_column(BigInteger, default=0)
    duplicate: Mapped[int] = mapped_column(BigInteger, default=0)
    rejected: Mapped[int] = mapped_column(BigInteger, default=0)
    date_order: Mapped[DateOrder | None] = mapped_column(String(3))
    """Day/month order that was said or proved: DMY, MDY, YMD; None where neither."""
    timezone: Mapped[str] = mapped_column(String(64))
    """IANA name of the zone of texts that name none."""
    ignored_columns: Mapped[list[str]] = mapped_column(JSON)
    started_at: Mapped[int] = mapped_column(BigInteger)
    finished_at: Mapped[int | None] = mapped_column(BigInteger)
    """None while the import runs, and for ever where it was cut off."""


class Entry(Base):
    """One kept piece of source metadata."""

    __tablename__ = "entries"
    __table_args__ = (
        # What is the same entry, and the range of a URL, a directory or a host.
        Index("uq_entries_url_key_identity", "url_key", "identity", unique=True, info=ON_SQLITE),
        # MySQL indexes long texts by their beginnings, and then reads every row to see the rest. A
        # column that is the beginning is in its index as a whole, so that ranges of keys and their
        # dates need no row. Nothing else has it, and it is stored there alone (docs/decisions/0017).
        Column(
            "url_key_start",
            mysql.VARCHAR(KEY_START, charset="ascii", collation="ascii_bin"),
            Computed(f"SUBSTR(url_key, 1, {KEY_START})", persisted=False),
            nullable=False,
            info=ON_MYSQL,
        ),
        Index(None, "url_key_start", "date_start", "date_end", info=ON_MYSQL),
        # By itself, as dates do not belong to it: a day begins at other seconds in another zone.
        Index("uq_entries_identity", "identity", unique=True, info=ON_MYSQL),
        # Both orders of dates; every index ends with the id by itself, on both databases.
        Index(None, "date_start"),
        Index(None, "site", "date_start"),
        # The few entries whose dates cover midnight, beside which all others are soon told.
        Index(
            None,
            "date_precision",
            "date_start",
            "date_end",
            sqlite_where=text(ENDS_LATER),
        ),
        # The same of each site. MySQL has no partial indexes.
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
    """Hash of URL key, title and date: two rows with the same are the same entry."""
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
    """Last second that the written date covers, inclusive."""
    date_raw: Mapped[str] = mapped_column(String(200))
    added_at: Mapped[int] = mapped_column(BigInteger)
    import_id: Mapped[int] = mapped_column(ForeignKey(Import.id))


class SiteCount(Base):
    """How many entries a site has, kept by every writer, so that nobody has to count them all."""

    __tablename__ = "site_counts"
    __table_args__ = OPTIONS

    site_key: Mapped[str] = mapped_column(SiteKey, primary_key=True)
    """The beginning that the URL keys of all its entries have: the sites of a domain are a range."""
    site: Mapped[str] = mapped_column(String(255))
    entries: Mapped[int] = mapped_column(BigInteger)


class DayCount(Base):
    """How many entries have dates that begin on a day."""

    __tablename__ = "day_counts"
    __table_args__ = OPTIONS

    day: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    """The day's first second in UTC: a multiple of 86,400."""
    entries: Mapped[int] = mapped_column(BigInteger)


def random_version() -> int:
    """Give a random number of 63 bits, so that none is ever met twice."""
    return secrets.randbits(63)


class Block(Base):
    """Entries whose texts are indexed together, and when they are dated."""

    __tablename__ = "blocks"
    __table_args__ = OPTIONS

    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    """In the order of the ids; none is given twice."""
    first_id: Mapped[int] = mapped_column(BigInteger)
    last_id: Mapped[int] = mapped_column(BigInteger)
    entries: Mapped[int] = mapped_column(Integer)
    """How many there were when it was made: ids are not given without gaps."""
    full: Mapped[bool] = mapped_column(Boolean)
    """Whether it stays as it is, and is never made anew together with those behind it."""
    version: Mapped[int] = mapped_column(
        BigInteger, default=random_version, onupdate=random_version
    )
    """Another one whenever the columns below change, by chance, so that not even an archive that was
    put back has one that stood for something else."""
    first_seconds: Mapped[bytes] = mapped_column(Bytes)
    """`date_start` of each id from `first_id` to `last_id`. All numbers have the lowest byte first:
    the least `date_start` in 8 bytes, how many bytes each of the following has in 8 bytes, and for
    each id the seconds from the least: 4 bytes, or 8 where dates lie more than 136 years apart."""
    last_seconds: Mapped[bytes] = mapped_column(Bytes)
    """`date_end`, in the same way."""
    site_names: Mapped[str] = mapped_column(LongText)
    """The sites of its entries, each once, one a line."""
    site_numbers: Mapped[bytes] = mapped_column(Bytes)
    """Which of these names, of each id: 2 bytes each, the lowest first."""


class PostingList(Base):
    """Where trigrams stand in the texts of a block (docs/decisions/0018).

    A frequent one has a posting list for itself; the others that begin alike share one.
    """

    __tablename__ = "postings"
    __table_args__ = OPTIONS

    field: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    """0 for titles, 1 for URLs."""
    block: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    trigram: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    """Its three characters, 16 bits each, of UTF-16. Where several share the list, the one or
    two with which all of them begin, and for the others 1, or 0 and 1."""
    trigrams: Mapped[bytes] = mapped_column(Bytes)
    """Each trigram that it has, in the same way: 8 bytes each, the lowest first; ascending."""
    ends: Mapped[bytes] = mapped_column(Bytes)
    """Where the occurrences of each trigram end: 4 bytes each."""
    occurrences: Mapped[bytes] = mapped_column(Bytes)
    """Of one trigram after the other, those of each ascending. 4 bytes each, the lowest first: 16
    bits for the position in the text, and above them 16 for the entry, counted from the first id of
    the block."""


class RejectedRow(Base):
    """A row that was not kept: its number, the reasons, and what was sent."""

    __tablename__ = "rejected_rows"
    __table_args__ = OPTIONS

    import_id: Mapped[int] = mapped_column(ForeignKey(Import.id), primary_key=True)
    row: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    """Its place in the submission, counted from 1."""
    faults: Mapped[str] = mapped_column(LongText)
    """JSON array of {code, field, value, message}."""
    raw: Mapped[str] = mapped_column(LongText)
    """The row as sent, as JSON."""


ENTRIES: Final = Entry.__table__
ENTRY: Final = ENTRIES.c
SITE_COUNT: Final = SiteCount.__table__.c
DAY_COUNT: Final = DayCount.__table__.c
"""Tables and columns without the ORM around each of them, for what is read by columns alone: a
statement that is made anew for each question takes three fifths of the time (docs/decisions/0029)."""
