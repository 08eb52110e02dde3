"""Which column of a row is the title, the URL and the date."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Final, NamedTuple

from dateline.errors import Fault
from dateline.imports import entries

NAMES: Final = {
    "title": ("title",),
    "url": ("url", "uri", "link"),
    "date": ("date", "published", "pubdate"),
}
"""Accepted names of each field, whatever their case; the first that a row has is taken."""

REMEMBERED: Final = 4_000
"""Characters of the names of a row, with which what they are is remembered."""

ABSENT: Final = {
    "title": "There is no title here: its column must be named title.",
    "url": "There is no URL here: its column must be named url, uri or link.",
    "date": "There is no date here: its column must be named date, published or pubDate.",
}
"""What is wrong with a row that has no column of a field: one of another name is ignored."""


class Columns(NamedTuple):
    """The names, as written in a row, of its three fields; None where it has none."""

    title: str | None
    url: str | None
    date: str | None
    ignored: tuple[str, ...]
    is_entry: bool
    """Whether these are the names of an entry as Dateline gives it."""


def name_absent(columns: Columns, fault: Fault) -> Fault:
    """Say of a field that is missing which names it may have, if the row has none of them."""
    if getattr(columns, fault.field) is not None:
        return fault
    return replace(fault, message=ABSENT[fault.field])


def find_columns(row: Mapping[str, object]) -> Columns:
    """Find the three fields among the names of a row."""
    names = tuple(row)
    # What is remembered must not be as large as whatever is sent.
    return _remembered(names) if sum(map(len, names)) <= REMEMBERED else _find(names)


def _find(names: tuple[str, ...]) -> Columns:
    by_folded: dict[str, str] = {}
    for name in names:
        by_folded.setdefault(name.strip().lower(), name)
    taken = [
        next((by_folded[name] for name in accepted if name in by_folded), None)
        for accepted in NAMES.values()
    ]
    title, url, date = taken
    is_entry = date == "date" and entries.NAMES.issubset(names)
    minded = entries.NAMES.union(taken) if is_entry else taken
    ignored = tuple(name for name in names if name not in minded)
    return Columns(title, url, date, ignored, is_entry)


# Rows of one file share their names, and only the names decide.
_remembered = lru_cache(maxsize=64)(_find)
