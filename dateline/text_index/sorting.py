"""Sorting the trigrams of a block: some thousand texts at a time, merged when all are there.

An external merge sort. While an import stores entries, a thread sorts the trigrams of those before
and puts them into a temporary file, so that a block may be large, is soon written when its last
entry is stored, and takes little memory until then.
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
"""Bytes of sorted occurrences that are kept in memory; more go to a temporary file."""


class _Piece(NamedTuple):
    """Trigrams of some texts, whose occurrences are in the file.

    Attributes:
        numbers: of the trigrams, in ascending order, each once.
        ends: the end of the occurrences of each trigram among all occurrences of the piece.
        at: where these begin in the file, in bytes.
    """

    numbers: Numbers
    ends: Numbers
    at: int


@contextmanager
def open_sorter() -> Iterator["Sorter"]:
    """Give what sorts trigrams, as long as this is open."""
    with SpooledTemporaryFile(IN_MEMORY) as file, ThreadPoolExecutor(1) as thread:
        yield Sorter(file, thread)


class Sorter:
    """Sorts the trigrams of one block after the other.

    NumPy does most of it without Python's lock, so that the caller goes on meanwhile.
    """

    def __init__(self, file: IO[bytes], thread: Executor) -> None:
        """Sort in a thread, by itself, into a file of which nothing is wanted any more."""
        self._file = file
        self._thread = thread
        self._pieces: list[Future[dict[Field, _Piece]]] = []

    def add(self, texts: Mapping[Field, Sequence[str]], places: Sequence[int]) -> None:
        """Begin to sort the trigrams of more texts of the block.

        Args:
            texts: folded, of each field; at least one.
            places: the place of each text in the block, ascending, and after those added before.
        """
        self._pieces.append(self._thread.submit(self._sorted, texts, places))

    def merged(self, field: Field) -> Iterator[PostingLists]:
        """Give the posting lists of a field of the block; the next ones are merged meanwhile."""
        pieces = [piece.result()[field] for piece in self._pieces]
        parts = self._merged(pieces)
        following = self._thread.submit(next, parts, None)
        while (lists := following.result()) is not None:
            following = self._thread.submit(next, parts, None)
            yield lists

    def clear(self) -> None:
        """Forget the block, so that another one can begin."""
        self._pieces.clear()
        self._file.seek(0)

    def _sorted(
        self, texts: Mapping[Field, Sequence[str]], places: Sequence[int]
    ) -> dict[Field, _Piece]:
        return {
            field: self._put(trigrams_in(of_field, places)) for field, of_field in texts.items()
        }

    def _put(self, parts: Iterator[Trigrams]) -> _Piece:
        """Put sorted trigrams into the file."""
        at = self._file.tell()
        numbers, ends, before = [], [], 0
        for part in parts:
            numbers.append(part.numbers)
            ends.append(part.ends + before)
            before += len(part.occurrences)
            self._file.write(part.occurrences.tobytes())
        # There is none where no text has a character.
        return _Piece(np.concatenate([NONE, *numbers]), np.concatenate([NONE, *ends]), at)

    def _merged(self, pieces: Sequence[_Piece]) -> Iterator[PostingLists]:
        for first, after in pairwise(_bounds(pieces)):
            yield posting_lists_of([self._taken(piece, first, after) for piece in pieces])

    def _taken(self, piece: _Piece, first: int, after: int) -> Trigrams:
        """Take the trigrams with numbers in a range out of a piece."""
        begin, end = piece.numbers.searchsorted((first, after))
        occurrences_before = int(piece.ends[begin - 1]) if begin else 0
        ends = piece.ends[begin:end] - occurrences_before
        self._file.seek(piece.at + occurrences_before * OCCURRENCE.itemsize)
        occurrences = self._file.read(int(ends[-1]) * OCCURRENCE.itemsize) if len(ends) else b""
        return Trigrams(piece.numbers[begin:end], ends, np.frombuffer(occurrences, OCCURRENCE))


def _bounds(pieces: Sequence[_Piece]) -> list[int]:
    """Give numbers of trigrams between which pieces have about `PART` occurrences together.

    Trigrams that begin with the same character stay together, as they may share a posting list.
    """
    bits = (TRIGRAM - 1) * CHARACTER
    times = np.zeros(1 << CHARACTER, np.int64)
    for piece in pieces:
        np.add.at(times, piece.numbers >> bits, np.diff(piece.ends, prepend=0))
    characters = np.flatnonzero(times)
    before = np.cumsum(times[characters]) - times[characters]
    begins = characters[np.flatnonzero(np.diff(before // trigrams.PART, prepend=-1))]
    return [*(begins << bits).tolist(), 1 << TRIGRAM * CHARACTER]
