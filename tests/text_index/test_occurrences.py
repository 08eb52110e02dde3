"""Operations on sorted arrays: the same results as with sets of the numbers."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dateline.text_index.array_types import Numbers
from dateline.text_index.occurrences import (
    among,
    begins_before,
    block_of,
    common,
    entries_of,
    entry_in,
    joined,
    place_of,
    stored_among,
    stored_where,
    without,
)
from dateline.text_index.trigrams import OCCURRENCE, POSITION

NUMBERS = st.one_of(
    st.sets(st.integers(0, 200), max_size=60), st.sets(st.integers(0, 50_000), min_size=0)
)
PLACES = st.integers(0, 2**16 - 1)


def array(numbers: set[int]) -> Numbers:
    return np.array(sorted(numbers), np.int64)


@given(NUMBERS, NUMBERS)
def test_what_two_have_in_common(one: set[int], other: set[int]) -> None:
    assert common(array(one), array(other)).tolist() == sorted(one & other)


def test_few_are_found_among_many() -> None:
    few, many = {5, 77, 9_999, 20_000}, set(range(10_000))
    assert common(array(many), array(few)).tolist() == [5, 77, 9_999]


@given(NUMBERS, NUMBERS)
def test_what_one_has_and_the_other_has_not(one: set[int], other: set[int]) -> None:
    assert without(array(one), array(other)).tolist() == sorted(one - other)


@given(st.sets(st.integers(0, 2**20)), st.sets(st.integers(0, 20)))
def test_the_occurrences_of_some_entries(occurrences: set[int], entries: set[int]) -> None:
    found = among(array(occurrences), array(entries)).tolist()
    assert found == sorted(one for one in occurrences if one >> POSITION in entries)


@given(st.sets(st.integers(0, 2**32 - 1)), st.data())
def test_the_stored_occurrences_at_some_places(occurrences: set[int], data: st.DataObject) -> None:
    taken = {one >> POSITION for one in occurrences}
    places = data.draw(st.sets(st.sampled_from([0, 2**16 - 1, *taken])))
    found = stored_among(np.array(sorted(occurrences), OCCURRENCE).tobytes(), array(places))
    expected = sorted(one for one in occurrences if one >> POSITION in places)
    assert np.frombuffer(found, OCCURRENCE).tolist() == expected


@given(st.sets(st.integers(0, 2**22 - 1)), st.sets(st.integers(0, 63)))
def test_the_stored_occurrences_at_wanted_places(occurrences: set[int], places: set[int]) -> None:
    wanted = np.zeros(64, np.bool_)
    wanted[sorted(places)] = True
    found = stored_where(np.array(sorted(occurrences), OCCURRENCE).tobytes(), wanted)
    expected = sorted(one for one in occurrences if one >> POSITION in places)
    assert np.frombuffer(found, OCCURRENCE).tolist() == expected


@given(st.sets(st.integers(0, 2**20)), st.integers(0, 20))
def test_a_text_does_not_begin_before_its_entry_does(occurrences: set[int], position: int) -> None:
    found = begins_before(array(occurrences), position).tolist()
    assert found == [one - position for one in sorted(occurrences) if one % 2**POSITION >= position]


@given(st.sets(st.integers(0, 2**20)))
def test_the_entries_of_occurrences(occurrences: set[int]) -> None:
    entries = {one >> POSITION for one in occurrences}
    assert entries_of(array(occurrences)).tolist() == sorted(entries)


@given(st.integers(1, 2**31 - 1), PLACES, PLACES)
def test_an_occurrence_has_its_block_its_place_and_its_position(
    block: int, place: int, position: int
) -> None:
    stored = np.array([(place << POSITION) + position], OCCURRENCE).tobytes()
    (entry,) = entries = entries_of(joined([block], [stored]))
    assert (block_of(entries).tolist(), place_of(entries).tolist()) == ([block], [place])
    assert entry_in(np.array([block]), np.array([place])).tolist() == [entry]
