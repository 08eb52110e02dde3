"""Some 100,000 words of nine languages, as common and as rare as words are.

Faker's own words come first. The rest is made of them: a word goes on as some word of the language
goes on after the same two letters, so that trigrams are about as frequent as in real text,
which is what a text index feels.
"""

import random
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import Final

from faker import Faker

from dateline.fields.folding import fold

LONGEST: Final = 14
"""Letters of a made word."""

FLATTER: Final = 2.7
"""Mandelbrot's shift: the very first words are a little less common than Zipf's law says."""

HAN: Final = 0x4E00
HAN_STEP: Final = 5
HAN_RARE: Final = 3_000
"""Characters beside those of Faker's Chinese and Japanese words, most of them rare."""

RUNNING: Final = 10_000
"""Words of running text for each of 100 rows."""

_SMALL: Final = {
    "en_US": "the of to in and for on is with at by from as after new says over how why",
    "es_ES": "de la que el en y los del las por con para una su al",
    "de_DE": "der die und in den von zu das mit sich des auf für im",
    "fr_FR": "de la le et les des en un du une que pour dans sur",
    "pl_PL": "w z na i do nie to o jak po od za",
    "ru_RU": "в и на с по о не за из от для что как",
    "ar_AA": "في من على إلى عن مع بعد",
    "zh_CN": "的 在 和 了 中国 新闻",
    "ja_JP": "の に を は が と で ニュース",
}
_CYRILLIC: Final = str.maketrans(
    dict(
        zip(
            "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
            [
                "a",
                "b",
                "v",
                "g",
                "d",
                "e",
                "e",
                "zh",
                "z",
                "i",
                "i",
                "k",
                "l",
                "m",
                "n",
                "o",
                "p",
                "r",
                "s",
                "t",
                "u",
                "f",
                "kh",
                "ts",
                "ch",
                "sh",
                "shch",
                "",
                "y",
                "",
                "e",
                "yu",
                "ya",
            ],
            strict=True,
        )
    )
)


@dataclass(frozen=True, slots=True)
class Language:
    """One language of the rows.

    Attributes:
        locale: Faker's name of it.
        share: of 100 rows.
        glue: what stands between two words.
        words: the words, the most common first.
        running: running text: words as often as they are used.
        slugs: the same text as it stands in URLs; empty where URLs there have other things.
    """

    locale: str
    share: int
    glue: str
    words: list[str]
    running: list[str]
    slugs: list[str]


_SIZES: Final = (
    ("en_US", 40, 40_000),
    ("es_ES", 10, 10_000),
    ("de_DE", 8, 12_000),
    ("fr_FR", 7, 10_000),
    ("pl_PL", 7, 8_000),
    ("ru_RU", 10, 14_000),
    ("ar_AA", 5, 8_000),
    ("zh_CN", 8, 12_000),
    ("ja_JP", 5, 8_000),
)


@cache
def make_languages() -> list[Language]:
    """Make all languages; the same ones each time for one release of Faker."""
    return [_make(*sizes) for sizes in _SIZES]


def zipf_weights(size: int) -> list[float]:
    """How often each of so many things is drawn, the first most often, added up."""
    return list(accumulate(1 / (rank + FLATTER) for rank in range(size)))


def _make(locale: str, share: int, size: int) -> Language:
    rng = random.Random(locale)
    unspaced = locale in ("zh_CN", "ja_JP")
    first = _SMALL[locale].split()
    known = sorted(set(_faker_words(locale)) - set(first))
    rng.shuffle(known)
    made = _characters(rng, known) if unspaced else _like(rng, known)
    words = list(dict.fromkeys([*first, *known]))
    taken = set(words)
    for word in made:
        if len(words) >= size:
            break
        if word not in taken:
            taken.add(word)
            words.append(word)
    running = rng.choices(words, cum_weights=zipf_weights(len(words)), k=share * RUNNING)
    slugs = [] if unspaced or locale == "ar_AA" else list(map(cache(_slug), running))
    return Language(locale, share, "" if unspaced else " ", words, running, slugs)


def _faker_words(locale: str) -> list[str]:
    words: list[str] = Faker(locale).get_words_list()
    return [unicodedata.normalize("NFC", word) for word in words if word.isalpha()]


def _like(rng: random.Random, known: list[str]) -> Iterator[str]:
    """Words that go on as known words go on after the same two letters, without end."""
    following: dict[str, list[str]] = {}
    for word in known:
        marked = f"^^{word.lower()}$"
        for at in range(len(marked) - 2):
            following.setdefault(marked[at : at + 2], []).append(marked[at + 2])
    while True:
        word = "^^"
        while len(word) < LONGEST + 2 and (letter := rng.choice(following[word[-2:]])) != "$":
            word += letter
        if len(word) > 5:
            yield word[2:]


def _characters(rng: random.Random, known: list[str]) -> Iterator[str]:
    """Words of one to three characters, some of which are common and most of which are rare."""
    characters = list(dict.fromkeys("".join(known)))
    characters += [chr(HAN + HAN_STEP * number) for number in range(HAN_RARE)]
    weights = zipf_weights(len(characters))
    while True:
        length = rng.choice((1, 2, 2, 2, 2, 3))
        yield "".join(rng.choices(characters, cum_weights=weights, k=length))


def _slug(word: str) -> str:
    folded = fold(word).translate(_CYRILLIC)
    return "".join(letter for letter in folded if letter.isascii() and letter.isalnum()) or "x"
