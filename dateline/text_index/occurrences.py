"""Operations on sorted arrays of occurrences and entries: filter, shift, intersect, subtract.

Occurrences here are prefixed with the number of their block, so that those of many blocks fit in
one array. Without its position, an occurrence is an *entry*: the place of an entry in the archive.

Arrays are filtered by `compress`: if the selected elements are scattered among the others, indexing
with a boolean mask takes NumPy five times as long.
"""

from collections.abc import Sequence
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from dateline.text_index.array_types import NONE, Bytes, Mask, Numbers
from dateline.text_index.trigrams import OCCURRENCE, POSITION

BLOCK_AT: Final = 32
"""Bits below the block number in an occurrence."""

MANY_TIMES: Final = 32
"""Ratio of lengths above which looking up few numbers among many is cheaper than merging them."""

_Occurrence = TypeVar("_Occurrence", np.int64, np.uint32)
"""An occurrence with its block number, or as stored."""


def joined(blocks: Sequence[int], stored: Sequence[Bytes]) -> Numbers:
    """Join the stored occurrences of some blocks into one array, in the given order."""
    if not stored:
        return NONE
    counts = [len(some) // OCCURRENCE.itemsize for some in stored]
    occurrences = np.repeat(np.asarray(blocks, np.int64) << BLOCK_AT, counts)
    occurrences += np.frombuffer(b"".join(stored), OCCURRENCE)
    return occurrences


def stored_among(stored: Bytes, places: Numbers) -> bytes:
    """Return the stored occurrences of a block that are at some sorted places."""
    occurrences = np.frombuffer(stored, OCCURRENCE)
    if MANY_TIMES * len(places) < len(occurrences):
        # Within a single block, places are what entries are among all blocks.
        return among(occurrences, places).tobytes()
    wanted = np.zeros(1 << 8 * OCCURRENCE.itemsize - POSITION, np.bool_)
    wanted[places] = True
    return stored_where(stored, wanted)


def stored_where(stored: Bytes, wanted: Mask) -> bytes:
    """Return the stored occurrences of a block that are at wanted places.

    Args:
        stored: occurrences of a block, as stored.
        wanted: mask of its places.
    """
    occurrences = np.frombuffer(stored, OCCURRENCE)
    return occurrences.compress(wanted.take(occurrences >> POSITION)).tobytes()


def entry_at(occurrences: Numbers) -> Numbers:
    """Return the entry of each occurrence."""
    return occurrences >> POSITION


def entries_of(occurrences: Numbers) -> Numbers:
    """Return the distinct entries of sorted occurrences."""
    return distinct(entry_at(occurrences))


def distinct(numbers: Numbers) -> Numbers:
    """Return the distinct values of sorted numbers."""
    return numbers.compress(_is_first(numbers))


def entry_in(blocks: Numbers, places: Numbers) -> Numbers:
    """Return the entries at places in blocks."""
    return (blocks << BLOCK_AT - POSITION) + places


def block_of(entries: Numbers) -> Numbers:
    """Return the block number of each entry."""
    return entries >> BLOCK_AT - POSITION


def place_of(entries: Numbers) -> Numbers:
    """Return the place of each entry in its block."""
    return entries & (1 << BLOCK_AT - POSITION) - 1


def places_in_blocks(entries: Numbers) -> dict[int, Numbers]:
    """Return the places of sorted entries, keyed by block number."""
    in_blocks = block_of(entries)
    begins = np.flatnonzero(_is_first(in_blocks))
    places = place_of(entries)
    cuts = map(slice, begins.tolist(), [*begins[1:].tolist(), len(places)])
    return dict(zip(in_blocks[begins].tolist(), map(places.__getitem__, cuts), strict=True))


def begins_before(occurrences: Numbers, position: int) -> Numbers:
    """Shift occurrences from a position in a text back to where the text begins, keeping the order.

    Occurrences too close to the start of their text are left out.
    """
    if not position:
        return occurrences
    are_far_enough = occurrences & (1 << POSITION) - 1 >= position
    if not are_far_enough.all():
        occurrences = occurrences.compress(are_far_enough)
    return occurrences - position


def among(occurrences: NDArray[_Occurrence], entries: Numbers) -> NDArray[_Occurrence]:
    """Return the occurrences in any of the entries; both are sorted."""
    firsts = entries.astype(occurrences.dtype) << POSITION
    begins = np.searchsorted(occurrences, firsts)
    counts = np.searchsorted(occurrences, firsts + ((1 << POSITION) - 1), "right") - begins
    # For each entry, the consecutive indexes of its occurrences, starting with the first.
    skipped = np.repeat(begins - np.cumsum(counts) + counts, counts)
    return occurrences[skipped + np.arange(len(skipped))]


def common(one: Numbers, other: Numbers) -> Numbers:
    """Return the intersection of two sorted arrays without duplicates."""
    few, many = sorted((one, other), key=len)
    if MANY_TIMES * len(few) < len(many):
        return few.compress(_are_in(few, many))
    # A stable sort only has to merge the two sorted pieces.
    both = np.concatenate((few, many))
    both.sort(kind="stable")
    return both[:-1].compress(both[1:] == both[:-1])


def without(entries: Numbers, others: Numbers) -> Numbers:
    """Return the entries that are not among the others; both are sorted."""
    return entries.compress(~_are_in(entries, others))


def _is_first(numbers: Numbers) -> NDArray[np.bool_]:
    """Return for each of sorted numbers whether it differs from the previous one."""
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
