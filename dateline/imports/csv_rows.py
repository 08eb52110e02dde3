"""The rows of CSV, from a text of any length."""

import csv
import re
from collections import deque
from collections.abc import Iterator
from typing import Final, TextIO

from dateline.errors import UnreadableBody, shortened
from dateline.imports.json_items import MAX_ROW, too_long

DELIMITERS: Final = ",;\t"

MAX_DELIMITERS: Final = 100_000
"""In one row: a value of one character takes as much memory as forty of a long value."""

QUOTED: Final = 400
"""Bytes of a line that are enough for a message."""

_ODD_MARKS: Final = re.compile(rb'(?<!")"(?:"")*(?!")')
"""What begins or ends a value: behind the mark of one that is open come even numbers alone."""

_BREAK: Final = re.compile(r"[\r\n]")

_WITH_MARKS: Final = re.compile(rb'(?<![^\t\r\n])"[^"\t\r\n]+"(?!")[^\t\r\n]*')


def copied_cells(text: bytes) -> bytes:
    """Write cells as a spreadsheet copies them, parted by tabs, as CSV.

    A spreadsheet puts quotation marks around a cell, and doubles those in it, where it has a tab or
    a line break; any other cell it copies as it stands. So `"Enough"` is a title with its marks.
    """
    return _WITH_MARKS.sub(lambda cell: b'"' + cell[0].replace(b'"', b'""') + b'"', text)


def csv_rows(body: TextIO) -> Iterator[list[str] | str]:
    """Give the values of each row, the first line and empty lines included.

    A row that is not sound, as text stands behind a quoted value, is given as its text.

    Raises:
        UnreadableBody: a quotation mark is never closed, which would make one row of all that
            follows; or a row is too long, or has too many values.
    """
    # Python's own limit of 131,072 would end the whole file; a value is as long as its row at most.
    csv.field_size_limit(MAX_ROW)
    first_line = body.readline(MAX_ROW + 1)
    delimiter = max(DELIMITERS, key=first_line.count)
    text = bytearray()
    number = delimiters = 0

    def noted() -> Iterator[str]:
        """Give the lines; a row that is too long is refused before it is in memory."""
        nonlocal delimiters
        line = first_line
        while line:
            # Bytes, as a text that is added to takes four for each character.
            text.extend(line.encode())
            if len(text) > MAX_ROW:
                raise too_long(_place(number), MAX_ROW, "bytes", _to_close(text))
            delimiters += line.count(delimiter)
            if delimiters > MAX_DELIMITERS:
                place, mend = _place(number), _to_close(text)
                raise too_long(place, MAX_DELIMITERS, "delimiters", mend)
            yield line
            line = body.readline(MAX_ROW + 1)

    # Where it is not strict, `"Fake" news` loses its quotation marks.
    reader = csv.reader(noted(), delimiter=delimiter, strict=True)
    while True:
        text.clear()
        delimiters = 0
        row: list[str] | str | None
        try:
            row = next(reader, None)
        except csv.Error as error:
            if "end of data" in str(error):
                raise UnreadableBody(
                    f"The body is not sound CSV: a quotation mark in {_place(number)} is never "
                    f"closed: {_opening(text)}; close it, or take it away."
                ) from error
            row = text.decode().rstrip("\r\n")
        if row is None:
            return
        yield row
        number += bool(row)


def text_behind(row: str) -> str:
    """Say what is wrong with a row that is given as its text."""
    return (
        "text stands behind the quotation mark that ends a value; "
        'write a quotation mark inside of a value twice ("")'
        + (", and close the one that makes one row of several lines" if _BREAK.search(row) else "")
    )


def _opening(text: bytearray) -> str:
    """Quote the mark that is open at the end of a row, and what follows it in its line."""
    mark = deque(_ODD_MARKS.finditer(text), maxlen=1).pop()
    line = text[mark.start() : mark.start() + QUOTED].splitlines()[0].decode(errors="ignore")
    return f"“{shortened(' '.join(line.split()))}”"


def _to_close(text: bytearray) -> str:
    """Give the mend of a row that is too long since a mark is open, if it has any."""
    if not _ODD_MARKS.search(text):
        return ""
    return f"close its quotation mark if it is open ({_opening(text)}), "


def _place(number: int) -> str:
    return f"row {number:,}" if number else "the first line"
