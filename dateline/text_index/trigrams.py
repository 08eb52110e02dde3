"""Texts as trigrams, and trigrams as numbers; nothing here knows a database.

A trigram is three consecutive characters. Characters are those of UTF-16: a rare one beyond U+FFFF
counts as two, and a text that contains both contains it. Two padding characters at the end of each
text let every character begin a trigram, so a text of one or two characters is looked up as the
trigrams that begin with it.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dateline.text_index.array_types import Numbers

Characters = NDArray[np.uint16]
Occurrences = NDArray[Any]

TRIGRAM: Final = 3
"""Characters in a trigram."""

FILLER: Final = "Z"
"""Pads the end of each text, and is never looked up. Upper case, so no folded text contains it."""

FILLERS: Final = (TRIGRAM - 1) * FILLER

CHARACTER: Final = 16
"""Bits per character in the number of a trigram."""

POSITION: Final = 16
"""Bits of a position in an occurrence. They suffice for the longest URL when folded, whatever its
characters."""

OCCURRENCE: Final = np.dtype("<u4")
"""Where a trigram occurs, as stored: the place of its text in the block, and the position in the
text.

Of the 32 bits, the lower `POSITION` are the position, the others the place."""


CHARACTERS: Final = np.dtype("<u2")
"""A UTF-16 character."""

PART: Final = 100_000
"""Approximate number of occurrences to sort together: their arrays fit into the CPU caches."""


class Trigrams(NamedTuple):
    """Trigrams of some texts of a block, in the order of their numbers.

    Attributes:
        numbers: of the trigrams, without duplicates.
        ends: where the occurrences of each trigram end in `occurrences`.
        occurrences: trigram by trigram, ascending for each; of `OCCURRENCE`.
    """

    numbers: Numbers
    ends: Numbers
    occurrences: Occurrences


def characters_of(text: str) -> list[int]:
    """Return the UTF-16 characters of a text to look up."""
    # Lone surrogates, which no entry contains, must not raise an error.
    encoded = text.encode("utf-16-le", "surrogatepass")
    return list(np.frombuffer(encoded, CHARACTERS).tolist())


def trigrams_of(characters: Sequence[int]) -> list[int]:
    """Return the number of the trigram at each position of a text to look up.

    A text shorter than a trigram has none.
    """
    return [
        _number_of(*characters[at : at + TRIGRAM]) for at in range(len(characters) - TRIGRAM + 1)
    ]


def trigrams_beginning(characters: Sequence[int]) -> tuple[int, int]:
    """Return the range of the numbers of all trigrams that begin alike.

    Args:
        characters: the one or two that they begin with.

    Returns:
        The first number, and the first one after the range.
    """
    first = _number_of(*characters, *[0] * (TRIGRAM - len(characters)))
    return first, first + (1 << CHARACTER * (TRIGRAM - len(characters)))


def trigrams_in(texts: Sequence[str], places: Sequence[int]) -> Iterator[Trigrams]:
    """Yield all trigrams of some texts, in the order of their numbers, part by part.

    NumPy does all of it, mostly without holding the GIL.

    Args:
        texts: folded; at least one.
        places: the place of each text in its block, ascending; less than 2 ** 16.
    """
    # One array for all texts; trigrams that begin with a filler belong to no text.
    joined = f"{FILLERS.join(texts)}{FILLERS}"
    characters = np.frombuffer(joined.encode("utf-16-le"), CHARACTERS)
    del joined
    fillers = np.flatnonzero(characters == ord(FILLER))
    text_begins = np.append(0, fillers[len(FILLERS) - 1 : -1 : len(FILLERS)] + 1)
    # For each text, the difference between its occurrences and the indexes of its characters in the
    # array; modulo 2 ** 32, as is all arithmetic of this type.
    shifts = (np.asarray(places, OCCURRENCE) << POSITION) - text_begins.astype(OCCURRENCE)
    for begins in _parts(characters):
        text_of = np.searchsorted(text_begins, begins, "right") - 1
        occurrences = shifts[text_of] + begins.astype(OCCURRENCE)
        trigram = tuple(characters[begins + at] for at in range(TRIGRAM))
        order = _order_of(trigram)
        starts, numbers = _distinct(trigram, order)
        ends = np.append(starts, len(order))[1:]
        yield Trigrams(numbers, ends, occurrences[order])


def _parts(characters: Characters) -> Iterator[Numbers]:
    """Yield the indexes where trigrams begin, by ranges of their first characters, none empty.

    A range has about `PART` trigrams, so that the arrays to sort stay small.
    """
    times = np.zeros(1 << CHARACTER, np.int64)
    # In steps, because `bincount` converts each character to a 64-bit number.
    for begin in range(0, len(characters), PART):
        times += np.bincount(characters[begin : begin + PART], minlength=len(times))
    times[ord(FILLER)] = 0
    # The part of each first character: the occurrences before it, divided by `PART`. A filler
    # begins no trigram, so it is in no part.
    part_of = (np.cumsum(times) - times) // PART
    count = int(part_of.max()) + 1
    part_of[ord(FILLER)] = count
    # The smallest type possible, because there is one value for each character of a block.
    parts = part_of.astype(np.min_scalar_type(count))[characters]
    for part in range(count):
        begins = np.flatnonzero(parts == part)
        # After a character that fills more than one part, the next parts are empty.
        if len(begins):
            yield begins


def _number_of(first: int, second: int, third: int) -> int:
    return (first << 2 * CHARACTER) + (second << CHARACTER) + third


def _order_of(trigram: tuple[Characters, ...]) -> NDArray[np.uint32]:
    """Return the indexes that sort trigrams, in a stable order.

    This is a radix sort by single characters, the last one first: NumPy sorts 16-bit numbers many
    times faster than longer ones.
    """
    first, second, third = trigram
    order = np.argsort(third, kind="stable").astype(np.uint32)
    for characters in (second, first):
        order = order[np.argsort(characters[order], kind="stable")]
    return order


def _distinct(
    trigram: tuple[Characters, ...], order: NDArray[np.uint32]
) -> tuple[Numbers, Numbers]:
    """Return where in the order each distinct trigram begins, and its number."""
    is_first = np.ones(len(order), np.bool_)
    is_first[1:] = False
    for characters in trigram:
        in_order = characters[order]
        is_first[1:] |= in_order[1:] != in_order[:-1]
    starts = np.flatnonzero(is_first)
    numbers = np.zeros(len(starts), np.int64)
    for characters in trigram:
        numbers <<= CHARACTER
        numbers += characters[order[starts]]
    return starts, numbers
