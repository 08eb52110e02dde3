"""Asking the text index, block by block; its arrays have the form that `spots` describes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from sqlalchemy import Connection

from dateline.text_index.blocks import Field, Range, listed, listed_blocks
from dateline.text_index.postings import FREQUENT, counted, shared_by, spots_in
from dateline.text_index.runs import (
    NONE,
    RUN,
    SPOT,
    Bytes,
    Numbers,
    Truths,
    characters_of,
    runs_beginning,
    runs_of,
)
from dateline.text_index.spots import (
    MANY_TIMES,
    among,
    begins_before,
    block_of,
    common,
    distinct,
    entries_of,
    entry_at,
    joined,
    places_in_blocks,
    spots_among,
    spots_where,
)

LONGEST: Final = 32
"""Characters of a text that are asked for: hardly an entry has so many and not the rest."""

_ALL: Final = "block, runs, ends, spots"

MANY_SPOTS: Final = 1_000
"""Spots of a run in a block from which on it is worth leaving some out before they are put together
with those of other blocks."""

MUCH_RARER: Final = 4
"""Times that a run is rarer than those that are needed, to be asked for before them."""


class Asked(NamedTuple):
    """A text that is asked for, and how it is found.

    Attributes:
        field: in which of the two texts.
        characters: those that are asked for; `LONGEST` at most.
        is_whole: whether these are all of the text.
        positions: of runs that together have every character, the rarest first; none where it is
            too short to have one, and all runs that begin with it are asked for.
        spots: of each of these runs, how many there are for each entry, as it was in some blocks;
            of a short text one number, for all of its runs.
    """

    field: Field
    characters: list[int]
    is_whole: bool
    positions: tuple[int, ...]
    spots: tuple[float, ...]


class TextIndex:
    """The text index as one transaction sees it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def prepare(self, texts: Iterable[tuple[Field, str]], blocks: Sequence[Range]) -> list[Asked]:
        """Put texts in the order in which to ask for them: the rarest in some blocks first."""
        asked = [self._prepared(field, text, blocks) for field, text in texts]
        return sorted(asked, key=lambda one: one.spots[0])

    def entries_with(
        self,
        asked: Asked,
        blocks: Sequence[Range],
        known: Numbers | None,
        spots_an_entry: int | None,
        wanted: Mapping[int, Truths] | None = None,
    ) -> tuple[Numbers, bool]:
        """Find the entries that have a text.

        Args:
            asked: the text.
            blocks: where it is looked for.
            known: entries among which it is looked for; None for all of the blocks.
            spots_an_entry: what an entry is worth: where fewer spots for each candidate are left to
                be read, the candidates are given as they are; None if they never are.
            wanted: of each of the blocks the places that entries may be at; None for all.

        Returns:
            The entries, sorted, and whether it is certain that they have the text.
        """
        blocks = blocks if known is None else _with(known, blocks)
        if not asked.positions:
            found = self._spots_of_runs(asked.field, blocks, *runs_beginning(asked.characters))
            # Of many runs, one after the other.
            entries = distinct(np.sort(entry_at(found)))
            return (entries if known is None else common(entries, known)), True
        runs = runs_of(asked.characters)
        spots, entries = NONE, NONE
        for number, position in enumerate(asked.positions):
            candidates = entries if number else known
            found = begins_before(
                self._spots(
                    asked.field, blocks, runs[position], asked.spots[number], candidates, wanted
                ),
                position,
            )
            if number:
                spots = common(spots, found)
            else:
                spots = found if known is None else among(found, known)
            entries = entries_of(spots)
            blocks = _with(entries, blocks)
            left = sum(asked.spots[number + 1 :]) * sum(block.entries for block in blocks)
            if spots_an_entry is not None and spots_an_entry * len(entries) < left:
                return entries, not len(entries)
        return entries, asked.is_whole

    def _prepared(self, field: Field, text: str, blocks: Sequence[Range]) -> Asked:
        entries = sum(block.entries for block in blocks) or 1
        all_characters = characters_of(text)
        characters = all_characters[:LONGEST]
        is_whole = characters == all_characters
        runs = runs_of(characters)
        if not runs:
            first, after = runs_beginning(characters)
            numbers, counts = counted(self._beginning("runs, ends", field, blocks, first, after))
            count = int(counts[(numbers >= first) & (numbers < after)].sum())
            return Asked(field, characters, is_whole, (), (count / entries,))
        times = self._times(field, blocks, runs)
        positions = _reaching_all(times)
        spots = tuple(times[at] / entries for at in positions)
        return Asked(field, characters, is_whole, positions, spots)

    def _times(self, field: Field, blocks: Sequence[Range], runs: list[int]) -> list[int]:
        """Tell how often each of some runs stands in some blocks."""
        either = {*runs, *shared_by(np.array(runs)).tolist()}
        rows = self._postings("runs, ends", field, blocks, [f"run IN ({listed(either)})"])
        numbers, times = counted(rows)
        wanted, places = np.unique(runs, return_inverse=True)
        at = np.searchsorted(wanted, numbers) % len(wanted)
        is_wanted = wanted[at] == numbers
        sums = np.bincount(at[is_wanted], times[is_wanted], len(wanted))
        return list(sums[places].astype(int).tolist())

    def _spots(
        self,
        field: Field,
        blocks: Sequence[Range],
        run: int,
        spots_an_entry: float,
        among: Numbers | None,
        wanted: Mapping[int, Truths] | None,
    ) -> Numbers:
        """Give the spots of a run, sorted.

        Args:
            field: where it is looked for.
            blocks: as well.
            run: its number.
            spots_an_entry: how many there are for each entry, as far as is known.
            among: where few entries are looked at among many spots, those of others may be left out.
            wanted: of each block the places whose spots are given; None for all.
        """
        if not blocks:
            return NONE
        stored: dict[int, Bytes] = {}
        left = blocks
        (shared,) = shared_by(np.array([run])).tolist()
        if spots_an_entry * sum(block.entries for block in blocks) >= FREQUENT * len(blocks):
            # What is read of a posting that others share is then mostly read for nothing.
            stored.update(self._postings("block, spots", field, left, [f"run = {run}"]))
            left = [block for block in blocks if block.number not in stored]
        rows = self._postings(_ALL, field, left, [f"run IN ({run}, {shared})"])
        stored.update(_spots_in(rows, run, run + 1))
        numbers = sorted(stored)
        size = sum(map(len, stored.values())) // SPOT.itemsize
        if among is not None and size > min(MANY_TIMES * len(among), MANY_SPOTS * len(numbers)):
            places = places_in_blocks(among)
            stored = {number: spots_among(stored[number], places[number]) for number in numbers}
        elif wanted is not None:
            stored = {number: spots_where(stored[number], wanted[number]) for number in numbers}
        return joined(numbers, [stored[number] for number in numbers])

    def _spots_of_runs(
        self, field: Field, blocks: Sequence[Range], first: int, after: int
    ) -> Numbers:
        """Give the spots of all runs that begin with one or two characters, in no order."""
        stored = _spots_in(self._beginning(_ALL, field, blocks, first, after), first, after)
        return joined([number for number, _ in stored], [spots for _, spots in stored])

    def _beginning(
        self, columns: str, field: Field, blocks: Sequence[Range], first: int, after: int
    ) -> Sequence[Any]:
        """Give postings that have all runs that begin with one or two characters, and others."""
        (shared,) = shared_by(np.array([first])).tolist()
        asked = [f"run >= {first} AND run < {after}"]
        if not first <= shared < after:
            asked.append(f"run = {shared}")
        return self._postings(columns, field, blocks, asked)

    def _postings(
        self, columns: str, field: Field, blocks: Sequence[Range], asked: Sequence[str]
    ) -> Sequence[Any]:
        """Give columns of postings for which one of some conditions holds, and never two of them."""
        if not blocks:
            return ()
        all_of_blocks = (
            f"SELECT {columns} FROM postings WHERE field = {int(field)} "
            f"AND block IN ({listed_blocks(blocks)}) AND "
        )
        # Not by OR, for which SQLite reads all postings of the blocks.
        statement = " UNION ALL ".join(f"{all_of_blocks}{condition}" for condition in asked)
        return self._connection.exec_driver_sql(statement).all()


def _spots_in(rows: Iterable[Any], first: int, after: int) -> list[tuple[int, Bytes]]:
    """Give the block and the spots of postings that have some of the runs in a range."""
    found = (
        (number, spots_in(runs, ends, spots, first, after)) for number, runs, ends, spots in rows
    )
    return [(number, spots) for number, spots in found if spots]


def _reaching_all(times: Sequence[int]) -> tuple[int, ...]:
    """Choose runs that have every character of a text between them, the rarest first.

    Args:
        times: how often the run at each position stands in some blocks.
    """
    # Of each position the least that can be read up to it, and from which position one comes to it.
    least: list[tuple[int, int]] = []
    for position, own in enumerate(times):
        reachable = range(max(0, position - RUN), position)
        before = min(((least[at][0], at) for at in reachable), default=(0, 0))
        # One more for each run, so that of equal ways the one with fewer of them is taken.
        least.append((own + 1 + before[0], before[1]))
    chosen = {len(times) - 1}
    while min(chosen):
        chosen.add(least[min(chosen)][1])
    rarest = min(range(len(times)), key=times.__getitem__)
    if MUCH_RARER * times[rarest] < min(times[at] for at in chosen):
        chosen.add(rarest)
    return tuple(sorted(chosen, key=lambda at: (times[at], at)))


def _with(entries: Numbers, blocks: Sequence[Range]) -> list[Range]:
    """Give those of the blocks that have one of the entries."""
    numbers = set(distinct(block_of(entries)).tolist())
    return [block for block in blocks if block.number in numbers]
