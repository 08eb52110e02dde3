"""Preview an import, with its first rows in full."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy.orm import Session

from dateline.database import Database
from dateline.errors import Fault
from dateline.fields.dates import DateOrder, iso_utc
from dateline.imports.columns import find_columns
from dateline.imports.groups import length_of
from dateline.imports.normalise import SoundRow, normalise
from dateline.imports.options import Options
from dateline.imports.outcomes import SHOWN_LENGTH, kept_of
from dateline.imports.read import RawRow, Row, read_row
from dateline.imports.run import Report, run_import
from dateline.imports.store import same_entry

SHOWN: Final = 20
"""Maximum rows shown in full."""


@dataclass(frozen=True, slots=True)
class RowPreview:
    """What one row would become.

    Attributes:
        row: its position in the submission, counted from 1.
        raw: the row as it was sent, if it would be rejected.
        faults: everything that is wrong with it; empty for a sound row, whose fields follow.
        date_start: first second that the date covers; RFC 3339, UTC.
        date_end: last second that it covers.
        entry_id: the existing entry that it duplicates; None if there is none.
        same_as: the earlier row that is the same entry, if any.
    """

    row: int
    raw: Any = None
    faults: Sequence[Fault] = ()
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
    """Run the whole import without writing, and return its counts and what its first rows become.

    Raises:
        DatabaseAway: the database cannot be reached.
    """
    first: list[RawRow] = []

    def noted() -> Iterator[RawRow]:
        length = 0
        for row in rows:
            if len(first) < SHOWN and length < SHOWN_LENGTH:
                first.append(row)
                length += length_of(row)
            yield row

    report = run_import(database, noted(), replace(options, dry_run=True), progress)
    seen: dict[bytes, int] = {}
    with database.reading() as session:
        shown = [_shown(row, options, report.date_order, seen, session) for row in first]
    return Preview(report, shown)


def _shown(
    sent: RawRow,
    options: Options,
    decided: DateOrder | None,
    seen: dict[bytes, int],
    session: Session,
) -> RowPreview:
    """Return the preview of a row.

    Args:
        sent: the row as sent; it is parsed here, so that only one parsed row is in memory.
        options: those of the import.
        decided: the order of day and month that all rows have proved.
        seen: the first row of each identity; this row is added.
        session: reads the existing entries.
    """
    row = read_row(sent)
    outcome = _outcome(row, options, decided)
    if isinstance(outcome, list):
        faults, raw = kept_of(sent, outcome, row.raw)
        return RowPreview(row.number, raw, faults)
    same_as = seen.setdefault(outcome.identity, row.number)
    return RowPreview(
        row=row.number,
        title=outcome.title,
        url=outcome.url,
        site=outcome.site,
        date=outcome.date,
        date_precision=outcome.date_precision,
        date_start=iso_utc(outcome.date_start),
        date_end=iso_utc(outcome.date_end),
        entry_id=session.scalar(same_entry(outcome)),
        same_as=None if same_as == row.number else same_as,
    )


def _outcome(row: Row, options: Options, decided: DateOrder | None) -> SoundRow | list[Fault]:
    """Return the outcome of a row once the order of day and month has been decided."""
    if row.fault is not None:
        return [row.fault]
    columns = find_columns(row.raw)
    outcome = normalise(row.raw, columns, order=options.date_order, zone=options.zone)
    if isinstance(outcome, list) and any(fault.code == "date.ambiguous" for fault in outcome):
        outcome = normalise(row.raw, columns, order=decided, zone=options.zone)
    return outcome if isinstance(outcome, list) else outcome[0]
