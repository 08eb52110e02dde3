"""Cache of the arrays of blocks, kept between requests (docs/decisions/0030)."""

from collections.abc import Mapping
from threading import Lock
from typing import Any, Final, NamedTuple

from cachetools import RRCache
from sqlalchemy import Connection

KEPT: Final = 128 * 2**20
"""Maximum bytes for each process: the arrays of ten million entries take some 120 MB."""


class _Kept(NamedTuple):
    version: int
    array: Any

    def size(self) -> int:
        return len(self.array)


# Eviction is random: searches read the arrays of all blocks in turn, so if an archive is too large
# for the cache, the least recently used array would always be the next one needed.
_kept: Final[RRCache[tuple[int, str], _Kept]] = RRCache(KEPT, getsizeof=_Kept.size)
_lock: Final = Lock()


def arrays_of_blocks(
    connection: Connection, versions: Mapping[int, int], column: str
) -> dict[int, Any]:
    """Return a column of some blocks, keyed by block number.

    Args:
        connection: in the transaction that has read the versions.
        versions: `Block.version` of each block, keyed by its number.
        column: must change only with the version.
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
