"""Canonical questions: equal if they mean the same, different otherwise."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as some

from dateline.errors import InvalidQuestion
from dateline.parameters import read_parameters
from dateline.schemas import SearchParameters
from dateline.search.cursor import Position, write_cursor
from dateline.search.query import Kind, write_part
from dateline.search.question import Question, read_question

Pairs = list[tuple[str, str]]

CURSOR = write_cursor(Position(1, 2), "-date")


def read(pairs: Pairs) -> Question:
    return read_question(read_parameters(SearchParameters, pairs))


def key(pairs: Pairs) -> str:
    """Return the cache key of a question."""
    return read(pairs).cache_key


texts = some.text(some.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1)
dates = some.dates().map(str)
parts = some.one_of(
    texts,
    some.builds(write_part, some.sampled_from([Kind.TEXT, Kind.WITHOUT, Kind.URL]), texts),
    some.builds(write_part, some.sampled_from([Kind.AFTER, Kind.BEFORE]), dates),
    some.just("site:cnn.com"),
)
queries = some.lists(parts, min_size=1, max_size=4).map(" ".join)
questions = some.builds(
    lambda contains, others: [*(("contains", text) for text in contains), *others.items()],
    some.lists(texts, max_size=4),
    some.fixed_dictionaries(
        {},
        optional={
            "q": queries,
            "url": texts,
            "domain": some.sampled_from(["cnn.com", "example.org", "münchen.de"]),
            "after": dates,
            "before": dates,
            "sort": some.sampled_from(["-date", "date", "-added", "added"]),
            "limit": some.integers(1, 1000).map(str),
            "total": some.just("exact"),
        },
    ),
)


def is_sound(pairs: Pairs) -> bool:
    try:
        read(pairs)
    except InvalidQuestion:
        return False
    return True


sound_questions = questions.filter(is_sound)


@given(sound_questions, some.randoms(use_true_random=False))
def test_the_order_of_parameters_means_nothing(pairs: Pairs, chance: random.Random) -> None:
    shuffled = list(pairs)
    chance.shuffle(shuffled)
    assert key(shuffled) == key(pairs)


@given(sound_questions)
def test_the_canonical_question_is_its_own_canonical_form(pairs: Pairs) -> None:
    asked = read(pairs)
    again = read(list(asked.parameters))
    assert again == asked


@given(sound_questions)
def test_repeating_a_filter_means_nothing(pairs: Pairs) -> None:
    twice = [*pairs, *[pair for pair in pairs if pair[0] == "contains"]]
    assert key(twice) == key(pairs)


EQUAL: list[tuple[Pairs, Pairs]] = [
    ([], [("sort", "-date")]),
    ([], [("limit", "20")]),
    ([("contains", "Confórto")], [("contains", "CONFORTO")]),
    ([("contains", "a"), ("contains", "b")], [("contains", "B"), ("contains", "Á")]),
    ([("url", "News")], [("uri", "NEWS")]),
    ([("url", "news")], [("url", "news"), ("match", "contains")]),
    ([("after", "2014-03-08")], [("from", "March 8 2014")]),
    ([("before", "2014-03-08T15:00:00Z")], [("to", "2014-03-08T16:00:00+01:00")]),
    ([("domain", "cnn.com")], [("domain", "CNN.com")]),
    ([("domain", "cnn.com")], [("domain", "https://www.cnn.com/any")]),
    ([("domain", "cnn.com")], [("url", "cnn.com"), ("match", "domain")]),
    ([("domain", "münchen.de")], [("domain", "xn--mnchen-3ya.de")]),
    ([("q", "conforto")], [("contains", "conforto")]),
    ([("q", '"O  Conforto" mudar')], [("contains", "MUDAR"), ("contains", "o conforto")]),
    ([("q", "conforto"), ("contains", "conforto")], [("contains", "conforto")]),
    ([("q", "-a -b")], [("q", '-"B" -Á')]),
    ([("q", "site:CNN.com")], [("domain", "cnn.com")]),
    ([("q", "url:News")], [("url", "news")]),
    ([("q", "https://Example.org/A")], [("url", "https://example.org/a")]),
    ([("q", 'after:"March 8 2014" before:2015')], [("after", "2014-03-08"), ("before", "2015")]),
    ([("q", "after:2014"), ("after", "2013")], [("after", "2014")]),
    ([("q", "before:2014 before:2013-06")], [("before", "2013-06")]),
    (
        [("url", "https://cnn.com/?b=1&a=2"), ("match", "exact")],
        [("url", "http://CNN.com/?a=2&b=1#top"), ("match", "exact")],
    ),
]


@pytest.mark.parametrize(("one", "other"), EQUAL)
def test_equal_questions_have_equal_keys(one: Pairs, other: Pairs) -> None:
    assert key(one) == key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([], [("sort", "-date"), ("limit", "20")]),
        ([("contains", "Confórto")], [("contains", "CONFORTO")]),
        ([("contains", "a"), ("contains", "b")], [("contains", "B"), ("contains", "Á")]),
        ([("url", "News")], [("uri", "NEWS"), ("match", "contains")]),
        ([("after", "2014-03-08")], [("from", "March 8 2014")]),
        ([("before", "2014-03-08T15:00:00Z")], [("to", "2014-03-08T16:00:00+01:00")]),
    ],
)
def test_the_next_page_is_asked_for_alike(one: Pairs, other: Pairs) -> None:
    """A cached answer has one link, whichever request came first."""
    assert read(one).query("x") == read(other).query("x")


DIFFERENT: list[Pairs] = [
    [],
    [("contains", "a")],
    [("contains", "ab")],
    [("contains", "a"), ("contains", "b")],
    [("contains", "a b")],
    [("contains", " a")],
    [("contains", "a&contains=b")],
    [("contains", "か")],
    [("contains", "が")],
    [("q", "-a")],
    [("q", "-a -b")],
    [("q", "a -b")],
    [("q", "-a url:a")],
    [("q", "url:a url:b")],
    [("q", "site:a.example site:c.example")],
    [("url", "a")],
    [("url", "a.example"), ("match", "host")],
    [("url", "a.example"), ("match", "domain")],
    [("url", "a.example"), ("match", "exact")],
    [("url", "a.example/"), ("match", "prefix")],
    [("url", "a.example/A"), ("match", "exact")],
    [("url", "a.example/a"), ("match", "exact")],
    [("domain", "a.b.example")],
    [("domain", "b.example")],
    [("domain", "a.example"), ("url", "b.example"), ("match", "domain")],
    [("after", "2014")],
    [("before", "2014")],
    [("after", "2014-02")],
    [("before", "2014-11")],
    [("sort", "date")],
    [("sort", "added")],
    [("sort", "-added")],
    [("limit", "21")],
    [("total", "exact")],
    [("cursor", CURSOR)],
]


def test_different_questions_have_different_keys() -> None:
    assert len({key(pairs) for pairs in DIFFERENT}) == len(DIFFERENT)


@given(texts, texts)
def test_texts_that_are_found_apart_are_kept_apart(one: str, other: str) -> None:
    pairs = [("contains", one)], [("contains", other)]
    if all(is_sound(asked) for asked in pairs):
        equal = read(pairs[0]).title_texts == read(pairs[1]).title_texts
        assert (key(pairs[0]) == key(pairs[1])) == equal
