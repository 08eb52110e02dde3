"""Forms of dates with words that were read with care once, known again by their shape.

A text's shape is the text with a zero for every digit. Which word names the month and which number
is the day follows from the shape alone, so that after `28 agosto 2011` nobody has to be asked about
`17 agosto 1999`: for a text of a language that has to be looked up, that is most of the time.
"""

import re
from typing import Final

from dateline.fields.date_spans import DateFields

MOST_SHAPES: Final = 16_384
"""Beyond so many nothing is learned; the languages that are read have some thousands."""

_ZEROS: Final = str.maketrans("123456789", "000000000")
_NUMBER: Final = re.compile("[0-9]+")

_shapes: dict[str, tuple[slice, str, slice]] = {}


def learn_shape(text: str, found: DateFields) -> None:
    """Remember how a text was read, where that was as a day with its month in words.

    Args:
        text: the text as sent, without a time of day.
        found: its year, month and day.
    """
    numbers = [slice(*match.span()) for match in _NUMBER.finditer(text)]
    lengths = [len(text[number]) for number in numbers]
    if found.day is None or found.weekday is not None or len(_shapes) >= MOST_SHAPES:
        return
    if lengths in ([1, 4], [2, 4]):
        day, year = numbers
    elif lengths in ([4, 1], [4, 2]):
        year, day = numbers
    else:
        return
    _shapes[text.translate(_ZEROS)] = (year, f"{found.month:02}", day)


def day_by_shape(text: str) -> str | None:
    """Give the day in ISO 8601 where the shape is known; it may be one that no calendar has."""
    shape = _shapes.get(text.translate(_ZEROS))
    if shape is None:
        return None
    year, month, day = shape
    return f"{text[year]}-{month}-{text[day]:0>2}"
