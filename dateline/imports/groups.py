"""From rows to groups of outcomes, and what applies to an import as a whole."""

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
"""Maximum rows normalised and written together: enough to share the cost of a statement, and few
enough to keep memory flat."""

GROUP_LENGTH: Final = 1024 * 1024
"""Maximum characters, or bytes, of a group; a row that is longer is a group of its own."""

VALUE: Final = 50
"""Approximate overhead in memory of a CSV value, in characters."""

MAX_IGNORED: Final = 500
"""Maximum names of columns in a report: every row may have different ones."""

LONGEST_NAME: Final = 100
"""Maximum characters of such a name."""

AHEAD: Final = 2
"""Groups to queue for the second process: it falls behind while the text index is computed, and can
work ahead while the index is written."""


class Group(NamedTuple):
    """The outcomes of a group of rows."""

    taken: int
    """Rows of the submission that were read for this group, including those set aside."""
    sound: list[tuple[object, ...]]
    """A `SoundRow` for each, as a plain tuple."""
    rejections: list[Rejection]


class Groups:
    """Normalises the rows of one import, and learns what applies to all of them.

    Attributes:
        date_order: the order of day and month: as requested or, at the end, as the rows prove.
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
        """Names of columns that are not kept, in order of appearance."""
        return list(self._ignored)

    def of(self, rows: Iterable[RawRow]) -> Iterator[Group]:
        """Normalise rows, group by group; undecided rows come last."""
        yield from self._normalise(rows)
        if self._decides_itself:
            # If rows prove both orders, none is proved.
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
        """Have the second process normalise groups while earlier ones are written.

        Until the second process is ready, this process normalises them.
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
                # After one whole group, there are usually more.
                self._second_process = self._to_close.enter_context(SecondProcess())
            yield len(taken), outcomes_of(taken, reading)
        while given and self._second_process is not None:
            yield given.popleft(), self._second_process.outcomes()


def _cut(rows: Iterable[RawRow]) -> Iterator[tuple[list[RawRow], bool]]:
    """Yield groups of rows, and whether each is whole; the last one may not be."""
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
    """Return the approximate length of a row: bytes of its JSON, or memory of its values."""
    if isinstance(row, Unread):
        return len(row.text)
    if isinstance(row.raw, str):
        return len(row.raw)
    values = row.raw.values() if isinstance(row.raw, dict) else row.raw
    return sum([VALUE + len(value) for value in values if isinstance(value, str)])
