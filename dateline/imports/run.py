"""Run one import: rows in, outcomes out. Exactly one function commits it."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import update
from sqlalchemy.orm import Session

from dateline.database import Database
from dateline.fields.dates import DateOrder
from dateline.imports.groups import Group, Groups
from dateline.imports.options import Options
from dateline.imports.outcomes import Rejection, first_of
from dateline.imports.read import RawRow
from dateline.imports.rehearsal import Rehearsal
from dateline.imports.store import last_entry_id, store_rejections, store_rows
from dateline.imports.tallies import count_after
from dateline.models import Import
from dateline.text_index import Indexing, Sorter, open_sorter

MAX_SHOWN: Final = 100
"""Maximum rejected rows in a report; the ledger has all of them."""


@dataclass(slots=True)
class Report:
    """Counts of outcomes: `created`, `duplicate` and `rejected` add up to `received`."""

    import_id: int | None = None
    received: int = 0
    created: int = 0
    duplicate: int = 0
    rejected: int = 0
    dry_run: bool = False
    date_order: DateOrder | None = None
    ignored_columns: list[str] = field(default_factory=list)
    shown: list[Rejection] = field(default_factory=list)

    def count(self, group: Group, created: int) -> None:
        """Add the outcomes of a group; `created` of its sound rows were new."""
        self.received += len(group.sound) + len(group.rejections)
        self.created += created
        self.duplicate += len(group.sound) - created
        self.rejected += len(group.rejections)
        # Rows that were set aside come last, but are shown in their original order.
        known = sorted([*self.shown, *group.rejections], key=lambda rejection: rejection.row)
        self.shown, _are_more = first_of(known, MAX_SHOWN)


def run_import(
    database: Database,
    rows: Iterable[RawRow],
    options: Options,
    progress: Callable[[int], None] = lambda _received: None,
) -> Report:
    """Store the sound rows, and report the outcome of every row.

    With `commit_every`, each batch is committed together with its share of the ledger, so that the
    ledger of an interrupted import is accurate; sending the file again creates the rest.

    Args:
        database: the archive.
        rows: read lazily; an exception while reading rolls back the open transaction.
        options: those of the whole import.
        progress: called with the number of rows received so far, after each group.

    Raises:
        DatabaseAway: the database cannot be reached.
    """
    in_batches = options.commit_every is not None
    with Groups(options) as groups, open_sorter() as sorter:
        ready = groups.of(rows)
        if options.dry_run:
            return _rehearse(database, groups, ready, progress)
        writing = _Writing(options, groups, sorter, progress)
        more = True
        while more:
            with database.writing(much=in_batches) as session:
                more = writing.write(session, ready)
    return writing.report


def _rehearse(
    database: Database,
    groups: Groups,
    ready: Iterable[Group],
    progress: Callable[[int], None],
) -> Report:
    """Return the report of the import without writing; others may write in the meantime."""
    report = Report(dry_run=True)
    with database.reading() as session, closing(Rehearsal(session.connection())) as rehearsal:
        for group in ready:
            report.count(group, rehearsal.count_new(group.sound))
            progress(report.received)
    report.date_order = groups.date_order
    report.ignored_columns = groups.ignored_columns
    return report


class _Writing:
    """Writes the groups of one import, and its ledger."""

    def __init__(
        self,
        options: Options,
        groups: Groups,
        sorter: Sorter,
        progress: Callable[[int], None],
    ) -> None:
        self.report = Report()
        self._options = options
        self._groups = groups
        self._sorter = sorter
        self._progress = progress
        self._import_id: int | None = None

    def write(self, session: Session, ready: Iterator[Group]) -> bool:
        """Write the groups of one transaction; return whether there may be more."""
        import_id = self._import_id = self._import_id or self._open(session)
        batch = self._options.commit_every
        written = 0
        connection = session.connection()
        before = last_id = last_entry_id(connection)
        indexing = Indexing(connection, self._sorter)
        more = filled = False
        for group in ready:
            now = int(time.time())
            created, last_id = store_rows(connection, group.sound, import_id, now, last_id)
            store_rejections(session, group.rejections, import_id)
            self.report.count(group, created)
            self._progress(self.report.received)
            written += group.taken
            filled = indexing.index_added(created)
            if batch is not None and written >= (batch / 2 if filled else batch):
                more = True
                break
        # Just after a block was filled, only few entries are in no block.
        if not (more and filled):
            indexing.index_rest()
        # Once per transaction: most sites and days occur in every group.
        count_after(connection, before)
        self._write_ledger(session, import_id, None if more else int(time.time()))
        if not more:
            self.report.import_id = import_id
        return more

    def _open(self, session: Session) -> int:
        opened = Import(
            source=self._options.source,
            timezone=str(self._options.zone),
            date_order=self._options.date_order,
            ignored_columns=[],
            started_at=int(time.time()),
        )
        session.add(opened)
        session.flush()
        return opened.id

    def _write_ledger(self, session: Session, import_id: int, finished_at: int | None) -> None:
        report = self.report
        report.date_order = self._groups.date_order
        report.ignored_columns = self._groups.ignored_columns
        session.execute(
            update(Import)
            .where(Import.id == import_id)
            .values(
                received=report.received,
                created=report.created,
                duplicate=report.duplicate,
                rejected=report.rejected,
                date_order=report.date_order,
                ignored_columns=report.ignored_columns,
                finished_at=finished_at,
            )
        )
