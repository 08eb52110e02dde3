"""Folding: the form in which two texts are compared when case and accents do not matter.

Both the stored titles and the text of a question are folded, here and nowhere else, so that every
database gives the same answer. Folding a folded text changes nothing.
"""

import re
import unicodedata
from typing import Final

# Latin letters that Unicode does not decompose, as people type them without the letter at hand
# (the CLDR transform Latin-ASCII says the same). Casefolding has already dealt with ß and ſ.
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

    `CONFORTO`, `confórto` and full-width `ｃｏｎｆｏｒｔｏ` are one; so are `Straße` and `STRASSE`, `ﬁ` and
    `fi`, `Σ`, `σ` and `ς`. Letters of other scripts keep their marks: か is not が, й is not и, and
    the vowel signs of Hindi and Thai are letters. Characters that show nothing (soft hyphens,
    zero-width spaces) are dropped. A run of white space is one space; nothing is trimmed.

    Args:
        text: any text without lone surrogates.
    """
    if text.isascii():
        folded = text.lower()
    else:
        try:
            folded = text.translate(_TABLE)
        except _MindsNeighboursError:
            folded = fold_decomposed(text)
    if "  " in folded or not folded.isprintable():
        folded = re.sub(r"\s+", " ", folded)
    return folded


def fold_decomposed(text: str) -> str:
    """Fold any text but for its white space, in the general way.

    The way is Unicode's toNFKC_Casefold (The Unicode Standard, 3.13, D145-D147, R5), with marks
    and `LETTERS` dealt with while everything is decomposed.
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

# The short way: in these blocks (Latin, Greek, Cyrillic, Arabic and Devanagari without the marks that
# combine, punctuation, currency, letter-like symbols, kana, ideographs, Hangul syllables) no character
# changes what its neighbours fold to.
_TABLED: Final = re.compile(
    "[\u0000-\u024f\u0370-\u0482\u048a-\u052f\u0620-\u064a\u0660-\u066f\u0671-\u06d5"
    "\u0900-\u0939\u093d-\u094c\u0958-\u097f\u1e00-\u1fff\u2000-\u206f\u20a0-\u20cf"
    "\u2100-\u214f\u3000-\u3029\u3030-\u3098\u309d-\u30ff\u4e00-\u9fff\uac00-\ud7a3]"
)


class _MindsNeighboursError(Exception):
    """A character outside the blocks of the short way."""


class _Table(dict[int, str]):
    """What each character folds to, found out when it is first met."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if not _TABLED.match(character):
            raise _MindsNeighboursError
        folded = self[code] = fold_decomposed(character)
        return folded


_TABLE: Final = _Table()
