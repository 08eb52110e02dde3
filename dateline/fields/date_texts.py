"""Parse dates that name their month: `March 30 1985`, `1er janvier 2001`, `8-Mar-2014`.

A text is split into numbers and words, and each of them must have a role in the date; a text with
anything left over is not read.
"""

import re
from datetime import date

from dateline.fields.date_forms import no_year, two_digit_year
from dateline.fields.date_languages import DAY, YEAR, named_in
from dateline.fields.date_names import JOINERS, MONTHS, RELATIVE, WEEKDAYS, folded
from dateline.fields.date_spans import DateFields, Refusal

_TOKEN = re.compile(
    r"(?P<number>['’]?[0-9]+)(?:(?:st|nd|rd|th|er|re)\b|[º°ª])?"
    r"|(?P<word>[^\W\d_]+(?:['’-][^\W\d_]+)*)"
    r"|(?P<gap>[ ,./-]+)",
    re.IGNORECASE,
)
# `Mar-Apr 2014` is not a single month, though `mar` is Tuesday in some languages.
_TWO_MONTHS = re.compile(r"\b(?:{0}) ?[/-] ?(?:{0})\b".format("|".join(MONTHS)))
_NUMBER = re.compile(r"[0-9]+")
# A word that may be looked up: shorter ones would be guesses, and Roman numerals are ambiguous.
_ASKABLE = re.compile(r"\b(?![ivx]+\b)[^\W\d_]{3}", re.IGNORECASE)
# A weekday, day, month and year, and the joiners between them; no date in words has more.
_MOST_TOKENS = 9
_MOST_UNKNOWN_WORDS = 3
# The shape of a text has one letter per token:
_MONTH, _WEEKDAY, _JOINER, _UNKNOWN = "M", "W", "J", "?"
_SHORT, _FULL, _CUT, _ODD = "d", "y", "q", "n"  # 8, 2014, '14, 123
_NUMBER_KINDS = (_SHORT, _FULL, _CUT, _ODD)
# Shapes without their weekday and joiners.
_WHOLE_DATES = {"dMy", "Mdy", "yMd", "My", "yM"}
_YEARLESS = {"dM", "Md", "M"}
_TWO_DIGIT_YEARS = {"dMd", "Mdd", "dMq", "Mdq", "Mq"}


def read_words(text: str) -> DateFields | Refusal | None:
    """Read a date that names its month, without a time of day; None if the text is not one.

    Args:
        text: the text, white space collapsed.
    """
    tokens = _tokens(text)
    if tokens is None or _TWO_MONTHS.search(folded(text)):
        return None
    shape = "".join(_kinds(tokens))
    if _FULL not in shape and RELATIVE.search(folded(text)):
        return _relative(text)
    if _UNKNOWN in shape:
        return _read_other_language(text, shape)
    if shape == _WEEKDAY:
        return _relative(text)
    if shape.endswith(_JOINER) or shape.count(_WEEKDAY) > 1:
        return None
    core = shape.replace(_JOINER, "").replace(_WEEKDAY, "")
    if core in _YEARLESS:
        return no_year(text)
    if core in _TWO_DIGIT_YEARS:
        return two_digit_year(text)
    if core not in _WHOLE_DATES or (_WEEKDAY in shape and _SHORT not in shape):
        return None
    found = dict(zip(shape, tokens, strict=True))
    return DateFields(
        year=int(found[_FULL]),
        month=MONTHS[folded(found[_MONTH])],
        day=int(found[_SHORT]) if _SHORT in found else None,
        weekday=WEEKDAYS[folded(found[_WEEKDAY])] if _WEEKDAY in found else None,
    )


def _tokens(text: str) -> list[str] | None:
    """Split `text` into numbers and words; None if it has anything else, or too many."""
    tokens: list[str] = []
    end = 0
    for match in _TOKEN.finditer(text):
        if match.start() != end or len(tokens) == _MOST_TOKENS:
            return None
        end = match.end()
        if match["gap"] is None:
            tokens.append(match["number"] or match["word"])
    return tokens if end == len(text) else None


def _kinds(tokens: list[str]) -> list[str]:
    """Return the kind of each token, one of the letters above."""
    words = [folded(token) for token in tokens]
    last_month = max((at for at, word in enumerate(words) if word in MONTHS), default=None)
    kinds = []
    for place, word in enumerate(words):
        if word[0] == "'":
            kinds.append(_CUT if len(word) == 3 else _ODD)
        elif word[0].isascii() and word.isdigit():  # superscripts are words
            kinds.append({1: _SHORT, 2: _SHORT, 4: _FULL}.get(len(word), _ODD))
        elif place == last_month:
            kinds.append(_MONTH)
        elif word in WEEKDAYS:  # `mar` is Tuesday if a later word names the month
            kinds.append(_WEEKDAY)
        else:
            kinds.append(_JOINER if word in JOINERS else _UNKNOWN)
    return kinds


def _read_other_language(text: str, shape: str) -> DateFields | Refusal | None:
    """Read a date with words that our own tables lack, by looking up which month they name."""
    numbers = _NUMBER.findall(text)
    kinds = "".join(kind for kind in shape if kind in _NUMBER_KINDS)
    if kinds not in ("dy", "yd", "y", "d", "dd") or shape.count(_UNKNOWN) > _MOST_UNKNOWN_WORDS:
        return None
    named = named_in(_phrase(text, kinds)) if _ASKABLE.search(text) else frozenset()
    if not named:
        return None
    months = {month for month, _weekday in named}
    weekdays = {weekday for _month, weekday in named if weekday is not None}
    if kinds == "d":
        return no_year(text)
    if kinds == "dd":
        return two_digit_year(text)
    if len(months) > 1:
        return Refusal(
            "date.ambiguous",
            f"'{text}' names different months in different languages; write the month as a number, "
            "as in 2014-03-08.",
        )
    by_kind = dict(zip(kinds, numbers, strict=True))
    day = int(by_kind[_SHORT]) if _SHORT in by_kind else None
    if weekdays and day is None:
        return None
    year, month = int(by_kind[_FULL]), min(months)
    return DateFields(year, month, day, weekday=_weekday(year, month, day, weekdays))


def _weekday(year: int, month: int, day: int | None, named: set[int]) -> int | None:
    """Choose from the weekdays that a text may name: the correct one if it is among them."""
    if not named or day is None:
        return None
    try:
        right: int | None = date(year, month, day).weekday()
    except ValueError:
        # There is no such day, so no weekday is correct.
        right = None
    return right if right in named else min(named)


def _phrase(text: str, kinds: str) -> str:
    """Replace the numbers of `text` by placeholders, and add one for a missing day or year."""
    marks = iter((YEAR, DAY) if kinds[0] == _FULL else (DAY, YEAR))
    phrase = _NUMBER.sub(lambda _: next(marks), text)
    if kinds == "d":
        return f"{phrase} {YEAR}"
    if kinds == "y":
        return f"{phrase} {DAY}" if phrase.startswith(YEAR) else f"{DAY} {phrase}"
    return phrase


def _relative(text: str) -> Refusal:
    return Refusal(
        "date.relative",
        f"'{text}' is relative to a day that is not given; write the date itself, "
        "as in 2014-03-08.",
    )
