"""The outcomes of rows: a pure function of them, so that any process can compute it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Final, NamedTuple

from dateline.errors import Fault
from dateline.fields.dates import DateOrder
from dateline.imports.columns import find_columns
from dateline.imports.json_texts import is_finite
from dateline.imports.normalise import normalise
from dateline.imports.read import RawRow, Unread, read_row, unreadable

SHOWN_LENGTH: Final = 1024 * 1024
"""Characters of rows after which fewer rows than requested are returned."""


class Rejection(NamedTuple):
    """A rejected row and its faults, as JSON, which takes far less memory than a parsed row.

    Attributes:
        row: its position in the submission, counted from 1.
        faults: an array of {code, field, value, message}.
        raw: the row as it was sent.
    """

    row: int
    faults: str
    raw: str

    @property
    def length(self) -> int:
        """Approximate length in characters."""
        return len(self.faults) + len(self.raw)


def first_of(rejections: Iterable[Rejection], most: int) -> tuple[list[Rejection], bool]:
    """Return the first rejected rows, at most `most`, or fewer if they are long.

    Returns:
        At least one row, if there is any; and whether there are more.
    """
    taken: list[Rejection] = []
    length = 0
    for rejection in rejections:
        if len(taken) == most or length >= SHOWN_LENGTH:
            return taken, True
        taken.append(rejection)
        length += rejection.length
    return taken, False


class Reading(NamedTuple):
    """How the rows of an import are read.

    Attributes:
        order: the order of day and month in numeric dates, if known.
        decides: whether the import may still prove that order, so ambiguous rows are set aside.
        zone: the time zone of dates that name none.
    """

    order: DateOrder | None
    decides: bool
    zone: tzinfo


@dataclass(slots=True)
class Outcomes:
    """The outcomes of some rows.

    Attributes:
        sound: a `SoundRow` for each row that is kept, as a plain tuple, which is cheaper to send
            to another process. Its hash is a bytearray: for bytes, SQLite's driver would look for
            an adapter each time.
        rejections: the rows that are rejected.
        undecided: the rows that are set aside until the whole import has been seen.
        proved: the orders of day and month that these rows prove.
        ignored: names of columns that are not kept, in order of appearance.
    """

    sound: list[tuple[object, ...]] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    undecided: list[RawRow] = field(default_factory=list)
    proved: set[DateOrder] = field(default_factory=set)
    ignored: dict[str, None] = field(default_factory=dict)


def outcomes_of(rows: Iterable[RawRow], reading: Reading) -> Outcomes:
    """Parse and normalise rows.

    Raises:
        UnreadableBody: a row shows that the whole body is malformed.
    """
    order, decides, zone = reading
    outcomes = Outcomes()
    for row in rows:
        _number, raw, fault = read_row(row)
        if fault is not None:
            outcomes.rejections.append(_reject(row, [fault], raw))
            continue
        columns = find_columns(raw)
        if columns.ignored:
            outcomes.ignored.update(dict.fromkeys(columns.ignored))
        outcome = normalise(raw, columns, order=order, zone=zone)
        if isinstance(outcome, tuple):
            sound, proved = outcome
            outcomes.sound.append((bytearray(sound.identity), *sound[1:]))
            if proved is not None:
                outcomes.proved.add(proved)
        elif decides and any(fault.code == "date.ambiguous" for fault in outcome):
            outcomes.undecided.append(row)
        else:
            outcomes.rejections.append(_reject(row, outcome, raw))
    return outcomes


def kept_of(row: RawRow, faults: list[Fault], raw: object) -> tuple[list[Fault], object]:
    """Return what is kept of a rejected row: its faults, and the row itself.

    An infinite number cannot be written as JSON. A row that contains one is kept as its original
    text, with a fault that says so.

    Args:
        row: the row as it was sent.
        faults: everything that is wrong with it.
        raw: its parsed value.
    """
    if isinstance(row, Unread) and not is_finite(raw):
        text = row.text.decode()
        message = "This row has a number beyond 1.8e308; put it in quotes."
        return [unreadable(text, message)], text
    return faults, raw


def _reject(row: RawRow, faults: list[Fault], raw: object) -> Rejection:
    faults, raw = kept_of(row, faults, raw)
    # Not dataclasses.asdict(), which copies the values.
    told = [
        {"code": fault.code, "field": fault.field, "value": fault.value, "message": fault.message}
        for fault in faults
    ]
    return Rejection(row.number, _as_json(told), _as_json(raw))


def _as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
