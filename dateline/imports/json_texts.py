"""Parse one JSON text to its value, or to why it has none, without guessing."""

import json
import re
from collections import Counter
from typing import Any, Final

import pydantic_core

from dateline.errors import near, shortened

# Every name in an object ends like this. Strings may contain it too, so it never counts too few.
_NAME_ENDS: Final = re.compile(rb'"[ \t\r\n]*:')

_REASONS: Final = {
    "recursion limit": "is nested more than 201 deep; send only the title, the URL and the date",
    "hex escape": r"has half a surrogate pair (\ud800 to \udfff); send the whole character",
    "number out of range": "has a number of more than 4,300 digits; put it in quotes",
    "unicode code point": "is not UTF-8; save it as UTF-8",
}
"""Why a text has no value, by a part of the parser's message."""

_FINITE: Final = json.JSONEncoder(allow_nan=False)


class UnsoundJson(Exception):
    """A text has no value. The message says why and how to fix it, and follows a subject."""


def read_json(text: bytes) -> Any:
    """Parse a JSON text.

    Returns:
        Its value. A number that is too large for a float becomes infinity in it.

    Raises:
        UnsoundJson: it is not JSON, is nested more than 201 deep, has half a surrogate pair, or has
            an object that has a name twice.
    """
    try:
        value = pydantic_core.from_json(text, allow_inf_nan=False)
    except ValueError as error:
        said = str(error)
        reasons = (reason for sign, reason in _REASONS.items() if sign in said)
        where = f" near {near(text, _place(text, said))}" if text.strip() else ""
        raise UnsoundJson(next(reasons, f"is not valid JSON{where}; fix it")) from error
    # The parser silently keeps the last of equal names. Checking every name takes four times as
    # long as everything else, so it is done only if there may be more names than members.
    if not isinstance(value, dict) or len(_NAME_ENDS.findall(text)) != len(value):
        json.loads(text, object_pairs_hook=_refuse_repeated)
    return value


def is_by_the_grammar(text: bytes) -> bool:
    """Return whether a text is JSON by its grammar alone, which permits a lone surrogate."""

    def refuse(constant: str) -> None:
        raise ValueError(constant)

    try:
        # Python reads integers of up to 4,300 digits; the grammar has no such limit.
        json.loads(text.decode(), parse_constant=refuse, parse_int=str)
    except ValueError:
        return False
    return True


def is_finite(value: object) -> bool:
    """Return whether a parsed value can be written as JSON: it contains no infinite number."""
    try:
        _FINITE.encode(value)
    except ValueError:
        return False
    return True


def _place(text: bytes, said: str) -> int:
    """Return the offset of the byte that a message of the parser names: `... line 1 column 6`."""
    *_others, line, column = map(int, re.findall(r"\d+", said))
    before = text.split(b"\n")[: line - 1]
    return sum(map(len, before)) + len(before) + column - 1


def _refuse_repeated(members: list[tuple[str, object]]) -> None:
    if len(dict(members)) < len(members):
        ((name, _count),) = Counter(name for name, _value in members).most_common(1)
        raise UnsoundJson(f"has '{shortened(name)}' more than once; keep one of them")
