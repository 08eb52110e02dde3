"""Arrays of blocks, kept from question to question (docs/decisions/0030)."""

from collections.abc import Mapping
from threading import Lock
from typing import Any, Final, NamedTuple

from cachetools import RRCache
from sqlalchemy import Connection

KEPT: Final = 128 * 2**20
"""Bytes that a process keeps at most: the arrays of ten million entries are some 120 MB."""


class _Kept(NamedTuple):
    version: int
    array: Any

    def size(self) -> int:
        return len(self.array)


# What leaves is left to chance: questions ask for the arrays of all blocks in turn, so that of an
# archive too large for it the one used longest ago would always be the next that is needed.
_kept: Final[RRCache[tuple[int, str], _Kept]] = RRCache(KEPT, getsizeof=_Kept.size)
_lock: Final = Lock()


def arrays_of_blocks(
    connection: Connection, versions: Mapping[int, int], column: str
) -> dict[int, Any]:
    """Give a column of some blocks, by their numbers.

    Args:
        connection: in the transaction that has read the versions.
        versions: `Block.version` of each, by its number.
        column: one that changes with the version alone.
    """
    with _lock:
        kept = {number: _kept.get((number, column)) for number in versions}
    arrays = {
        number: one.array
        for number, one in kept.items()
        if one is not None and one.version == versions[number]
    }
    lacking = ", ".join(str(number) for number in versions if number not in arrays)
    if lacking:
        statement = f"SELECT number, {column} FROM blocks WHERE number IN ({lacking})"
        read: dict[int, Any] = dict(connection.exec_driver_sql(statement).all())
        arrays.update(read)
        with _lock:
            for number, array in read.items():
                _kept[number, column] = _Kept(versions[number], array)
    return arrays
