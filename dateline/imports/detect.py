"""Rows whose sender does not say how they are written, as people give them to the page."""

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from typing import IO, Final, NamedTuple

import pydantic_core

from dateline.imports.csv_rows import DELIMITERS, copied_cells
from dateline.imports.read import GZIP_MAGIC, Format, RawRow, read_rows
from dateline.imports.streams import Pieces

LOOKED_AT: Final = 64 * 1024
"""Bytes of the beginning that tell what the rest is."""

_MARK: Final = codecs.BOM_UTF8
_DELIMITERS: Final = {",": "commas", ";": "semicolons", "\t": "tabs"}


class Understood(NamedTuple):
    """How a submission was understood: its form, what to call that, and its rows."""

    kind: Format
    words: str
    rows: Iterator[RawRow]


def understand(
    body: IO[bytes], *, pasted: bool, said: Format | None, columns: Sequence[str], limit: int
) -> Understood:
    """Find out how rows are written, and read them.

    A bare array of JSON is taken too, as nothing else can be meant by it.

    Args:
        body: the bytes as given, at their beginning; seekable.
        pasted: whether it is text that was pasted; with tabs, that is cells of a spreadsheet.
        said: the form, where the sender says it.
        columns: names for the columns of CSV whose first line is a row already; empty where the
            first line names them.
        limit: the most bytes to take after decompression.
    """
    gzipped = is_gzip(body)
    head = _head(body, gzipped=gzipped)
    text = head.removeprefix(_MARK)
    kind = said or detect(text)
    delimiter = max(DELIMITERS, key=text.partition(b"\n")[0].decode(errors="replace").count)
    words = f"CSV with {_DELIMITERS[delimiter]}" if kind is Format.CSV else kind.upper()
    if pasted and kind is Format.CSV and delimiter == "\t":
        body = io.BytesIO(copied_cells(body.read()))
    if kind is Format.JSON and text.lstrip().startswith(b"["):
        frame = b'{"items":', b"}"
    elif kind is Format.CSV and columns:
        frame = delimiter.join(columns).encode() + b"\n", b""
    else:
        return Understood(kind, words, read_rows(body, kind, gzipped=gzipped, limit=limit))
    plain = gzip.GzipFile(fileobj=body) if gzipped else body
    plain.seek(len(head) - len(text))
    framed = _Joined(io.BytesIO(frame[0]), plain, io.BytesIO(frame[1]))
    rows = read_rows(io.BufferedReader(framed), kind, gzipped=False, limit=limit)
    return Understood(kind, words, rows)


def detect(head: bytes) -> Format:
    """Tell the form of rows by their beginning, which is without a byte order mark."""
    text = head.lstrip()
    if not text.startswith((b"{", b"[")):
        return Format.CSV
    line, line_end, _rest = text.partition(b"\n")
    line = line.strip()
    # The first row may be longer than what is looked at, and is then known by its beginning.
    is_cut = not line_end and len(text) + len(_MARK) >= LOOKED_AT
    try:
        # Not by Python's own parser, to which what is nested too deeply is a failure of ours.
        first = pydantic_core.from_json(line, allow_partial=is_cut)
    except ValueError:
        # A document over many lines, or a row that is not sound.
        return Format.NDJSON if line.endswith(b"}") else Format.JSON
    is_row = isinstance(first, dict) and not isinstance(first.get("items"), list)
    return Format.NDJSON if is_row else Format.JSON


def is_gzip(body: IO[bytes]) -> bool:
    """Whether the bytes, which are at their beginning, are compressed with gzip."""
    magic = body.read(len(GZIP_MAGIC))
    body.seek(0)
    return magic == GZIP_MAGIC


def _head(body: IO[bytes], *, gzipped: bool) -> bytes:
    try:
        return gzip.GzipFile(fileobj=body).read(LOOKED_AT) if gzipped else body.read(LOOKED_AT)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        # Whoever reads the rows says what is wrong with them.
        return b""
    finally:
        body.seek(0)


class _Joined(Pieces):
    """Streams, one after the other."""

    def __init__(self, *streams: IO[bytes] | gzip.GzipFile) -> None:
        self._streams = list(streams)

    def piece(self, most: int) -> bytes:
        while self._streams:
            if piece := self._streams[0].read(most):
                return piece
            self._streams.pop(0)
        return b""
