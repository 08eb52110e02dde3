"""Arrays of a block: every second is read back, however far apart they are."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dateline.text_index.arrays import (
    Kept,
    Value,
    are_between,
    arrays_of,
    seconds_at,
    with_value,
)

SECONDS = st.integers(-62_135_596_800, 253_402_300_799)
"""The seconds of the years 1 to 9999."""

SITES = st.sampled_from(["example.org", "example.net", "example.com", "beispiel.de"])

NEARLY = st.integers(2**32 - 2, 2**32 + 1)
"""Differences that just fit in four bytes, and slightly larger ones."""


@given(st.lists(SECONDS, min_size=1, max_size=20), st.sets(st.integers(0, 40), min_size=20))
def test_seconds_come_back(seconds: list[int], places: set[int]) -> None:
    assert_come_back(seconds, sorted(places)[: len(seconds)])


@given(SECONDS, NEARLY)
def test_two_far_apart_come_back(first: int, after: int) -> None:
    assert_come_back([first + after, first], [0, 1])


@given(
    st.lists(st.tuples(SECONDS, SECONDS, SITES), min_size=1, max_size=20),
    st.tuples(SECONDS, SECONDS, SITES),
    st.data(),
)
def test_what_is_kept_of_one_entry_can_be_changed(
    kept: list[tuple[int, int, str]], changed: tuple[int, int, str], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(kept) - 1))
    arrays = arrays_of(kept_of(kept), 1, len(kept))
    kept[place] = changed
    arrays = with_value(**arrays, place=place, value=Value(*changed))  # type: ignore[arg-type]
    expected = arrays_of(kept_of(kept), 1, len(kept))
    assert all(arrays[name] == expected[name] for name in ("first_seconds", "last_seconds"))
    assert sites_in(arrays) == [site for _start, _end, site in kept]
    # No site that no entry has any more.
    assert set(str(arrays["site_names"]).split("\n")) == set(sites_in(arrays))


def sites_in(arrays: dict[str, str | bytes]) -> list[str]:
    names, sites = arrays["site_names"], arrays["site_numbers"]
    assert isinstance(names, str)
    assert isinstance(sites, bytes)
    return [names.split("\n")[at] for at in np.frombuffer(sites, "<u2").tolist()]


def kept_of(values: list[tuple[int, int, str]]) -> Kept:
    starts, ends, sites = map(list, zip(*values, strict=True))
    return Kept(list(range(1, len(values) + 1)), starts, ends, sites)


def assert_come_back(seconds: list[int], places: list[int]) -> None:
    ids = [7 + place for place in places]
    kept = Kept(ids, seconds, [second + 1 for second in seconds], ["example.org"] * len(ids))
    arrays = arrays_of(kept, ids[0], ids[-1])
    at = np.array(places) - places[0]
    for name, expected in (("first_seconds", kept.starts), ("last_seconds", kept.ends)):
        array = arrays[name]
        assert isinstance(array, bytes)
        assert seconds_at(array, at).tolist() == expected


@given(
    st.one_of(
        st.lists(SECONDS, min_size=1, max_size=20),
        st.builds(lambda least, after: [least, least + after - 1, least + after], SECONDS, NEARLY),
    ),
    st.data(),
)
def test_which_seconds_are_between_two(seconds: list[int], data: st.DataObject) -> None:
    near_one = st.sampled_from(seconds).flatmap(lambda second: st.integers(second - 1, second + 1))
    first, last = sorted(data.draw(st.tuples(SECONDS | near_one, SECONDS | near_one)))
    kept = kept_of([(second, second, "example.org") for second in seconds])
    array = arrays_of(kept, 1, len(seconds))["first_seconds"]
    assert isinstance(array, bytes)
    expected = [first <= second <= last for second in seconds]
    assert are_between(array, first, last).tolist() == expected


def test_four_bytes_are_enough_for_136_years() -> None:
    kept = Kept([1, 2, 3], [0, 5, 2**32 - 1], [0, 5, 2**32], ["example.org"] * 3)
    arrays = arrays_of(kept, 1, 3)
    assert len(arrays["first_seconds"]) == 16 + 3 * 4
    assert len(arrays["last_seconds"]) == 16 + 3 * 8
