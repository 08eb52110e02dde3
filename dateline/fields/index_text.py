"""Index text: folded text in which every character is a letter to a full-text parser.

Full-text indexes of three-character pieces cut text at spaces and punctuation, and leave short
words out, each database by its own rules. In index text there is nothing to cut at, so the index
finds every title that may match and the folded title itself decides.
"""

from string import ascii_lowercase, digits
from typing import Final

# The CJK ideographs that every version of every parser knows to be letters: U+4E00 to U+9FA5.
_FIRST: Final = 0x4E00
_COUNT: Final = 20_902

FILLER: Final = "Z"
"""Ends index text, twice, so that its last characters begin a piece of three characters too.

A letter everywhere, and upper-case, so no folded text has it and nothing is mapped to it: what is
looked for never contains it, and it can neither hide a match nor make one.
"""


class _Letters(dict[int, int]):
    """What each character becomes, found out when it is first met."""

    def __missing__(self, code: int) -> int:
        letter = _FIRST + (code - _FIRST) % _COUNT
        # Rarer ones are not remembered, which bounds the memory that odd titles can take.
        if code < 0x10000:
            self[code] = letter
        return letter


_LETTERS: Final = _Letters(
    {ord(character): ord(character) for character in ascii_lowercase + digits}
)


def letters(folded: str) -> str:
    """Map every character that is not an ASCII letter or digit to one CJK ideograph.

    Ideographs are mapped to themselves. Two characters may become the same, never one character
    two: whatever text contains another still does so when both are mapped.

    Args:
        folded: a folded text; of a question, the whole piece that is looked for.
    """
    return folded.translate(_LETTERS)


def index_text(folded: str) -> str:
    """Return what full-text indexes are built on: the letters of a folded title and two fillers."""
    return letters(folded) + FILLER + FILLER
