"""Runs and spots: what a plain loop over all texts finds."""

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.text_index.runs import (
    ALONE,
    FILLERS,
    HALVES,
    PART,
    POSITION,
    RUN,
    SPOT,
    characters_of,
    runs_beginning,
    runs_in,
    runs_of,
    spots_of,
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
        for at, character in enumerate(characters[: -len(FILLERS)]):
            spots[number_of(characters[at : at + RUN])].append((place << POSITION) + at)
            if character >= ALONE and character not in HALVES:
                spots[number_of([character])].append((place << POSITION) + at)
    return spots


@given(
    st.lists(TEXTS, min_size=1, max_size=20), st.integers(0, 60_000), st.sampled_from([1, 5, PART])
)
def test_every_run_has_all_of_its_spots(texts: list[str], first: int, part: int) -> None:
    places = [first + 2 * number for number in range(len(texts))]
    with pytest.MonkeyPatch.context() as patch:
        # In however many parts they are found.
        patch.setattr("dateline.text_index.runs.PART", part)
        found = list(spots_of(runs_in(texts, places)))
    assert [spots.run for spots in found] == sorted(expected(texts, places))
    for spots in found:
        values = np.frombuffer(spots.spots, SPOT).tolist()
        assert values == expected(texts, places)[spots.run]
        assert spots.times == len(values)


@given(st.text(alphabet="ab中文\U0010ffff", min_size=1, max_size=10))
def test_a_text_is_asked_for_by_the_runs_that_it_is_indexed_with(text: str) -> None:
    spots = {found.run: found.spots for found in spots_of(runs_in([f"x{text}y"], [0]))}
    for position, run in enumerate(runs_of(characters_of(text)), len("x")):
        assert position in np.frombuffer(spots[run], SPOT)


@pytest.mark.parametrize("text", ["中", "中文"])
def test_a_short_text_of_characters_that_are_runs_is_asked_for_by_these(text: str) -> None:
    assert runs_of(characters_of(text)) == [number_of([ord(character)]) for character in text]


@pytest.mark.parametrize("text", ["a", "ab", "中b", "a中", "\U0010ffff"])
def test_any_other_short_text_is_asked_for_by_no_run(text: str) -> None:
    assert runs_of(characters_of(text)) == []


CHARACTERS = st.integers(0, 2**16 - 1)


@given(st.lists(CHARACTERS, min_size=1, max_size=2), st.lists(CHARACTERS, min_size=3, max_size=3))
def test_a_short_text_is_a_range_of_runs(beginning: list[int], run: list[int]) -> None:
    for one in (run, [*beginning, *run][:RUN]):
        first, after = runs_beginning(beginning)
        assert (first <= number_of(one) < after) == (one[: len(beginning)] == beginning)


def test_a_character_that_no_text_has_is_no_failure() -> None:
    assert runs_of(characters_of("\udcff")) == runs_of([0xDCFF])
