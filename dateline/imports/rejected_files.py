"""The rejected rows of an import as files, to fix and send again."""

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
"""Maximum rows read by one query: no connection is held open while a slow client reads."""

MAX_COLUMNS: Final = 500
"""Maximum columns of the CSV: every row has a cell in each. The three fields are always there."""

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""Characters that begin a formula in a spreadsheet."""

_BREAK: Final = re.compile(r"[\r\n]+")


def rejected_as_ndjson(database: Database, import_id: int) -> Iterator[str]:
    """Yield the rows exactly as they were sent, one per line."""
    for raw, is_text in _rows(database, import_id):
        # In JSON, a line break is white space, or an error.
        line = " ".join(_BREAK.split(raw)) if is_text else json.dumps(raw, ensure_ascii=False)
        yield f"{line}\n"


def rejected_as_csv(database: Database, import_id: int) -> Iterator[str]:
    """Yield the rows as CSV, with the columns that any of them has, up to `MAX_COLUMNS`.

    Titles, URLs and dates have one column each, whatever the rows call them. A value that a
    spreadsheet would take for a formula is prefixed with a space, which an import strips.
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
    """Return a row with its three fields renamed as in the first row that had each of them.

    Args:
        raw: the row.
        of_fields: the name of each field, as far as known; this row adds names for others.
    """
    columns = find_columns(raw)
    new = {
        name: of_fields.setdefault(field, name)
        for field, name in zip(NAMES, columns[:3], strict=True)
        if name is not None
    }
    # The field replaces any other column of that name.
    others = raw.keys() - new.keys() - set(new.values())
    return {new.get(name, name): raw[name] for name in raw if name in new or name in others}


def _cell(value: object) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f" {text}" if text.startswith(FORMULA) else text


def _rows(database: Database, import_id: int) -> Iterator[tuple[Any, bool]]:
    """Yield each row, and whether it is the text of one that could not be read."""
    last = 0
    more = True
    while more:
        with database.reading() as session:
            rows, more = rejected_rows(session, import_id, last, AT_ONCE)
        for row in rows:
            codes = {fault["code"] for fault in json.loads(row.faults)}
            yield json.loads(row.raw), "row.unreadable" in codes
            last = row.row
