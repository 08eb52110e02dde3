"""What would become of an import, with its first rows in full."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from dateline.database import Database
from dateline.errors import Fault
from dateline.fields.dates import DateOrder, iso_utc
from dateline.imports.columns import find_columns
from dateline.imports.normalise import SoundRow, normalise
from dateline.imports.options import Options
from dateline.imports.outcomes import reject
from dateline.imports.read import RawRow, Row, read_row
from dateline.imports.run import Report, run_import
from dateline.imports.store import same_entry

SHOWN: Final = 20
"""Rows shown in full."""


@dataclass(frozen=True, slots=True)
class RowPreview:
    """What one row would become.

    Attributes:
        row: its place in the submission, counted from 1.
        raw: the row as it was sent.
        faults: all that is wrong with it; empty for a sound row, whose parts follow.
        date_start: first second that the date covers; RFC 3339, UTC.
        date_end: the last one.
        entry_id: the entry that it is already; None for one that would be new.
        same_as: the row above that is the same entry, where there is one.
    """

    row: int
    raw: Any
    faults: list[Fault]
    title: str = ""
    url: str = ""
    site: str = ""
    date: str = ""
    date_precision: str = ""
    date_start: str = ""
    date_end: str = ""
    entry_id: int | None = None
    same_as: int | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """The counts of the whole import, and its first rows."""

    report: Report
    rows: list[RowPreview]


def preview_import(
    database: Database,
    rows: Iterable[RawRow],
    options: Options,
    progress: Callable[[int], None] = lambda _received: None,
) -> Preview:
    """Make the whole import, write nothing of it, and show what its first rows become.

    Raises:
        DatabaseAway: the database cannot be reached.
    """
    first: list[RawRow] = []

    def noted() -> Iterator[RawRow]:
        for row in rows:
            if len(first) < SHOWN:
                first.append(row)
            yield row

    report = run_import(database, noted(), replace(options, dry_run=True), progress)
    outcomes = [(row, _outcome(row, options, report.date_order)) for row in map(read_row, first)]
    sound = [outcome for _row, outcome in outcomes if isinstance(outcome, SoundRow)]
    kept = _entries(database, sound)
    seen: dict[bytes, int] = {}
    shown = []
    for sent, (row, outcome) in zip(first, outcomes, strict=True):
        if isinstance(outcome, SoundRow):
            same_as = seen.setdefault(outcome.identity, row.number)
            shown.append(_sound(row, outcome, kept.get(outcome.identity), same_as))
        else:
            number, faults, raw = reject(sent, outcome, row.raw)
            shown.append(RowPreview(number, raw, faults))
    return Preview(report, shown)


def _outcome(row: Row, options: Options, decided: DateOrder | None) -> SoundRow | list[Fault]:
    """What an import makes of a row once the order of day and month has been decided."""
    if row.fault is not None:
        return [row.fault]
    columns = find_columns(row.raw)
    outcome = normalise(row.raw, columns, order=options.date_order, zone=options.zone)
    if isinstance(outcome, list) and any(fault.code == "date.ambiguous" for fault in outcome):
        outcome = normalise(row.raw, columns, order=decided, zone=options.zone)
    return outcome if isinstance(outcome, list) else outcome[0]


def _entries(database: Database, rows: list[SoundRow]) -> dict[bytes, int | None]:
    """The ids of the entries that rows are already."""
    with database.reading() as session:
        return {row.identity: session.scalar(same_entry(row)) for row in rows}


def _sound(row: Row, sound: SoundRow, entry_id: int | None, same_as: int) -> RowPreview:
    return RowPreview(
        row=row.number,
        raw=row.raw,
        faults=[],
        title=sound.title,
        url=sound.url,
        site=sound.site,
        date=sound.date,
        date_precision=sound.date_precision,
        date_start=iso_utc(sound.date_start),
        date_end=iso_utc(sound.date_end),
        entry_id=entry_id,
        same_as=None if same_as == row.number else same_as,
    )
