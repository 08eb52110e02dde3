"""Add one entry: an import of one row."""

from dataclasses import replace
from typing import Any, NamedTuple

from dateline.database import Database
from dateline.errors import Fault, NotFound, UnsoundEntry
from dateline.imports.columns import NAMES, find_columns
from dateline.imports.normalise import normalise
from dateline.imports.options import Options
from dateline.imports.read import Row
from dateline.imports.run import run_import
from dateline.imports.store import same_entry


class Added(NamedTuple):
    """The id of the entry that a row is, and whether it was created."""

    entry_id: int
    created: bool


def add_entry(database: Database, raw: dict[str, Any], options: Options) -> Added:
    """Store one row as an import of its own; a rejected row leaves no import.

    Raises:
        UnsoundEntry: the row is rejected, or has unknown fields: a single row has no report that
            could name them, so they are not ignored.
    """
    columns = find_columns(raw)
    unknown = [
        Fault("field.unknown", name, raw[name], f"There is no '{name}' here; leave it out.")
        for name in columns.ignored
    ]
    outcome = normalise(raw, columns, order=options.date_order, zone=options.zone)
    if isinstance(outcome, list):
        # Use the names that were sent: a client shows each fault next to its field.
        sent = dict(zip(NAMES, columns[:3], strict=True))
        named = [replace(fault, field=sent.get(fault.field) or fault.field) for fault in outcome]
        raise UnsoundEntry([*unknown, *named])
    if unknown:
        raise UnsoundEntry(unknown)
    report = run_import(database, [Row(1, raw)], options)
    sound, _proved = outcome
    with database.reading() as session:
        entry_id = session.scalar(same_entry(sound))
    if entry_id is None:
        raise NotFound("The entry was deleted by somebody else while it was added.")
    return Added(entry_id, report.created == 1)
