"""Dates in the formats that people use, for made-up source metadata.

No format proves an order of day and month, as `13/04/2020` would: then the ambiguous dates of a
sample would be decided, and no longer be rejected.
"""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Final

from dateline.sample_words import ENGLISH_MONTHS, Language

FIRST_MOMENT: Final = datetime(1970, 1, 1, tzinfo=UTC)
SECONDS: Final = 55 * 365 * 86_400
"""All dates are less than 55 years after `FIRST_MOMENT`."""

LEAST_EPOCH: Final = 1_000_000_000
"""The first second since 1970 with ten digits; fewer digits are not read as a date."""


def any_moment(rng: random.Random) -> datetime:
    """Return a random time of publication, in UTC, to the second."""
    return FIRST_MOMENT + timedelta(seconds=rng.randrange(SECONDS))


def write_date(rng: random.Random, moment: datetime, language: Language) -> str | int:
    """Return a moment in a random format and precision, as written in that language."""
    return rng.choice(_FORMS)(moment, language)


def _iso_day(moment: datetime, _language: Language) -> str:
    return moment.date().isoformat()


def _iso_hour(moment: datetime, _language: Language) -> str:
    return f"{moment.date()}T{moment.hour:02}"


def _iso_second(moment: datetime, _language: Language) -> str:
    return moment.replace(tzinfo=None).isoformat()


def _iso_second_of_zone(moment: datetime, _language: Language) -> str:
    return f"{moment.replace(tzinfo=None)}-03:00"


def _iso_month(moment: datetime, _language: Language) -> str:
    return f"{moment.year}-{moment.month:02}"


def _year(moment: datetime, _language: Language) -> str:
    return str(moment.year)


def _month_first(moment: datetime, _language: Language) -> str:
    return f"{_english_month(moment)} {moment.day:02} {moment.year}"


def _day_first(moment: datetime, _language: Language) -> str:
    return f"{moment.day:02} {_english_month(moment)[:3]} {moment.year}"


def _with_clock(moment: datetime, _language: Language) -> str:
    clock = f"{moment.hour % 12 or 12}:{moment.minute:02} {'pm' if moment.hour >= 12 else 'am'}"
    return f"{_english_month(moment)[:3]} {moment.day}, {moment.year}, {clock}"


def _in_words(moment: datetime, language: Language) -> str:
    return language.day.format(
        day=language.first if moment.day == 1 else moment.day,
        month=language.months.split()[moment.month - 1] if language.months else "",
        number=moment.month,
        year=moment.year,
    )


def _mail(moment: datetime, _language: Language) -> str:
    return format_datetime(moment, usegmt=True)


def _epoch(moment: datetime, _language: Language) -> int:
    return LEAST_EPOCH + int(moment.timestamp()) % (SECONDS - LEAST_EPOCH)


def _epoch_milliseconds(moment: datetime, language: Language) -> int:
    return _epoch(moment, language) * 1000 + moment.second


def _english_month(moment: datetime) -> str:
    # Not strftime, which depends on the locale.
    return ENGLISH_MONTHS.split()[moment.month - 1]


_Form = Callable[[datetime, Language], str | int]
_FORMS: Final[tuple[_Form, ...]] = (
    *[_iso_day] * 4,
    *[_iso_hour] * 3,
    *[_iso_second] * 4,
    _iso_second_of_zone,
    _iso_month,
    _year,
    *[_month_first] * 5,
    *[_day_first] * 5,
    _with_clock,
    *[_in_words] * 4,
    *[_mail] * 2,
    _epoch,
    _epoch_milliseconds,
)
"""Each as often as it occurs in practice."""
