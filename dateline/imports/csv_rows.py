"""The rows of CSV, from a text of any length."""

import csv
from collections.abc import Iterator
from typing import Final, TextIO

from dateline.errors import UnreadableBody
from dateline.imports.json_items import MAX_ROW, too_long

DELIMITERS: Final = ",;\t"

MAX_FIELD: Final = 1024 * 1024
"""Characters in one field; Python's own limit of 131,072 would end the whole file."""

TEXT_BEHIND: Final = (
    "text stands behind the quotation mark that ends a value; "
    'write a quotation mark inside of a value twice ("")'
)
"""What is wrong with a row that is given as its text."""


def csv_rows(body: TextIO) -> Iterator[list[str] | str]:
    """Give the values of each row, the first line and empty lines included.

    A row that is not sound, as text stands behind a quoted value, is given as its text.

    Raises:
        UnreadableBody: a quotation mark is never closed, which would make one row of all that
            follows; or a row, or one of its values, is too long.
    """
    csv.field_size_limit(MAX_FIELD)
    first_line = body.readline(MAX_ROW + 1)
    delimiter = max(DELIMITERS, key=first_line.count)
    text = bytearray()
    number = length = 0

    def noted() -> Iterator[str]:
        """Give the lines; a row that is too long is refused before it is in memory."""
        nonlocal length
        line = first_line
        while line:
            length += len(line)
            if length > MAX_ROW:
                raise too_long(_place(number), "characters")
            # Bytes, as a text that is added to takes four for each character.
            text.extend(line.encode())
            yield line
            line = body.readline(MAX_ROW + 1)

    # Where it is not strict, `"Fake" news` loses its quotation marks.
    reader = csv.reader(noted(), delimiter=delimiter, strict=True)
    while True:
        text.clear()
        length = 0
        row: list[str] | str | None
        try:
            row = next(reader, None)
        except csv.Error as error:
            _refuse_body(error, _place(number))
            row = text.decode().rstrip("\r\n")
        if row is None:
            return
        yield row
        number += bool(row)


def _refuse_body(error: csv.Error, place: str) -> None:
    """Refuse the whole body, if more is wrong than one row."""
    said = str(error)
    if "end of data" in said:
        raise UnreadableBody(
            f"The body is not sound CSV: a quotation mark in {place} is never closed; "
            "close it, or take it away."
        ) from error
    if "field limit" in said:
        raise UnreadableBody(
            f"The body is not sound CSV: a value in {place} has more than {MAX_FIELD:,} "
            "characters; see whether its quotation mark is closed."
        ) from error


def _place(number: int) -> str:
    return f"row {number:,}" if number else "the first line"
