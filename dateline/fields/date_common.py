"""The fast path for the most common formats of dates, in UTC; it agrees with the full parser.

Only valid dates are read here, in one to three microseconds. For anything doubtful, invalid or rare
the result is None, and the full parser in `dates` decides and words the refusal.
"""

import re
from calendar import monthrange
from datetime import date, datetime
from functools import partial

from dateline.fields.date_clocks import zone_offset
from dateline.fields.date_names import MONTHS, WEEKDAYS
from dateline.fields.date_shapes import day_by_shape
from dateline.fields.date_spans import (
    FIRST_SECOND,
    LAST_SECOND,
    Precision,
    WrittenDate,
    epoch_second,
    iso_utc,
)

_EPOCH_DAY = date(1970, 1, 1).toordinal()
# Makes a WrittenDate from a tuple of its fields, in a third of the time of WrittenDate(...), which
# would be a quarter of the time spent in this module.
_written = partial(tuple.__new__, WrittenDate)
# By length: the precision, the seconds after the first one, and the colons at positions 13 and 16.
_TIMED: dict[int, tuple[Precision, int, str]] = {
    13: ("hour", 3599, ""),
    16: ("minute", 59, ":"),
    19: ("second", 0, "::"),
}
# The most common spellings of months and days, with their two digits in ISO 8601, and of weekdays.
_MONTHS = {name.capitalize(): f"{month:02}" for name, month in MONTHS.items()}
_WEEKDAYS = {name.capitalize(): weekday for name, weekday in WEEKDAYS.items()}
_DAYS = {
    spelling: f"{day:02}"
    for day in range(1, 32)
    for number in (f"{day}", f"{day:02}")
    for spelling in (number, f"{number},", f"{number}.")
}
_LONG_ISO = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2})"
    r"(?:\.[0-9]+)?(?:Z|([+-][0-9]{2}:?[0-9]{2}))?"
)
# RFC 2822 §3.3, as mail and feeds write it: `Sat, 08 Mar 2014 15:04:05 GMT`.
_MAIL = re.compile(
    r"(?:([A-Z][a-z]{2}), )?([0-9]{1,2}) ([A-Z][a-z]{2}) ([0-9]{4})"
    r" ([0-9]{2}:[0-9]{2}:[0-9]{2}) (?:GMT|([+-][0-9]{4}))"
)
# CLDR's `Nov 14, 1985, 3:59 PM`, as programs with an American English locale write it.
_AMERICAN = re.compile(
    r"([A-Z][a-z]{2,8}) ([0-9]{1,2}), ([0-9]{4}), ([0-9]{1,2}):([0-9]{2})[ \u202f]([AaPp])[Mm]"
)
_CHINESE = re.compile("([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日")


def read_common(text: str) -> WrittenDate | None:
    """Read a valid date in a common format, in UTC if it names no zone; None for all others."""
    try:
        if text[4:8:3] == "--":
            return _day(text, text) if len(text) == 10 else _timed(text)
        if text.isdigit():
            return _epoch(text)
        if text[4:5] in ("-", "年"):
            return _month(text) if len(text) == 7 else _chinese(text)
        words = text.split(" ")
        if len(words) == 3:
            first, second, year = words
            month, day = _MONTHS.get(first), _DAYS.get(second)
            if month is None:
                month, day = _MONTHS.get(second), _DAYS.get(first)
            if month is not None and day is not None:
                return _day(f"{year}-{month}-{day}", text)
        elif len(words) > 4 and (timed := _mail(text) or _american(text)) is not None:
            return timed
        iso = day_by_shape(text)
        return None if iso is None else _day(iso, text)
    except (ValueError, KeyError):
        return None


def _month(text: str) -> WrittenDate | None:
    """Read `2014-03`."""
    first = date.fromisoformat(f"{text}-01")
    start = (first.toordinal() - _EPOCH_DAY) * 86_400
    if start < FIRST_SECOND:
        return None
    days = monthrange(first.year, first.month)[1]
    return _written((text, "month", start, start + days * 86_400 - 1, text, None))


def _chinese(text: str) -> WrittenDate | None:
    """Read `2014年3月8日`, as written in Chinese and Japanese."""
    match = _CHINESE.fullmatch(text)
    if match is None:
        return None
    year, month, day = match.groups()
    return _day(f"{year}-{month:0>2}-{day:0>2}", text)


def _day(iso: str, raw: str) -> WrittenDate | None:
    """Read `2014-03-08`."""
    start = (date.fromisoformat(iso).toordinal() - _EPOCH_DAY) * 86_400
    if start < FIRST_SECOND:
        return None
    return _written((iso, "day", start, start + 86_399, raw, None))


def _timed(text: str) -> WrittenDate | None:
    """Read `2014-03-08T15`, `T15:04` or `T15:04:05`, with or without a `Z`."""
    wall = text[:-1] if text[-1] == "Z" else text
    if len(wall) > 19:
        return _long_iso(text)
    precision, rest, colons = _TIMED[len(wall)]
    if wall[10] not in "T " or wall[13:17:3] != colons:
        return None
    start = epoch_second(datetime.fromisoformat(wall))
    if start < FIRST_SECOND:
        return None
    iso = f"{wall.replace(' ', 'T')}Z"
    return _written((iso, precision, start, start + rest, text, None))


def _long_iso(text: str) -> WrittenDate | None:
    """Read `2014-03-08T15:04:05` with a fraction, an offset or both."""
    match = _LONG_ISO.fullmatch(text)
    if match is None:
        return None
    wall, offset = match.groups()
    return _instant(datetime.fromisoformat(wall), offset, text)


def _epoch(text: str) -> WrittenDate | None:
    """Read a Unix time in seconds (10 digits) or milliseconds (13 digits)."""
    if len(text) not in (10, 13) or text[0] == "0" or not text.isascii():
        return None
    second = int(text[:10])
    return _written((iso_utc(second), "second", second, second, text, None))


def _mail(text: str) -> WrittenDate | None:
    """Read `Sat, 08 Mar 2014 15:04:05 GMT`, or with a numeric offset."""
    match = _MAIL.fullmatch(text)
    if match is None:
        return None
    weekday, day, month, year, clock, offset = match.groups()
    wall = datetime.fromisoformat(f"{year}-{_MONTHS[month]}-{_DAYS[day]}T{clock}")
    if weekday and _WEEKDAYS[weekday] != wall.weekday():
        return None
    return _instant(wall, offset, text)


def _american(text: str) -> WrittenDate | None:
    """Read `Nov 14, 1985, 3:59 PM`."""
    match = _AMERICAN.fullmatch(text)
    if match is None:
        return None
    month, day, year, hour, minute, half = match.groups()
    if not 1 <= int(hour) <= 12:
        return None
    hours = int(hour) % 12 + (12 if half in "Pp" else 0)
    iso = f"{year}-{_MONTHS[month]}-{_DAYS[day]}T{hours:02}:{minute}"
    start = epoch_second(datetime.fromisoformat(iso))
    if start < FIRST_SECOND:
        return None
    return _written((f"{iso}Z", "minute", start, start + 59, text, None))


def _instant(wall: datetime, offset: str | None, raw: str) -> WrittenDate | None:
    """Return the date of the instant `wall`, which is at `offset` or else in UTC."""
    second = epoch_second(wall) - (zone_offset(offset) if offset else 0)
    if not FIRST_SECOND <= second <= LAST_SECOND:
        return None
    iso = iso_utc(second) if offset else f"{wall.isoformat()}Z"
    return _written((iso, "second", second, second, raw, None))
