"""Find the columns of a row that are its title, URL and date."""

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
"""Accepted names of each field, in any case; the first one that a row has is used."""

REMEMBERED: Final = 4_000
"""Maximum total length of a row's column names for the result to be cached."""

ABSENT: Final = {
    "title": "There is no title here: its column must be named title",
    "url": "There is no URL here: its column must be named url, uri or link",
    "date": "There is no date here: its column must be named date, published or pubDate",
}
"""How the message begins for a row without a column, or a line of CSV that ends before it."""


class Columns(NamedTuple):
    """The names of the three fields as written in a row; None for a field that it does not have."""

    title: str | None
    url: str | None
    date: str | None
    ignored: tuple[str, ...]
    is_entry: bool
    """Whether these are the names of an entry as Dateline returns it."""


def name_absent(columns: Columns, fault: Fault) -> Fault:
    """Return a fault that lists the accepted names of its field, if the row has none of them."""
    if getattr(columns, fault.field) is not None:
        return fault
    return replace(fault, message=f"{ABSENT[fault.field]}, and have a value in this row.")


def find_columns(row: Mapping[str, object]) -> Columns:
    """Find the three fields among the names of a row."""
    names = tuple(row)
    # Only short names are cached: clients must not decide how large the cache gets.
    return _remembered(names) if sum(map(len, names)) <= REMEMBERED else _find(names)


def _find(names: tuple[str, ...]) -> Columns:
    by_folded: dict[str, str] = {}
    for name in names:
        # Programs that read a byte order mark as part of the first name write it there again.
        by_folded.setdefault(name.strip("\ufeff").strip().lower(), name)
    taken = [
        next((by_folded[name] for name in accepted if name in by_folded), None)
        for accepted in NAMES.values()
    ]
    title, url, date = taken
    is_entry = date == "date" and entries.NAMES.issubset(names)
    minded = entries.NAMES.union(taken) if is_entry else taken
    ignored = tuple(name for name in names if name not in minded)
    return Columns(title, url, date, ignored, is_entry)


# Rows of one file have the same names, and the result depends only on them.
_remembered = lru_cache(maxsize=64)(_find)
