"""Dates as software around the world prints them: no Unicode CLDR pattern (by Babel) is misread.

The expected results are computed here from each pattern and the printed day, independently of the
code under test.
"""

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Literal

import pytest
from babel.dates import format_date, format_datetime, get_date_format

from dateline.errors import Fault
from dateline.fields.dates import WrittenDate, read_date

Length = Literal["full", "long", "medium", "short"]
LOCALES = ("en_US", "en_GB", "fr", "pt", "pt_BR", "es", "de", "it")
LENGTHS: tuple[Length, ...] = ("full", "long", "medium", "short")
FIRST = datetime(1900, 1, 1, tzinfo=UTC)
DAYS = (date(2100, 1, 1) - FIRST.date()).days


def moments(count: int) -> list[datetime]:
    """Return random moments from 1900 to 2099, always the same ones."""
    randomly = random.Random(20140308)
    return [
        FIRST + timedelta(days=randomly.randrange(DAYS), seconds=randomly.randrange(86_400))
        for _ in range(count)
    ]


def expected_code(day: date, length: Length, locale: str) -> str | None:
    """Return the code with which a day in this form must be refused, or None if it is certain."""
    pattern = get_date_format(length, locale).pattern
    if "yy" in pattern and "yyyy" not in pattern:
        return "date.two_digit_year"
    if "MMM" not in pattern and day.day <= 12 and day.day != day.month:
        return "date.ambiguous"
    return None


def outcome(found: WrittenDate | Fault) -> str:
    return found.code if isinstance(found, Fault) else found.date


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("length", LENGTHS)
def test_no_printed_day_is_read_as_another(locale: str, length: Length) -> None:
    wrong = {}
    for moment in moments(2000):
        day = moment.date()
        text = format_date(day, length, locale=locale)
        expected = expected_code(day, length, locale) or day.isoformat()
        if outcome(read_date(text)) != expected:
            wrong[text] = expected
    assert not wrong


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("length", LENGTHS)
def test_no_printed_instant_is_read_as_another(locale: str, length: Length) -> None:
    wrong = {}
    for moment in moments(500):
        text = format_datetime(moment, length, tzinfo=UTC, locale=locale)
        iso = f"{moment:%Y-%m-%dT%H:%M}Z" if length == "short" else f"{moment:%Y-%m-%dT%H:%M:%S}Z"
        expected = expected_code(moment.date(), length, locale) or iso
        if outcome(read_date(text)) != expected:
            wrong[text] = expected
    assert not wrong


def test_the_corpus_has_every_outcome_it_is_meant_to_prove() -> None:
    counts = Counter(
        expected_code(moment.date(), length, locale)
        for moment in moments(2000)
        for locale in LOCALES
        for length in LENGTHS
    )
    assert sum(counts.values()) == 64_000
    assert set(counts) == {None, "date.two_digit_year", "date.ambiguous"}
    assert min(counts.values()) > 2000
