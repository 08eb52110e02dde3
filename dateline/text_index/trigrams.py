"""Texts as trigrams, and trigrams as numbers; nothing here knows a database.

A trigram is three characters in a row. Characters are those of UTF-16: a rare one beyond 2 ** 16
counts as two, and what has both has the one. Two fillers at the end of each text let every
character begin a trigram, so that a question of one or two characters is a question for the
trigrams that begin with them.
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
"""Upper-case, so that no folded text has it: it ends texts, and is never looked for."""

FILLERS: Final = (TRIGRAM - 1) * FILLER

CHARACTER: Final = 16
"""Bits of a character in the number of a trigram."""

POSITION: Final = 16
"""Bits of a position in an occurrence. The longest URL folds into fewer characters, whatever they
are."""

OCCURRENCE: Final = np.dtype("<u4")
"""Where a trigram stands, as it is stored: the place of its text in the block, and the position in
the text.

Of the 32 bits the lower `POSITION` are the position, the others the place."""


CHARACTERS: Final = np.dtype("<u2")
"""A character of UTF-16."""

PART: Final = 100_000
"""Occurrences that are sorted together, about: their arrays fit into the caches of a processor."""


class Trigrams(NamedTuple):
    """Trigrams of some texts of a block, in the order of their numbers.

    Attributes:
        numbers: of each trigram once.
        ends: the end of the occurrences of each trigram among all occurrences.
        occurrences: of one trigram after the other, those of each in ascending order; of
            `OCCURRENCE`.
    """

    numbers: Numbers
    ends: Numbers
    occurrences: Occurrences


def characters_of(text: str) -> list[int]:
    """Give the characters of a text that is asked for."""
    # A broken one, which no entry has, is no reason to fail.
    encoded = text.encode("utf-16-le", "surrogatepass")
    return list(np.frombuffer(encoded, CHARACTERS).tolist())


def trigrams_of(characters: Sequence[int]) -> list[int]:
    """Give the number of the trigram at each position of a text that is asked for.

    A text shorter than a trigram has none.
    """
    return [
        _number_of(*characters[at : at + TRIGRAM]) for at in range(len(characters) - TRIGRAM + 1)
    ]


def trigrams_beginning(characters: Sequence[int]) -> tuple[int, int]:
    """Give the range of numbers of the trigrams with the same beginning.

    Args:
        characters: with which they begin, one or two.

    Returns:
        The first number, and the next after the last.
    """
    first = _number_of(*characters, *[0] * (TRIGRAM - len(characters)))
    return first, first + (1 << CHARACTER * (TRIGRAM - len(characters)))


def trigrams_in(texts: Sequence[str], places: Sequence[int]) -> Iterator[Trigrams]:
    """Find all trigrams of some texts, in the order of their numbers, part after part.

    NumPy does it all, without Python's lock for most of the time.

    Args:
        texts: folded; at least one.
        places: the place of each text in its block, ascending; less than 2 ** 16.
    """
    # One array over all texts: what begins in the fillers is no trigram of a text.
    joined = f"{FILLERS.join(texts)}{FILLERS}"
    characters = np.frombuffer(joined.encode("utf-16-le"), CHARACTERS)
    del joined
    fillers = np.flatnonzero(characters == ord(FILLER))
    text_begins = np.append(0, fillers[len(FILLERS) - 1 : -1 : len(FILLERS)] + 1)
    # How far the occurrences of a text are from the places of its characters among all of them;
    # modulo 2 ** 32, as all arithmetics of their type are.
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
    """Give where trigrams begin, by ranges of their first characters; none without one.

    One range has about `PART` of them, so that the arrays in which they are sorted stay small.
    """
    times = np.zeros(1 << CHARACTER, np.int64)
    # By and by, as NumPy makes a number of 64 bits of each character that it counts.
    for begin in range(0, len(characters), PART):
        times += np.bincount(characters[begin : begin + PART], minlength=len(times))
    times[ord(FILLER)] = 0
    # Occurrences before each character, in parts; no trigram begins with a filler: it is in none.
    part_of = (np.cumsum(times) - times) // PART
    count = int(part_of.max()) + 1
    part_of[ord(FILLER)] = count
    # As small as they can be, as there is one for each character of a block.
    parts = part_of.astype(np.min_scalar_type(count))[characters]
    for part in range(count):
        begins = np.flatnonzero(parts == part)
        # None after a character that fills more than one part.
        if len(begins):
            yield begins


def _number_of(first: int, second: int, third: int) -> int:
    return (first << 2 * CHARACTER) + (second << CHARACTER) + third


def _order_of(trigram: tuple[Characters, ...]) -> NDArray[np.uint32]:
    """Sort by the three characters of trigrams; equal trigrams stay in the order that they have.

    By one character after the other, the last one first: NumPy sorts numbers of 16 bits many times
    faster than longer ones.
    """
    first, second, third = trigram
    order = np.argsort(third, kind="stable").astype(np.uint32)
    for characters in (second, first):
        order = order[np.argsort(characters[order], kind="stable")]
    return order


def _distinct(
    trigram: tuple[Characters, ...], order: NDArray[np.uint32]
) -> tuple[Numbers, Numbers]:
    """Tell where in the order each trigram begins, and its number."""
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
