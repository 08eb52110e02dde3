"""Count which words, characters and sites are common in an archive, and which are rare."""

import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from dateline.models import Entry

BLOCK: Final = 20_000
SAMPLED: Final = 4_000
"""The number of entries that are kept in full."""

_WORD: Final = re.compile(r"[^\W\d_]{4,}")
_UNSPACED: Final = re.compile("[\u3040-\u30ff\u3400-\u9fff]+")
_SLUG_WORD: Final = re.compile(r"[a-z]{5,}")


class Sampled(NamedTuple):
    """One entry."""

    title: str
    url: str
    site: str
    date: str


@dataclass(slots=True)
class Counts:
    """How often things occur in the archive.

    Attributes:
        rows: the number of entries.
        words: the number of titles with each folded word, in scripts that use spaces.
        characters: the same for each Chinese or Japanese character.
        pairs: the same for each two adjacent ones.
        url_words: the number of URLs with each word.
        sites: the number of entries of each site.
        sample: a random sample of the entries.
    """

    rows: int = 0
    words: Counter[str] = field(default_factory=Counter)
    characters: Counter[str] = field(default_factory=Counter)
    pairs: Counter[str] = field(default_factory=Counter)
    url_words: Counter[str] = field(default_factory=Counter)
    sites: Counter[str] = field(default_factory=Counter)
    sample: list[Sampled] = field(default_factory=list)


def count(session: Session) -> Counts:
    """Count in one pass over all entries."""
    counts = Counts()
    rng = random.Random(1)
    for rows in _blocks(session):
        for row in rows:
            _count_title(counts, row.title_folded)
            counts.url_words.update(set(_SLUG_WORD.findall(row.url)))
            counts.sites[row.site] += 1
            counts.rows += 1
            # Reservoir sampling: every entry is equally likely to end up in the sample.
            place = counts.rows - 1 if counts.rows <= SAMPLED else rng.randrange(counts.rows)
            if place < SAMPLED:
                sampled = Sampled(row.title_folded, row.url, row.site, row.date)
                counts.sample[place : place + 1] = [sampled]
    return counts


def _blocks(session: Session) -> Iterator[list[Any]]:
    columns = (Entry.id, Entry.title_folded, Entry.url, Entry.site, Entry.date)
    last_id = 0
    while True:
        query = select(*columns).where(Entry.id > last_id).order_by(Entry.id).limit(BLOCK)
        rows = list(session.execute(query))
        if not rows:
            return
        yield rows
        last_id = rows[-1].id


def _count_title(counts: Counts, title: str) -> None:
    runs = _UNSPACED.findall(title)
    if not runs:
        counts.words.update(set(_WORD.findall(title)))
        return
    counts.characters.update(set("".join(runs)))
    counts.pairs.update({run[at : at + 2] for run in runs for at in range(len(run) - 1)})
