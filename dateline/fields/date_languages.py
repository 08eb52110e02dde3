"""Month names in languages beyond our own tables, asked of dateparser, never of its guesses.

dateparser reads a sample made of the text's words and of numbers that can mean one thing only (25
is no month, 1987 no day), so that it serves as a dictionary of months: which number of the text is
the day and which the year is decided here. Languages whose texts count years in another era
(Thai, Persian, Nepali, ...) are left out, as `2557` would be read as a year of ours.
"""

import re
import unicodedata
from functools import cache, lru_cache
from importlib import import_module
from typing import TYPE_CHECKING

from dateline.fields.date_names import WEEKDAY_NAMES, folded

if TYPE_CHECKING:
    from dateparser.date import DateDataParser

DAY, YEAR = "#", "####"  # the numbers of a text, in a phrase to ask about
# By script, as Unicode names its letters: loading a language takes longer than reading a thousand
# dates, and one of another script has no word of the text.
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
# Read three times: a word that is a number (`tri` is three in Czech, `pet` five) would change places
# with the day in one of them.
_SAMPLES = (("DMY", 25), ("MDY", 5), ("MDY", 11))


# Words that dateparser passes over, and that make a date less than exact: about, until, after.
_INEXACT_WORDS = (
    "přibližně asi zhruba cca kolem okolo někdy cirka yaklaşık "
    "sonra след после подир около примерно приблизно близько до от под върху בסביבות בערך בקירוב"
)
_INEXACT = re.compile(
    rf"(?<!\w)(?:{'|'.join(map(folded, _INEXACT_WORDS.split()))})(?!\w)"
    # And the endings of numbers that are until and from in Hungarian.
    r"|-(?:ig|aig|eig|tol|atol|etol)(?!\w)"
)


@lru_cache(maxsize=4096)
def named_in(phrase: str) -> frozenset[tuple[int, int | None]]:
    """Return the months that the words of `phrase` can name, in any language.

    Empty when no language reads the phrase as a date; several when languages differ, as they do
    over `listopad`: October in Croatian, November in Czech and Polish. With each month the weekday
    that is named beside it, where the language knows one: 0 is Monday.

    Args:
        phrase: a text with `#` for its day and `####` for its year, such as `# марта #### г.`.
    """
    scripts = {unicodedata.name(sign, "").partition(" ")[0] for sign in phrase if sign.isalpha()}
    if len(scripts) != 1 or _INEXACT.search(folded(phrase)):
        return frozenset()
    months = ((_month(phrase, name), name) for name in _LANGUAGES.get(scripts.pop(), ()))
    return frozenset(
        (month, _weekday(phrase, language)) for month, language in months if month is not None
    )


def _month(phrase: str, language: str) -> int | None:
    """Return the month that `phrase` names in one language; None unless all samples agree."""
    months = set()
    for order, day in _SAMPLES:
        sample = phrase.replace(YEAR, "1987").replace(DAY, str(day))
        found = _parser(language, order).get_date_data(sample)
        moment = found.date_obj
        # A time zone in the answer means that some word was read as one (`Mart`: the Marquesas).
        if moment is None or moment.tzinfo or found.parts != ("year", "month", "day"):
            return None
        if (moment.year, moment.day) != (1987, day):
            return None
        months.add(moment.month)
    return months.pop() if len(months) == 1 else None


def _weekday(phrase: str, language: str) -> int | None:
    """Return the weekday that `phrase` names in one language."""
    text = folded(phrase)
    found = (at for at, names in enumerate(_weekday_names(language)) if names.search(text))
    return next(found, None)


@cache
def _weekday_names(language: str) -> list[re.Pattern[str]]:
    """Return, for each weekday, what finds one of its names in a folded text."""
    info = import_module(f"dateparser.data.date_translation_data.{language}").info
    return [
        re.compile(rf"(?<!\w)(?:{'|'.join(re.escape(folded(name)) for name in info[day])})(?!\w)")
        for day in map(str.lower, WEEKDAY_NAMES)
    ]


@cache
def _parser(language: str, order: str) -> "DateDataParser":
    # Slow to import, and most processes never need it.
    from dateparser.date import DateDataParser

    # Without memory of earlier texts: the same text must be read the same way every time.
    return DateDataParser(
        languages=[language],
        try_previous_locales=False,
        settings={**_SETTINGS, "DATE_ORDER": order},
    )
