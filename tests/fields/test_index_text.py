"""Index text: everything is a letter, and no match is missed."""

import sys

from hypothesis import given, settings
from hypothesis import strategies as st

from dateline.fields.folding import fold
from dateline.fields.index_text import FILLER, index_text, letters


def test_ascii_letters_and_digits_and_ideographs_are_themselves() -> None:
    assert letters("python3中国") == "python3中国"
    assert index_text("") == FILLER * 2


def test_every_character_becomes_one_letter() -> None:
    every = "".join(map(chr, [*range(0xD800), *range(0xE000, sys.maxunicode + 1)]))
    mapped = letters(every)
    assert len(mapped) == len(every)
    folded_letters = set("abcdefghijklmnopqrstuvwxyz0123456789")
    assert set(mapped) - folded_letters == set(map(chr, range(0x4E00, 0x9FA6)))
    assert {one for one, other in zip(every, mapped, strict=True) if other in folded_letters} == (
        folded_letters
    )


def test_filler_is_in_no_folded_text_and_nothing_becomes_it() -> None:
    for first in range(0, sys.maxunicode + 1, 256):
        if not 0xD800 <= first <= 0xDFFF:
            folded = fold("0".join(map(chr, range(first, first + 256))))
            assert FILLER not in folded
            assert FILLER not in letters(folded)


def test_every_position_begins_a_piece_of_three() -> None:
    text = index_text("qx!")
    pieces = {text[start : start + 3] for start in range(len(text) - 2)}
    assert {piece[0] for piece in pieces} == set(letters("qx!"))


@settings(deadline=None, max_examples=300)
@given(st.text(), st.integers(0, 20), st.integers(0, 20))
def test_what_a_folded_text_contains_its_index_text_contains(
    text: str, start: int, length: int
) -> None:
    folded = fold(text)
    part = folded[start : start + length]
    assert letters(part) in index_text(folded)
    assert letters(part) == index_text(part).removesuffix(FILLER * 2)
