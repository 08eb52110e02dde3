"""The members of `{"items": [...]}`, one by one, from a stream of any length.

The document is cut into its values here, and Pydantic's parser reads each of them. Libraries that
read a stream as events were tried: they change lone surrogates in silence, refuse a document for
one large number in it, and need memory that grows with the square of the depth.
"""

import json
import re
from collections.abc import Iterator
from typing import IO, Final, NoReturn

from dateline.errors import UnreadableBody
from dateline.imports.json_texts import is_by_the_grammar

CHUNK: Final = 64 * 1024
"""Bytes to read at a time, at least."""

MAX_DEPTH: Final = 100
"""Levels of arrays and objects in one value; a sound row has one."""

MAX_ROW: Final = 1024 * 1024
"""Bytes of one value, which takes up to forty times as much memory when it is parsed (`[[[]]]`)."""

_STRING: Final = rb'"[^"\\]*(?:\\.[^"\\]*)*"'
_BLANK: Final = re.compile(rb"[ \t\r\n]*")
# Nearly every row is an object with nothing but texts and numbers in it.
_FLAT: Final = re.compile(rb'\{[^{}\[\]"]*(?:' + _STRING + rb'[^{}\[\]"]*)*\}', re.DOTALL)
# A quotation mark alone begins a text whose end has not been read yet.
_TOKEN: Final = re.compile(_STRING + rb'|[{}\[\]"]', re.DOTALL)
# What follows shows that a number or a word is whole.
_SCALAR: Final = re.compile(_STRING + rb'|[^\s,:"{}\[\]]+(?=[\s,}\]])', re.DOTALL)

_SHAPE: Final = 'The body must be an object like {"items": [...]}.'


def json_items(body: IO[bytes]) -> Iterator[bytes]:
    """Give the members of the top-level array `items`, each as the text of a JSON value.

    Other members of the document are passed over. That a member of `items` is well-bracketed is
    certain; that it is sound JSON is for its reader to see.

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
        name = text.sound_value()
        if not name.startswith(b'"'):
            text.fail("a name is missing")
        text.need(b":")
        # A name may be written with escapes, and is the same.
        if json.loads(name) == "items":
            if found:
                raise UnreadableBody("'items' stands twice in the body; put all rows into one.")
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
    """A JSON text that is read as far as it is needed."""

    def __init__(self, body: IO[bytes]) -> None:
        self._body = body
        self._read = b""
        self._at = 0
        self._passed = 0

    def take(self, mark: bytes) -> bool:
        """Pass a mark, and the white space before it, if it comes next."""
        self._skip_blank()
        if self._read[self._at : self._at + 1] != mark:
            return False
        self._at += 1
        return True

    def need(self, mark: bytes) -> None:
        """Pass a mark that must come next."""
        if not self.take(mark):
            self.fail(f"'{mark.decode()}' is missing")

    def need_end(self) -> None:
        """Be at the end, but for white space."""
        self._skip_blank()
        if self._at < len(self._read):
            self.fail("there is more after the end")

    def sound_value(self) -> bytes:
        """Pass a whole value, and see that it is JSON."""
        value = self.value()
        if not is_by_the_grammar(value):
            self.fail("this is no value")
        return value

    def value(self) -> bytes:
        """Pass a whole value, and give its text."""
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
        """Where the value ends that begins here; None if more must be read to see it."""
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
        """Read on; twice as much each time for a long value, which is looked through again."""
        rest = self._read[self._at :]
        more = self._body.read(max(CHUNK, len(rest)))
        self._passed += self._at
        self._read, self._at = rest + more, 0
        return bool(more)

    def fail(self, reason: str) -> NoReturn:
        """Say what is wrong, and where."""
        place = self._passed + self._at + 1
        raise UnreadableBody(f"The body is not sound JSON: {reason}, at or after byte {place:,}.")


def too_long(place: str, most: int, unit: str, mend: str = "") -> UnreadableBody:
    """Say that a row, of any form, has more of a unit than are taken, and how that is mended."""
    return UnreadableBody(
        f"{place.capitalize()} has more than {most:,} {unit}; {mend}send the title, the URL and the "
        "date alone, or drop it."
    )
