"""Trigrams and their occurrences as they are stored: frequent ones alone, the others together.

A block has about three times as many trigrams as entries. Most of them stand in few texts, and to
write a row of a table costs many times what there is to be written of such a trigram. Nothing here
knows a database.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from dateline.text_index.array_types import Bytes, Numbers
from dateline.text_index.trigrams import CHARACTER, OCCURRENCE, Occurrences, Trigrams

FREQUENT: Final = 128
"""Occurrences of a trigram from which on it has a posting list for itself."""

ALPHABETS_END: Final = 0x2E80
"""Characters from here on (of Chinese, Japanese and Korean) are so many that the trigrams which
begin with two of them are mostly one or two; trigrams that begin with one of them share a
posting list."""

SHARED: Final = 1
"""Stands for the last character of a trigram in the number of a posting list that several share. No
text has this character, as it is a control character."""

NUMBER: Final = np.dtype("<i8")
"""The number of a trigram, as it is stored."""

END: Final = np.dtype("<u4")
"""The end of the occurrences of a trigram among those of a posting list, as it is stored."""


class StoredList(NamedTuple):
    """A row of `postings`: trigrams that are stored together, and where they stand in a block.

    Attributes:
        trigram: the number of the one trigram, or that which `shared_by` gives for all of them.
        trigrams: their numbers, in ascending order, as bytes of `NUMBER`.
        ends: the ends of their occurrences, as bytes of `END`.
        occurrences: of one trigram after the other, those of each in ascending order, as bytes of
            `OCCURRENCE`.
    """

    trigram: int
    trigrams: Bytes
    ends: Bytes
    occurrences: Bytes


class PostingLists(NamedTuple):
    """Posting lists of a part of a block, before they are cut apart.

    Attributes:
        numbers: of each list.
        trigram_ends: the end of its trigrams among all trigrams.
        occurrence_ends: the end of its occurrences among all occurrences.
        trigrams: their numbers, list by list; of `NUMBER`.
        ends: the ends of their occurrences among those of their list; of `END`.
        occurrences: of `OCCURRENCE`.
    """

    numbers: Numbers
    trigram_ends: Numbers
    occurrence_ends: Numbers
    trigrams: Numbers
    ends: Numbers
    occurrences: Occurrences


def posting_lists_of(pieces: Sequence[Trigrams]) -> PostingLists:
    """Put trigrams together that share a posting list.

    Args:
        pieces: trigrams of texts that come after each other in the block; together at least one,
            and with it all that may share a list with it.
    """
    each = np.concatenate([trigrams.numbers for trigrams in pieces])
    times = np.concatenate([np.diff(trigrams.ends, prepend=0) for trigrams in pieces])
    occurrences = np.concatenate([trigrams.occurrences for trigrams in pieces])
    begins = np.cumsum(times) - times
    numbers, which = np.unique(each, return_inverse=True)
    is_frequent = np.bincount(which, times) >= FREQUENT
    lists = np.where(is_frequent, numbers, shared_by(numbers))[which]
    # Stable: of a trigram those occurrences come first that are of the texts that come first.
    order = np.lexsort((each, lists))
    each, lists, times = each[order], lists[order], times[order]
    ends = np.cumsum(times)
    # Of each trigram of a piece the numbers of its occurrences as they were, from the first one on.
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
    """Cut posting lists apart."""
    for part in parts:
        # SQLite's driver looks for an adapter of each value but a bytearray and a few other types,
        # and to find none takes it as long as half an insert.
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
    """Give the number of the posting list that each trigram shares with others if it is rare."""
    is_of_many = trigrams >> 2 * CHARACTER >= ALPHABETS_END
    last = np.where(is_of_many, 2 * CHARACTER, CHARACTER)
    shared: Numbers = (trigrams >> last << last) + SHARED
    return shared


def counted(lists: Sequence[tuple[Bytes, Bytes]]) -> tuple[Numbers, Numbers]:
    """Give all trigrams of some posting lists, and how many occurrences each has in one of them.

    Args:
        lists: `trigrams` and `ends` of each.
    """
    numbers = np.frombuffer(b"".join(trigrams for trigrams, _ends in lists), NUMBER)
    all_ends = np.frombuffer(b"".join(ends for _trigrams, ends in lists), END).astype(np.int64)
    times = np.diff(all_ends, prepend=0)
    # Each list begins at 0 again.
    lengths = np.array([len(ends) // END.itemsize for _trigrams, ends in lists], np.int64)
    begins = np.cumsum(lengths) - lengths
    times[begins] = all_ends[begins]
    return numbers, times


def occurrences_in(trigrams: Bytes, ends: Bytes, occurrences: Bytes, bounds: Numbers) -> Bytes:
    """Give the occurrences of those trigrams of a posting list whose numbers are in a range.

    Args:
        trigrams: its column of `PostingList`, as are the next two.
        ends: as above.
        occurrences: as above.
        bounds: the first number of the range, and the first one behind it.
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
