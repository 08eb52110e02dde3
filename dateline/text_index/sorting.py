"""Sort the trigrams of a block: several thousand texts at a time, merged once all are sorted.

This is an external merge sort. While an import stores entries, a thread sorts the trigrams of the
previous ones and writes them to a temporary file. So a block can be large, is written soon after
its last entry is stored, and takes little memory until then.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import pairwise
from tempfile import SpooledTemporaryFile
from typing import IO, Final, NamedTuple

import numpy as np

from dateline.text_index import trigrams
from dateline.text_index.array_types import NONE, Numbers
from dateline.text_index.blocks import Field
from dateline.text_index.postings import PostingLists, posting_lists_of
from dateline.text_index.trigrams import CHARACTER, OCCURRENCE, TRIGRAM, Trigrams, trigrams_in

IN_MEMORY: Final = 1024 * 1024
"""Bytes of sorted occurrences to keep in memory; beyond that they go to a temporary file."""


class _Piece(NamedTuple):
    """Trigrams of some texts, whose occurrences are in the file.

    Attributes:
        numbers: of the trigrams, ascending, without duplicates.
        ends: where the occurrences of each trigram end among those of the piece.
        at: byte offset in the file where the occurrences of the piece begin.
    """

    numbers: Numbers
    ends: Numbers
    at: int


@contextmanager
def open_sorter() -> Iterator["Sorter"]:
    """Open a sorter of trigrams, with its thread and temporary file."""
    with SpooledTemporaryFile(IN_MEMORY) as file, ThreadPoolExecutor(1) as thread:
        yield Sorter(file, thread)


class Sorter:
    """Sorts the trigrams of one block after another.

    NumPy does most of it without holding the GIL, so the caller can go on meanwhile.
    """

    def __init__(self, file: IO[bytes], thread: Executor) -> None:
        """Sort in a thread of its own, into a file whose contents may be overwritten."""
        self._file = file
        self._thread = thread
        self._pieces: list[Future[dict[Field, _Piece]]] = []

    def add(self, texts: Mapping[Field, Sequence[str]], places: Sequence[int]) -> None:
        """Start sorting the trigrams of more texts of the block.

        Args:
            texts: folded texts by field; at least one.
            places: the place of each text in the block, ascending, after those added before.
        """
        self._pieces.append(self._thread.submit(self._sorted, texts, places))

    def merged(self, field: Field) -> Iterator[PostingLists]:
        """Yield the posting lists of a field of the block, merging the next ones meanwhile."""
        pieces = [piece.result()[field] for piece in self._pieces]
        parts = self._merged(pieces)
        following = self._thread.submit(next, parts, None)
        while (lists := following.result()) is not None:
            following = self._thread.submit(next, parts, None)
            yield lists

    def clear(self) -> None:
        """Discard the block, so that the next one can begin."""
        self._pieces.clear()
        self._file.seek(0)

    def _sorted(
        self, texts: Mapping[Field, Sequence[str]], places: Sequence[int]
    ) -> dict[Field, _Piece]:
        return {
            field: self._put(trigrams_in(of_field, places)) for field, of_field in texts.items()
        }

    def _put(self, parts: Iterator[Trigrams]) -> _Piece:
        """Write the occurrences of sorted trigrams to the file."""
        at = self._file.tell()
        numbers, ends, before = [], [], 0
        for part in parts:
            numbers.append(part.numbers)
            ends.append(part.ends + before)
            before += len(part.occurrences)
            self._file.write(part.occurrences.tobytes())
        # There are no trigrams if all texts are empty.
        return _Piece(np.concatenate([NONE, *numbers]), np.concatenate([NONE, *ends]), at)

    def _merged(self, pieces: Sequence[_Piece]) -> Iterator[PostingLists]:
        for first, after in pairwise(_bounds(pieces)):
            yield posting_lists_of([self._taken(piece, first, after) for piece in pieces])

    def _taken(self, piece: _Piece, first: int, after: int) -> Trigrams:
        """Read the trigrams of a piece with numbers in a range."""
        begin, end = piece.numbers.searchsorted((first, after))
        occurrences_before = int(piece.ends[begin - 1]) if begin else 0
        ends = piece.ends[begin:end] - occurrences_before
        self._file.seek(piece.at + occurrences_before * OCCURRENCE.itemsize)
        occurrences = self._file.read(int(ends[-1]) * OCCURRENCE.itemsize) if len(ends) else b""
        return Trigrams(piece.numbers[begin:end], ends, np.frombuffer(occurrences, OCCURRENCE))


def _bounds(pieces: Sequence[_Piece]) -> list[int]:
    """Return the numbers at which to split trigrams, so that parts have about `PART` occurrences.

    Trigrams that begin with the same character stay together: they may share a posting list.
    """
    bits = (TRIGRAM - 1) * CHARACTER
    times = np.zeros(1 << CHARACTER, np.int64)
    for piece in pieces:
        np.add.at(times, piece.numbers >> bits, np.diff(piece.ends, prepend=0))
    characters = np.flatnonzero(times)
    before = np.cumsum(times[characters]) - times[characters]
    begins = characters[np.flatnonzero(np.diff(before // trigrams.PART, prepend=-1))]
    return [*(begins << bits).tolist(), 1 << TRIGRAM * CHARACTER]
