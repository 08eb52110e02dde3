"""Made-up source metadata, as people send it: many languages and formats, and some faults."""

import random
from collections import deque
from collections.abc import Iterator
from datetime import datetime
from itertools import cycle
from typing import Final
from urllib.parse import quote

from dateline.sample_dates import any_moment, write_date
from dateline.sample_words import LANGUAGES, Paths, Words, draw_paths, draw_words

Row = dict[str, object]

FAULTY: Final = 0.04
"""The share of rows that are rejected."""

SENT_AGAIN: Final = 0.02
"""The share of rows that are duplicates of one of the last `RECENT` rows."""

RECENT: Final = 500

FAULTS: Final[tuple[Row, ...]] = (
    {"title": None},
    {"url": "file:///home/ana/articles/main.html"},
    {"date": "May 23"},
    {"title": ""},
    {"url": "/posts/2014/03/storm"},
    {"date": "03/04/2020"},
    {"title": "", "url": None},
    {"date": "2014-02-30"},
    {"url": None},
    {"date": "yesterday"},
    {"date": "8 Mar 14"},
    {"url": "https://harbour-news info/about.html"},
    {"date": None},
    {"date": "n.d."},
    {"title": 404},
    {"url": "www.harbour-news.info/about.html"},
    {"date": "0987-05-01"},
    {"title": "Too long, " * 101},
    {"url": f"https://harbour-news.info/search?q={'too+long+' * 250}"},
    {"url": "javascript:void(0)"},
    {"date": "12 de março"},
    {"date": "31 juin 2001"},
    {"title": None, "url": "/login/", "date": "il y a 3 jours"},
)
"""The faults of faulty rows, used in turn: together, they have every code with which a row of named
values is rejected."""


def sample_rows(rows: int, seed: int) -> Iterator[Row]:
    """Yield rows of made-up source metadata.

    With the same release of Faker, equal seeds give equal rows, and a longer sample begins with the
    shorter one.

    Args:
        rows: number of rows.
        seed: any number.
    """
    rng = random.Random(seed)
    paths = draw_paths()
    every = [draw_words(language) for language in LANGUAGES]
    # English is three times as frequent as each other language.
    languages = [*every, every[0], every[0]]
    faults = cycle(FAULTS)
    recent: deque[Row] = deque(maxlen=RECENT)
    for _ in range(rows):
        chance = rng.random()
        if chance < SENT_AGAIN and recent:
            yield _sent_again(rng, rng.choice(recent))
            continue
        row = _sound_row(rng, rng.choice(languages), paths)
        if chance >= 1 - FAULTY:
            yield {**row, **next(faults)}
        else:
            recent.append(row)
            yield row


def _sound_row(rng: random.Random, words: Words, paths: Paths) -> Row:
    moment = any_moment(rng)
    return {
        "title": _title(rng, words),
        "url": _url(rng, words, paths, moment),
        "date": write_date(rng, moment, words.language),
    }


def _sent_again(rng: random.Random, row: Row) -> Row:
    """Return a duplicate of a row, perhaps with another form of its URL."""
    url = str(row["url"])
    mark = "&" if "?" in url else "?"
    return {**row, "url": url + rng.choice(("", "#comments", f"{mark}utm_source=newsletter"))}


def _title(rng: random.Random, words: Words) -> str:
    phrase = rng.choice(words.phrases)
    chance = rng.random()
    if chance < 0.5:
        return phrase
    subject = rng.choice(words.subjects)
    if chance < 0.7:
        return f"{subject}: {phrase}"
    if chance < 0.9:
        return f"{phrase} - {subject}"
    return f"{subject} &amp; {rng.choice(words.subjects)}: {phrase}"


def _url(rng: random.Random, words: Words, paths: Paths, moment: datetime) -> str:
    scheme = rng.choice(_SCHEMES)
    return f"{scheme}{rng.choice(words.hosts)}{_path(rng, words, paths, moment)}{_query(rng)}"


def _path(rng: random.Random, words: Words, paths: Paths, moment: datetime) -> str:
    number = rng.randrange(10_000_000)
    chance = rng.random()
    if chance < 0.08:
        return "/"
    if chance < 0.38:
        return rng.choice(paths.pages)
    if chance < 0.78:
        return f"/{moment.year}/{moment.month:02}/{rng.choice(paths.slugs)}-{number}.html"
    if chance < 0.96:
        return f"/{rng.choice(paths.directories)}/{number}/"
    title = rng.choice(words.phrases).replace(" ", "_")
    return f"/wiki/{title if chance < 0.97 else quote(title)}"


def _query(rng: random.Random) -> str:
    """Return a query string: usually none, otherwise the id of a page, tracking, or both."""
    chance = rng.random()
    if chance < 0.75:
        return ""
    page = f"id={rng.randrange(100_000)}"
    if chance < 0.85:
        return f"?{page}"
    tracking = f"{rng.choice(_TRACKING)}{rng.getrandbits(64):x}"
    return f"?{tracking}" if chance < 0.95 else f"?{tracking}&{page}"


_SCHEMES: Final = (
    *["https://"] * 12,
    *["https://www."] * 12,
    *["http://"] * 6,
    *["http://www."] * 9,
    "//www.",
)
_TRACKING: Final = (
    "fbclid=IwAR",
    "gclid=",
    "utm_source=newsletter&utm_campaign=",
    "utm_source=twitter&utm_medium=social&utm_campaign=",
)
