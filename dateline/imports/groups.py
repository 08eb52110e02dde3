"""From rows to groups of outcomes, and what holds for an import as a whole."""

from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import islice
from typing import Final, NamedTuple, Self

from dateline.errors import shortened
from dateline.fields.dates import DateOrder
from dateline.imports.options import Options
from dateline.imports.outcomes import Outcomes, Reading, Rejection, outcomes_of
from dateline.imports.read import RawRow, Unread
from dateline.imports.second_process import SecondProcess
from dateline.imports.undecided import Undecided

GROUP: Final = 1_000
"""Rows normalised and written together: enough that a statement's cost is shared, and few enough
that memory stays flat."""

GROUP_LENGTH: Final = 1024 * 1024
"""Characters, or bytes, that a group has at the most: a row that has more is one by itself."""

VALUE: Final = 50
"""Characters that a value of CSV takes in memory beside its own, about."""

MAX_IGNORED: Final = 500
"""Names of columns that a report has at the most: rows may each have others."""

LONGEST_NAME: Final = 100
"""Characters of such a name."""

AHEAD: Final = 2
"""Groups that the second process is given ahead: while the text index is calculated it falls behind,
and while that is written it can work ahead."""


class Group(NamedTuple):
    """What has become of some rows."""

    taken: int
    """Rows of the submission that were read for this group, those that wait included."""
    sound: list[tuple[object, ...]]
    """Each a `SoundRow`, as a plain tuple."""
    rejections: list[Rejection]


class Groups:
    """Normalises the rows of one import, and learns what holds for all of them.

    Attributes:
        date_order: the order of day and month: as said, or, at the end, as all rows prove.
    """

    def __init__(self, options: Options) -> None:
        self.date_order = options.date_order
        self._zone = options.zone
        self._decides_itself = options.date_order is None
        self._proved: set[DateOrder] = set()
        self._ignored: dict[str, None] = {}
        self._undecided = Undecided()
        self._second_process: SecondProcess | None = None
        self._to_close = ExitStack()
        self._to_close.callback(self._undecided.close)

    @property
    def ignored_columns(self) -> list[str]:
        """Names of columns that are not kept, in the order of their appearance."""
        return list(self._ignored)

    def of(self, rows: Iterable[RawRow]) -> Iterator[Group]:
        """Normalise rows, group by group; those that could not be decided on come last."""
        yield from self._normalise(rows)
        if self._decides_itself:
            # What proves two orders proves none.
            self.date_order = next(iter(self._proved)) if len(self._proved) == 1 else None
            self._decides_itself = False
        yield from self._normalise(self._undecided)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._to_close.close()

    def _normalise(self, rows: Iterable[RawRow]) -> Iterator[Group]:
        for taken, outcomes in self._outcomes(rows):
            self._proved |= outcomes.proved
            for name in islice(outcomes.ignored, MAX_IGNORED):
                if len(self._ignored) < MAX_IGNORED:
                    self._ignored[shortened(name, LONGEST_NAME)] = None
            if outcomes.undecided:
                self._undecided.put(outcomes.undecided)
            yield Group(taken, outcomes.sound, outcomes.rejections)

    def _outcomes(self, rows: Iterable[RawRow]) -> Iterator[tuple[int, Outcomes]]:
        """Have groups normalised by the second process while those before them are written.

        As long as there is no second process this one does it.
        """
        reading = Reading(self.date_order, self._decides_itself, self._zone)
        given: deque[int] = deque()
        for taken, is_whole in _cut(rows):
            other = self._second_process
            if other is not None and other.is_ready():
                other.begin(taken, reading)
                given.append(len(taken))
                if len(given) > AHEAD:
                    yield given.popleft(), other.outcomes()
                continue
            if other is None and is_whole:
                # Where there is one whole group there will mostly be more.
                self._second_process = self._to_close.enter_context(SecondProcess())
            yield len(taken), outcomes_of(taken, reading)
        while given and self._second_process is not None:
            yield given.popleft(), self._second_process.outcomes()


def _cut(rows: Iterable[RawRow]) -> Iterator[tuple[list[RawRow], bool]]:
    """Cut rows into groups; with each, whether it is whole, which the last one may not be."""
    taken: list[RawRow] = []
    length = 0
    for row in rows:
        more = length_of(row)
        if len(taken) == GROUP or (taken and length + more > GROUP_LENGTH):
            yield taken, True
            taken, length = [], 0
        taken.append(row)
        length += more
    if taken:
        yield taken, False


def length_of(row: RawRow) -> int:
    """Tell how long a row is, about: the bytes of its JSON, or the memory of its values."""
    if isinstance(row, Unread):
        return len(row.text)
    if isinstance(row.raw, str):
        return len(row.raw)
    values = row.raw.values() if isinstance(row.raw, dict) else row.raw
    return sum([VALUE + len(value) for value in values if isinstance(value, str)])
