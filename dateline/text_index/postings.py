"""Posting lists: frequent trigrams have one of their own, the others share one.

A block has about three times as many trigrams as entries. Most of them occur in few texts, and a
table row costs many times as much to write as the occurrences of such a trigram. Nothing here knows
a database.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from dateline.text_index.array_types import Bytes, Numbers
from dateline.text_index.trigrams import CHARACTER, OCCURRENCE, Occurrences, Trigrams

FREQUENT: Final = 128
"""Minimum occurrences of a trigram in a block to have a posting list of its own."""

ALPHABETS_END: Final = 0x2E80
"""First code of the scripts with many characters (Chinese, Japanese and Korean). Mostly, only one
or two trigrams begin with the same two of these, so trigrams share a posting list if they begin
with the same one."""

SHARED: Final = 1
"""Replaces the last character or two of a trigram in the number of a shared posting list. No text
contains it, because it is a control character."""

NUMBER: Final = np.dtype("<i8")
"""The number of a trigram, as stored."""

END: Final = np.dtype("<u4")
"""Where the occurrences of a trigram end within its posting list, as stored."""


class StoredList(NamedTuple):
    """A row of `postings`: trigrams that are stored together, and where they occur in a block.

    Attributes:
        trigram: the number of its only trigram, or the one that `shared_by` returns for all.
        trigrams: the numbers of its trigrams, ascending, as bytes of `NUMBER`.
        ends: where the occurrences of each trigram end, as bytes of `END`.
        occurrences: trigram by trigram, ascending for each, as bytes of `OCCURRENCE`.
    """

    trigram: int
    trigrams: Bytes
    ends: Bytes
    occurrences: Bytes


class PostingLists(NamedTuple):
    """Posting lists of a part of a block, before they are split into rows.

    Attributes:
        numbers: the number of each list.
        trigram_ends: where the trigrams of each list end in `trigrams`.
        occurrence_ends: where the occurrences of each list end in `occurrences`.
        trigrams: the numbers of the trigrams, list by list; of `NUMBER`.
        ends: where the occurrences of each trigram end within its list; of `END`.
        occurrences: of `OCCURRENCE`.
    """

    numbers: Numbers
    trigram_ends: Numbers
    occurrence_ends: Numbers
    trigrams: Numbers
    ends: Numbers
    occurrences: Occurrences


def posting_lists_of(pieces: Sequence[Trigrams]) -> PostingLists:
    """Group trigrams into posting lists.

    Args:
        pieces: trigrams of successive texts of the block; together at least one. Trigrams that may
            share a list must be passed in the same call.
    """
    each = np.concatenate([trigrams.numbers for trigrams in pieces])
    times = np.concatenate([np.diff(trigrams.ends, prepend=0) for trigrams in pieces])
    occurrences = np.concatenate([trigrams.occurrences for trigrams in pieces])
    begins = np.cumsum(times) - times
    numbers, which = np.unique(each, return_inverse=True)
    is_frequent = np.bincount(which, times) >= FREQUENT
    lists = np.where(is_frequent, numbers, shared_by(numbers))[which]
    # Stable, so the occurrences of a trigram stay in the order of the texts.
    order = np.lexsort((each, lists))
    each, lists, times = each[order], lists[order], times[order]
    ends = np.cumsum(times)
    # For each trigram of a piece, the old indexes of its occurrences, starting with the first.
    moved = np.repeat(begins[order] - (ends - times), times)
    occurrences = occurrences[moved + np.arange(len(moved))]
    last = np.append(np.flatnonzero(np.diff(each)), len(each) - 1)
    each, lists, ends = each[last], lists[last], ends[last]
    trigram_ends = np.append(np.flatnonzero(np.diff(lists)) + 1, len(lists))
    occurrence_ends = ends[trigram_ends - 1]
    trigrams_each = np.diff(trigram_ends, prepend=0)
    own_ends = ends - np.repeat(
        occurrence_ends - np.diff(occurrence_ends, prepend=0), trigrams_each
    )
    return PostingLists(
        lists[trigram_ends - 1],
        trigram_ends,
        occurrence_ends,
        each.astype(NUMBER),
        own_ends.astype(END),
        occurrences,
    )


def stored_lists(parts: Iterable[PostingLists]) -> Iterator[StoredList]:
    """Split posting lists into rows."""
    for part in parts:
        # SQLite's driver looks for an adapter for each value except a bytearray and a few other
        # types, and finding none takes half as long as an insert.
        columns = (
            _pieces(bytearray(column.data), (ends * column.itemsize).tolist())
            for column, ends in (
                (part.trigrams, part.trigram_ends),
                (part.ends, part.trigram_ends),
                (part.occurrences, part.occurrence_ends),
            )
        )
        yield from map(StoredList, part.numbers.tolist(), *columns)


def shared_by(trigrams: Numbers) -> Numbers:
    """Return the number of the posting list that each trigram shares with others if it is rare."""
    is_of_many = trigrams >> 2 * CHARACTER >= ALPHABETS_END
    last = np.where(is_of_many, 2 * CHARACTER, CHARACTER)
    shared: Numbers = (trigrams >> last << last) + SHARED
    return shared


def counted(lists: Sequence[tuple[Bytes, Bytes]]) -> tuple[Numbers, Numbers]:
    """Return the trigrams of some posting lists, list by list, with the number of occurrences.

    Args:
        lists: `trigrams` and `ends` of each list.
    """
    numbers = np.frombuffer(b"".join(trigrams for trigrams, _ends in lists), NUMBER)
    all_ends = np.frombuffer(b"".join(ends for _trigrams, ends in lists), END).astype(np.int64)
    times = np.diff(all_ends, prepend=0)
    # The ends start from 0 in each list.
    lengths = np.array([len(ends) // END.itemsize for _trigrams, ends in lists], np.int64)
    begins = np.cumsum(lengths) - lengths
    times[begins] = all_ends[begins]
    return numbers, times


def occurrences_in(trigrams: Bytes, ends: Bytes, occurrences: Bytes, bounds: Numbers) -> Bytes:
    """Return the occurrences of the trigrams of a posting list whose numbers are in a range.

    Args:
        trigrams: column of `PostingList`.
        ends: column of `PostingList`.
        occurrences: column of `PostingList`.
        bounds: the first number of the range, and the first one after it.
    """
    before, last = np.frombuffer(trigrams, NUMBER).searchsorted(bounds).tolist()
    if before == last:
        return b""
    all_ends = np.frombuffer(ends, END)
    begin = int(all_ends[before - 1]) if before else 0
    end = int(all_ends[last - 1])
    return occurrences[begin * OCCURRENCE.itemsize : end * OCCURRENCE.itemsize]


def _pieces(column: bytearray, ends: list[int]) -> Iterator[bytearray]:
    return (column[begin:end] for begin, end in pairwise([0, *ends]))
