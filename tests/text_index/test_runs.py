"""Runs and spots: what a plain loop over all texts finds."""

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.text_index.runs import (
    FILLERS,
    PART,
    POSITION,
    RUN,
    SPOT,
    Runs,
    characters_of,
    runs_beginning,
    runs_in,
    runs_of,
)

# Few letters, so that runs meet again; and the greatest code points there are.
TEXTS = st.text(alphabet="ab z中文\U0001f600\U0010ffff", min_size=0, max_size=40)


def number_of(characters: list[int]) -> int:
    (number,) = runs_of(characters)
    return number


def expected(texts: list[str], places: list[int]) -> dict[int, list[int]]:
    spots: dict[int, list[int]] = defaultdict(list)
    for text, place in zip(texts, places, strict=True):
        characters = characters_of(text + FILLERS)
        for at in range(len(characters) - len(FILLERS)):
            spots[number_of(characters[at : at + RUN])].append((place << POSITION) + at)
    return spots


def each(runs: Runs) -> Iterator[tuple[int, list[int]]]:
    """Give the number and the spots of each run."""
    assert runs.spots.dtype == SPOT
    for number, spots in zip(
        runs.numbers.tolist(), np.split(runs.spots, runs.ends[:-1]), strict=True
    ):
        yield number, spots.tolist()


@given(
    st.lists(TEXTS, min_size=1, max_size=20), st.integers(0, 60_000), st.sampled_from([1, 5, PART])
)
def test_every_run_has_all_of_its_spots(texts: list[str], first: int, part: int) -> None:
    places = [first + 2 * number for number in range(len(texts))]
    with pytest.MonkeyPatch.context() as patch:
        # In however many parts they are found.
        patch.setattr("dateline.text_index.runs.PART", part)
        found = [one for runs in runs_in(texts, places) for one in each(runs)]
    assert found == sorted(expected(texts, places).items())


@given(st.text(alphabet="ab中文\U0010ffff", min_size=1, max_size=10))
def test_a_text_is_asked_for_by_the_runs_that_it_is_indexed_with(text: str) -> None:
    spots = dict(one for runs in runs_in([f"x{text}y"], [0]) for one in each(runs))
    for position, run in enumerate(runs_of(characters_of(text)), len("x")):
        assert position in spots[run]


@pytest.mark.parametrize("text", ["", "a", "ab", "中文", "\U0010ffff"])
def test_a_short_text_is_asked_for_by_no_run(text: str) -> None:
    assert runs_of(characters_of(text)) == []


CHARACTERS = st.integers(0, 2**16 - 1)


@given(st.lists(CHARACTERS, min_size=1, max_size=2), st.lists(CHARACTERS, min_size=3, max_size=3))
def test_a_short_text_is_a_range_of_runs(beginning: list[int], run: list[int]) -> None:
    for one in (run, [*beginning, *run][:RUN]):
        first, after = runs_beginning(beginning)
        assert (first <= number_of(one) < after) == (one[: len(beginning)] == beginning)


def test_a_character_that_no_text_has_is_no_failure() -> None:
    assert runs_of(characters_of("\udcff")) == runs_of([0xDCFF])
