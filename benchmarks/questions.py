"""Draw queries of every class, based on what was counted in the archive."""

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from benchmarks.archives import Archive
from benchmarks.counts import Counts, Sampled, count
from benchmarks.results import tell

Asked = dict[str, Any]
"""The parameters of a query."""

MEDIUM: Final = (0.0005, 0.002)
"""Shares of the entries: too many for a fast seek, too few for a scan to find them soon."""

COMMON: Final = 0.01
RARE: Final = 20
LARGE_SITES: Final = 40


def questions_of(directory: Path, archive: Archive, rows: int, each: int) -> dict[str, list[Asked]]:
    """Return `each` queries of each class; drawn once, and the same for both databases."""
    path = directory / f"questions-{rows}.json"
    if not path.exists():
        tell(f"{path.name}: counting what {rows:,} entries hold")
        # In another process, so that the memory of the counts is freed.
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            drawn = pool.submit(_draw, archive, each).result()
        path.write_text(json.dumps(drawn, ensure_ascii=False, indent=1))
    classes: dict[str, list[Asked]] = json.loads(path.read_text())
    return classes


def in_dates(asked: Asked, number: int) -> Asked:
    """Return the same query limited to a month, a year or three years."""
    year, month = 2003 + number * 7 % 20, 1 + number % 12
    ranges = (
        (f"{year}-{month:02}", f"{year}-{month:02}"),
        (f"{year}", f"{year}"),
        (f"{year - 2}", f"{year}"),
    )
    after, before = ranges[number % len(ranges)]
    return {**asked, "after": after, "before": before}


def _draw(archive: Archive, each: int) -> dict[str, list[Asked]]:
    services = archive.open()
    with services.database.reading() as session:
        counts = count(session)
    services.close()
    drawn: dict[str, list[Asked]] = {}
    for name, make in _CLASSES.items():
        distinct: dict[str, Asked] = {}
        for asked in make(counts, random.Random(name)):
            distinct[json.dumps(asked)] = asked
            if len(distinct) == each:
                break
        drawn[name] = list(distinct.values())
    # There is only one such query; repeat it as often as the others.
    drawn["everything"] = [{}] * each
    return drawn


# --- Classes: each yields queries, possibly with duplicates ------------------------------------

TRIES: Final = 100_000
"""Draws after which a class gives up looking for more distinct queries."""


def _missing(counts: Counts, rng: random.Random) -> Iterator[Asked]:
    """The start of one word and the end of another: common letters, but in no word."""
    words = sorted(counts.words)
    for _ in range(TRIES):
        text = rng.choice(words)[:5] + rng.choice(words)[-5:]
        if len(text) > 8 and not any(text in word for word in words):
            yield {"contains": [text]}


def _texts(least: float, most: float) -> Callable[[Counts, random.Random], Iterator[Asked]]:
    """Words by the number of titles they occur in; a bound below 1 is a share of the entries."""

    def make(counts: Counts, rng: random.Random) -> Iterator[Asked]:
        first, last = (end if end >= 1 else end * counts.rows for end in (least, most))
        pool = sorted(word for word, times in counts.words.items() if first <= times <= last)
        for _ in range(TRIES if pool else 0):
            yield {"contains": [rng.choice(pool)]}

    return make


def _two_terms(counts: Counts, rng: random.Random) -> Iterator[Asked]:
    """In turn: a title's most common word with each of its two rarest, and two medium words."""
    ordinary = [words["contains"][0] for words in islice(_MEDIUM(counts, rng), 200)]
    for _ in range(TRIES):
        words = sorted(
            (word for word in rng.choice(counts.sample).title.split() if word in counts.words),
            key=lambda word: counts.words[word],
        )
        if len(words) > 2:
            yield {"contains": [words[-1], words[0]]}
            yield {"contains": [words[-1], words[1]]}
        if ordinary:
            yield {"contains": rng.sample(ordinary, 2)}


def _characters(name: str) -> Callable[[Counts, random.Random], Iterator[Asked]]:
    """Characters or pairs of all frequencies, from the most common to those that occur once."""

    def make(counts: Counts, rng: random.Random) -> Iterator[Asked]:
        counted: Counter[str] = getattr(counts, name)
        pool = [text for text, _ in counted.most_common()]
        for _ in range(TRIES if pool else 0):
            yield {"contains": [pool[int(len(pool) ** rng.random()) - 1]]}

    return make


def _url_contains(counts: Counts, rng: random.Random) -> Iterator[Asked]:
    """Words of all frequencies, and the ends of URL paths."""
    words = [word for word, _ in counts.url_words.most_common()]
    for _ in range(TRIES):
        yield {"url": words[int(len(words) ** rng.random()) - 1]}
        yield {"url": urlsplit(rng.choice(counts.sample).url).path[-9:]}


def _large_site(counts: Counts, rng: random.Random) -> Iterator[Asked]:
    pool = [site for site, _ in counts.sites.most_common(LARGE_SITES)]
    return ({"domain": site} for site in rng.sample(pool, len(pool)))


def _small_site(counts: Counts, rng: random.Random) -> Iterator[Asked]:
    pool = [site for site, _ in counts.sites.most_common()][-max(1, len(counts.sites) // 4) :]
    return ({"domain": site} for site in rng.sample(pool, len(pool)))


def _of_sample(
    ask: Callable[[Sampled], Asked],
) -> Callable[[Counts, random.Random], Iterator[Asked]]:
    def make(counts: Counts, rng: random.Random) -> Iterator[Asked]:
        return (ask(entry) for entry in rng.sample(counts.sample, len(counts.sample)))

    return make


def _prefix(entry: Sampled) -> Asked:
    """A directory such as `/2014/03/` or `/politics/`, or the beginning of a page."""
    parts = urlsplit(entry.url)
    first, slash, rest = parts.path[1:].partition("/")
    second = f"{rest.partition('/')[0]}/" if first.isdigit() else ""
    url = f"{parts.scheme}://{parts.netloc}/{first}{slash}{second}"
    return {"url": url, "match": "prefix"}


_MEDIUM: Final = _texts(*MEDIUM)

_CLASSES: Final[dict[str, Callable[[Counts, random.Random], Iterator[Asked]]]] = {
    "missing text": _missing,
    "rare text": _texts(1, RARE),
    "medium text": _MEDIUM,
    "common text": _texts(COMMON, 1 - 1e-9),
    "two texts": _two_terms,
    "one character (CJK)": _characters("characters"),
    "two characters (CJK)": _characters("pairs"),
    "URL contains": _url_contains,
    "domain, large site": _large_site,
    "domain, small site": _small_site,
    "host": _of_sample(lambda entry: {"url": urlsplit(entry.url).netloc, "match": "host"}),
    "prefix": _of_sample(_prefix),
    "exact URL": _of_sample(lambda entry: {"url": entry.url, "match": "exact"}),
}
