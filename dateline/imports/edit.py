"""Change and delete single entries."""

from collections.abc import Callable, Mapping

from sqlalchemy.orm import Session

from dateline.database import Database
from dateline.errors import DuplicateEntry, EntryChanged, Fault, NotFound, UnsoundEntry
from dateline.fields.dates import WrittenDate, read_date
from dateline.fields.titles import read_title
from dateline.fields.urls import read_url
from dateline.imports.normalise import sound_row
from dateline.imports.options import Options
from dateline.imports.store import same_entry
from dateline.imports.tallies import count_one
from dateline.models import Entry
from dateline.text_index import Indexed, reindex

Guard = Callable[[Entry], bool]
"""Returns whether an entry is still as the client has seen it."""


def change_entry(
    database: Database,
    entry_id: int,
    changes: Mapping[str, object],
    options: Options,
    unchanged: Guard,
) -> None:
    """Change the title, the URL or the date of an entry; fields not in `changes` keep their values.

    Raises:
        NotFound: there is no such entry.
        EntryChanged: the entry is no longer as the client has seen it.
        UnsoundEntry: a new value is rejected.
        DuplicateEntry: another entry already has this URL, title and date.
    """
    with database.writing() as session:
        entry = _get(session, entry_id, unchanged)
        # Clients change a title as it was returned to them, so `&amp;` in it is meant literally.
        title = read_title(changes.get("title", entry.title), entities=False)
        url = read_url(changes.get("url", entry.url))
        date = (
            read_date(changes["date"], order=options.date_order, zone=options.zone)
            if "date" in changes
            else _date_of(entry)
        )
        if isinstance(title, Fault) or isinstance(url, Fault) or isinstance(date, Fault):
            raise UnsoundEntry([field for field in (title, url, date) if isinstance(field, Fault)])
        row = sound_row(title, url, date)
        twin = session.scalar(same_entry(row))
        if twin not in (None, entry_id):
            raise DuplicateEntry(twin)
        connection = session.connection()
        before = Indexed.of(entry)
        count_one(connection, entry, -1)
        for name, value in row._asdict().items():
            setattr(entry, name, value)
        session.flush()
        reindex(connection, entry_id, before, Indexed.of(entry))
        count_one(connection, entry, 1)


def delete_entry(database: Database, entry_id: int, unchanged: Guard) -> None:
    """Delete an entry. Its import keeps its counts: they record what was sent, not what is left.

    Raises:
        NotFound: there is no such entry.
        EntryChanged: the entry is no longer as the client has seen it.
    """
    with database.writing() as session:
        entry = _get(session, entry_id, unchanged)
        connection = session.connection()
        reindex(connection, entry_id, Indexed.of(entry), None)
        count_one(connection, entry, -1)
        session.delete(entry)


def _get(session: Session, entry_id: int, unchanged: Guard) -> Entry:
    entry = session.get(Entry, entry_id, with_for_update=True)
    if entry is None:
        raise NotFound(f"There is no entry {entry_id}.")
    if not unchanged(entry):
        raise EntryChanged(f"Entry {entry_id} has been changed since; read it again.")
    return entry


def _date_of(entry: Entry) -> WrittenDate:
    return WrittenDate(
        date=entry.date,
        precision=entry.date_precision,
        start=entry.date_start,
        end=entry.date_end,
        raw=entry.date_raw,
        proves=None,
    )
