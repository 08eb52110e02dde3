"""Maintain the counts of entries by site and by day, in the transaction that changes entries."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import ColumnElement, Connection, delete, insert
from sqlalchemy import text as sql
from sqlalchemy import update

from dateline.imports.store import last_entry_id
from dateline.models import DAY, DayCount, Entry, SiteCount

AT_A_TIME: Final = 20_000
"""Maximum entries counted by one statement, which sorts them in memory."""

_SITES: Final = "SUBSTR(url_key, 1, LENGTH(site) + 1) AS site_key, site"
"""A URL key begins with the labels of its site in reverse order, each followed by a comma."""

# The remainder has the sign of the date, which is negative before 1970.
_DAYS: Final = f"date_start - ((date_start % {DAY}) + {DAY}) % {DAY} AS day"

_COUNTED: Final = {
    "site_counts": ("site_key, site", _SITES),
    "day_counts": ("day", _DAYS),
}
"""For each table: its columns except the count, and their values for an entry."""

_ADD: Final = {
    "sqlite": "ON CONFLICT ({key}) DO UPDATE SET entries = entries + excluded.entries",
    "mysql": "ON DUPLICATE KEY UPDATE entries = {table}.entries + new.entries",
}


def count_after(connection: Connection, last_id: int) -> None:
    """Count every entry whose id is greater than `last_id`."""
    for after in range(last_id, last_entry_id(connection), AT_A_TIME):
        for table, (columns, values) in _COUNTED.items():
            key = columns.partition(",")[0]
            add = _ADD[connection.dialect.name].format(table=table, key=key)
            connection.execute(
                sql(
                    f"INSERT INTO {table} ({columns}, entries) SELECT * FROM "
                    f"(SELECT {values}, COUNT(*) AS entries FROM entries "
                    f"WHERE id > :after AND id <= :last GROUP BY {columns}) AS new WHERE true {add}"
                ),
                {"after": after, "last": after + AT_A_TIME},
            )


def count_one(connection: Connection, entry: Entry, by: int) -> None:
    """Add one entry to the counts as it is now, or subtract it: `by` is 1 or -1."""
    site = {"site_key": entry.url_key[: len(entry.site) + 1], "site": entry.site}
    _count(connection, SiteCount, SiteCount.site_key == site["site_key"], site, by)
    day = {"day": entry.date_start - entry.date_start % DAY}
    _count(connection, DayCount, DayCount.day == day["day"], day, by)


def _count(
    connection: Connection,
    table: type[SiteCount | DayCount],
    this: ColumnElement[bool],
    values: Mapping[str, str | int],
    by: int,
) -> None:
    counted = connection.execute(update(table).where(this).values(entries=table.entries + by))
    if counted.rowcount == 0:
        connection.execute(insert(table).values(**values, entries=by))
    connection.execute(delete(table).where(this, table.entries == 0))
