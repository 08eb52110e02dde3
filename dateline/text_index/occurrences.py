"""Sorted arrays of occurrences and places: what two of them have in common.

An occurrence here has the number of its block in front, so that those of many blocks stand in one
array; what is left of it without the position is the *entry*, the place of an entry in the archive.

Some of an array are chosen by `compress`: where those that are wanted stand mixed among the others,
to index by a boolean mask takes NumPy five times as long.
"""

from collections.abc import Sequence
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from dateline.text_index.array_types import NONE, Bytes, Mask, Numbers
from dateline.text_index.trigrams import OCCURRENCE, POSITION

BLOCK_AT: Final = 32
"""Bits below the number of the block in an occurrence."""

MANY_TIMES: Final = 32
"""From here on it is cheaper to look few numbers up among many than to merge them."""

_Occurrence = TypeVar("_Occurrence", np.int64, np.uint32)
"""An occurrence with the number of its block in front, or as it is stored."""


def joined(blocks: Sequence[int], stored: Sequence[Bytes]) -> Numbers:
    """Put the occurrences of some blocks into one array, in the order in which they are given."""
    if not stored:
        return NONE
    counts = [len(some) // OCCURRENCE.itemsize for some in stored]
    occurrences = np.repeat(np.asarray(blocks, np.int64) << BLOCK_AT, counts)
    occurrences += np.frombuffer(b"".join(stored), OCCURRENCE)
    return occurrences


def stored_among(stored: Bytes, places: Numbers) -> bytes:
    """Give those of the stored occurrences of a block that are at some of its places, sorted."""
    occurrences = np.frombuffer(stored, OCCURRENCE)
    if MANY_TIMES * len(places) < len(occurrences):
        # In a block by itself a place is what an entry is among all blocks.
        return among(occurrences, places).tobytes()
    wanted = np.zeros(1 << 8 * OCCURRENCE.itemsize - POSITION, np.bool_)
    wanted[places] = True
    return stored_where(stored, wanted)


def stored_where(stored: Bytes, wanted: Mask) -> bytes:
    """Give those of the stored occurrences of a block that are at wanted places.

    Args:
        stored: as above.
        wanted: for each place whether it is.
    """
    occurrences = np.frombuffer(stored, OCCURRENCE)
    return occurrences.compress(wanted.take(occurrences >> POSITION)).tobytes()


def entry_at(occurrences: Numbers) -> Numbers:
    """Give the entry of each occurrence."""
    return occurrences >> POSITION


def entries_of(occurrences: Numbers) -> Numbers:
    """Give the entries of sorted occurrences, each once."""
    return distinct(entry_at(occurrences))


def distinct(numbers: Numbers) -> Numbers:
    """Give each of sorted numbers once."""
    return numbers.compress(_is_first(numbers))


def entry_in(blocks: Numbers, places: Numbers) -> Numbers:
    """Give the entries at places in blocks."""
    return (blocks << BLOCK_AT - POSITION) + places


def block_of(entries: Numbers) -> Numbers:
    """Give the number of the block of each entry."""
    return entries >> BLOCK_AT - POSITION


def place_of(entries: Numbers) -> Numbers:
    """Give the place of each entry in its block."""
    return entries & (1 << BLOCK_AT - POSITION) - 1


def places_in_blocks(entries: Numbers) -> dict[int, Numbers]:
    """Give the places of sorted entries in each block that has some of them."""
    in_blocks = block_of(entries)
    begins = np.flatnonzero(_is_first(in_blocks))
    places = place_of(entries)
    cuts = map(slice, begins.tolist(), [*begins[1:].tolist(), len(places)])
    return dict(zip(in_blocks[begins].tolist(), map(places.__getitem__, cuts), strict=True))


def begins_before(occurrences: Numbers, position: int) -> Numbers:
    """Give where a text begins that has these occurrences at a position; sorted as they are."""
    if not position:
        return occurrences
    are_far_enough = occurrences & (1 << POSITION) - 1 >= position
    if not are_far_enough.all():
        occurrences = occurrences.compress(are_far_enough)
    return occurrences - position


def among(occurrences: NDArray[_Occurrence], entries: Numbers) -> NDArray[_Occurrence]:
    """Give those of the occurrences that are of one of the entries; both are sorted."""
    firsts = entries.astype(occurrences.dtype) << POSITION
    begins = np.searchsorted(occurrences, firsts)
    counts = np.searchsorted(occurrences, firsts + ((1 << POSITION) - 1), "right") - begins
    # Of each entry the numbers from its first occurrence on, as many as it has.
    skipped = np.repeat(begins - np.cumsum(counts) + counts, counts)
    return occurrences[skipped + np.arange(len(skipped))]


def common(one: Numbers, other: Numbers) -> Numbers:
    """Give what stands in both of two sorted arrays, each of which has nothing twice."""
    few, many = sorted((one, other), key=len)
    if MANY_TIMES * len(few) < len(many):
        return few.compress(_are_in(few, many))
    # Two sorted pieces, which a stable sort only has to merge.
    both = np.concatenate((few, many))
    both.sort(kind="stable")
    return both[:-1].compress(both[1:] == both[:-1])


def without(entries: Numbers, others: Numbers) -> Numbers:
    """Give those of the entries that are none of the others; both are sorted."""
    return entries.compress(~_are_in(entries, others))


def _is_first(numbers: Numbers) -> NDArray[np.bool_]:
    """Tell of each of sorted numbers whether it is another than the one before."""
    is_first = np.ones(len(numbers), np.bool_)
    np.not_equal(numbers[1:], numbers[:-1], out=is_first[1:])
    return is_first


def _are_in(values: Numbers, sorted_values: Numbers) -> NDArray[np.bool_]:
    if not len(sorted_values):
        return np.zeros(len(values), np.bool_)
    at = np.searchsorted(sorted_values, values)
    at[at == len(sorted_values)] = 0
    are_in: NDArray[np.bool_] = sorted_values[at] == values
    return are_in
