"""Fold texts, to compare them without regard to case and accents.

Stored titles and the texts of questions are both folded here, and nowhere else, so that every
database gives the same answer. Folding is idempotent.
"""

import re
import unicodedata
from typing import Final

# Latin letters that Unicode does not decompose, and what people type instead of them (as in CLDR's
# transform Latin-ASCII). Casefolding already handles ß and ſ.
LETTERS: Final = {
    "æ": "ae",
    "œ": "oe",
    "ø": "o",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "ħ": "h",
    "ı": "i",
    "ł": "l",
    "ŧ": "t",
    "ƀ": "b",
    "ȼ": "c",
    "ɇ": "e",
    "ǥ": "g",
    "ɨ": "i",
    "ɉ": "j",
    "ȷ": "j",
    "ƚ": "l",
    "ɍ": "r",
    "ʉ": "u",
    "ɏ": "y",
    "ƶ": "z",
}


def fold(text: str) -> str:
    """Fold case, compatibility forms, white space, and the accents of Latin and Greek letters.

    `CONFORTO`, `confórto` and full-width `ｃｏｎｆｏｒｔｏ` are equal; so are `Straße` and `STRASSE`, `ﬁ`
    and `fi`, `Σ`, `σ` and `ς`. Letters of other scripts keep their marks: か differs from が, й from
    и, and the vowel signs of Hindi and Thai are letters. Invisible characters (soft hyphens,
    zero-width spaces) are dropped. A run of white space becomes one space; nothing is trimmed.

    Args:
        text: any text without lone surrogates.
    """
    if text.isascii():
        folded = text.lower()
    else:
        try:
            folded = text.translate(_TABLE)
        except _NotInTableError:
            folded = fold_decomposed(text)
    if "  " in folded or not folded.isprintable():
        folded = re.sub(r"\s+", " ", folded)
    return folded


def fold_decomposed(text: str) -> str:
    """Fold any text except its white space, with the general algorithm.

    This is Unicode's toNFKC_Casefold (The Unicode Standard, 3.13, D145-D147, R5); in addition,
    accents are dropped and `LETTERS` replaced while the text is decomposed.
    """
    text = unicodedata.normalize("NFKD", _IGNORABLE.sub("", text))
    text = unicodedata.normalize("NFKD", text.casefold())
    text = _ACCENTED.sub(r"\1", text)
    text = _UNDECOMPOSED.sub(lambda letter: LETTERS[letter[0]], text)
    return unicodedata.normalize("NFC", text)


# Default_Ignorable_Code_Point of Unicode's DerivedCoreProperties: soft hyphen, joiners, fillers,
# marks of writing direction, variation selectors, tags.
_IGNORABLE: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# A Latin or Greek letter, decomposed and casefolded, and the combining diacritical marks after it.
_ACCENTED: Final = re.compile(
    "([a-zß-öø-\u02af\u0370-\u03e1\u03f0-\u03ff\u1d00-\u1d2a\u1d6b-\u1d77\u1d79-\u1d9a\u1e00-\u1fff"
    "\u2184\u2c60-\u2c7f\ua722-\ua787\ua78b-\ua7ff\uab30-\uab5a\uab60-\uab68\U0001df00-\U0001dfff])"
    "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
_UNDECOMPOSED: Final = re.compile(f"[{''.join(LETTERS)}]")

# The fast path: in these blocks (Latin, Greek, Cyrillic, Arabic and Devanagari without combining
# marks, punctuation, currency, letter-like symbols, kana, ideographs, Hangul syllables) no
# character affects what its neighbours fold to.
_TABLED: Final = re.compile(
    "[\u0000-\u024f\u0370-\u0482\u048a-\u052f\u0620-\u064a\u0660-\u066f\u0671-\u06d5"
    "\u0900-\u0939\u093d-\u094c\u0958-\u097f\u1e00-\u1fff\u2000-\u206f\u20a0-\u20cf"
    "\u2100-\u214f\u3000-\u3029\u3030-\u3098\u309d-\u30ff\u4e00-\u9fff\uac00-\ud7a3]"
)


class _NotInTableError(Exception):
    """A character is outside the blocks of the fast path."""


class _Table(dict[int, str]):
    """What each character folds to, computed on first use."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if not _TABLED.match(character):
            raise _NotInTableError
        folded = self[code] = fold_decomposed(character)
        return folded


_TABLE: Final = _Table()
