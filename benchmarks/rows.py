"""Generate rows for large archives: fast, distinct, any number, in constant memory.

`dateline sample` shows what people send, including faults, from a few thousand phrases. These rows
have what affects a search at ten million: many words of very different frequency in several
scripts, a few large sites and many small ones with their subdomains, and 25 years of dates.
"""

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import cache
from typing import Final, NamedTuple
from urllib.parse import quote

from benchmarks.vocabulary import Language, make_languages, zipf_weights
from dateline.sample_words import ENGLISH_MONTHS

SITES: Final = 5_000
HOSTS: Final = ("www", "", "news", "m", "blog", "en", "sport", "archive", "shop", "edition")
SECTIONS: Final = [
    "news",
    "world",
    "politics",
    "economy",
    "sport",
    "culture",
    "opinion",
    "science",
    "local",
    "tech",
]
ENDINGS: Final = (*["com"] * 6, "org", "net", "co.uk", "de", "fr", "es", "pl", "ru", "cn", "com.br")

FIRST_DAY: Final = date(2000, 1, 1)
DAYS: Final = 25 * 365

DRAWN_HOSTS: Final = 500_000

FAULTY: Final = 0.01
SENT_AGAIN: Final = 0.01


class Host(NamedTuple):
    """A host, and the form of its URLs.

    Attributes:
        start: the beginning of its URLs, such as `https://news.example.com`.
        language: the language of its titles.
        address: makes a path from year, month, slug and number.
    """

    start: str
    language: Language
    address: Callable[[str, str, str, int], str]


def ndjson(rows: int, seed: int) -> Iterator[str]:
    """Yield lines of NDJSON; equal seeds give equal lines, other seeds other rows of the same kind.

    Args:
        rows: the number of rows.
        seed: any number.
    """
    hosts = _hosts()
    days = _days()
    # Hosts and days do not depend on the seed: the same sites and words, in other rows.
    rng = random.Random(seed)
    chance = rng.random
    how_many_hosts, how_many_days, how_many_forms = len(hosts), len(days), len(_DATES)
    first_number = seed * 100_000_000
    before = ""
    for number in range(first_number, first_number + rows):
        fate = chance()
        if fate < SENT_AGAIN and before:
            yield before
            continue
        host = hosts[int(chance() * how_many_hosts)]
        day = days[int(chance() * how_many_days)]
        title, slug = _title(host.language, chance)
        path = host.address(day[0], day[1], slug, number)
        if fate > 1 - FAULTY:
            written = "May 23"
        else:
            written = _DATES[int(chance() * how_many_forms)](day, number)
        before = f'{{"title": "{title}", "url": "{host.start}{path}", "date": "{written}"}}\n'
        yield before


def _title(language: Language, chance: Callable[[], float]) -> tuple[str, str]:
    """Join two pieces of running text; return the title and its URL slug.

    Drawing each word separately would take half of the total time.
    """
    running, slugs = language.running, language.slugs
    last = len(running) - 6
    start, other = int(chance() * last), int(chance() * last)
    end, other_end = start + 2 + start % 5, other + 2 + other % 5
    words = running[start:end] + running[other:other_end]
    if start % 10 == 0:
        # Rare words: most names occur in only a handful of titles.
        words.insert(2, _name(chance))
    text = language.glue.join(words)
    if slugs:
        slug = "-".join(slugs[start:end] + slugs[other : other + 2])
    else:
        slug = quote(words[0]) if language.glue else ""
    return text[0].upper() + text[1:], slug


def _name(chance: Callable[[], float]) -> str:
    return _BEGINNINGS[int(chance() * 2_500)] + _ENDINGS[int(chance() * 2_500)]


_CONSONANTS: Final = "bdfgklmnprstvzh"
_SYLLABLES: Final = [a + b for a in _CONSONANTS[:10] for b in "aeiou"]
_BEGINNINGS: Final = [(a + b).capitalize() for a in _SYLLABLES for b in _SYLLABLES]
_ENDINGS: Final = [a + b + "x" for a in _SYLLABLES for b in _SYLLABLES]


# --- Sites -------------------------------------------------------------------------------------

_ADDRESSES: Final[tuple[Callable[[str, str, str, int], str], ...]] = (
    lambda year, month, slug, number: f"/{year}/{month}/{slug or number}-{number % 100_000}.html",
    lambda year, month, slug, number: f"/{SECTIONS[number % 10]}/{year}/{month}/{slug}/{number}",
    lambda year, month, slug, number: f"/{SECTIONS[number % 10]}/{slug}-{number}",
    lambda year, month, slug, number: f"/article/{number}?lang={month}",
    lambda year, month, slug, number: f"/index.php?id={number}&utm_source=rss&title={slug}",
)


@cache
def _hosts() -> list[Host]:
    """Return hosts, each repeated in proportion to its number of entries."""
    languages = make_languages()
    rng = random.Random("sites")
    english = languages[0]
    sites = zipf_weights(SITES)
    shares = [language.share for language in languages]
    hosts: list[Host] = []
    weights: list[float] = []
    for site in range(SITES):
        of_site = sites[site] - (sites[site - 1] if site else 0)
        language = rng.choices(languages, weights=shares)[0]
        pool = (language if language.slugs else english).slugs[:4_000]
        name = f"{rng.choice(pool)}{rng.choice(pool)}{site}.{rng.choice(ENDINGS)}"
        address = rng.choice(_ADDRESSES)
        names = rng.sample(HOSTS, rng.randint(1, 6))
        scheme = rng.choice(("https", "https", "https", "http"))
        for place, host in enumerate(names, 1):
            start = f"{scheme}://{host}.{name}" if host else f"{scheme}://{name}"
            hosts.append(Host(start, language, address))
            weights.append(of_site / place)
    return rng.choices(hosts, weights, k=DRAWN_HOSTS)


# --- Dates -------------------------------------------------------------------------------------

Day = tuple[str, str, str, str]
"""Year, month and day of the month in digits, and the English name of the month."""

_MONTHS: Final = ENGLISH_MONTHS.split()

_FORMS: Final[tuple[tuple[int, Callable[[Day, int], str]], ...]] = (
    (60, lambda day, number: f"{day[0]}-{day[1]}-{day[2]}"),
    (
        25,
        lambda day, number: (
            f"{day[0]}-{day[1]}-{day[2]}T{number % 24:02}:{number % 60:02}:{number % 59:02}Z"
        ),
    ),
    (4, lambda day, number: f"{day[0]}-{day[1]}"),
    (3, lambda day, number: day[0]),
    (4, lambda day, number: f"{day[3]} {day[2]}, {day[0]}"),
    (
        4,
        lambda day, number: f"{day[2]} {day[3][:3]} {day[0]} {number % 24:02}:{number % 60:02} GMT",
    ),
)
_DATES: Final = [write for share, write in _FORMS for _ in range(share)]
"""The formats of 100 dates."""


def _days() -> list[Day]:
    """Return days repeated by frequency: the last year three times as often as the first."""
    days: list[Day] = []
    for number in range(DAYS):
        day = FIRST_DAY + timedelta(number)
        month = _MONTHS[day.month - 1]
        drawn = (f"{day:%Y}", f"{day:%m}", f"{day:%d}", month)
        days += [drawn] * round(10 + 20 * number / DAYS)
    return days
