"""Folding: what becomes equal without case and accents, and what stays different."""

import re
import sys
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dateline.fields.folding import _TABLED, fold, fold_decomposed

unhurried = settings(deadline=None)

TOGETHER = [
    ["conforto", "CONFORTO", "confórto", "CONFO\u0301RTO", "ｃｏｎｆｏｒｔｏ", "con\u00adforto"],
    ["strasse", "Straße", "STRASSE", "STRAẞE"],
    ["σοφοσ", "ΣΟΦΟΣ", "σοφος", "Σοφός", "σοφὸς"],
    ["istanbul", "İstanbul", "ISTANBUL", "ıstanbul"],
    ["file", "ﬁle", "FILE"],
    ["aeon", "Æon", "ǽon", "æon"],
    ["oeuvre", "Œuvre", "œuvre"],
    ["orsted", "Ørsted", "ǿrsted", "o\u0338rsted"],
    ["dang lodz", "Đặng Łódź", "đặng łódź"],
    ["aeoeoddthhiltbcegijjlruyz", "æœøđðþħıłŧƀȼɇǥɨɉȷƚɍʉɏƶ", "ÆŒØĐÐÞĦıŁŦɃȻɆǤƗɈȷȽɌɄɎƵ"],
    ["thingvellir", "Þingvellir"],
    ["smorgasbord", "smörgåsbord"],
    ["km2 no tm", "㎢ № ™"],
    ["カ", "ｶ"],
    ["ガ", "ｶﾞ", "カ\u3099"],
    ["한", "\u1112\u1161\u11ab"],
    ["москва", "МОСКВА"],
    ["a b", "a \t\r\n\u00a0\u3000b", "a\u2028b"],
    ["100%_", "１００％＿"],
    ["cooperate", "coöperate", "co\u034f\u0308operate"],
]

APART = [
    ("か", "が"),
    ("は", "ぱ"),
    ("か", "カ"),
    ("й", "и"),
    ("ё", "е"),
    ("की", "का"),
    ("क", "क़"),
    ("กา", "กี"),
    ("ש", "שׁ"),
    ("a", "а"),
    ("≠", "="),
]

# Apart from white space and invisible characters, a text can be cut before or after folding.
CUT_ANYWHERE = st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0x24F, exclude_categories=("Cc", "Cf"))
    | st.characters(min_codepoint=0x384, max_codepoint=0x3FF, categories=("Lu", "Ll"))
    | st.sampled_from("ﬁﬀⅣ’“”…–—ẞ中文か")
)
# All characters of the fast path, but only some of the ideographs and Hangul syllables.
TABLED = [
    character
    for code, character in enumerate(map(chr, range(0x10000)))
    if _TABLED.match(character) and (code < 0x4E00 or code % 100 == 0)
]
# Characters that interact with their neighbours.
SOCIABLE = st.text(
    st.sampled_from(
        "aAßſİıσς ñ\u0301\u0308\u0338\u0345\u034f\u00ad\u3099かｶﾞ\u1112\u1161\u11abй=क\u093c¨ᾳ\u05b0\u20dd"
    )
)


@pytest.mark.parametrize("texts", TOGETHER, ids=lambda texts: texts[0])
def test_folds_together(texts: list[str]) -> None:
    assert {fold(text) for text in texts} == {texts[0]}


@pytest.mark.parametrize(("one", "other"), APART)
def test_stays_apart(one: str, other: str) -> None:
    assert fold(one) != fold(other)
    assert fold(other) not in fold(one)


def test_nothing_is_trimmed() -> None:
    assert fold("  A  ") == " a "


def test_what_shows_nothing_folds_to_nothing() -> None:
    assert fold("\u200b\u00ad\ufeff\u200d") == ""


def test_short_way_agrees_with_the_general_way_for_every_character() -> None:
    for character in map(chr, range(0x10000)):
        if not "\ud800" <= character <= "\udfff":
            assert fold(character) == re.sub(r"\s+", " ", fold_decomposed(character)), ascii(
                character
            )


def test_folding_twice_changes_nothing_for_every_character() -> None:
    for first in range(0, sys.maxunicode + 1, 256):
        if not 0xD800 <= first <= 0xDFFF:
            block = "0".join(map(chr, range(first, first + 256)))
            assert fold(fold(block)) == fold(block), hex(first)


def test_accents_are_taken_from_latin_and_greek_letters_only() -> None:
    for character in map(chr, range(0x20000)):
        name = unicodedata.name(character, "")
        # Surrogates have no name.
        if (
            not name
            or not unicodedata.category(character).startswith("L")
            or fold(character) != character
        ):
            continue
        stripped = fold(character + "\u0301") == character
        latin_or_greek = name.startswith(("LATIN ", "GREEK "))
        assert stripped is latin_or_greek, name


@settings(deadline=None, max_examples=400)
@given(SOCIABLE | st.text())
@example("a\u034f\u0301")
@example("か\u0345\u0301")
@example(" \u200b ")
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@unhurried
@given(SOCIABLE | CUT_ANYWHERE | st.text())
def test_short_way_agrees_with_the_general_way(text: str) -> None:
    assert fold(text) == re.sub(r"\s+", " ", fold_decomposed(text))


@unhurried
@given(st.text(st.sampled_from(TABLED), min_size=2, max_size=6))
def test_no_character_of_the_short_way_minds_its_neighbours(text: str) -> None:
    assert fold(text) == re.sub(r"\s+", " ", fold_decomposed(text))


@unhurried
@given(SOCIABLE | st.text())
def test_spelling_of_a_text_does_not_matter(text: str) -> None:
    for form in ("NFC", "NFD"):
        assert fold(unicodedata.normalize(form, text)) == fold(text)


@settings(deadline=None, max_examples=300)
@given(CUT_ANYWHERE, st.integers(0, 20), st.integers(0, 20))
def test_part_of_a_text_is_found_in_it(text: str, start: int, length: int) -> None:
    part = text[start : start + length]
    assert fold(part) in fold(text)
    assert fold(part.upper()) in fold(text.upper())
