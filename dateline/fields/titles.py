"""Titles: text as people read it, normalised, never truncated."""

import html
import re
import unicodedata
from typing import Final

from dateline.errors import Fault
from dateline.fields.folding import fold

MAX_TITLE_LENGTH: Final = 1000
"""In characters, counted after normalising."""

LONGEST_DECOMPOSITION: Final = 4
"""Maximum number of characters that NFC composes into one."""

# Control characters, except white space, and lone surrogates, which no database can store.
_UNSOUND: Final = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff]")


_UNSEEN_LETTERS: Final = frozenset("\u115f\u1160\u3164\uffa0")
"""Hangul fillers, which count as letters but are invisible."""


def read_title(raw: object, *, entities: bool = True) -> str | Fault:
    """Read the title of a row.

    HTML entities are decoded exactly once (`&amp;lt;` becomes `&lt;`); tags are text, not markup.
    The result is in Unicode NFC and trimmed, and each run of white space (as in `str.split`)
    becomes one space.

    Args:
        raw: the value as sent, of any type.
        entities: whether to decode HTML entities; False if they are already decoded.

    Returns:
        The title, or a fault with one of the codes `title.missing`, `title.invalid` and
        `title.too_long`.
    """
    if raw is None:
        return _missing(raw)
    if not isinstance(raw, str):
        message = 'The title is not text: send it between quotes, such as "A title".'
        return Fault("title.invalid", "title", raw, message)
    title = raw
    if entities and "&" in raw:
        try:
            title = html.unescape(raw)
        except ValueError:
            # Python parses no integer of more than 4,300 digits.
            message = (
                "The title has a reference (&#...;) to a character that does not exist: fix it."
            )
            return Fault("title.invalid", "title", raw, message)
    title = " ".join(title.split())
    # A longer title is too long in NFC as well, and sorting its marks could take minutes.
    if not title.isascii() and len(title) <= MAX_TITLE_LENGTH * LONGEST_DECOMPOSITION:
        title = unicodedata.normalize("NFC", title)
    if len(title) > MAX_TITLE_LENGTH:
        message = (
            f"The title has {len(title):,} characters, but at most {MAX_TITLE_LENGTH:,} are kept: "
            "send a shorter one, because nothing is truncated."
        )
        return Fault("title.too_long", "title", raw, message)
    # Most titles are printable and begin with a visible character, which is quick to check.
    if title and title.isprintable() and title[0].isalnum() and title[0] not in _UNSEEN_LETTERS:
        return title
    if bad := _UNSOUND.search(title):
        message = (
            f"The title has the character U+{ord(bad[0]):04X} at position {bad.start() + 1:,}, "
            "which cannot be part of a text: remove it."
        )
        return Fault("title.invalid", "title", raw, message)
    # Zero-width spaces, fillers and the like are invisible, and searches never find them.
    return title if fold(title).strip() else _missing(raw)


def _missing(raw: object) -> Fault:
    message = "The title is missing: give the title under which it was published."
    return Fault("title.missing", "title", raw, message)
