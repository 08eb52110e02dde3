"""Runs and their spots as they are stored: what is frequent by itself, the others together.

A block has about three times as many runs as entries. Most of them stand in few texts, and to write
a row of a table costs many times what there is to be written of such a run. Nothing here knows a
database.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from dateline.text_index.runs import CHARACTER, SPOT, Bytes, Numbers, Runs, Spots

FREQUENT: Final = 128
"""Spots of a run from which on it has a posting for itself."""

ALPHABETS_END: Final = 0x2E80
"""Characters from here on (of Chinese, Japanese and Korean) are so many that the runs which begin
with two of them are mostly one or two; runs that begin with one of them share a posting."""

SHARED: Final = 1
"""Stands for the last character of a run in the number of a posting that several share. No text has
this character, as it is a control character."""

NUMBER: Final = np.dtype("<i8")
"""The number of a run, as it is stored."""

END: Final = np.dtype("<u4")
"""The end of the spots of a run among those of a posting, as it is stored."""


class Stored(NamedTuple):
    """Runs that are stored together, and where they stand in the texts of a block.

    Attributes:
        run: the number of the one run, or that which `shared_by` gives for all of them.
        runs: their numbers, in ascending order, as bytes of `NUMBER`.
        ends: the ends of their spots, as bytes of `END`.
        spots: of one run after the other, those of each in ascending order, as bytes of `SPOT`.
    """

    run: int
    runs: Bytes
    ends: Bytes
    spots: Bytes


class Postings(NamedTuple):
    """Postings of a part of a block, before they are cut into pieces.

    Attributes:
        numbers: of each posting.
        run_ends: the end of its runs among all runs.
        spot_ends: the end of its spots among all spots.
        runs: their numbers, by postings; of `NUMBER`.
        ends: the ends of their spots among those of their posting; of `END`.
        spots: of `SPOT`.
    """

    numbers: Numbers
    run_ends: Numbers
    spot_ends: Numbers
    runs: Numbers
    ends: Numbers
    spots: Spots


def postings_of(pieces: Sequence[Runs]) -> Postings:
    """Put runs together that share a posting.

    Args:
        pieces: runs of texts that come after each other in the block; together at least one, and
            with it all that may share a posting with it.
    """
    each = np.concatenate([runs.numbers for runs in pieces])
    times = np.concatenate([np.diff(runs.ends, prepend=0) for runs in pieces])
    spots = np.concatenate([runs.spots for runs in pieces])
    begins = np.cumsum(times) - times
    numbers, which = np.unique(each, return_inverse=True)
    is_frequent = np.bincount(which, times) >= FREQUENT
    postings = np.where(is_frequent, numbers, shared_by(numbers))[which]
    # Stable: of a run those spots come first that are of the texts that come first.
    order = np.lexsort((each, postings))
    each, postings, times = each[order], postings[order], times[order]
    ends = np.cumsum(times)
    # Of each run of a piece the numbers of its spots as they were, from the first one on.
    moved = np.repeat(begins[order] - (ends - times), times)
    spots = spots[moved + np.arange(len(moved))]
    last = np.append(np.flatnonzero(np.diff(each)), len(each) - 1)
    each, postings, ends = each[last], postings[last], ends[last]
    run_ends = np.append(np.flatnonzero(np.diff(postings)) + 1, len(postings))
    spot_ends = ends[run_ends - 1]
    runs_each = np.diff(run_ends, prepend=0)
    own_ends = ends - np.repeat(spot_ends - np.diff(spot_ends, prepend=0), runs_each)
    return Postings(
        postings[run_ends - 1],
        run_ends,
        spot_ends,
        each.astype(NUMBER),
        own_ends.astype(END),
        spots,
    )


def stored(parts: Iterable[Postings]) -> Iterator[Stored]:
    """Cut postings into pieces."""
    for part in parts:
        # SQLite's driver looks for an adapter of each value but a bytearray and a few other types,
        # and to find none takes it as long as half an insert.
        columns = (
            _pieces(bytearray(column.data), (ends * column.itemsize).tolist())
            for column, ends in (
                (part.runs, part.run_ends),
                (part.ends, part.run_ends),
                (part.spots, part.spot_ends),
            )
        )
        yield from map(Stored, part.numbers.tolist(), *columns)


def shared_by(runs: Numbers) -> Numbers:
    """Give the number of the posting that each run shares with others, if it is not frequent."""
    is_of_many = runs >> 2 * CHARACTER >= ALPHABETS_END
    last = np.where(is_of_many, 2 * CHARACTER, CHARACTER)
    shared: Numbers = (runs >> last << last) + SHARED
    return shared


def counted(postings: Sequence[tuple[Bytes, Bytes]]) -> tuple[Numbers, Numbers]:
    """Give all runs of some postings, and how many spots each has in one of them.

    Args:
        postings: `runs` and `ends` of each.
    """
    numbers = np.frombuffer(b"".join(runs for runs, _ends in postings), NUMBER)
    all_ends = np.frombuffer(b"".join(ends for _runs, ends in postings), END).astype(np.int64)
    times = np.diff(all_ends, prepend=0)
    # Each posting begins at 0 again.
    lengths = np.array([len(ends) // END.itemsize for _runs, ends in postings], np.int64)
    begins = np.cumsum(lengths) - lengths
    times[begins] = all_ends[begins]
    return numbers, times


def spots_in(runs: Bytes, ends: Bytes, spots: Bytes, first: int, after: int) -> Bytes:
    """Give the spots of those runs of a posting whose numbers are in a range."""
    numbers, all_ends = np.frombuffer(runs, NUMBER), np.frombuffer(ends, END)
    before, last = numbers.searchsorted(first), numbers.searchsorted(after)
    begin = int(all_ends[before - 1]) if before else 0
    end = int(all_ends[last - 1]) if last else 0
    return spots[begin * SPOT.itemsize : end * SPOT.itemsize]


def _pieces(column: bytearray, ends: list[int]) -> Iterator[bytearray]:
    return (column[begin:end] for begin, end in pairwise([0, *ends]))
