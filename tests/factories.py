"""Build rows and bodies to send: rows are sound and distinct, except for what a test changes."""

import csv
import gzip
import io
import json
from collections.abc import Sequence
from itertools import count
from typing import Any, Final

Item = dict[str, Any]

GZIP: Final = {"Content-Encoding": "gzip"}
JSON: Final = "application/json"
NDJSON: Final = "application/x-ndjson"
CSV: Final = "text/csv"

_numbers = count(1)


def make_item(**changes: Any) -> Item:
    """Return a sound row; `make_item(date="May 23")` is one that is rejected."""
    number = next(_numbers)
    item = {
        "title": f"The comfort of moving simply, part {number}",
        "url": f"https://example.org/pages/{number}",
        "date": "2014-03-08",
    }
    return {**item, **changes}


def make_items(how_many: int, **changes: Any) -> list[Item]:
    """Return rows that differ only in title and URL."""
    return [make_item(**changes) for _ in range(how_many)]


def as_json(items: Sequence[object]) -> bytes:
    """Return rows as a JSON body."""
    return json.dumps({"items": items}).encode()


def as_ndjson(items: Sequence[object]) -> bytes:
    """Return rows as NDJSON."""
    return "".join(f"{json.dumps(item, ensure_ascii=False)}\n" for item in items).encode()


def as_csv(items: Sequence[Item], delimiter: str = ",") -> bytes:
    """Return rows as CSV, with a header taken from the first row."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(items[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(items)
    return text.getvalue().encode()


def zipped(body: bytes) -> bytes:
    """Return a body compressed with gzip."""
    return gzip.compress(body, mtime=0)
