"""Look texts up in the index; `occurrences` describes the form of the arrays."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from sqlalchemy import Connection

from dateline.text_index.array_types import NONE, Bytes, Mask, Numbers
from dateline.text_index.blocks import BlockHeader, Field, listed, listed_blocks
from dateline.text_index.occurrences import (
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
    stored_among,
    stored_where,
)
from dateline.text_index.postings import FREQUENT, counted, occurrences_in, shared_by
from dateline.text_index.trigrams import (
    OCCURRENCE,
    TRIGRAM,
    characters_of,
    trigrams_beginning,
    trigrams_of,
)

LONGEST: Final = 32
"""Characters of a text that are looked up: hardly any entry matches so many but not the rest."""

_ALL: Final = "block, trigrams, ends, occurrences"

MANY_OCCURRENCES: Final = 1_000
"""Occurrences of a trigram in a block above which it is worth filtering them before they are joined
with those of other blocks."""

MUCH_RARER: Final = 4
"""How many times rarer than the chosen trigrams another one must be to be looked up before them."""


class TextQuery(NamedTuple):
    """A text to look up, and the trigrams to look it up by.

    Attributes:
        field: the field to search.
        characters: those that are looked up; `LONGEST` at most.
        is_whole: whether these are the whole text.
        positions: of trigrams that together cover all characters, rarest first. Empty if the text
            is shorter than a trigram: it is then looked up as all trigrams that begin with it.
        frequencies: occurrences per entry of each of these trigrams, as measured in some blocks;
            for a short text a single number, for all of its trigrams.
    """

    field: Field
    characters: list[int]
    is_whole: bool
    positions: tuple[int, ...]
    frequencies: tuple[float, ...]


class TextIndex:
    """The text index as one transaction sees it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def prepare(
        self, texts: Iterable[tuple[Field, str]], blocks: Sequence[BlockHeader]
    ) -> list[TextQuery]:
        """Return the texts in the order to look them up in: the rarest in some blocks first."""
        queries = [self._prepared(field, text, blocks) for field, text in texts]
        return sorted(queries, key=lambda one: one.frequencies[0])

    def entries_with(
        self,
        query: TextQuery,
        blocks: Sequence[BlockHeader],
        known: Numbers | None,
        occurrences_per_entry: int | None,
        wanted: Mapping[int, Mask] | None = None,
    ) -> tuple[Numbers, bool]:
        """Find the entries that contain a text.

        Args:
            query: the text.
            blocks: those to search.
            known: entries to search among; None for all entries of the blocks.
            occurrences_per_entry: if more occurrences per candidate are still to be read, the
                candidates are returned untested; None to always read on.
            wanted: mask of the places to consider in each block; None for all.

        Returns:
            The entries, sorted, and whether they are certain to contain the text.
        """
        blocks = blocks if known is None else _with(known, blocks)
        if not query.positions:
            found = self._occurrences_of_trigrams(
                query.field, blocks, *trigrams_beginning(query.characters)
            )
            # The occurrences come trigram by trigram, so their entries are not sorted.
            entries = distinct(np.sort(entry_at(found)))
            return (entries if known is None else common(entries, known)), True
        trigrams = trigrams_of(query.characters)
        occurrences, entries = NONE, NONE
        for number, position in enumerate(query.positions):
            candidates = entries if number else known
            found = begins_before(
                self._occurrences(
                    query.field,
                    blocks,
                    trigrams[position],
                    query.frequencies[number],
                    candidates,
                    wanted,
                ),
                position,
            )
            if number:
                occurrences = common(occurrences, found)
            else:
                occurrences = found if known is None else among(found, known)
            entries = entries_of(occurrences)
            blocks = _with(entries, blocks)
            left = sum(query.frequencies[number + 1 :]) * sum(block.entries for block in blocks)
            if occurrences_per_entry is not None and occurrences_per_entry * len(entries) < left:
                return entries, not len(entries)
        return entries, query.is_whole

    def _prepared(self, field: Field, text: str, blocks: Sequence[BlockHeader]) -> TextQuery:
        entries = sum(block.entries for block in blocks) or 1
        all_characters = characters_of(text)
        characters = all_characters[:LONGEST]
        is_whole = characters == all_characters
        trigrams = trigrams_of(characters)
        if not trigrams:
            first, after = trigrams_beginning(characters)
            numbers, counts = counted(
                self._beginning("trigrams, ends", field, blocks, first, after)
            )
            count = int(counts[(numbers >= first) & (numbers < after)].sum())
            return TextQuery(field, characters, is_whole, (), (count / entries,))
        times = self._times(field, blocks, trigrams)
        positions = _reaching_all(times)
        frequencies = tuple(times[at] / entries for at in positions)
        return TextQuery(field, characters, is_whole, positions, frequencies)

    def _times(self, field: Field, blocks: Sequence[BlockHeader], trigrams: list[int]) -> list[int]:
        """Count the occurrences of each trigram in some blocks."""
        either = {*trigrams, *shared_by(np.array(trigrams)).tolist()}
        rows = self._posting_lists(
            "trigrams, ends", field, blocks, [f"trigram IN ({listed(either)})"]
        )
        numbers, times = counted(rows)
        wanted, places = np.unique(trigrams, return_inverse=True)
        at = np.searchsorted(wanted, numbers) % len(wanted)
        is_wanted = wanted[at] == numbers
        sums = np.bincount(at[is_wanted], times[is_wanted], len(wanted))
        return list(sums[places].astype(int).tolist())

    def _occurrences(
        self,
        field: Field,
        blocks: Sequence[BlockHeader],
        trigram: int,
        frequency: float,
        among: Numbers | None,
        wanted: Mapping[int, Mask] | None,
    ) -> Numbers:
        """Return the sorted occurrences of a trigram.

        Args:
            field: the field to search.
            blocks: those to search.
            trigram: its number.
            frequency: estimated occurrences per entry.
            among: entries of interest; if they are few among many occurrences, those of other
                entries are left out.
            wanted: mask of the places in each block whose occurrences are returned; None for all.
        """
        if not blocks:
            return NONE
        stored: dict[int, Bytes] = {}
        left = blocks
        (shared,) = shared_by(np.array([trigram])).tolist()
        if frequency * sum(block.entries for block in blocks) >= FREQUENT * len(blocks):
            # Reading shared lists would then be mostly wasted.
            stored.update(
                self._posting_lists("block, occurrences", field, left, [f"trigram = {trigram}"])
            )
            left = [block for block in blocks if block.number not in stored]
        rows = self._posting_lists(_ALL, field, left, [f"trigram IN ({trigram}, {shared})"])
        stored.update(_occurrences_in(rows, trigram, trigram + 1))
        numbers = sorted(stored)
        size = sum(map(len, stored.values())) // OCCURRENCE.itemsize
        if among is not None and size > min(
            MANY_TIMES * len(among), MANY_OCCURRENCES * len(numbers)
        ):
            places = places_in_blocks(among)
            stored = {number: stored_among(stored[number], places[number]) for number in numbers}
        elif wanted is not None:
            stored = {number: stored_where(stored[number], wanted[number]) for number in numbers}
        return joined(numbers, [stored[number] for number in numbers])

    def _occurrences_of_trigrams(
        self, field: Field, blocks: Sequence[BlockHeader], first: int, after: int
    ) -> Numbers:
        """Return the occurrences of all trigrams that begin alike, in no order."""
        stored = _occurrences_in(self._beginning(_ALL, field, blocks, first, after), first, after)
        return joined([number for number, _ in stored], [occurrences for _, occurrences in stored])

    def _beginning(
        self, columns: str, field: Field, blocks: Sequence[BlockHeader], first: int, after: int
    ) -> Sequence[Any]:
        """Return posting lists with all trigrams that begin alike, and possibly other trigrams."""
        (shared,) = shared_by(np.array([first])).tolist()
        asked = [f"trigram >= {first} AND trigram < {after}"]
        if not first <= shared < after:
            asked.append(f"trigram = {shared}")
        return self._posting_lists(columns, field, blocks, asked)

    def _posting_lists(
        self, columns: str, field: Field, blocks: Sequence[BlockHeader], asked: Sequence[str]
    ) -> Sequence[Any]:
        """Return columns of the posting lists that match one of the disjoint conditions."""
        if not blocks:
            return ()
        all_of_blocks = (
            f"SELECT {columns} FROM postings WHERE field = {int(field)} "
            f"AND block IN ({listed_blocks(blocks)}) AND "
        )
        # Not OR, for which SQLite reads all posting lists of the blocks.
        statement = " UNION ALL ".join(f"{all_of_blocks}{condition}" for condition in asked)
        return self._connection.exec_driver_sql(statement).all()


def _occurrences_in(rows: Iterable[Any], first: int, after: int) -> list[tuple[int, Bytes]]:
    """Return block and occurrences of the trigrams in a range, for each list that has any."""
    bounds = np.array((first, after))
    found = (
        (number, occurrences_in(trigrams, ends, occurrences, bounds))
        for number, trigrams, ends, occurrences in rows
    )
    return [(number, occurrences) for number, occurrences in found if occurrences]


def _reaching_all(times: Sequence[int]) -> tuple[int, ...]:
    """Choose trigrams that together cover all characters of a text, rarest first.

    Args:
        times: the number of occurrences in some blocks of the trigram at each position.
    """
    # For each position, the least that must be read to cover everything up to it, and the position
    # chosen before it.
    least: list[tuple[int, int]] = []
    for position, own in enumerate(times):
        reachable = range(max(0, position - TRIGRAM), position)
        before = min(((least[at][0], at) for at in reachable), default=(0, 0))
        # Add one for each trigram, so that fewer trigrams win a tie.
        least.append((own + 1 + before[0], before[1]))
    chosen = {len(times) - 1}
    while min(chosen):
        chosen.add(least[min(chosen)][1])
    rarest = min(range(len(times)), key=times.__getitem__)
    if MUCH_RARER * times[rarest] < min(times[at] for at in chosen):
        chosen.add(rarest)
    return tuple(sorted(chosen, key=lambda at: (times[at], at)))


def _with(entries: Numbers, blocks: Sequence[BlockHeader]) -> list[BlockHeader]:
    """Return the blocks that contain any of the entries."""
    numbers = set(distinct(block_of(entries)).tolist())
    return [block for block in blocks if block.number in numbers]
