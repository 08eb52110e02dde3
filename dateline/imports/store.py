"""Writing rows and their ledger into an open transaction. Nothing here commits."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from itertools import chain
from typing import Final

from sqlalchemy import Connection, Select, func, insert, select
from sqlalchemy.orm import Session

from dateline.imports.normalise import SoundRow
from dateline.imports.outcomes import Rejection
from dateline.models import Entry, RejectedRow
from dateline.text_index import text_index_of

COLUMNS: Final = (*SoundRow._fields, "added_at", "import_id")
"""What is written of an entry. The statements go straight to the driver: for a hundred thousand
rows, SQLAlchemy's handling of each value would cost as much as the insert itself."""

_NAMES: Final = ", ".join(COLUMNS)

ROWS_IN_STATEMENTS: Final = (2_000, 100)
"""Rows that SQLite takes by one statement, as long as there are so many: it takes 32,766 values, of
which a row has 15. They are always the same statements, which the driver keeps prepared: one of
another length for each group would cost memory and time."""


def last_entry_id(session: Session) -> int:
    """Give the greatest id of an entry; 0 where there is none."""
    return session.scalar(select(func.max(Entry.id))) or 0


def store_rows(
    session: Session, rows: Sequence[tuple[object, ...]], import_id: int, now: int
) -> int:
    """Keep those of the rows that are not there yet.

    Returns:
        How many entries were created; the others were duplicates.
    """
    if not rows:
        return 0
    connection = session.connection()
    last_id = last_entry_id(session)
    values = [(*row, now, import_id) for row in rows]
    if connection.dialect.name == "mysql":
        # Not INSERT IGNORE, which also ignores what must not be, such as a value cut off. The
        # driver makes of it statements with many rows each.
        connection.exec_driver_sql(
            f"INSERT INTO entries ({_NAMES}) VALUES ({_row_of('%s')}) "
            "ON DUPLICATE KEY UPDATE identity = identity",
            values,
        )
    else:
        _insert_into_sqlite(connection, values)
    # There is one writer at a time, so all that is newer is ours.
    created = session.scalars(select(func.count()).where(Entry.id > last_id)).one()
    if created:
        text_index_of(connection.dialect).add_after(connection, last_id)
    return created


def _insert_into_sqlite(connection: Connection, values: Sequence[tuple[object, ...]]) -> None:
    """Insert many rows by one statement, which costs less than one statement a row."""
    at = 0
    for rows in ROWS_IN_STATEMENTS:
        while at + rows <= len(values):
            flat = tuple(chain.from_iterable(values[at : at + rows]))
            connection.exec_driver_sql(_insert_of(rows), flat)
            at += rows
    if at < len(values):
        connection.exec_driver_sql(_insert_of(1), list(values[at:]))


@cache
def _insert_of(rows: int) -> str:
    marks = ", ".join([f"({_row_of('?')})"] * rows)
    return (
        f"INSERT INTO entries ({_NAMES}) VALUES {marks} ON CONFLICT (url_key, identity) DO NOTHING"
    )


def _row_of(mark: str) -> str:
    return ", ".join([mark] * len(COLUMNS))


def same_entry(row: SoundRow) -> Select[int]:
    """Select the id of the entry that a row is, if it is there."""
    return select(Entry.id).where(Entry.url_key == row.url_key, Entry.identity == row.identity)


def store_rejections(session: Session, rejections: Sequence[Rejection], import_id: int) -> None:
    """Keep the rejected rows in the ledger."""
    if rejections:
        session.execute(
            insert(RejectedRow),
            [
                {
                    "import_id": import_id,
                    "row": rejection.row,
                    "faults": as_json([asdict(fault) for fault in rejection.faults]),
                    "raw": as_json(rejection.raw),
                }
                for rejection in rejections
            ],
        )


def as_json(value: object) -> str:
    """Write a value of a JSON document; lone surrogates stay escaped, as only ASCII is written."""
    return json.dumps(value, separators=(",", ":"))
