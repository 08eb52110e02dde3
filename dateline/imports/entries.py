"""Rows that are entries as Dateline returns them: importing an export restores them unchanged."""

from typing import Final

from dateline.errors import Fault
from dateline.fields.dates import WrittenDate, read_date
from dateline.models import DAY

NAMES: Final = frozenset({"date", "date_precision", "date_start", "date_end", "date_raw"})
"""A row that has all of these names is such an entry."""

LONGEST_RAW: Final = 200
"""Maximum characters of a date's raw text; no longer text is ever read as a date."""

_CLOCK_CHANGE: Final = 4 * 3_600
"""Maximum seconds by which a time zone has ever shortened a day."""


def read_given_date(raw: dict[str, object]) -> WrittenDate | Fault:
    """Read the date of an entry, with its original span and raw text.

    For a coarse date that was written in a time zone other than UTC, only the span shows it.

    Returns:
        The date, or a fault: that of the date itself, or `date.span` if the parts contradict each
        other.
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
    """Return whether a span can be that of the date in some time zone."""
    if date.precision in ("hour", "minute", "second"):
        return (first, last) == (date.start, date.end)
    longer = (last - first) - (date.end - date.start)
    # Time zones have skipped a whole day (Samoa, 30 December 2011) and repeated one (Samoa, 4 July
    # 1892).
    shorter = _CLOCK_CHANGE if date.precision == "day" else DAY
    return abs(first - date.start) < DAY and -shorter <= longer <= DAY
