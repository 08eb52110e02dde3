"""Rows in which all frequencies are known, for counting work."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any, Final

ROWS: Final = 30_000

EVERY: Final = {
    "everywhere": 1,
    "common": 10,
    "medium": 500,
    "seldom": 10_000,
    "中": 10,
    "國": 500,
    "龘": 10_000,
    "新闻": 500,
}
"""Words, each with its interval: it is in the rows where (number + shift) % every == 0. The shift
is the number of words before it."""

_SYLLABLES: Final = [a + b for a, b in product("bcdfgklmnprstvz", "aeiou")]
_WORDS: Final = ["".join(word) for word in product(_SYLLABLES, repeat=2)]

FIRST: Final = datetime(2000, 1, 1, tzinfo=UTC)
DAYS: Final = 25 * 365
STRIDE: Final = 7_919
"""Prime, so that consecutive rows are far apart by date and word."""


def make_rows() -> Iterator[dict[str, Any]]:
    """Yield the rows, the same each time."""
    for number in range(ROWS):
        words = [_WORDS[(number * STRIDE + at * 1_009) % len(_WORDS)] for at in range(5)]
        marks = [
            word
            for shift, (word, every) in enumerate(EVERY.items())
            if (number + shift) % every == 0
        ]
        yield {
            "title": " ".join([*words[:3], *marks, *words[3:]]),
            "url": f"https://{_host(number)}/{words[0]}/{words[1]}-{number}.html",
            "date": _date(number),
        }


def _host(number: int) -> str:
    """Three in ten on one large site, three in all on a small one, the rest on 500 equal ones."""
    if number % 10_000 == 7:
        return "www.small.example"
    if number % 10 < 3:
        return f"{('www', 'news', 'blog')[number % 3]}.large.example"
    return f"www.site{number % 500}.example"


def _date(number: int) -> str:
    moment = FIRST + timedelta(days=number * STRIDE % DAYS)
    if number % 30 == 0:
        return f"{moment:%Y}"
    return f"{moment:%Y-%m-%d}"
