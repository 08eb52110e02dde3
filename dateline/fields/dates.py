"""The door to dates: a text or number as it was sent becomes a date at its own precision.

A date is kept only if its text says which second, day, month or year it means; nothing is guessed.
Common forms take the short way (`date_common`); all others are read with care, in this order, and
a form that is recognised and fails never falls through to the next one:

1. numbers only: a year, YYYYMMDD, YYYYMMDDhhmmss, epoch seconds or milliseconds
2. an ISO 8601 instant
3. anything else, its time of day taken out first: year first, day and month, a month's name
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
_NUMBERS_END = 10**14  # no longer number is a date, and a huge one cannot be turned to text


def read_date(
    raw: object, *, order: DateOrder | None = None, zone: tzinfo = UTC
) -> WrittenDate | Fault:
    """Read one date as it was sent.

    Args:
        raw: the row's date: a text or a JSON number.
        order: how day and month follow each other in numeric dates, if the sender said so.
        zone: where texts without a zone were written.

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
    """Read a text with care; remembered, as the same dates come again and again in an import."""
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
    # Or `6 Mar 2014 15:04 CET` would name a Thursday, `čet` in Croatian; in small letters too.
    if found.day is None or (offset is None and uncertain_zone(text.upper())):
        return None
    return found._replace(hour=hour, minute=minute, second=second, offset=offset)


def _unrecognised(what: str) -> Refusal:
    return Refusal(
        "date.unrecognised",
        f"{what} is not a date in any form that is read here; write it as in 2014-03-08.",
    )


def _fault(raw: object, refusal: Refusal) -> Fault:
    return Fault(refusal.code, "date", raw, refusal.message)
