"""Compute the seconds that the fields of a date cover: calendar arithmetic, no parsing.

A coarse date (year, month or day) keeps its calendar form and covers a span of local time. A date
with a time of day is an instant, converted to UTC.
"""

from calendar import monthrange
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Literal, NamedTuple

from dateline.fields.date_names import WEEKDAY_NAMES
from dateline.fields.date_zones import first_second, last_second, offsets_at

Precision = Literal["year", "month", "day", "hour", "minute", "second"]
DateOrder = Literal["DMY", "MDY", "YMD"]

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - naive on purpose: plain calendar arithmetic
# The length of each precision in `YYYY-MM-DDThh:mm:ss`, and the seconds in a unit of time.
_LENGTH: dict[Precision, int] = {
    "year": 4,
    "month": 7,
    "day": 10,
    "hour": 13,
    "minute": 16,
    "second": 19,
}
_UNIT: dict[Precision, int] = {"hour": 3600, "minute": 60, "second": 1}


class WrittenDate(NamedTuple):
    """A date as written, and the seconds that it covers.

    Attributes:
        date: ISO 8601 at its own precision, such as `2014-03` or `2014-03-08T15:04Z`.
        precision: the smallest unit that was written.
        start: first second covered, Unix epoch seconds UTC; negative before 1970.
        end: last second covered, inclusive.
        raw: the text as sent.
        proves: the day/month order that this text alone proves, as `13/04/2020` does; else None.
    """

    date: str
    precision: Precision
    start: int
    end: int
    raw: str
    proves: DateOrder | None


class Refusal(NamedTuple):
    """Why a text is rejected as a date.

    Attributes:
        code: the fault's code, such as `date.no_year`.
        message: one sentence that says what is wrong and how to fix it.
    """

    code: str
    message: str


class DateFields(NamedTuple):
    """The fields of a date as written, not yet checked against the calendar.

    Attributes:
        year: as written, four digits.
        month: None if not written; then all smaller units are None too.
        day: None if not written.
        hour: 0 to 23 if valid; None if no time of day was written.
        minute: None if not written.
        second: None if not written; fractions are already dropped.
        offset: seconds east of UTC, or None if the text names no zone.
        weekday: Monday 0 to Sunday 6 if the text names one, still to be checked against the day.
        proves: see `WrittenDate`.
    """

    year: int
    month: int | None = None
    day: int | None = None
    hour: int | None = None
    minute: int | None = None
    second: int | None = None
    offset: int | None = None
    weekday: int | None = None
    proves: DateOrder | None = None


def epoch_second(wall: datetime) -> int:
    """Return the Unix time of the naive datetime `wall`, read as UTC."""
    since = wall - _EPOCH
    return since.days * 86_400 + since.seconds


def iso_utc(second: int) -> str:
    """Format a Unix time as `2014-03-08T15:04:05Z`, for any year from 1000 to 9999."""
    # Positional arguments, because a keyword makes this take half as long again.
    return (_EPOCH + timedelta(0, second)).isoformat() + "Z"


FIRST_SECOND = epoch_second(datetime(1000, 1, 1))  # noqa: DTZ001
LAST_SECOND = epoch_second(datetime(9999, 12, 31, 23, 59, 59))  # noqa: DTZ001


def cover(fields: DateFields, raw: str, zone: tzinfo) -> WrittenDate | Refusal:
    """Check `fields` against the calendar and compute the seconds that they cover.

    Args:
        fields: the fields as written.
        raw: the text as sent, for the result and for messages.
        zone: the zone of a text that names none.

    Returns:
        The date, or a refusal: impossible, out of range, or a local time that occurs twice.
    """
    try:
        first, last, precision = _wall_span(fields)
    except ValueError:
        return _impossible(fields, raw)
    if fields.year < 1000:
        return _out_of_range(raw)
    if fields.weekday is not None and fields.weekday != first.weekday():
        # One of the two is wrong, and it is unknown which.
        return Refusal(
            "date.impossible",
            f"'{raw}' names the wrong weekday, because that day is a "
            f"{WEEKDAY_NAMES[first.weekday()]}; correct it or leave it out.",
        )
    offset: int | Refusal | None = fields.offset
    if offset is None and zone is UTC:
        offset = 0
    elif offset is None and fields.hour is not None:
        offset = _offset_between(first, last, raw, zone)
    if isinstance(offset, Refusal):
        return offset
    if offset is None:
        start, end = first_second(first, zone), last_second(last, zone)
        if start > end:
            return Refusal("date.impossible", f"'{raw}' was skipped in {zone}; check the day.")
    else:
        start, end = epoch_second(first) - offset, epoch_second(last) - offset
    if start < FIRST_SECOND or end > LAST_SECOND:
        return _out_of_range(raw)
    return WrittenDate(
        _iso(first, precision, start, offset or 0), precision, start, end, raw, fields.proves
    )


def _wall_span(fields: DateFields) -> tuple[datetime, datetime, Precision]:
    """Return the first and last second in local time; raise ValueError for impossible dates."""
    year, month, day, hour, minute, second = fields[:6]
    first = datetime(  # noqa: DTZ001 - the zone is applied afterwards
        year or 4,  # ISO 8601 has a year 0, datetime does not; it is out of range anyway
        1 if month is None else month,
        1 if day is None else day,
        hour or 0,
        minute or 0,
        second or 0,
    )
    if month is None:
        return first, first.replace(month=12, day=31, hour=23, minute=59, second=59), "year"
    if day is None:
        last_day = monthrange(year, month)[1]
        return first, first.replace(day=last_day, hour=23, minute=59, second=59), "month"
    if hour is None:
        return first, first.replace(hour=23, minute=59, second=59), "day"
    if minute is None:
        return first, first.replace(minute=59, second=59), "hour"
    if second is None:
        return first, first.replace(second=59), "minute"
    return first, first, "second"


def _offset_between(first: datetime, last: datetime, raw: str, zone: tzinfo) -> int | Refusal:
    """Return the offset of `zone` from `first` to `last`, or a refusal if it is not unique."""
    offsets = {*offsets_at(first, zone), *offsets_at(last, zone)}
    if len(offsets) == 1:
        return offsets.pop()
    for wall in (first, last):
        before, after = offsets_at(wall, zone)
        if before < after:
            return Refusal(
                "date.impossible",
                f"'{raw}' was skipped when clocks in {zone} went forward; write it with its "
                "offset, such as +02:00.",
            )
    return Refusal(
        "date.ambiguous",
        f"'{raw}' occurred twice when clocks in {zone} went back; write it with its offset, "
        "such as +02:00.",
    )


def _iso(first: datetime, precision: Precision, start: int, offset: int) -> str:
    """Format the date in ISO 8601 at its own precision, in UTC if it has a time of day."""
    length = _LENGTH[precision]
    unit = _UNIT.get(precision)
    if unit is None:
        return first.isoformat()[:length]
    if offset % unit == 0:
        return iso_utc(start)[:length] + "Z"
    # In UTC, this hour (or minute) would not begin on a whole hour (or minute).
    sign, east = ("+", offset) if offset >= 0 else ("-", -offset)
    clock = (_EPOCH + timedelta(seconds=east)).time().isoformat()
    return f"{first.isoformat()[:length]}{sign}{clock.removesuffix(':00')}"


def _impossible(fields: DateFields, raw: str) -> Refusal:
    if fields.hour == 24:
        fix = "write midnight as 00:00 of the next day"
    elif fields.second == 60:
        fix = "leap seconds are not accepted, so write the second before or after it"
    else:
        fix = "check its numbers"
    return Refusal("date.impossible", f"'{raw}' is not in the calendar; {fix}.")


def _out_of_range(raw: str) -> Refusal:
    return Refusal(
        "date.out_of_range",
        f"'{raw}' has a part outside the years 1000 to 9999, in UTC; check its year.",
    )
