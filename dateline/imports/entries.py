"""Rows that are entries as Dateline itself gives them: what was exported comes back as it was."""

from typing import Final

from dateline.errors import Fault
from dateline.fields.dates import WrittenDate, read_date
from dateline.models import DAY

NAMES: Final = frozenset({"date", "date_precision", "date_start", "date_end", "date_raw"})
"""What tells such a row from others."""

LONGEST_RAW: Final = 200
"""Characters of a date's raw text: no longer one is ever read."""

_CLOCK_CHANGE: Final = 4 * 3_600
"""Seconds by which a zone has made a day shorter, at most."""


def read_given_date(raw: dict[str, object]) -> WrittenDate | Fault:
    """Read the date of an entry, with the span and the raw text that it had.

    A coarse date that was written in another time zone than UTC says so in its span alone.

    Returns:
        The date, or a fault: that of the date itself, or `date.span` where the parts contradict
        each other.
    """
    date = read_date(raw["date"])
    if isinstance(date, Fault):
        return date
    first, last = read_date(raw["date_start"]), read_date(raw["date_end"])
    text = raw["date_raw"]
    if (
        isinstance(first, WrittenDate)
        and isinstance(last, WrittenDate)
        and isinstance(text, str)
        and len(text) <= LONGEST_RAW
        and "\0" not in text
        and raw["date_precision"] == date.precision
        and _fits(date, first.start, last.end)
    ):
        return date._replace(start=first.start, end=last.end, raw=text)
    return Fault(
        "date.span",
        "date",
        raw["date"],
        "date_precision, date_start, date_end and date_raw do not fit the date: send them as "
        "Dateline gave them, or leave them out.",
    )


def _fits(date: WrittenDate, first: int, last: int) -> bool:
    """Whether a span can be that of the date, in some time zone."""
    if date.precision in ("hour", "minute", "second"):
        return (first, last) == (date.start, date.end)
    longer = (last - first) - (date.end - date.start)
    # Zones have left out a whole day, as Samoa 30 December 2011, and had one twice, as Samoa the
    # fourth of July 1892.
    shorter = _CLOCK_CHANGE if date.precision == "day" else DAY
    return abs(first - date.start) < DAY and -shorter <= longer <= DAY
