"""Trigrams and occurrences: the same as found by a plain loop over all texts."""

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.text_index.trigrams import (
    FILLERS,
    OCCURRENCE,
    PART,
    POSITION,
    TRIGRAM,
    Trigrams,
    characters_of,
    trigrams_beginning,
    trigrams_in,
    trigrams_of,
)

# Few letters, so that trigrams recur; and the highest code points.
TEXTS = st.text(alphabet="ab z中文\U0001f600\U0010ffff", min_size=0, max_size=40)


def number_of(characters: list[int]) -> int:
    (number,) = trigrams_of(characters)
    return number


def expected(texts: list[str], places: list[int]) -> dict[int, list[int]]:
    occurrences: dict[int, list[int]] = defaultdict(list)
    for text, place in zip(texts, places, strict=True):
        characters = characters_of(text + FILLERS)
        for at in range(len(characters) - len(FILLERS)):
            occurrences[number_of(characters[at : at + TRIGRAM])].append((place << POSITION) + at)
    return occurrences


def each(trigrams: Trigrams) -> Iterator[tuple[int, list[int]]]:
    """Yield the number and the occurrences of each trigram."""
    assert trigrams.occurrences.dtype == OCCURRENCE
    for number, occurrences in zip(
        trigrams.numbers.tolist(), np.split(trigrams.occurrences, trigrams.ends[:-1]), strict=True
    ):
        yield number, occurrences.tolist()


@given(
    st.lists(TEXTS, min_size=1, max_size=20), st.integers(0, 60_000), st.sampled_from([1, 5, PART])
)
def test_every_trigram_has_all_of_its_occurrences(texts: list[str], first: int, part: int) -> None:
    places = [first + 2 * number for number in range(len(texts))]
    with pytest.MonkeyPatch.context() as patch:
        # The result must not depend on the size of the parts.
        patch.setattr("dateline.text_index.trigrams.PART", part)
        found = [one for trigrams in trigrams_in(texts, places) for one in each(trigrams)]
    assert found == sorted(expected(texts, places).items())


@given(st.text(alphabet="ab中文\U0010ffff", min_size=1, max_size=10))
def test_a_text_is_asked_for_by_the_trigrams_that_it_is_indexed_with(text: str) -> None:
    occurrences = dict(
        one for trigrams in trigrams_in([f"x{text}y"], [0]) for one in each(trigrams)
    )
    for position, trigram in enumerate(trigrams_of(characters_of(text)), len("x")):
        assert position in occurrences[trigram]


@pytest.mark.parametrize("text", ["", "a", "ab", "中文", "\U0010ffff"])
def test_a_short_text_is_asked_for_by_no_trigram(text: str) -> None:
    assert trigrams_of(characters_of(text)) == []


CHARACTERS = st.integers(0, 2**16 - 1)


@given(st.lists(CHARACTERS, min_size=1, max_size=2), st.lists(CHARACTERS, min_size=3, max_size=3))
def test_a_short_text_is_a_range_of_trigrams(beginning: list[int], trigram: list[int]) -> None:
    for one in (trigram, [*beginning, *trigram][:TRIGRAM]):
        first, after = trigrams_beginning(beginning)
        assert (first <= number_of(one) < after) == (one[: len(beginning)] == beginning)


def test_a_character_that_no_text_has_is_no_error() -> None:
    assert trigrams_of(characters_of("\udcff")) == trigrams_of([0xDCFF])
