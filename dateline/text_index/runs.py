"""Texts as runs of three characters, and runs as numbers; nothing here knows a database.

Characters are those of UTF-16: a rare one beyond 2 ** 16 counts as two, and what has both has the
one. Two fillers at the end of each text let every character begin a run, so that a question of one
or two characters is a question for the runs that begin with them.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Characters = NDArray[np.uint16]

RUN: Final = 3
"""Characters in a run."""

FILLER: Final = "Z"
"""Upper-case, so that no folded text has it: it ends texts, and is never looked for."""

FILLERS: Final = (RUN - 1) * FILLER

ALONE: Final = 0x2E80
"""Characters from here on (of Chinese, Japanese and Korean) are also runs by themselves: one of them
is a fair question, and they begin so many runs of three that to ask for all of those would be slow."""

HALVES: Final = range(0xD800, 0xE000)
"""What the rare characters are made of; none is one by itself."""

CHARACTER: Final = 16
"""Bits of a character in the number of a run."""

POSITION: Final = 16
"""Bits of a position in a spot. The longest URL folds into fewer characters, whatever they are."""

SPOT: Final = np.dtype("<u4")
"""Where a run stands, as it is stored: the place of its text in the block, and the position there.

Of the 32 bits the lower `POSITION` are the position, the others the place."""


class Spots(NamedTuple):
    """Where one run stands in the texts of a block.

    Attributes:
        run: its number.
        times: how often it stands there.
        spots: where, in ascending order, as bytes of `SPOT`.
    """

    run: int
    times: int
    spots: bytes


def characters_of(text: str) -> list[int]:
    """Give the characters of a text that is asked for."""
    # A broken one, which no entry has, is no reason to fail.
    encoded = text.encode("utf-16-le", "surrogatepass")
    return list(np.frombuffer(encoded, np.dtype("<u2")).tolist())


def runs_of(characters: Sequence[int]) -> list[int]:
    """Give the number of the run at each position of a text that is asked for.

    None for a text shorter than a run, but for one character that is a run by itself.
    """
    if len(characters) == 1 and characters[0] >= ALONE:
        return [_number_of(characters[0], 0, 0)]
    return [_number_of(*characters[at : at + RUN]) for at in range(len(characters) - RUN + 1)]


def runs_beginning(characters: Sequence[int]) -> tuple[int, int]:
    """Give the first number of the runs that begin with one or two characters, and the next after.

    Args:
        characters: fewer than a run has.
    """
    first = _number_of(*characters, *[0] * (RUN - len(characters)))
    return first, first + (1 << CHARACTER * (RUN - len(characters)))


def spots_of(texts: Sequence[str], places: Sequence[int]) -> Iterator[Spots]:
    """Give all runs of some texts, in the order of their numbers.

    Args:
        texts: folded.
        places: the place of each text in its block, ascending; less than 2 ** 16.
    """
    if not texts:
        return
    # One array over all texts: what begins in the fillers is no run of a text.
    joined = f"{FILLERS.join(texts)}{FILLERS}"
    characters = np.frombuffer(joined.encode("utf-16-le"), np.dtype("<u2"))
    in_text = characters != ord(FILLER)
    alone = in_text & (characters >= ALONE)
    alone &= (characters < HALVES.start) | (characters >= HALVES.stop)
    spots = _all_spots(in_text, places)
    spots = np.concatenate((spots[in_text], spots[alone]))
    nothing = np.zeros(np.count_nonzero(alone), np.uint16)
    run = (
        np.concatenate((characters[in_text], characters[alone])),
        np.concatenate((characters[1:][in_text[:-1]], nothing)),
        np.concatenate((characters[2:][in_text[:-2]], nothing)),
    )
    # They are large, and a block is made beside all that an import has in memory.
    del characters, in_text, alone
    order = _order_of(run)
    stored = spots[order].tobytes()
    starts, numbers = _distinct(run, order)
    del spots, run, order
    cuts = [*(starts * SPOT.itemsize).tolist(), len(stored)]
    for number, start, end in zip(numbers.tolist(), cuts, cuts[1:], strict=False):
        yield Spots(number, (end - start) // SPOT.itemsize, stored[start:end])


def _all_spots(in_text: NDArray[np.bool_], places: Sequence[int]) -> NDArray[np.uint32]:
    """Give the spot of each character of texts that stand behind each other, fillers included."""
    ends = np.flatnonzero(~in_text)[len(FILLERS) - 1 :: len(FILLERS)] + 1
    begins = np.concatenate(([0], ends[:-1]))
    # Modulo 2 ** 32, as all arithmetics of this type are.
    begin_at = (np.asarray(places, SPOT) << POSITION) - begins.astype(SPOT)
    spots = np.repeat(begin_at, ends - begins)
    spots += np.arange(len(spots), dtype=SPOT)
    return spots


def _number_of(first: int, second: int, third: int) -> int:
    return (first << 2 * CHARACTER) + (second << CHARACTER) + third


def _order_of(run: tuple[Characters, ...]) -> NDArray[np.uint32]:
    """Sort by the three characters of runs; equal runs stay in the order that they have.

    By one character after the other, the last one first: NumPy sorts numbers of 16 bits many times
    faster than longer ones.
    """
    first, second, third = run
    order = np.argsort(third, kind="stable").astype(np.uint32)
    for characters in (second, first):
        order = order[np.argsort(characters[order], kind="stable")]
    return order


def _distinct(run: tuple[Characters, ...], order: NDArray[np.uint32]) -> tuple[Numbers, Numbers]:
    """Tell where in the order each run begins, and its number."""
    is_first = np.ones(len(order), np.bool_)
    is_first[1:] = False
    for characters in run:
        in_order = characters[order]
        is_first[1:] |= in_order[1:] != in_order[:-1]
    starts = np.flatnonzero(is_first)
    numbers = np.zeros(len(starts), np.int64)
    for characters in run:
        numbers <<= CHARACTER
        numbers += characters[order[starts]]
    return starts, numbers
