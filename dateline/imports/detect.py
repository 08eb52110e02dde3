"""Detect the format of rows sent without one, as people paste or upload them on the page."""

import codecs
import gzip
import io
import re
from collections.abc import Iterator, Sequence
from typing import IO, Final, NamedTuple

import pydantic_core

from dateline.imports.csv_rows import DELIMITERS, copied_cells
from dateline.imports.read import GZIP_ERRORS, GZIP_MAGIC, Format, RawRow, read_rows
from dateline.imports.streams import Pieces

LOOKED_AT: Final = 64 * 1024
"""Bytes at the beginning from which the format is detected."""

_MARKS: Final = re.compile(rb"\A(?:%b)+" % codecs.BOM_UTF8)
_DELIMITERS: Final = {",": "commas", ";": "semicolons", "\t": "tabs"}


class Understood(NamedTuple):
    """How a submission was understood: a description of its format, and its rows."""

    words: str
    rows: Iterator[RawRow]


def understand(
    body: IO[bytes], *, pasted: bool, said: Format | None, columns: Sequence[str], limit: int
) -> Understood:
    """Detect the format of rows, and read them.

    A bare JSON array is accepted too, because it can mean nothing else.

    Args:
        body: the bytes as sent, at their beginning; seekable.
        pasted: whether the text was pasted; if it has tabs, it is cells of a spreadsheet.
        said: the format, if the sender names it.
        columns: names for the columns of CSV whose first line is already a row; empty if the
            first line names them.
        limit: maximum bytes after decompression.
    """
    gzipped = is_gzip(body)
    head = _head(body, gzipped=gzipped)
    text = _MARKS.sub(b"", head)
    kind = said or detect(text, is_whole=len(head) < LOOKED_AT)
    delimiter = max(DELIMITERS, key=text.partition(b"\n")[0].decode(errors="replace").count)
    words = f"CSV with {_DELIMITERS[delimiter]}" if kind is Format.CSV else kind.upper()
    if pasted and kind is Format.CSV and delimiter == "\t":
        body = io.BytesIO(copied_cells(body.read()))
    if kind is Format.JSON and text.lstrip().startswith(b"["):
        frame = b'{"items":', b"}"
    elif kind is Format.CSV and columns:
        frame = delimiter.join(columns).encode() + b"\n", b""
    else:
        return Understood(words, read_rows(body, kind, gzipped=gzipped, limit=limit))
    plain = gzip.GzipFile(fileobj=body) if gzipped else body
    plain.seek(len(head) - len(text))
    framed = _Joined(io.BytesIO(frame[0]), plain, io.BytesIO(frame[1]))
    rows = read_rows(io.BufferedReader(framed), kind, gzipped=False, limit=limit)
    return Understood(words, rows)


def detect(head: bytes, *, is_whole: bool) -> Format:
    """Return the format of rows.

    Args:
        head: their beginning, without byte order marks.
        is_whole: whether there are no more.
    """
    text = head.lstrip()
    if not text.startswith((b"{", b"[")):
        return Format.CSV
    line, line_end, _rest = text.partition(b"\n")
    line = line.strip()
    try:
        # The first row may be longer than LOOKED_AT; then its beginning decides. Not the json
        # module: deeply nested input makes it raise RecursionError, not ValueError.
        first = pydantic_core.from_json(line, allow_partial=not (is_whole or line_end))
    except ValueError:
        # A document of several lines, or a malformed row.
        return Format.NDJSON if line.endswith(b"}") else Format.JSON
    is_row = isinstance(first, dict) and not isinstance(first.get("items"), list)
    return Format.NDJSON if is_row else Format.JSON


def is_gzip(body: IO[bytes]) -> bool:
    """Return whether a body, at its beginning, is compressed with gzip."""
    magic = body.read(len(GZIP_MAGIC))
    body.seek(0)
    return magic == GZIP_MAGIC


def _head(body: IO[bytes], *, gzipped: bool) -> bytes:
    try:
        return gzip.GzipFile(fileobj=body).read(LOOKED_AT) if gzipped else body.read(LOOKED_AT)
    except GZIP_ERRORS:
        # Reading the rows will report the error.
        return b""
    finally:
        body.seek(0)


class _Joined(Pieces):
    """Concatenated streams."""

    def __init__(self, *streams: IO[bytes] | gzip.GzipFile) -> None:
        self._streams = list(streams)

    def piece(self, most: int) -> bytes:
        while self._streams:
            if piece := self._streams[0].read(most):
                return piece
            self._streams.pop(0)
        return b""
