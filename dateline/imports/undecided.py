"""Rows whose day and month could be swapped, set aside until the whole import has been seen."""

import json
import tempfile
from collections.abc import Iterator
from typing import Final

from dateline.imports.read import Row

IN_MEMORY: Final = 8 * 1024 * 1024
"""Bytes kept in memory; more goes to a temporary file, so that memory stays flat."""


class Undecided:
    """Rows in the order in which they were put. To be closed."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115

    def put(self, row: Row) -> None:
        """Set a row aside."""
        self._file.write(json.dumps([row.number, row.raw]).encode() + b"\n")

    def __iter__(self) -> Iterator[Row]:
        """Give the rows back."""
        self._file.seek(0)
        for line in self._file:
            number, raw = json.loads(line)
            yield Row(number, raw)

    def close(self) -> None:
        """Forget the rows."""
        self._file.close()
