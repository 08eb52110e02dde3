"""The entry point for dates: parse a text or number, as sent, to a date at its own precision.

A date is accepted only if its text says which second, day, month or year it means; nothing is
guessed. Common formats take the fast path (`date_common`). For all others, these are tried in this
order, and a text that looks like one format but is invalid in it is never tried as another:

1. numbers only: a year, YYYYMMDD, YYYYMMDDhhmmss, Unix seconds or milliseconds
2. an ISO 8601 instant
3. anything else, without its time of day: year first, day and month, the name of a month
"""

import unicodedata
from datetime import UTC, tzinfo
from decimal import Decimal
from functools import lru_cache

from dateline.errors import Fault
from dateline.fields.date_clocks import TwoTimes, split_clock, two_times, uncertain_zone
from dateline.fields.date_common import read_common
from dateline.fields.date_forms import read_digits, read_iso_instant, read_numeric
from dateline.fields.date_shapes import learn_shape
from dateline.fields.date_spans import (
    DateFields,
    DateOrder,
    Precision,
    Refusal,
    WrittenDate,
    cover,
    iso_utc,
)
from dateline.fields.date_texts import read_words

__all__ = ["DateOrder", "Precision", "WrittenDate", "iso_utc", "read_date"]

_LONGEST_TEXT = 200
_NUMBERS = (int, float, Decimal)
_NO_DATES = {bool: "True or false", list: "A list", dict: "An object"}
_NUMBERS_END = 10**14  # no longer number is a date, and str() fails for huge ones


def read_date(
    raw: object, *, order: DateOrder | None = None, zone: tzinfo = UTC
) -> WrittenDate | Fault:
    """Parse a date as it was sent.

    Args:
        raw: the row's date: a text or a JSON number.
        order: the order of day and month in numeric dates, if the sender has stated it.
        zone: the zone of texts that name none.

    Returns:
        The date, or the fault to report: `date.missing`, `date.no_year`, `date.ambiguous`,
        `date.two_digit_year`, `date.impossible`, `date.relative`, `date.out_of_range` or
        `date.unrecognised`.
    """
    if isinstance(raw, str):
        text = raw
    elif raw is None:
        text = ""
    elif isinstance(raw, int) and not -_NUMBERS_END < raw < _NUMBERS_END:
        return _fault(raw, _unrecognised("A number of more than 14 digits"))
    elif isinstance(raw, _NUMBERS) and not isinstance(raw, bool):
        text = str(raw)
    else:
        return _fault(raw, _unrecognised(_NO_DATES.get(type(raw), "This value")))
    if zone is UTC and (common := read_common(text)) is not None:
        return common
    if len(text) > _LONGEST_TEXT:
        return _fault(raw, _unrecognised(f"A text of {len(text)} characters"))
    found = _read_text(text, order, zone)
    return _fault(raw, found) if isinstance(found, Refusal) else found


@lru_cache(maxsize=4_096)
def _read_text(raw: str, order: DateOrder | None, zone: tzinfo) -> WrittenDate | Refusal:
    """Parse a text in full; results are cached, because the dates of an import often repeat."""
    text = " ".join(unicodedata.normalize("NFC", raw).split())
    if not text:
        return Refusal("date.missing", "The date is missing; give one, such as 2014-03-08.")
    found = read_digits(text) or read_iso_instant(text) or _read_with_clock(text, order)
    if isinstance(found, DateFields):
        return cover(found, raw, zone)
    return found or uncertain_zone(text) or _unrecognised(f"'{text}'")


def _read_with_clock(text: str, order: DateOrder | None) -> DateFields | Refusal | None:
    """Read a text that may have a time of day before, after or inside its date."""
    try:
        day_text, clock = split_clock(text)
    except TwoTimes:
        return two_times(text)
    except ValueError:
        return Refusal("date.impossible", f"'{text}' has a time that no clock shows; check it.")
    if clock is not None and not day_text:
        return Refusal("date.no_year", f"'{text}' is a time of day without a date; add the date.")
    found = read_numeric(day_text, order)
    if found is None:
        found = read_words(day_text)
        if clock is None and isinstance(found, DateFields):
            learn_shape(text, found)
    if clock is None or not isinstance(found, DateFields):
        return found
    hour, minute, second, offset = clock
    # Otherwise the zone of `6 Mar 2014 15:04 CET`, in any case, would be `čet`, Croatian Thursday.
    if found.day is None or (offset is None and uncertain_zone(text.upper())):
        return None
    return found._replace(hour=hour, minute=minute, second=second, offset=offset)


def _unrecognised(what: str) -> Refusal:
    return Refusal(
        "date.unrecognised",
        f"{what} is not a date in any accepted format; write it as in 2014-03-08.",
    )


def _fault(raw: object, refusal: Refusal) -> Fault:
    return Fault(refusal.code, "date", raw, refusal.message)
