"""Rows whose day and month could be swapped, set aside until the whole import has been seen."""

import pickle
import tempfile
from collections.abc import Iterator
from typing import Final

from dateline.imports.read import RawRow

IN_MEMORY: Final = 8 * 1024 * 1024
"""Maximum bytes in memory; more go to a temporary file, so that memory stays flat."""


class Undecided:
    """Rows in the order in which they were set aside. Close after use."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115

    def put(self, rows: list[RawRow]) -> None:
        """Set rows aside."""
        pickle.dump(rows, self._file, pickle.HIGHEST_PROTOCOL)

    def __iter__(self) -> Iterator[RawRow]:
        """Yield the rows."""
        end = self._file.tell()
        self._file.seek(0)
        while self._file.tell() < end:
            # Only this class has written to the file.
            yield from pickle.load(self._file)  # noqa: S301

    def close(self) -> None:
        """Discard the rows."""
        self._file.close()
