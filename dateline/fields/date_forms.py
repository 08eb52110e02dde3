"""Parse numeric dates: ISO 8601, year first, day and month, Unix time.

ISO 8601-1:2019 defines calendar dates (`2014-03-08`, `20140308`), ordinal dates (`2014-067`), week
dates (`2014-W10-6`) and the `T` between a date and its time of day.
"""

import re
from calendar import isleap
from datetime import UTC, date, datetime, timedelta

from dateline.fields.date_clocks import ZONE, is_range, two_times, uncertain_zone, zone_offset
from dateline.fields.date_names import MONTH_NAMES
from dateline.fields.date_spans import DateFields, DateOrder, Refusal

_ISO_INSTANT = re.compile(
    rf"""
    (?P<date> [0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}} | [0-9]{{8}}
            | [0-9]{{4}}-[0-9]{{3}} | [0-9]{{4}}-?W[0-9]{{2}}-?[0-9] )
    (?P<separator>[T\ ])
    (?P<hour>[0-9]{{2}})
    (?: :?(?P<minute>[0-9]{{2}}) (?: :?(?P<second>[0-9]{{2}}) (?: [.,][0-9]+ )? )? )?
    (?: \ ? {ZONE} )?
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_LOOKS_ISO = re.compile(r"[0-9]{4}-?(?:[0-9]{2}-?[0-9]{2}|[0-9]{3}|W[0-9]{2}-?[0-9])T", re.I)
_YEAR_FIRST = re.compile(
    r"([0-9]{4})-([0-9]{1,2})"
    r"|([0-9]{4})([-/.])([0-9]{1,2})\4([0-9]{1,2})"
    r"|([0-9]{4}) ?[年년] ?([0-9]{1,2}) ?[月월](?: ?([0-9]{1,2}) ?[日일])?"
)
_ORDINAL = re.compile(r"([0-9]{4})-([0-9]{3})")
_WEEK = re.compile(r"([0-9]{4})-?W([0-9]{2})-?([0-9])", re.IGNORECASE)
_DAY_AND_MONTH = re.compile(r"([0-9]{1,2}) ?([-/.]) ?([0-9]{1,2}) ?\2 ?([0-9]{4}|[0-9]{1,2})")
_MONTH_AND_YEAR = re.compile(r"([0-9]{1,2})[-/]([0-9]{4})")
_NUMBER = re.compile(r"([0-9]+)(\.[0-9]+)?")
_NO_YEAR = re.compile(r"[0-9]{1,2}[-/][0-9]{1,2}")


def read_digits(text: str) -> DateFields | Refusal | None:
    """Read a text that is one number: a year, a packed date or a Unix time; None if it is not.

    Only lengths with a single meaning are read: 4 digits (year), 8 (`YYYYMMDD`), 14
    (`YYYYMMDDhhmmss`), 10 (Unix seconds, from 2001 to 2286, with a fraction that is dropped) and 13
    (Unix milliseconds).
    """
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    digits, fraction = match.groups()
    length = len(digits)
    if fraction is None and length in (4, 8, 14):
        parts = (int(digits[at : at + 2]) for at in range(4, length, 2))
        return _zoneless(int(digits[:4]), *parts)
    if length == 10 and digits[0] != "0":
        return _instant(int(digits))
    if fraction is None and length == 13 and digits[0] != "0":
        return _instant(int(digits) // 1000)
    return Refusal(
        "date.unrecognised",
        f"'{text}' is a number, but neither a year (4 digits), YYYYMMDD (8), YYYYMMDDhhmmss (14), "
        "nor epoch seconds (10) or milliseconds (13); write it as in 2014-03-08.",
    )


def read_iso_instant(text: str) -> DateFields | Refusal | None:
    """Read an ISO 8601 date with a time of day; None if the text does not look like one."""
    match = _ISO_INSTANT.fullmatch(text)
    if match is None:
        return (uncertain_zone(text) or _no_iso_clock(text)) if _LOOKS_ISO.match(text) else None
    try:
        year, month, day = _iso_day(match["date"])
        if match["separator"] == " " and is_range(match):
            return two_times(text)
        offset = None if match["zone"] is None else zone_offset(match["zone"].lower())
    except ValueError:
        return _impossible(text)
    hour, minute, second = (
        None if digits is None else int(digits)
        for digits in match.group("hour", "minute", "second")
    )
    return DateFields(year, month, day, hour, minute, second, offset)


def read_numeric(text: str, order: DateOrder | None) -> DateFields | Refusal | None:
    """Read a numeric date without a time of day; None if the text is not one.

    Args:
        text: the text, white space collapsed.
        order: the order of day and month that the sender of the import has stated, if any.
    """
    if match := _YEAR_FIRST.fullmatch(text):
        return _zoneless(*(int(part) for part in match.groups() if part and part.isdigit()))
    if match := _DAY_AND_MONTH.fullmatch(text):
        return _day_and_month(text, int(match[1]), int(match[3]), match[4], order)
    if match := _MONTH_AND_YEAR.fullmatch(text):
        return DateFields(int(match[2]), int(match[1]))
    if _NO_YEAR.fullmatch(text):
        return no_year(text)
    if _ORDINAL.fullmatch(text) or _WEEK.fullmatch(text):
        try:
            return DateFields(*_iso_day(text))
        except ValueError:
            return _impossible(text)
    return None


def _zoneless(
    year: int,
    month: int | None = None,
    day: int | None = None,
    hour: int | None = None,
    minute: int | None = None,
    second: int | None = None,
) -> DateFields:
    return DateFields(year, month, day, hour, minute, second)


def _iso_day(text: str) -> tuple[int, int, int]:
    """Return year, month and day; raise ValueError for an impossible ordinal or week date."""
    if match := _ORDINAL.fullmatch(text):
        year, number = int(match[1]), int(match[2])
        if not 1 <= number <= 365 + isleap(year):
            raise ValueError(text)
        day = date(year, 1, 1) + timedelta(days=number - 1)
    elif match := _WEEK.fullmatch(text):
        day = date.fromisocalendar(int(match[1]), int(match[2]), int(match[3]))
    else:
        digits = text.replace("-", "")
        return int(digits[:4]), int(digits[4:6]), int(digits[6:])
    return day.year, day.month, day.day


def _day_and_month(
    text: str, first: int, second: int, year: str, order: DateOrder | None
) -> DateFields | Refusal:
    """Read `first/second/year`, telling day from month by their values or the sender's order."""
    if len(year) < 4:
        return two_digit_year(text)
    whole_year = int(year)
    if first > 12 or second > 12:
        proves: DateOrder = "DMY" if first > 12 else "MDY"
        if order in ("DMY", "MDY") and order != proves:
            return Refusal(
                "date.impossible",
                f"'{text}' is not a date when day and month are read as {order}, as this import's "
                "date_order says; check the order or the date.",
            )
        day, month = (first, second) if proves == "DMY" else (second, first)
        return DateFields(whole_year, month, day, proves=proves)
    if order == "MDY" or first == second:
        return DateFields(whole_year, first, second)
    if order == "DMY":
        return DateFields(whole_year, second, first)
    if not first or not second:
        return _impossible(text)
    iso = f"{year}-{second:02}-{first:02}"
    if order == "YMD":
        fix = f"write {iso} or {year}-{first:02}-{second:02}"
    else:
        fix = f"set the order of day and month (date_order=DMY or MDY), or write {iso}"
    return Refusal(
        "date.ambiguous",
        f"'{text}' could be {first} {MONTH_NAMES[second - 1]} or {second} "
        f"{MONTH_NAMES[first - 1]}; {fix}.",
    )


def _instant(second: int) -> DateFields:
    """Return the UTC fields of a Unix time."""
    moment = datetime.fromtimestamp(second, UTC)
    return DateFields(*moment.timetuple()[:6], offset=0)


def no_year(text: str) -> Refusal:
    """Return the refusal of a text with a day or a month but no year."""
    return Refusal("date.no_year", f"'{text}' has no year; write it out, as in 2014-03-08.")


def two_digit_year(text: str) -> Refusal:
    """Return the refusal of a text whose two-digit year may be of any century."""
    return Refusal(
        "date.two_digit_year",
        f"'{text}' has a two-digit year, which could be in any century; write four digits.",
    )


def _impossible(text: str) -> Refusal:
    return Refusal("date.impossible", f"'{text}' is not in the calendar; check its numbers.")


def _no_iso_clock(text: str) -> Refusal:
    return Refusal(
        "date.unrecognised",
        f"What follows the T in '{text}' is not a time, with or without a zone, in an accepted "
        "format; write it as in 2014-03-08T15:04:05Z or 2014-03-08T15:04:05+02:00.",
    )
