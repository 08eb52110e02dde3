"""The words of made-up source metadata: pools generated once with Faker, and formats of days.

Calling Faker for every word of every row would take twenty times as long as picking from pools.
"""

from functools import cache
from itertools import cycle
from typing import Final, NamedTuple

PHRASES: Final = 400
OTHERS: Final = 150
"""Size of a pool: smaller for everything but phrases and slugs."""


class Language(NamedTuple):
    """A language: the methods of Faker that generate its words, and how it writes a day.

    Attributes:
        locale: Faker's name of the language.
        phrases: Faker's methods for headlines that are in this language, not in Latin or English.
        subjects: Faker's methods for the subject of a headline.
        day: a template for a day, with `day`, `month`, `number` (of the month) and `year`.
        months: names of the months in a date, from January; empty if `day` does not use them.
        first: how the first day of a month is written.
    """

    locale: str
    phrases: tuple[str, ...]
    subjects: tuple[str, ...]
    day: str
    months: str = ""
    first: str = "1"


class Words(NamedTuple):
    """The pools of one language."""

    language: Language
    phrases: list[str]
    subjects: list[str]
    hosts: list[str]


class Paths(NamedTuple):
    """The pools for the paths of all URLs.

    Attributes:
        directories: such as `blog/tags`.
        pages: whole paths, such as `/blog/tags/about.html`.
        slugs: titles in the form used in URLs, such as `no-voice-either`.
    """

    directories: list[str]
    pages: list[str]
    slugs: list[str]


ENGLISH_MONTHS: Final = (
    "January February March April May June July August September October November December"
)
_BOTH: Final = ("catch_phrase", "sentence")
_ABOUT: Final = ("name", "country")

LANGUAGES: Final = (
    Language("en_US", _BOTH, _ABOUT, "{month} {day}, {year}", ENGLISH_MONTHS),
    Language(
        locale="fr_FR",
        phrases=_BOTH,
        subjects=_ABOUT,
        day="{day} {month} {year}",
        months="janvier février mars avril mai juin juillet août septembre octobre novembre"
        " décembre",
        first="1er",
    ),
    Language(
        locale="pt_BR",
        phrases=("catch_phrase",),
        subjects=_ABOUT,
        day="{day} de {month} de {year}",
        months="janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro"
        " dezembro",
        first="1º",
    ),
    Language(
        locale="es_ES",
        phrases=("sentence",),
        subjects=_ABOUT,
        day="{day} de {month} de {year}",
        months="enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre"
        " diciembre",
    ),
    Language(
        locale="de_DE",
        phrases=("sentence",),
        subjects=_ABOUT,
        day="{day}. {month} {year}",
        months="Januar Februar März April Mai Juni Juli August September Oktober November"
        " Dezember",
    ),
    Language(
        locale="it_IT",
        phrases=_BOTH,
        subjects=_ABOUT,
        day="{day} {month} {year}",
        months="gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre"
        " novembre dicembre",
        first="1º",
    ),
    Language(
        locale="el_GR",
        phrases=("sentence",),
        subjects=_ABOUT,
        day="{day} {month} {year}",
        months="Ιανουαρίου Φεβρουαρίου Μαρτίου Απριλίου Μαΐου Ιουνίου Ιουλίου Αυγούστου"
        " Σεπτεμβρίου Οκτωβρίου Νοεμβρίου Δεκεμβρίου",
    ),
    Language(
        locale="ru_RU",
        phrases=_BOTH,
        subjects=_ABOUT,
        day="{day} {month} {year} г.",
        months="января февраля марта апреля мая июня июля августа сентября октября ноября"
        " декабря",
    ),
    Language("ja_JP", ("sentence",), _ABOUT, "{year}年{number}月{day}日"),
    Language("zh_CN", ("sentence",), _ABOUT, "{year}年{number}月{day}日"),
    Language(
        locale="ar_AA",
        phrases=("sentence",),
        subjects=("name",),
        day="{day} {month} {year}",
        months="يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
    ),
    # Faker has no sentences in Hindi; Indian sites in Hindi mostly write dates in English.
    Language("hi_IN", ("name",), ("country",), "{day} {month} {year}", ENGLISH_MONTHS),
)


@cache
def draw_words(language: Language) -> Words:
    """Build the pools of a language; the same ones each time with the same release of Faker."""
    return Words(
        language,
        [
            phrase.rstrip(".。 ")
            for method in language.phrases
            for phrase in _draw(language.locale, method, PHRASES)
        ],
        [
            subject
            for method in language.subjects
            for subject in _draw(language.locale, method, OTHERS)
        ],
        _draw(language.locale, "domain_name", OTHERS),
    )


@cache
def draw_paths() -> Paths:
    """Build the pools of paths; the same ones each time with the same release of Faker."""
    directories = _draw("en_US", "uri_path", OTHERS)
    pages = _draw("en_US", "uri_page", OTHERS)
    endings = ["/", *_draw("en_US", "uri_extension", OTHERS)]
    return Paths(
        directories,
        [f"/{page}{ending}" for page in pages for ending in endings]
        + [
            f"/{directory}/{page}{ending}"
            for directory, page, ending in zip(directories, cycle(pages), cycle(endings))
        ],
        _draw("en_US", "slug", PHRASES),
    )


def _draw(locale: str, method: str, number: int) -> list[str]:
    """Generate up to this number of different words with Faker."""
    # Slow to load: every command imports this module, and Faker would add a quarter of a second.
    from faker import Faker

    faker = Faker(locale)
    faker.seed_instance(1)
    make = getattr(faker, method)
    return list(dict.fromkeys(make() for _ in range(2 * number)))[:number]
