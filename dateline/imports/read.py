"""From bytes to raw rows: JSON, NDJSON and CSV, plain or gzip, without loading the whole body.

A row that cannot be read is a row with a fault; a body that cannot be read at all is an
`UnreadableBody`.
"""

import codecs
import gzip
import io
import zlib
from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from typing import IO, Any, Final, NamedTuple

from dateline.errors import BodyTooLarge, Fault, UnreadableBody, near, shortened
from dateline.imports.columns import find_columns
from dateline.imports.csv_rows import csv_rows, text_behind
from dateline.imports.json_items import MAX_ROW, json_items, too_long
from dateline.imports.json_texts import UnsoundJson, is_by_the_grammar, read_json
from dateline.imports.streams import Pieces


class Format(StrEnum):
    """The formats in which rows are sent."""

    JSON = "json"
    NDJSON = "ndjson"
    CSV = "csv"


class Row(NamedTuple):
    """One raw item, as it was sent.

    Attributes:
        number: its position in the submission, counted from 1.
        raw: the object, or whatever was sent in its place.
        fault: why it is not an object of named values; None if it is one.
    """

    number: int
    raw: Any
    fault: Fault | None = None


class Unread(NamedTuple):
    """One raw JSON item, split off but not parsed: it is parsed where it is normalised.

    Attributes:
        number: its position in the submission, counted from 1.
        text: its JSON.
        in_document: whether it is part of one document, which a syntax error in it invalidates.
    """

    number: int
    text: bytes
    in_document: bool


RawRow = Row | Unread

TOO_LARGE: Final = (
    "send it in parts, or use the command line, which has no limit; "
    "for a compressed body, its size before compression counts"
)

GZIP_MAGIC: Final = b"\x1f\x8b"
"""The first bytes of gzip; no UTF-8 text begins with them."""

_UTF_16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

GZIP_ERRORS: Final = (gzip.BadGzipFile, EOFError, zlib.error)


def read_rows(
    body: IO[bytes], kind: Format, *, gzipped: bool, limit: int | None
) -> Iterator[RawRow]:
    """Yield rows one by one; those of JSON are left to `read_row` to parse.

    Args:
        body: the bytes as sent.
        kind: the format of the rows.
        gzipped: whether they are compressed with gzip.
        limit: maximum bytes after decompression; None for no limit.

    Raises:
        UnreadableBody: the bytes are not in the format given.
        BodyTooLarge: there are more than `limit` bytes.
    """
    compressed = gzip.GzipFile(fileobj=body, mode="rb") if gzipped else None
    # GzipFile buffers by itself; io needs the few methods that BufferedReader adds.
    bounded = io.BufferedReader(Bounded(compressed or body, limit, TOO_LARGE))
    try:
        if compressed is not None and not bounded.peek() and compressed.mtime is None:
            # GzipFile reads an empty body as an empty file; only a header sets its `mtime`.
            raise EOFError
        if compressed is None and bounded.peek().startswith(GZIP_MAGIC):
            raise UnreadableBody(
                "The body is gzip, but is not declared as such: send it with Content-Encoding: "
                "gzip, end its file name in .gz, or decompress it."
            )
        if bounded.peek().startswith(_UTF_16):
            raise UnreadableBody(
                "The body is UTF-16, like Unicode Text from Excel and output redirected in "
                "PowerShell; save it as UTF-8."
            )
        # A program that adds a byte order mark may find another one there.
        while bounded.peek().startswith(codecs.BOM_UTF8):
            bounded.read(len(codecs.BOM_UTF8))
        yield from _READERS[kind](bounded)
    except GZIP_ERRORS as error:
        raise UnreadableBody(
            "The body is declared as gzip, but is not, or is cut off; compress it again."
        ) from error
    except UnicodeDecodeError as error:
        raise _not_utf8(error) from error


def read_row(row: RawRow) -> Row:
    """Parse a row, unless it already is.

    Raises:
        UnreadableBody: its error makes the whole body unreadable.
    """
    if isinstance(row, Row):
        return row
    number, text, in_document = row
    try:
        raw = read_json(text)
    except UnsoundJson as unsound:
        try:
            sent = text.decode()
        except UnicodeDecodeError as error:
            # The body, not only this row, has the wrong encoding.
            raise _not_utf8(error) from error
        # A document with a syntax error is not JSON at all. A lone surrogate or a repeated name is
        # not an error in the grammar of JSON, and so a fault of its row alone.
        if in_document and not is_by_the_grammar(text):
            raise UnreadableBody(f"Row {number:,} of the body {unsound}, or drop it.") from None
        return Row(number, sent, unreadable(sent, f"This row {unsound}."))
    return Row(number, raw, None if isinstance(raw, dict) else _not_an_object(raw))


def unreadable(text: str, message: str) -> Fault:
    """Return the fault of a row that can only be kept as its text."""
    return Fault("row.unreadable", "row", text, message)


class Bounded(Pieces):
    """A stream that raises an error, with how to fix it, after more than `limit` bytes."""

    def __init__(self, stream: IO[bytes] | gzip.GzipFile, limit: int | None, fix: str) -> None:
        self._stream = stream
        self._limit = limit
        self._fix = fix
        self._passed = 0

    def piece(self, most: int) -> bytes:
        """Read the next bytes.

        Raises:
            BodyTooLarge: there are more bytes than the limit.
        """
        piece = self._stream.read(most)
        self._passed += len(piece)
        if self._limit is not None and self._passed > self._limit:
            raise BodyTooLarge(self._limit, self._fix)
        return piece


def _read_json(body: "io.BufferedReader[Bounded]") -> Iterator[RawRow]:
    for number, text in enumerate(json_items(body), 1):
        yield Unread(number, text, in_document=True)


def _read_ndjson(body: "io.BufferedReader[Bounded]") -> Iterator[RawRow]:
    number = 0
    while line := body.readline(MAX_ROW + 1):
        if len(line) > MAX_ROW:
            raise too_long(f"row {number + 1:,}", MAX_ROW, "bytes")
        if text := line.strip():
            number += 1
            yield Unread(number, text, in_document=False)


def _read_csv(body: "io.BufferedReader[Bounded]") -> Iterator[RawRow]:
    text = io.TextIOWrapper(body, encoding="utf-8", newline="")
    rows = csv_rows(text)
    first = next(rows, [])
    if isinstance(first, str):
        raise UnreadableBody(f"The body is not valid CSV: in the first line {text_behind(first)}.")
    # By RFC 4180 the blank and the mark are text, and in a title (` "Fake" news`) they may be meant.
    for name in first:
        if name.startswith(" ") and name.lstrip().startswith('"'):
            raise UnreadableBody(
                f"The column '{shortened(name)}' has a blank before its quotation mark, so the "
                "mark is part of its name; remove such blanks from all lines."
            )
    # Spreadsheets write columns without a name, usually empty ones at the end.
    header = [name or f"column {place}" for place, name in enumerate(first, 1)]
    if find_columns(dict.fromkeys(header))[:3] == (None, None, None):
        raise UnreadableBody(
            "The first line of CSV must name its columns, among them title, url and date; "
            + (f"it begins with '{shortened(first[0])}'." if first else "it is empty.")
        )
    # A header without rows is accepted: a search without matches is exported as one.
    if text.newlines is None:
        raise UnreadableBody(
            "This CSV is a single line without a line end, but each row needs a line of its own; "
            "curl sends line breaks with --data-binary, and removes them with -d."
        )
    twice = [name for name, count in Counter(header).items() if count > 1]
    if twice:
        raise UnreadableBody(
            f"The column '{shortened(twice[0])}' occurs twice in the first line; rename one."
        )
    for number, values in enumerate((row for row in rows if row), 1):
        if isinstance(values, str):
            yield Row(number, values, unreadable(values, f"In this row {text_behind(values)}."))
        elif any(values[len(header) :]):
            yield Row(number, values, _too_many_values(values, len(header)))
        else:
            yield Row(number, dict(zip(header, values, strict=False)))


_READERS: Final = {
    Format.JSON: _read_json,
    Format.NDJSON: _read_ndjson,
    Format.CSV: _read_csv,
}


def _not_utf8(error: UnicodeDecodeError) -> UnreadableBody:
    place = near(error.object, error.start)
    return UnreadableBody(
        f"The body is not UTF-8 near {place}; save it as UTF-8, which Excel calls CSV UTF-8."
    )


def _not_an_object(raw: object) -> Fault:
    return Fault(
        "row.not_an_object",
        "row",
        raw,
        'Each row must be an object like {"title": ..., "url": ..., "date": ...}.',
    )


def _too_many_values(values: list[str], columns: int) -> Fault:
    return Fault(
        "row.too_many_values",
        "row",
        values,
        f"This line has {len(values)} values for {columns} columns; "
        "put values that contain the delimiter in double quotes.",
    )
