"""Look up months in languages that our own tables lack, with dateparser but not its guesses.

dateparser parses a sample made of the text's words and of unambiguous numbers (25 is no month, 1987
no day), so it only serves as a dictionary of months: which number of the text is the day and which
is the year is decided here. Languages whose dates use another era (Thai, Persian, Nepali, ...) are
excluded, because `2557` would be read as a year of ours.
"""

import re
import unicodedata
from functools import cache, lru_cache
from importlib import import_module
from typing import TYPE_CHECKING

from dateline.fields.date_names import WEEKDAY_NAMES, folded

if TYPE_CHECKING:
    from dateparser.date import DateDataParser

DAY, YEAR = "#", "####"  # placeholders for the numbers of a text, in a phrase to look up
# By script, as in the Unicode names of letters: loading a language takes longer than reading a
# thousand dates, and a language in another script has none of the text's words.
_LANGUAGES = {
    "CYRILLIC": ("ru", "uk", "bg", "sr"),
    "GREEK": ("el",),
    "ARABIC": ("ar",),
    "HEBREW": ("he",),
    "LATIN": (
        *("sr", "hr", "sl", "pl", "cs", "sk", "nl", "sv", "da", "nb", "fi", "et", "lv", "lt"),
        *("hu", "ro", "tr", "ca", "gl", "id"),
    ),
}
_SETTINGS = {"PARSERS": ["absolute-time"], "STRICT_DATE_ORDER": "all"}
# Each phrase is read three times: a word that is a number (`tri` is three in Czech, `pet` is five)
# would be swapped with the day in one of them.
_SAMPLES = (("DMY", 25), ("MDY", 5), ("MDY", 11))


# Words that dateparser ignores although they make a date inexact: about, until, after, from now.
_INEXACT_WORDS = (
    "přibližně asi zhruba cca kolem okolo někdy cirka yaklaşık "
    "sonra kuluttua päästä múlva dalam через спустя בעוד עוד след после подир около примерно приблизно близько до от под върху בסביבות בערך בקירוב"
)
_INEXACT = re.compile(
    rf"(?<!\w)(?:{'|'.join(map(folded, _INEXACT_WORDS.split()))})(?!\w)"
    # Romanian from, and Polish after: in Czech, a weekday before the ordinal `#.`.
    r"|(?<!\w)(?:de la|po #(?!\.))"
    # And the Hungarian suffixes of numbers that mean until and from.
    r"|-(?:ig|aig|eig|tol|atol|etol)(?!\w)"
)
# In capitals these are time zones; otherwise they are weekdays: Croatian čet and pet, Polish pt.
_ZONES = re.compile(r"\b(?:CET|PET|PT)\b")


@lru_cache(maxsize=4096)
def named_in(phrase: str) -> frozenset[tuple[int, int | None]]:
    """Return the months that `phrase` can name in any language, each with its weekday or None.

    Empty if no language reads the phrase as a date. Several if languages differ: `listopad` is
    October in Croatian, November in Czech and Polish. The weekday (0 is Monday) is the one that the
    phrase names in the same language, if any.

    Args:
        phrase: a text with `#` for its day and `####` for its year, such as `# марта #### г.`.
    """
    scripts = {unicodedata.name(sign, "").partition(" ")[0] for sign in phrase if sign.isalpha()}
    if len(scripts) != 1 or _INEXACT.search(folded(phrase)) or _ZONES.search(phrase):
        return frozenset()
    months = ((_month(phrase, name), name) for name in _LANGUAGES.get(scripts.pop(), ()))
    return frozenset(
        (month, _weekday(phrase, language)) for month, language in months if month is not None
    )


def _month(phrase: str, language: str) -> int | None:
    """Return the month that `phrase` names in `language`; None unless all samples agree."""
    months = set()
    for order, day in _SAMPLES:
        sample = phrase.replace(YEAR, "1987").replace(DAY, str(day))
        found = _parser(language, order).get_date_data(sample)
        moment = found.date_obj
        # A time zone in the result means that a word was read as one (`Mart`: the Marquesas).
        if moment is None or moment.tzinfo or found.parts != ("year", "month", "day"):
            return None
        if (moment.year, moment.day) != (1987, day):
            return None
        months.add(moment.month)
    return months.pop() if len(months) == 1 else None


def _weekday(phrase: str, language: str) -> int | None:
    """Return the weekday that `phrase` names in `language`, if any."""
    text = folded(phrase)
    found = (at for at, names in enumerate(_weekday_names(language)) if names.search(text))
    return next(found, None)


@cache
def _weekday_names(language: str) -> list[re.Pattern[str]]:
    """Return a pattern for each weekday that finds its names in a folded text."""
    info = import_module(f"dateparser.data.date_translation_data.{language}").info
    return [
        re.compile(rf"(?<!\w)(?:{'|'.join(re.escape(folded(name)) for name in info[day])})(?!\w)")
        for day in map(str.lower, WEEKDAY_NAMES)
    ]


@cache
def _parser(language: str, order: str) -> "DateDataParser":
    # Slow to import, and most processes never need it.
    from dateparser.date import DateDataParser

    # Do not remember earlier texts: the same text must always be read in the same way.
    return DateDataParser(
        languages=[language],
        try_previous_locales=False,
        settings={**_SETTINGS, "DATE_ORDER": order},
    )
