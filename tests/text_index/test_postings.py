"""Posting lists: trigrams share lists, and each is read back with its own occurrences."""

from itertools import pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.text_index import Field, open_sorter
from dateline.text_index.postings import (
    FREQUENT,
    StoredList,
    counted,
    occurrences_in,
    posting_lists_of,
    shared_by,
    stored_lists,
)
from dateline.text_index.trigrams import Trigrams, characters_of, trigrams_beginning, trigrams_of

# Few characters, so that some trigrams have the same first one or two.
TRIGRAMS = st.text(alphabet="abcé中文\uac00\U0001f600Z", min_size=3, max_size=3).map(
    lambda text: trigrams_of(characters_of(text))[0]
)
TIMES = st.sampled_from([1, 2, 5, FREQUENT - 1, FREQUENT, FREQUENT + 1])


def made_of(times: dict[int, int]) -> tuple[dict[int, list[int]], list[StoredList]]:
    """Build trigrams with these frequencies; return their occurrences, and what is stored."""
    occurrences = np.random.default_rng(1).permutation(sum(times.values())).astype("<u4")
    numbers = sorted(times)
    ends = np.cumsum([times[number] for number in numbers])
    each = [np.sort(some) for some in np.split(occurrences, ends[:-1])]
    trigrams = Trigrams(np.array(numbers), ends, np.concatenate(each))
    of_each = {number: some.tolist() for number, some in zip(numbers, each, strict=True)}
    return of_each, list(stored_lists([posting_lists_of([trigrams])]))


def occurrences_of(one: StoredList, first: int, after: int) -> list[int]:
    return list(np.frombuffer(occurrences_in(*one[1:], np.array((first, after))), "<u4").tolist())


@given(st.dictionaries(TRIGRAMS, TIMES, min_size=1))
def test_every_trigram_is_in_one_list_with_all_of_its_occurrences(times: dict[int, int]) -> None:
    occurrences, lists = made_of(times)
    found = {}
    for one in lists:
        for trigram in np.frombuffer(one.trigrams, "<i8").tolist():
            assert trigram not in found
            found[trigram] = occurrences_of(one, trigram, trigram + 1)
            is_frequent = times[trigram] >= FREQUENT
            assert one.trigram == (trigram if is_frequent else shared_by(np.array([trigram])))
    assert found == occurrences


@given(st.dictionaries(TRIGRAMS, TIMES, min_size=1), st.integers(1, 5), st.randoms())
def test_in_however_many_pieces_trigrams_come_they_are_stored_alike(
    times: dict[int, int], count: int, random: Random
) -> None:
    """Each piece has the next occurrences in order."""
    of_each, lists = made_of(times)
    edges = [0, *sorted(random.choices(range(sum(times.values()) + 1), k=count - 1)), 2**32]
    pieces = []
    for begin, end in pairwise(edges):
        some = {
            trigram: [one for one in occurrences if begin <= one < end]
            for trigram, occurrences in of_each.items()
        }
        some = {trigram: occurrences for trigram, occurrences in some.items() if occurrences}
        ends = np.cumsum([len(occurrences) for occurrences in some.values()], dtype=np.int64)
        occurrences = np.array([one for each in some.values() for one in each], "<u4")
        pieces.append(Trigrams(np.array(list(some), np.int64), ends, occurrences))
    assert list(stored_lists([posting_lists_of(pieces)])) == lists


@given(st.dictionaries(TRIGRAMS, TIMES, min_size=1), TRIGRAMS)
def test_a_trigram_that_is_not_there_has_no_occurrences(
    times: dict[int, int], trigram: int
) -> None:
    times.pop(trigram, None)
    if times:
        _, lists = made_of(times)
        for one in lists:
            assert occurrences_of(one, trigram, trigram + 1) == []


@given(st.dictionaries(TRIGRAMS, TIMES, min_size=1), st.text("ab中文", min_size=1, max_size=2))
def test_trigrams_that_begin_alike_are_found_together(
    times: dict[int, int], beginning: str
) -> None:
    occurrences, lists = made_of(times)
    first, after = trigrams_beginning(characters_of(beginning))
    found = [one for each in lists for one in occurrences_of(each, first, after)]
    assert sorted(found) == sorted(
        one for trigram, each in occurrences.items() if first <= trigram < after for one in each
    )


@given(st.dictionaries(TRIGRAMS, TIMES, min_size=1))
def test_trigrams_are_counted(times: dict[int, int]) -> None:
    _, lists = made_of(times)
    numbers, counts = counted([(one.trigrams, one.ends) for one in lists])
    assert dict(zip(numbers.tolist(), counts.tolist(), strict=True)) == times


def test_a_block_may_have_texts_without_a_character() -> None:
    """Older releases stored titles of invisible characters, which fold to nothing."""
    with open_sorter() as sorter:
        sorter.add({Field.TITLE: ["", ""], Field.URL: ["a", "b"]}, [0, 1])
        assert list(sorter.merged(Field.TITLE)) == []
        assert len(list(sorter.merged(Field.URL))) == 1


def test_nothing_has_no_trigrams() -> None:
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
    numbers = [trigrams_of(characters_of(text))[0] for text in (one, other)]
    first, second = shared_by(np.array(numbers)).tolist()
    assert (first == second) is share
