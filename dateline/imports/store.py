"""Write rows and their ledger in an open transaction. Nothing here commits."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, Select, func, insert, select
from sqlalchemy.orm import Session

from dateline.imports.normalise import SoundRow
from dateline.imports.outcomes import Rejection
from dateline.models import Entry, RejectedRow

COLUMNS: Final = (*SoundRow._fields, "added_at", "import_id")
"""Columns written for an entry. The statements go straight to the driver: for 100,000 rows,
SQLAlchemy's handling of each value would cost as much as the insert itself."""

_NAMES: Final = ", ".join(COLUMNS)


def _row_of(mark: str) -> str:
    return ", ".join([mark] * len(COLUMNS))


_INSERT: Final = {
    # One row per statement, always the same one: for a statement that writes several rows, SQLite
    # keeps a copy of each page as it was before, a good part of all that an import would write.
    "sqlite": (
        f"INSERT INTO entries ({_NAMES}) VALUES ({_row_of('?')}) "
        "ON CONFLICT (url_key, identity) DO NOTHING"
    ),
    # Not INSERT IGNORE, which also ignores real errors, such as a truncated value. The driver turns
    # this into statements with many rows each.
    "mysql": (
        f"INSERT INTO entries ({_NAMES}) VALUES ({_row_of('%s')}) "
        "ON DUPLICATE KEY UPDATE identity = identity"
    ),
}


def last_entry_id(connection: Connection) -> int:
    """Return the greatest id of an entry; 0 if there is none."""
    return connection.scalar(select(func.max(Entry.id))) or 0


def store_rows(
    connection: Connection,
    rows: Sequence[tuple[object, ...]],
    import_id: int,
    now: int,
    last_id: int,
) -> tuple[int, int]:
    """Store the rows that are not in the archive yet.

    Args:
        connection: in a write transaction.
        rows: a `SoundRow` for each, as a plain tuple.
        import_id: id of their import.
        now: when they are added, in Unix seconds.
        last_id: the greatest id of an entry so far.

    Returns:
        How many entries were created (the other rows are duplicates), and the greatest id now.
    """
    if not rows:
        return 0, last_id
    values = [(*row, now, import_id) for row in rows]
    connection.exec_driver_sql(_INSERT[connection.dialect.name], values)
    # There is one writer at a time, so all newer entries are from this call.
    ids = select(func.count(), func.coalesce(func.max(Entry.id), last_id))
    created, last_id = connection.execute(ids.where(Entry.id > last_id)).one()
    return created, last_id


def same_entry(row: SoundRow) -> Select[int]:
    """Return a query for the id of the entry that a row is, if there is one."""
    return select(Entry.id).where(Entry.url_key == row.url_key, Entry.identity == row.identity)


def store_rejections(session: Session, rejections: Sequence[Rejection], import_id: int) -> None:
    """Store rejected rows in the ledger."""
    if rejections:
        session.execute(
            insert(RejectedRow),
            [{"import_id": import_id, **rejection._asdict()} for rejection in rejections],
        )
