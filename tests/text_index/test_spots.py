"""Sorted arrays: what sets of the same numbers give."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dateline.text_index.runs import POSITION, SPOT, Numbers
from dateline.text_index.spots import (
    among,
    begins_before,
    block_of,
    common,
    entries_of,
    entry_in,
    joined,
    place_of,
    spots_among,
    spots_where,
    without,
)

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
def test_the_spots_of_some_entries(spots: set[int], entries: set[int]) -> None:
    found = among(array(spots), array(entries)).tolist()
    assert found == sorted(spot for spot in spots if spot >> POSITION in entries)


@given(st.sets(st.integers(0, 2**32 - 1)), st.data())
def test_the_stored_spots_at_some_places(spots: set[int], data: st.DataObject) -> None:
    taken = {spot >> POSITION for spot in spots}
    places = data.draw(st.sets(st.sampled_from([0, 2**16 - 1, *taken])))
    found = spots_among(np.array(sorted(spots), SPOT).tobytes(), array(places))
    expected = sorted(spot for spot in spots if spot >> POSITION in places)
    assert np.frombuffer(found, SPOT).tolist() == expected


@given(st.sets(st.integers(0, 2**22 - 1)), st.sets(st.integers(0, 63)))
def test_the_stored_spots_at_wanted_places(spots: set[int], places: set[int]) -> None:
    wanted = np.zeros(64, np.bool_)
    wanted[sorted(places)] = True
    found = spots_where(np.array(sorted(spots), SPOT).tobytes(), wanted)
    expected = sorted(spot for spot in spots if spot >> POSITION in places)
    assert np.frombuffer(found, SPOT).tolist() == expected


@given(st.sets(st.integers(0, 2**20)), st.integers(0, 20))
def test_a_text_does_not_begin_before_its_entry_does(spots: set[int], position: int) -> None:
    found = begins_before(array(spots), position).tolist()
    assert found == [spot - position for spot in sorted(spots) if spot % 2**POSITION >= position]


@given(st.sets(st.integers(0, 2**20)))
def test_the_entries_of_spots(spots: set[int]) -> None:
    assert entries_of(array(spots)).tolist() == sorted({spot >> POSITION for spot in spots})


@given(st.integers(1, 2**31 - 1), PLACES, PLACES)
def test_a_spot_tells_its_block_its_place_and_its_position(
    block: int, place: int, position: int
) -> None:
    stored = np.array([(place << POSITION) + position], SPOT).tobytes()
    (entry,) = entries = entries_of(joined([block], [stored]))
    assert (block_of(entries).tolist(), place_of(entries).tolist()) == ([block], [place])
    assert entry_in(np.array([block]), np.array([place])).tolist() == [entry]
