"""Titles: which are accepted, in which spelling they are stored, and which are refused."""

import unicodedata
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dateline.errors import Fault
from dateline.fields.titles import MAX_TITLE_LENGTH, read_title

unhurried = settings(deadline=None)

KEPT = [
    ("A arte de inovar naturalmente", "A arte de inovar naturalmente"),
    ("  A\ttitle \n in\u00a0two\u3000lines\u2028", "A title in two lines"),
    ("Cafe\u0301", "Café"),
    ("Fish &amp; Chips", "Fish & Chips"),
    ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
    ("&lt;b&gt;Bold&lt;/b&gt; <i>move</i>", "<b>Bold</b> <i>move</i>"),
    ("l&#39;été&nbsp;&#x2014; e&#769;", "l'été — é"),
    ("AT&T &unknown; &", "AT&T &unknown; &"),
    ("100 % _ \\ ' \"", "100 % _ \\ ' \""),
    ("=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"),
    ("می\u200cخواهم", "می\u200cخواهم"),
    ("🙂", "🙂"),
    ("x" * MAX_TITLE_LENGTH, "x" * MAX_TITLE_LENGTH),
    ("e\u0301" * MAX_TITLE_LENGTH + " " * 99, "é" * MAX_TITLE_LENGTH),
]

FAULTS: list[tuple[object, str, str]] = [
    (None, "title.missing", "missing"),
    ("", "title.missing", "missing"),
    (" \t\r\n\u00a0", "title.missing", "missing"),
    ("&nbsp; &#32;", "title.missing", "missing"),
    ("\u200b\u00ad\ufeff", "title.missing", "missing"),
    ("\u3164", "title.missing", "missing"),
    ("\u115f\u1160 \uffa0", "title.missing", "missing"),
    ("\u034f\ufe0f", "title.missing", "missing"),
    (f"&#{'1' * 5_000};", "title.invalid", "reference (&#...;) to a character"),
    (2014, "title.invalid", "not text"),
    (False, "title.invalid", "not text"),
    (["A"], "title.invalid", "not text"),
    ({"title": "A"}, "title.invalid", "not text"),
    (
        "nul\x00",
        "title.invalid",
        "character U+0000 at position 4, which cannot be part of a text",
    ),
    ("\x1b[1m", "title.invalid", "U+001B"),
    ("\x7f", "title.invalid", "U+007F"),
    ("a\x80", "title.invalid", "U+0080"),
    ("&#x81;", "title.invalid", "U+0081"),
    ("\ud83d", "title.invalid", "U+D83D"),
    ("x" * (MAX_TITLE_LENGTH + 1), "title.too_long", "1,001 characters, but at most 1,000"),
]

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(("raw", "title"), KEPT, ids=lambda value: value[:30])
def test_title_is_kept_in_one_spelling(raw: str, title: str) -> None:
    assert read_title(raw) == title


@pytest.mark.parametrize(("raw", "code", "words"), FAULTS, ids=lambda value: ascii(value)[:30])
def test_fault_names_what_is_wrong(raw: object, code: str, words: str) -> None:
    fault = read_title(raw)
    assert isinstance(fault, Fault)
    assert (fault.code, fault.field, fault.value) == (code, "title", raw)
    assert words in fault.message
    assert fault.message.endswith(".")


def test_every_control_character_is_white_space_or_refused() -> None:
    for character in map(chr, [*range(0x20), *range(0x7F, 0xA0)]):
        read = read_title(f"a{character}b")
        assert read == "a b" if character.isspace() else isinstance(read, Fault), ascii(character)


@unhurried
@given(ANY_TEXT | st.text("&#x19;ampltgt<> \u0301é\x00"))
def test_any_text_is_a_clean_title_or_a_fault(raw: str) -> None:
    title = read_title(raw)
    if isinstance(title, Fault):
        assert title.value is raw
    else:
        assert title == unicodedata.normalize("NFC", title)
        assert title == " ".join(title.split())
        assert title.encode()
        assert "&" in title or read_title(title) == title


@unhurried
@given(st.none() | st.booleans() | st.integers() | st.floats() | st.lists(st.text()))
def test_what_is_not_text_is_a_fault(raw: object) -> None:
    assert isinstance(read_title(raw), Fault)


def test_marks_without_an_end_are_too_long_at_once() -> None:
    """Sorting them into canonical order would take minutes."""
    started = process_time()
    title = read_title("a" + "\u0301\u0327" * 250_000)
    assert isinstance(title, Fault)
    assert title.code == "title.too_long"
    assert process_time() - started < 2


def test_the_longest_decomposition_is_composed_before_it_is_counted() -> None:
    title = unicodedata.normalize("NFC", "\u1f82" * 1_000)
    assert read_title(unicodedata.normalize("NFD", title)) == title
