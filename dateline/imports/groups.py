"""From rows to groups of outcomes: what is sound, what is rejected, what waits for the end."""

from collections.abc import Iterable, Iterator
from itertools import islice
from types import TracebackType
from typing import Final, NamedTuple, Self

from dateline.errors import Fault
from dateline.fields.dates import DateOrder
from dateline.imports.columns import find_columns
from dateline.imports.normalise import SoundRow, normalise
from dateline.imports.options import Options
from dateline.imports.read import Row
from dateline.imports.undecided import Undecided

GROUP: Final = 5_000
"""Rows normalised and written together: enough that a statement's cost is shared, and few enough
that memory stays flat."""


class Rejection(NamedTuple):
    """A row that is not kept, and why."""

    row: int
    faults: list[Fault]
    raw: object


class Group(NamedTuple):
    """What has become of some rows."""

    taken: int
    """Rows of the submission that were read for this group, those that wait included."""
    sound: list[SoundRow]
    rejections: list[Rejection]


class Groups:
    """Normalises the rows of one import, and learns what holds for all of them.

    Attributes:
        date_order: the order of day and month: as said, or, at the end, as all rows prove.
        ignored_columns: names of columns that are not kept, in the order of their appearance.
    """

    def __init__(self, options: Options) -> None:
        self.date_order = options.date_order
        self.ignored_columns: list[str] = []
        self._zone = options.zone
        self._decides_itself = options.date_order is None
        self._proved: set[DateOrder] = set()
        self._undecided = Undecided()

    def of(self, rows: Iterable[Row]) -> Iterator[Group]:
        """Normalise rows, group by group; those that could not be decided on come last."""
        yield from self._normalise(rows)
        if self._decides_itself:
            # What proves two orders proves none.
            self.date_order = next(iter(self._proved)) if len(self._proved) == 1 else None
            self._decides_itself = False
        yield from self._normalise(self._undecided)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._undecided.close()

    def _normalise(self, rows: Iterable[Row]) -> Iterator[Group]:
        remaining = iter(rows)
        while taken := list(islice(remaining, GROUP)):
            group = Group(len(taken), [], [])
            for row in taken:
                outcome = self._outcome(row)
                if isinstance(outcome, SoundRow):
                    group.sound.append(outcome)
                elif self._decides_itself and any(
                    fault.code == "date.ambiguous" for fault in outcome
                ):
                    self._undecided.put(row)
                else:
                    group.rejections.append(Rejection(row.number, outcome, row.raw))
            yield group

    def _outcome(self, row: Row) -> SoundRow | list[Fault]:
        if row.fault is not None:
            return [row.fault]
        columns = find_columns(row.raw)
        for name in columns.ignored:
            if name not in self.ignored_columns:
                self.ignored_columns.append(name)
        outcome = normalise(row.raw, columns, order=self.date_order, zone=self._zone)
        if isinstance(outcome, list):
            return outcome
        sound, proved = outcome
        if proved is not None:
            self._proved.add(proved)
        return sound
