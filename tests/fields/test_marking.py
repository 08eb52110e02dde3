"""Marks show where a search matched, in the text as it was written."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some

from dateline.fields.folding import fold
from dateline.fields.marking import find_spans, mark
from tests.search.corpus import make_corpus

MARKED: list[tuple[str, list[str], str]] = [
    ("O conforto", ["conforto"], "O [conforto]"),
    ("O CONFÓRTO de", ["conforto"], "O [CONFÓRTO] de"),
    ("O confo\u0301rto", ["confor"], "O [confo\u0301r]to"),
    ("confo\u0301rto", ["confo"], "[confo\u0301]rto"),
    ("Straße", ["strasse"], "[Straße]"),
    # A match of half of a letter that folds to two marks the whole letter.
    ("Straße", ["ras"], "St[raß]e"),
    ("œuvre", ["oe"], "[œ]uvre"),
    ("œuvre", ["e"], "[œ]uvr[e]"),
    ("ﬁne", ["i"], "[ﬁ]ne"),
    ("Σοφός", ["σοφοσ"], "[Σοφός]"),
    ("Łódź", ["lodz"], "[Łódź]"),
    ("İstanbul", ["istan"], "[İstan]bul"),
    ("co\u00adoperate", ["cooperate"], "[co\u00adoperate]"),
    ("ｶﾞｸ", ["ガ"], "[ｶﾞ]ｸ"),
    ("かがか", ["が"], "か[が]か"),
    ("かがか", ["か"], "[か]が[か]"),
    ("हिन्दी", ["हिन"], "[हिन्]दी"),
    # The last sign folds together with the first, across the one between: all of it is marked.
    ("か\u0f73ﾞ", ["が"], "[か\u0f73ﾞ]"),
    ("a b", ["a b"], "[a b]"),
    ("a \u00a0 b", ["a b"], "[a \u00a0 b]"),
    ("banana", ["ana"], "b[anana]"),
    ("banana", ["ban", "nana"], "[banana]"),
    ("banana", ["banana", "nan"], "[banana]"),
    ("ana banana", ["ana"], "[ana] b[anana]"),
    ("banana", ["x"], "banana"),
    ("banana", [], "banana"),
    ("", ["x"], ""),
    ("<b>&amp;", ["b>"], "<[b>]&amp;"),
]


@pytest.mark.parametrize(("text", "wanted", "expected"), MARKED)
def test_what_was_found_is_marked(text: str, wanted: list[str], expected: str) -> None:
    shown = "".join(f"[{part}]" if marked else part for part, marked in mark(text, wanted))
    assert shown == expected


letters = some.sampled_from(
    "aáÁaa\u0301\u0323\u00ad\u200b ßſœﬁŁΣσςỚИйе\u0306がかｶﾞ\u3099각각हिन्दीที่\u05e9\u05b8 \u00a0´¨ﷺ👩\u200d①½İı"
)
texts = some.text(letters, max_size=25) | some.text(some.characters(codec="utf-8"), max_size=25)


@given(texts, some.data())
def test_all_that_is_found_is_marked_and_nothing_else(text: str, data: some.DataObject) -> None:
    folded = fold(text)
    start = data.draw(some.integers(0, len(folded)))
    wanted = folded[start : start + data.draw(some.integers(1, 6))]
    marked = find_spans(text, [wanted])
    assert bool(marked) == bool(wanted)
    for start, end in marked:
        assert wanted in fold(text[start:end])
    for (_, end), (start, _) in pairwise(marked):
        assert end < start
    # No possible match is left unmarked.
    place = 0
    for start, end in [*marked, (len(text), len(text))]:
        assert not wanted or wanted not in fold(text[place:start])
        place = end


@given(texts, some.lists(texts.map(fold), max_size=4))
def test_marking_keeps_the_text(text: str, wanted: list[str]) -> None:
    assert "".join(part for part, _marked in mark(text, wanted)) == text


def test_marks_are_narrow_in_titles_of_every_script() -> None:
    """A search for one letter marks that letter with its diacritics, and never a whole title."""
    for entry in make_corpus(size=2_000):
        letter = next((letter for letter in entry.folded_title if letter.isalpha()), None)
        if letter is not None and len(entry.title) > 12:
            spans = find_spans(entry.title, [letter])
            assert spans
            assert sum(end - start for start, end in spans) < len(entry.title), entry.title
