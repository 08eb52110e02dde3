"""The language of the search box: words, "phrases", -without, site: url: after: before:.

The grammar is in docs/search.md. Nothing is ignored: what cannot be understood is a fault.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from dateline.errors import Fault, shortened


class Kind(StrEnum):
    """The kind of a part of a query."""

    TEXT = "text"
    WITHOUT = "without"
    SITE = "site"
    URL = "url"
    AFTER = "after"
    BEFORE = "before"


@dataclass(frozen=True, slots=True)
class Part:
    """One filter of a query.

    Attributes:
        kind: what the part filters by.
        value: the text to search for, without its quotation marks.
        written: the part as typed.
    """

    kind: Kind
    value: str
    written: str


FIELDS: Final = (Kind.SITE, Kind.URL, Kind.AFTER, Kind.BEFORE)

# Within straight quotation marks, two stand for one. Phones insert curly ones by themselves.
_QUOTED: Final = re.compile(r'"((?:[^"]|"")*)"|“([^”]*)”|„([^“”]*)[“”]')
_OPENING: Final = ('"', "“", "„")
_FIELD: Final = re.compile(rf"({'|'.join(FIELDS)}):", re.IGNORECASE)
_WORD: Final = re.compile(r"\S+")
_SPACE: Final = re.compile(r"\s*")
_ADDRESS: Final = re.compile(r"https?://.", re.IGNORECASE)


def read_query(text: str) -> list[Part | Fault]:
    """Parse the text typed into the search box, part by part."""
    return list(_parts(text))


def write_part(kind: Kind, value: str) -> str:
    """Format a part so that `read_query` reads it back, quoted only if necessary."""
    before = {Kind.TEXT: "", Kind.WITHOUT: "-"}.get(kind, f"{kind}:")
    plain = f"{before}{value}"
    if read_query(plain) == [Part(kind, value, plain)]:
        return plain
    return f"{before}{_quoted(value)}"


def _parts(text: str) -> Iterator[Part | Fault]:
    place = _after_space(text, 0)
    while place < len(text):
        part, place = _part(text, place)
        yield part
        place = _after_space(text, place)


def _after_space(text: str, place: int) -> int:
    found = _SPACE.match(text, place)
    return place if found is None else found.end()


def _part(text: str, start: int) -> tuple[Part | Fault, int]:
    """Parse the part that begins at `start`, and return it with its end."""
    place = start
    kind = Kind.TEXT
    # A hyphen on its own is a word, as in titles.
    negative = text[place] == "-" and text[place + 1 : place + 2].strip() != ""
    if negative:
        kind, place = Kind.WITHOUT, place + 1
    field = _FIELD.match(text, place)
    if field is not None:
        kind, place = Kind(field[1].lower()), field.end()
    value, end = _value(text, place)
    written = text[start:end]
    if field is not None and negative:
        return _only_texts_without(written), end
    if isinstance(value, Fault):
        return value, end
    if not value.strip():
        return _empty(written, kind), end
    if kind is Kind.TEXT and _ADDRESS.match(text, start):
        # People who paste a URL into the box look for the page, not for a title that contains it.
        kind = Kind.URL
    return Part(kind, value, written), end


def _value(text: str, place: int) -> tuple[str | Fault, int]:
    """Parse a word or a quoted text at `place`, and return it with its end; empty if neither."""
    if text.startswith(_OPENING, place):
        quoted = _QUOTED.match(text, place)
        if quoted is None:
            return _unclosed(text[place:]), len(text)
        straight, *curly = quoted.groups()
        found = next((value for value in curly if value is not None), "")
        return found if straight is None else straight.replace('""', '"'), quoted.end()
    word = _WORD.match(text, place)
    return ("", place) if word is None else (word[0], word.end())


def _unclosed(rest: str) -> Fault:
    message = f"The quotation mark in {_short(rest)} is never closed; close it, or leave it out."
    return Fault("q.unclosed", "q", rest, message)


def _empty(written: str, kind: Kind) -> Fault:
    if kind in FIELDS:
        example = {Kind.SITE: "site:example.org", Kind.URL: "url:news"}.get(kind, f"{kind}:2014-03")
        message = (
            f"'{kind}:' has nothing after it; write it without a space, as in {example}, "
            "or in quotes if it is meant as text."
        )
    else:
        message = f"There is nothing between the quotation marks of {written}; leave them out."
    return Fault("q.empty", "q", written, message)


def _only_texts_without(written: str) -> Fault:
    message = (
        f"{_short(written)} cannot be excluded, only words and phrases can; "
        f"to exclude the text itself, write -{_quoted(_short(written[1:]))}."
    )
    return Fault("q.without_field", "q", written, message)


def _quoted(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def _short(text: str) -> str:
    return shortened(text, 40)
