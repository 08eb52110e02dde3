"""Remember the shapes of dates with words, so that each shape is parsed in full only once.

The shape of a text is the text with every digit replaced by a zero. It determines which word names
the month and which number is the day, so after `28 agosto 2011`, `17 agosto 1999` needs no full
parse. In languages that have to be looked up, that saves most of the time.
"""

import re
from typing import Final

from dateline.fields.date_spans import DateFields

MOST_SHAPES: Final = 16_384
"""Maximum number of shapes to remember. The supported languages have a few thousand."""

_ZEROS: Final = str.maketrans("123456789", "000000000")
_NUMBER: Final = re.compile("[0-9]+")

_shapes: dict[str, tuple[slice, str, slice]] = {}


def learn_shape(text: str, found: DateFields) -> None:
    """Remember the shape of a text that was read as a day with its month in words.

    Args:
        text: the text as sent, without a time of day.
        found: the fields that were read from it; ignored if it has no day, or has a weekday.
    """
    if found.day is None or found.weekday is not None or len(_shapes) >= MOST_SHAPES:
        return
    numbers = [slice(*match.span()) for match in _NUMBER.finditer(text)]
    # A date with words has no other numbers, and its year has four digits.
    day, year = sorted(numbers, key=lambda number: len(text[number]))
    _shapes[text.translate(_ZEROS)] = (year, f"{found.month:02}", day)


def day_by_shape(text: str) -> str | None:
    """Return the day in ISO 8601, not checked against the calendar; None for unknown shapes."""
    shape = _shapes.get(text.translate(_ZEROS))
    if shape is None:
        return None
    year, month, day = shape
    return f"{text[year]}-{month}-{text[day]:0>2}"
