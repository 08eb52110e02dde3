"""The rejected rows of an import as files, to be mended and sent again."""

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import Any, Final

from dateline.database import Database
from dateline.imports.columns import NAMES, find_columns
from dateline.imports.ledger import rejected_rows

AT_ONCE: Final = 100
"""Rows read by one query, at the most: no connection is held while a slow client takes its time."""

MAX_COLUMNS: Final = 500
"""Columns of the CSV, of which every row has a cell; those of the three fields come in any case."""

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""

_BREAK: Final = re.compile(r"[\r\n]+")


def rejected_as_ndjson(database: Database, import_id: int) -> Iterator[str]:
    """Give the rows exactly as they were sent, one on a line."""
    for raw, is_text in _rows(database, import_id):
        # In JSON a line break is a blank, or a fault.
        line = " ".join(_BREAK.split(raw)) if is_text else json.dumps(raw, ensure_ascii=False)
        yield f"{line}\n"


def rejected_as_csv(database: Database, import_id: int) -> Iterator[str]:
    """Give the rows as CSV, with the columns that any of them has, up to `MAX_COLUMNS`.

    What is a title, a URL or a date stands in one column, by whatever names rows have it. Before
    what a spreadsheet would take for a formula stands a blank, which an import drops again.
    """
    of_fields: dict[str, str] = {}
    names: dict[str, None] = {}
    for raw, _is_text in _rows(database, import_id):
        if isinstance(raw, dict):
            for name in _renamed(raw, of_fields):
                if len(names) < MAX_COLUMNS or name in of_fields.values():
                    names[name] = None
    text = io.StringIO()
    writer = csv.writer(text)
    header = list(names) or ["title", "url", "date"]
    writer.writerow(map(_cell, header))
    for raw, _is_text in _rows(database, import_id):
        if isinstance(raw, dict):
            named = _renamed(raw, of_fields)
            values = [named.get(name) for name in header]
        else:
            values = raw if isinstance(raw, list) else [raw]
        writer.writerow(map(_cell, values))
        yield text.getvalue()
        text.seek(0)
        text.truncate()
    yield text.getvalue()


def _renamed(raw: dict[str, Any], of_fields: dict[str, str]) -> dict[str, Any]:
    """Give a row with the names of its three fields that the first row with them had.

    Args:
        raw: the row.
        of_fields: the name of each field, as far as it is known; what is met first is added.
    """
    columns = find_columns(raw)
    new = {
        name: of_fields.setdefault(field, name)
        for field, name in zip(NAMES, columns[:3], strict=True)
        if name is not None
    }
    # A column of that name that is not the field gives way to it.
    others = raw.keys() - new.keys() - set(new.values())
    return {new.get(name, name): raw[name] for name in raw if name in new or name in others}


def _cell(value: object) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f" {text}" if text.startswith(FORMULA) else text


def _rows(database: Database, import_id: int) -> Iterator[tuple[Any, bool]]:
    """Give each row, and whether it is the text of one that could not be read."""
    last = 0
    more = True
    while more:
        with database.reading() as session:
            rows, more = rejected_rows(session, import_id, last, AT_ONCE)
        for row in rows:
            codes = {fault["code"] for fault in json.loads(row.faults)}
            yield json.loads(row.raw), "row.unreadable" in codes
            last = row.row
