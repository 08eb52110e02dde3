"""Read the rows of a CSV text of any length."""

import csv
import re
from collections import deque
from collections.abc import Iterator
from typing import Final, TextIO

from dateline.errors import UnreadableBody, shortened
from dateline.imports.json_items import MAX_ROW, too_long

DELIMITERS: Final = ",;\t"

MAX_DELIMITERS: Final = 100_000
"""Maximum in one row: a one-character value takes as much memory as 40 characters of a long one."""

QUOTED: Final = 400
"""Maximum bytes of a line that are quoted in a message."""

_ODD_MARKS: Final = re.compile(rb'(?<!")"(?:"")*(?!")')
"""Runs that open or close a value: after the mark of an open value, all runs have even lengths."""

_BREAK: Final = re.compile(r"\r\n?|\n")

_WITH_MARKS: Final = re.compile(rb'(?<![^\t\r\n])"[^"\t\r\n]+"(?!")[^\t\r\n]*')


def copied_cells(text: bytes) -> bytes:
    """Convert cells copied from a spreadsheet, separated by tabs, to CSV.

    A spreadsheet quotes a cell, and doubles the quotation marks in it, only if the cell contains a
    tab or a line break; it copies all others unchanged. So `"Enough"` is a title with its marks.
    """
    return _WITH_MARKS.sub(lambda cell: b'"' + cell[0].replace(b'"', b'""') + b'"', text)


def csv_rows(body: TextIO) -> Iterator[list[str] | str]:
    """Yield the values of each row, including the first line and empty lines.

    A row that is malformed, with text after a quoted value, is yielded as its text.

    Raises:
        UnreadableBody: a quotation mark is never closed, which would make everything after it one
            row; or a row is too long, or has too many values.
    """
    # Python's default limit of 131,072 would abort the whole file. No value is longer than its row.
    csv.field_size_limit(MAX_ROW)
    first_line = body.readline(MAX_ROW + 1)
    delimiter = max(DELIMITERS, key=first_line.count)
    text = bytearray()
    number = delimiters = 0

    def noted() -> Iterator[str]:
        """Yield the lines; reject a row that is too long before all of it is in memory."""
        nonlocal delimiters
        line = first_line
        while line:
            # As bytes: text that is appended to takes four bytes for each character.
            text.extend(line.encode())
            if len(text) > MAX_ROW:
                raise too_long(_place(number), MAX_ROW, "bytes", _to_close(text))
            delimiters += line.count(delimiter)
            if delimiters > MAX_DELIMITERS:
                place, fix = _place(number), _to_close(text)
                raise too_long(place, MAX_DELIMITERS, "delimiters", fix)
            yield line
            line = body.readline(MAX_ROW + 1)

    # Without strict, `"Fake" news` would lose its quotation marks.
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
                    f"The body is not valid CSV: a quotation mark in {_place(number)} is never "
                    f"closed: {_opening(text)}; close it, or remove it."
                ) from error
            row = text.decode().rstrip("\r\n")
        if row is None:
            return
        yield row
        number += bool(row)


def text_behind(row: str) -> str:
    """Return what is wrong with a row that was yielded as its text."""
    first, *others = _BREAK.split(row)
    reason = (
        "there is text after the closing quotation mark of a value; "
        'write a quotation mark inside a value twice ("")'
    )
    if not others:
        return reason
    return (
        f"{reason}, and close the one that joins these {len(others) + 1:,} lines into one row "
        f"(the first of them is '{shortened(first)}')"
    )


def _opening(text: bytearray) -> str:
    """Quote the mark that is still open at the end of a row, and the rest of its line."""
    mark = deque(_ODD_MARKS.finditer(text), maxlen=1).pop()
    line = text[mark.start() : mark.start() + QUOTED].splitlines()[0].decode(errors="ignore")
    return f"'{shortened(' '.join(line.split()))}'"


def _to_close(text: bytearray) -> str:
    """Return how to fix a row that is too long because of an open mark; empty if it has none."""
    if not _ODD_MARKS.search(text):
        return ""
    return f"close its quotation mark if it is open ({_opening(text)}), "


def _place(number: int) -> str:
    return f"row {number:,}" if number else "the first line"
