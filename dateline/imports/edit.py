"""Changing and deleting one entry."""

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
"""Whether an entry is still the one that the writer has seen."""


def change_entry(
    database: Database,
    entry_id: int,
    changes: Mapping[str, object],
    options: Options,
    unchanged: Guard,
) -> None:
    """Change the title, the URL or the date of an entry; what is not named stays.

    Raises:
        NotFound: there is no such entry.
        EntryChanged: the entry is not the one that the writer has seen.
        UnsoundEntry: a new value is refused.
        DuplicateEntry: another entry has this URL, title and date already.
    """
    with database.writing() as session:
        entry = _get(session, entry_id, unchanged)
        # Whoever changes a title has read it as it is, entities and all.
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
    """Delete an entry. Its import keeps its counts: they tell what came, not what is there.

    Raises:
        NotFound: there is no such entry.
        EntryChanged: the entry is not the one that the writer has seen.
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
