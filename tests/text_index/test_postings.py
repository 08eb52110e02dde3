"""Postings: runs are stored together, and each is found again with its own spots."""

from itertools import pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.text_index import Field, open_sorter
from dateline.text_index.postings import (
    FREQUENT,
    Stored,
    counted,
    postings_of,
    shared_by,
    spots_in,
    stored,
)
from dateline.text_index.runs import Runs, characters_of, runs_beginning, runs_of

# Few characters, so that some runs begin alike, by one or by two of them.
RUNS = st.text(alphabet="abcé中文\uac00\U0001f600Z", min_size=3, max_size=3).map(
    lambda text: runs_of(characters_of(text))[0]
)
TIMES = st.sampled_from([1, 2, 5, FREQUENT - 1, FREQUENT, FREQUENT + 1])


def made_of(times: dict[int, int]) -> tuple[dict[int, list[int]], list[Stored]]:
    """Make runs that stand so often somewhere; gives the spots of each, and what is stored."""
    spots = np.random.default_rng(1).permutation(sum(times.values())).astype("<u4")
    numbers = sorted(times)
    ends = np.cumsum([times[number] for number in numbers])
    each = [np.sort(some) for some in np.split(spots, ends[:-1])]
    runs = Runs(np.array(numbers), ends, np.concatenate(each))
    of_each = {number: some.tolist() for number, some in zip(numbers, each, strict=True)}
    return of_each, list(stored([postings_of([runs])]))


def spots_of(posting: Stored, first: int, after: int) -> list[int]:
    return list(np.frombuffer(spots_in(*posting[1:], first, after), "<u4").tolist())


@given(st.dictionaries(RUNS, TIMES, min_size=1))
def test_every_run_is_in_one_posting_with_all_of_its_spots(times: dict[int, int]) -> None:
    spots, postings = made_of(times)
    found = {}
    for posting in postings:
        for run in np.frombuffer(posting.runs, "<i8").tolist():
            assert run not in found
            found[run] = spots_of(posting, run, run + 1)
            is_frequent = times[run] >= FREQUENT
            assert posting.run == (run if is_frequent else shared_by(np.array([run])))
    assert found == spots


@given(st.dictionaries(RUNS, TIMES, min_size=1), st.integers(1, 5), st.randoms())
def test_in_however_many_pieces_runs_come_they_are_stored_alike(
    times: dict[int, int], count: int, random: Random
) -> None:
    """Each piece has the spots that come next."""
    of_each, postings = made_of(times)
    edges = [0, *sorted(random.choices(range(sum(times.values()) + 1), k=count - 1)), 2**32]
    pieces = []
    for begin, end in pairwise(edges):
        some = {
            run: [spot for spot in spots if begin <= spot < end] for run, spots in of_each.items()
        }
        some = {run: spots for run, spots in some.items() if spots}
        ends = np.cumsum([len(spots) for spots in some.values()], dtype=np.int64)
        spots = np.array([spot for spots in some.values() for spot in spots], "<u4")
        pieces.append(Runs(np.array(list(some), np.int64), ends, spots))
    assert list(stored([postings_of(pieces)])) == postings


@given(st.dictionaries(RUNS, TIMES, min_size=1), RUNS)
def test_a_run_that_is_not_there_has_no_spots(times: dict[int, int], run: int) -> None:
    times.pop(run, None)
    if times:
        _, postings = made_of(times)
        assert [spots_of(posting, run, run + 1) for posting in postings] == [[]] * len(postings)


@given(st.dictionaries(RUNS, TIMES, min_size=1), st.text(alphabet="ab中文", min_size=1, max_size=2))
def test_runs_that_begin_alike_are_found_together(times: dict[int, int], beginning: str) -> None:
    spots, postings = made_of(times)
    first, after = runs_beginning(characters_of(beginning))
    found = [spot for posting in postings for spot in spots_of(posting, first, after)]
    assert sorted(found) == sorted(
        spot for run, some in spots.items() if first <= run < after for spot in some
    )


@given(st.dictionaries(RUNS, TIMES, min_size=1))
def test_runs_are_counted(times: dict[int, int]) -> None:
    _, postings = made_of(times)
    numbers, counts = counted([(posting.runs, posting.ends) for posting in postings])
    assert dict(zip(numbers.tolist(), counts.tolist(), strict=True)) == times


def test_a_block_may_have_texts_without_a_character() -> None:
    """As titles that nobody sees, which were kept once, are when they are folded."""
    with open_sorter() as sorter:
        sorter.add({Field.TITLE: ["", ""], Field.URL: ["a", "b"]}, [0, 1])
        assert list(sorter.merged(Field.TITLE)) == []
        assert len(list(sorter.merged(Field.URL))) == 1


def test_nothing_has_no_runs() -> None:
    numbers, counts = counted([])
    assert numbers.tolist() == counts.tolist() == []


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [
        ("abc", "abz", True),
        ("abc", "acc", False),
        ("中文字", "中国人", True),
        ("中文字", "文字中", False),
        ("\U0001f600a", "\U0001f601b", True),
    ],
)
def test_letters_share_by_two_and_other_characters_by_one(
    one: str, other: str, share: bool
) -> None:
    numbers = [runs_of(characters_of(text))[0] for text in (one, other)]
    first, second = shared_by(np.array(numbers)).tolist()
    assert (first == second) is share
