"""Read the elements of `{"items": [...]}`, one by one, from a stream of any length.

This module splits the document into values, and Pydantic's parser reads each of them. Event-based
streaming parsers were tried: they silently change lone surrogates, reject a document for one large
number in it, and need memory that grows with the square of the depth.
"""

import json
import re
from collections.abc import Iterator
from typing import IO, Final, NoReturn

from dateline.errors import UnreadableBody
from dateline.imports.json_texts import is_by_the_grammar

CHUNK: Final = 64 * 1024
"""Minimum bytes to read at a time."""

MAX_DEPTH: Final = 100
"""Maximum levels of arrays and objects in one value; a sound row has one."""

MAX_ROW: Final = 1024 * 1024
"""Maximum bytes of one value; parsed, it takes up to 40 times as much memory (`[[[]]]`)."""

_STRING: Final = rb'"[^"\\]*(?:\\.[^"\\]*)*"'
_BLANK: Final = re.compile(rb"[ \t\r\n]*")
# Nearly every row is an object that contains only strings and numbers.
_FLAT: Final = re.compile(rb'\{[^{}\[\]"]*(?:' + _STRING + rb'[^{}\[\]"]*)*\}', re.DOTALL)
# A lone quotation mark opens a string whose end has not been read yet.
_TOKEN: Final = re.compile(_STRING + rb'|[{}\[\]"]', re.DOTALL)
# The lookahead ensures that a number or a literal is complete.
_SCALAR: Final = re.compile(_STRING + rb'|[^\s,:"{}\[\]]+(?=[\s,:}\]])', re.DOTALL)

_SHAPE: Final = 'The body must be an object like {"items": [...]}.'


def json_items(body: IO[bytes]) -> Iterator[bytes]:
    """Yield the elements of the top-level array `items`, each as the text of a JSON value.

    Other members of the document are skipped. The brackets of each element are balanced; whether it
    is valid JSON is for the caller to check.

    Raises:
        UnreadableBody: the document is not such an object, has `items` twice, is cut off, is nested
            too deeply, or has a value that is too long.
    """
    text = _Text(body)
    if not text.take(b"{"):
        raise UnreadableBody(_SHAPE)
    found = False
    more = not text.take(b"}")
    while more:
        name = text.value()
        if not (name.startswith(b'"') and is_by_the_grammar(name)):
            text.fail("a name in quotation marks is missing")
        text.need(b":")
        # A name may be written with escapes.
        if json.loads(name) == "items":
            if found:
                raise UnreadableBody("'items' occurs twice in the body; put all rows into one.")
            found = True
            yield from _members(text)
        else:
            text.sound_value()
        more = text.take(b",")
        if not more:
            text.need(b"}")
    text.need_end()
    if not found:
        raise UnreadableBody(_SHAPE)


def _members(text: "_Text") -> Iterator[bytes]:
    if not text.take(b"["):
        raise UnreadableBody(_SHAPE)
    if text.take(b"]"):
        return
    while True:
        yield text.value()
        if not text.take(b","):
            text.need(b"]")
            return


class _Text:
    """A JSON text that is read only as far as needed."""

    def __init__(self, body: IO[bytes]) -> None:
        self._body = body
        self._read = b""
        self._at = 0
        self._passed = 0

    def take(self, mark: bytes) -> bool:
        """Skip a mark, and white space before it, if it is next; return whether it is."""
        self._skip_blank()
        if self._read[self._at : self._at + 1] != mark:
            return False
        self._at += 1
        return True

    def need(self, mark: bytes) -> None:
        """Skip a mark that must be next."""
        if not self.take(mark):
            self.fail(f"'{mark.decode()}' is missing")

    def need_end(self) -> None:
        """Check that nothing but white space is left."""
        self._skip_blank()
        if self._at < len(self._read):
            self.fail("there is something after its end")

    def sound_value(self) -> bytes:
        """Read a whole value, and check that it is JSON."""
        value = self.value()
        if not is_by_the_grammar(value):
            self.fail("this is not a value")
        return value

    def value(self) -> bytes:
        """Read a whole value, and return its text."""
        self._skip_blank()
        while (end := self._end_of_value()) is None:
            self._check_length(len(self._read))
            if not self._read_more():
                self.fail("it ends too early")
        self._check_length(end)
        value = self._read[self._at : end]
        self._at = end
        return value

    def _check_length(self, end: int) -> None:
        if end - self._at > MAX_ROW:
            self.fail(f"a value has more than {MAX_ROW:,} bytes")

    def _end_of_value(self) -> int | None:
        """Return where the value that begins here ends; None if more of the body is needed."""
        read, at = self._read, self._at
        if read[at : at + 1] not in (b"{", b"["):
            match = _SCALAR.match(read, at)
            if match is None and read[at : at + 1] in (b",", b":", b"}", b"]"):
                self.fail("a value is missing")
            return match and match.end()
        if flat := _FLAT.match(read, at):
            return flat.end()
        depth = 0
        for token in _TOKEN.finditer(read, at):
            if token[0] == b'"':
                return None
            if token[0] in (b"{", b"["):
                depth += 1
                if depth > MAX_DEPTH:
                    self.fail(f"values are nested more than {MAX_DEPTH} deep")
            elif token[0] in (b"}", b"]"):
                depth -= 1
                if depth == 0:
                    return token.end()
        return None

    def _skip_blank(self) -> None:
        while True:
            match = _BLANK.match(self._read, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._read) or not self._read_more():
                return

    def _read_more(self) -> bool:
        """Read more; twice as much each time for a long value, because it is scanned again."""
        rest = self._read[self._at :]
        more = self._body.read(max(CHUNK, len(rest)))
        self._passed += self._at
        self._read, self._at = rest + more, 0
        return bool(more)

    def fail(self, reason: str) -> NoReturn:
        """Raise an error that says what is wrong, and where."""
        place = self._passed + self._at + 1
        raise UnreadableBody(f"The body is not valid JSON: {reason}, at or after byte {place:,}.")


def too_long(place: str, most: int, unit: str, fix: str = "") -> UnreadableBody:
    """Return the error for a row, of any format, that exceeds a limit, with how to fix it."""
    return UnreadableBody(
        f"{place.capitalize()} has more than {most:,} {unit}; {fix}send only the title, the URL "
        "and the date, or drop it."
    )
