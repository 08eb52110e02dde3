"""Exports: all matches of a question, in a format that can be imported again."""

import csv
import io
from collections.abc import Generator, Iterable, Iterator
from enum import StrEnum
from itertools import chain, islice
from typing import Final

from pydantic_core import to_json

from dateline.database import Database
from dateline.schemas import EntryView
from dateline.search.answer import entry_view
from dateline.search.find import find_all
from dateline.search.question import Question

TOGETHER: Final = 200
"""Entries per piece."""

BYTE_ORDER_MARK: Final = "\ufeff"
"""Without it, spreadsheets read UTF-8 in a national encoding."""


class ExportFormat(StrEnum):
    """The formats of an export."""

    NDJSON = "ndjson"
    JSON = "json"
    CSV = "csv"


def export_entries(
    database: Database, question: Question, kind: ExportFormat
) -> Generator[bytes, None, None]:
    """Yield all matches in pieces, from one snapshot.

    Raises:
        DatabaseAway: the database cannot be reached, or was lost between two pieces.
    """
    with database.reading() as session:
        entries = (entry_view(row) for row in find_all(session, question))
        yield from _WRITERS[kind](entries)


def _ndjson(entries: Iterable[EntryView]) -> Iterator[bytes]:
    lines = (to_json(entry) + b"\n" for entry in entries)
    return _joined(lines)


def _json(entries: Iterable[EntryView]) -> Iterator[bytes]:
    lines = (
        to_json(entry) if number == 0 else b",\n" + to_json(entry)
        for number, entry in enumerate(entries)
    )
    return _joined(chain([b'{"items": ['], lines, [b"]}\n"]))


def _csv(entries: Iterable[EntryView]) -> Iterator[bytes]:
    """Yield CSV.

    A title that a spreadsheet would take for a formula is not escaped: a character put before it
    would become part of the title when the file is imported.
    """
    names = list(EntryView.model_fields)
    rows = ([getattr(entry, name) for name in names] for entry in entries)
    # The id comes first: if the byte order mark is read as text, no field that an import keeps
    # loses its name.
    header: list[object] = [f"{BYTE_ORDER_MARK}{names[0]}", *names[1:]]
    return _joined(_csv_line(row) for row in chain([header], rows))


def _csv_line(row: list[object]) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow(row)
    return line.getvalue().encode()


def _joined(lines: Iterable[bytes]) -> Iterator[bytes]:
    left = iter(lines)
    while some := b"".join(islice(left, TOGETHER)):
        yield some


_WRITERS: Final = {ExportFormat.NDJSON: _ndjson, ExportFormat.JSON: _json, ExportFormat.CSV: _csv}
