"""Entries in many scripts, questions about them, and a plain loop that answers the questions.

Everything is generated from fixed seeds, so all databases get the same questions. The loop uses no
SQL and no index: it tests every entry. Only folding, URL keys and the writing of queries, which
have their own tests, come from the code under test; hosts and dates are parsed independently here.
"""

import calendar
import random
import string
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlencode, urlsplit

from dateline.errors import Fault
from dateline.fields.folding import fold
from dateline.fields.url_ranges import exact_key, prefix_key
from dateline.fields.urls import read_url
from dateline.search.query import Kind, write_part

SIZE: Final = 20_000
TOTAL_LIMIT: Final = 10_000

WORDS: Final = {
    "english": "the a of to and or not near in is comfort moving simply news report storm NEAR AND "
    "OR NOT iPhone election flood THE markets Re: vs. don't e-mail co-op 5thgeneration",
    "latin": "conforto confórto CONFORTO CONFÓRTO résumé Ångström naïve œuvre Straße STRASSE ŁÓDŹ "
    "São preocupação Việt Nguyễn İstanbul ışık fi ﬁne señor ævi þing co\u00adoperate Čeština",
    "greek": "Αθήνα ΑΘΗΝΑ αθηνα Ελλάς ελλασ ελλάδα σοφός ΣΟΦΟΣ τέχνη ἀρχή",
    "cyrillic": "новости Новости НОВОСТИ мой мои ёлка елка Київ йод война мир Їжак",
    "arabic": "الأخبار أخبار اخبار السلام کتاب كتاب می\u200cروم العَرَبِيَّة",
    "hebrew": "שלום חדשות ירושלים שָׁלוֹם עיתון",
    "hindi": "हिन्दी समाचार कि की का क भारत ज़मीन नमस्ते",
    "thai": "ข่าว ขาว เขา ประเทศไทย ที่นี่ ที น้ำ",
    "japanese": "か が かがく カガク ｶﾞｸ 東京 日本語 ニュース ひらがな ハハ ババ パパ",
    "korean": "뉴스 한국 서울 한글 각 가 대한민국",
    "chinese": "中 中国 新闻 北京 北 京 新聞 一 一一 的 龍 龙",
    "emoji": "🙂 🙂🙂 👩‍👩‍👧 🇫🇷 ❤️ ❤ 👍🏽 👍 𝔘𝔫𝔦 𠮷野家 ﬀ ① Ⅷ ½",
    "punctuation": "% _ %% a_b 100% \"quoted\" ' '' \" * ^ ( ) - -- ; \\ \\% NEAR(a /* */ a* ^a "
    "title:a {a} [b] + a+b <b> </script> | ~ # ? ! … “x” «y» · 、 。 ・ $1 :x @y",
    "widths": "Ａ ＡＢＣ ａｂｃ abc １２３ 123 ％ ＿ ＡＮＤ ｱｲｳ アイウ ﾊﾟ パ",
}
"""Tricky words: operators of full-text queries, wildcards, stop words, look-alikes."""

UNSPACED: Final = ("thai", "japanese", "chinese", "korean", "emoji", "punctuation", "widths")

HOSTS: Final = (
    "cnn.com",
    "www.cnn.com",
    "edition.cnn.com",
    "money.edition.cnn.com",
    "notcnn.com",
    "notactuallycnn.com",
    "my-cnn.com",
    "cnn.com.br",
    "cnn.co",
    "cnn.community",
    "com.cnn.example.org",
    "example.org",
    "www.example.org",
    "WWW.Example.ORG",
    "sub.example.org",
    "example.org.evil.example",
    "bbc.co.uk",
    "news.bbc.co.uk",
    "abbc.co.uk",
    "co.uk.example.net",
    "one.github.io",
    "two.github.io",
    "münchen.de",
    "xn--mnchen-3ya.de",
    "www.münchen.de",
    "пример.рф",
    "例え.jp",
    "192.0.2.1",
    "192.0.2.10",
    "[2001:db8::1]",
    "localhost",
    "a_b.example.net",
)
PATHS: Final = (
    "",
    "/",
    "/news",
    "/news/",
    "/newsroom",
    "/news/2014/03",
    "/news/2014/03/08/storm.html",
    "/News",
    "/new",
    "/a%20b",
    "/a%2Fb",
    "/%E4%B8%AD%E5%9B%BD",
    "/中国",
    "/caf%c3%a9",
    "/café",
    "/100%25",
    "/_",
    "/a_b",
    "/axb",
    "/~user/",
    "/a/../b",
    "/x.php",
)
QUERIES: Final = (
    *[""] * 8,
    "?",
    "?a=1",
    "?a=1&b=2",
    "?b=2&a=1",
    "?a=2&a=1",
    "?id={number}",
    "?utm_source=x&id={number}",
    "?q=100%25",
    "?q=%22x%22",
    "#top",
    "?a=1#top",
)
PORTS: Final = (*[""] * 12, ":80", ":443", ":8080", ":8081")
SCHEMES: Final = ("http", "https", "https", "https", "HTTP", "Https")
PRECISIONS: Final = ("year", "month", "day", "day", "day", "hour", "minute", "second", "second")
SORTS: Final = ("-date", "date", "-added", "added")


@dataclass(frozen=True, slots=True)
class Written:
    """A date with its first and last second, computed without the code under test."""

    text: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Made:
    """One entry of the corpus, with the values that questions are tested against."""

    title: str
    url: str
    date: Written
    folded_title: str
    folded_url: str
    key: str
    host: str

    @property
    def item(self) -> dict[str, str]:
        """The row to send."""
        return {"title": self.title, "url": self.url, "date": self.date.text}


@dataclass(slots=True)
class Asked:
    """A question: its parameters, and a test of an entry for each filter."""

    parameters: list[tuple[str, str]] = field(default_factory=list)
    tests: list[Callable[[Made], bool]] = field(default_factory=list)
    sort: str = "-date"
    limit: int = 20
    pages: int = 1
    exact_total: bool = False

    def __str__(self) -> str:
        return f"/v1/entries?{urlencode(self.parameters)}"


# --- Entries -----------------------------------------------------------------------------------


def make_corpus(size: int = SIZE) -> list[Made]:
    """Return `size` distinct entries."""
    chance = random.Random(20140308)
    # Every second date is one of these, so that many entries have equal dates.
    common = [_date(chance) for _ in range(150)]
    made: dict[tuple[str, str, str], Made] = {}
    while len(made) < size:
        date = chance.choice(common) if chance.random() < 0.5 else _date(chance)
        entry = _entry(_title(chance), _url(chance), date)
        made.setdefault((entry.title, entry.key, entry.date.text), entry)
    return list(made.values())


def _entry(title: str, url: str, date: Written) -> Made:
    sound = read_url(url)
    assert not isinstance(sound, Fault), sound
    return Made(title, url, date, fold(title), fold(url), sound.key, host_of(url))


def _title(chance: random.Random) -> str:
    scripts = chance.sample(sorted(WORDS), chance.choice((1, 1, 1, 2)))
    words = [word for script in scripts for word in WORDS[script].split()]
    glue = "" if scripts[0] in UNSPACED and chance.random() < 0.5 else " "
    chosen = [chance.choice(words) for _ in range(chance.randint(1, 9))]
    if chance.random() < 0.3:
        chosen.append(str(chance.randrange(100_000)))
    # Normalised as stored titles are, so that entries can be compared with what was sent.
    return unicodedata.normalize("NFC", " ".join(glue.join(chosen).split()))


def _url(chance: random.Random) -> str:
    path = chance.choice(PATHS)
    if chance.random() < 0.3:
        path = f"{path.rstrip('/')}/{chance.randrange(1_000)}"
    query = chance.choice(QUERIES).format(number=chance.randrange(100))
    return f"{chance.choice(SCHEMES)}://{chance.choice(HOSTS)}{chance.choice(PORTS)}{path}{query}"


def _date(chance: random.Random) -> Written:
    precision = chance.choice(PRECISIONS)
    year, month = chance.randint(1900, 2099), chance.randint(1, 12)
    if chance.random() < 0.4:
        year = chance.randint(2012, 2016)
    day = chance.randint(1, calendar.monthrange(year, month)[1])
    clock = (chance.randrange(24), chance.randrange(60), chance.randrange(60))
    return write_date(precision, datetime(year, month, day, *clock, tzinfo=UTC))


def write_date(precision: str, moment: datetime) -> Written:
    """Return a moment written at a precision, with the seconds that it covers."""
    match precision:
        case "year":
            text = f"{moment:%Y}"
            first, end = datetime(moment.year, 1, 1, tzinfo=UTC), datetime(
                moment.year + 1, 1, 1, tzinfo=UTC
            )
        case "month":
            text = f"{moment:%Y-%m}"
            first = datetime(moment.year, moment.month, 1, tzinfo=UTC)
            end = first + timedelta(days=calendar.monthrange(moment.year, moment.month)[1])
        case "day":
            text = f"{moment:%Y-%m-%d}"
            first = moment.replace(hour=0, minute=0, second=0)
            end = first + timedelta(days=1)
        case "hour":
            text = f"{moment:%Y-%m-%dT%H}Z"
            first = moment.replace(minute=0, second=0)
            end = first + timedelta(hours=1)
        case "minute":
            text = f"{moment:%Y-%m-%dT%H:%M}Z"
            first = moment.replace(second=0)
            end = first + timedelta(minutes=1)
        case _:
            text = f"{moment:%Y-%m-%dT%H:%M:%S}Z"
            first, end = moment, moment + timedelta(seconds=1)
    return Written(text, int(first.timestamp()), int(end.timestamp()) - 1)


def host_of(address: str) -> str:
    """Return the host of a URL, or of a question about one, in DNS form and without `www.`."""
    absolute = address if "://" in address else f"//{address}"
    host = urlsplit(absolute).hostname or ""
    if ":" in host:
        return f"[{host}]"
    if host.isascii():
        return host.removeprefix("www.")
    return host.encode("idna").decode().removeprefix("www.")


# --- Questions ---------------------------------------------------------------------------------


def make_questions(corpus: list[Made], how_many: int, seed: int) -> Iterator[Asked]:
    """Yield questions with every kind of filter, alone and combined."""
    chance = random.Random(seed)
    for _ in range(how_many):
        yield _question(corpus, chance)


def _question(corpus: list[Made], chance: random.Random) -> Asked:
    asked = Asked()
    # Filters taken from one entry match at least that entry.
    entry = chance.choice(corpus)
    for _ in range(chance.choice((0, 1, 1, 1, 2, 3))):
        other = entry if chance.random() < 0.8 else chance.choice(corpus)
        _ask_contains(asked, _text_like(other.title, chance))
    if chance.random() < 0.25:
        _ask_query(asked, entry, chance.choice(corpus), chance)
    if chance.random() < 0.35:
        _ask_url(asked, entry, chance)
    if chance.random() < 0.2:
        _ask_domain(asked, entry, chance)
    if chance.random() < 0.25:
        _ask_after(asked, entry.date if chance.random() < 0.4 else _date(chance))
    if chance.random() < 0.25:
        _ask_before(asked, entry.date if chance.random() < 0.4 else _date(chance))
    asked.sort = chance.choice(SORTS)
    if asked.sort != "-date" or chance.random() < 0.2:
        asked.parameters.append(("sort", asked.sort))
    asked.limit = chance.choice((1, 2, 3, 7, 20, 50))
    if asked.limit != 20:
        asked.parameters.append(("limit", str(asked.limit)))
    if chance.random() < 0.1:
        asked.exact_total = True
        asked.parameters.append(("total", "exact"))
    asked.pages = chance.choice((1, 1, 1, 1, 2, 5))
    chance.shuffle(asked.parameters)
    return asked


def _ask_contains(asked: Asked, text: str) -> None:
    folded = fold(text)
    asked.parameters.append(("contains", text))
    asked.tests.append(lambda entry: folded in entry.folded_title)


def _ask_query(asked: Asked, entry: Made, other: Made, chance: random.Random) -> None:
    """Add what only the search box offers: excluded texts, along with required ones."""
    parts = []
    for _ in range(chance.choice((1, 1, 2))):
        text = _text_like(other.title, chance)
        parts.append(write_part(Kind.WITHOUT, text))
        asked.tests.append(_without(fold(text)))
    if chance.random() < 0.5:
        text = _text_like(entry.title, chance)
        wanted = fold(text)
        parts.append(write_part(Kind.TEXT, text))
        asked.tests.append(lambda entry: wanted in entry.folded_title)
    chance.shuffle(parts)
    asked.parameters.append(("q", " ".join(parts)))


def _without(folded: str) -> Callable[[Made], bool]:
    return lambda entry: folded not in entry.folded_title


def _text_like(title: str, chance: random.Random) -> str:
    """Return a part of a title, spelt in another way, or a random text."""
    while True:
        if chance.random() < 0.1:
            script = WORDS[chance.choice(sorted(WORDS))] + string.ascii_lowercase
            text = "".join(chance.choice(script) for _ in range(chance.randint(1, 4)))
        else:
            length = chance.choice((1, 1, 2, 2, 3, 3, 4, 5, 6, 8, 10, 12))
            start = chance.randint(0, max(0, len(title) - length))
            text = title[start : start + length]
        match chance.randrange(6):
            case 0:
                text = text.upper()
            case 1:
                text = text.swapcase()
            case 2:
                text = unicodedata.normalize("NFD", text)
            case 3:
                text = unicodedata.normalize("NFKC", text)
        # Texts without a visible character are rejected, which has its own test.
        if fold(text).strip():
            return text


def _ask_url(asked: Asked, entry: Made, chance: random.Random) -> None:
    match chance.choice(("contains", "contains", "exact", "prefix", "host", "domain")):
        case "contains":
            length = chance.choice((1, 2, 3, 4, 6, 9, 12))
            start = chance.randint(0, len(entry.url) - 1)
            text = entry.url[start : start + length]
            folded = fold(text)
            asked.parameters.append(("url", text))
            asked.tests.append(lambda entry: folded in entry.folded_url)
            if chance.random() < 0.5:
                asked.parameters.append(("match", "contains"))
        case "exact":
            _ask_exact(asked, entry, chance)
        case "prefix":
            _ask_prefix(asked, entry, chance)
        case "host":
            _ask_host(asked, entry, chance)
        case _:
            text = _domain_like(entry, chance)
            asked.parameters += [("url", text), ("match", "domain")]
            asked.tests.append(_below(text))


def _ask_exact(asked: Asked, entry: Made, chance: random.Random) -> None:
    text = entry.url
    match chance.randrange(4):
        case 0:
            text = text.partition("#")[0] + "#elsewhere"
        case 1:
            text = text.partition("://")[2]
        case 2:
            host = entry.url.partition("://")[2]
            text = f"http://{host}" if ":443" not in host else text
    key = exact_key(text)
    assert isinstance(key, str), text
    asked.parameters += [("url", text), ("match", "exact")]
    asked.tests.append(lambda entry: entry.key == key)


def _ask_prefix(asked: Asked, entry: Made, chance: random.Random) -> None:
    authority_ends = len(entry.url.partition("://")[0]) + 3
    while True:
        text = entry.url[: chance.randint(authority_ends + 1, len(entry.url))]
        if chance.random() < 0.3:
            text = text[authority_ends:]
        beginning = prefix_key(text)
        if isinstance(beginning, str):
            asked.parameters += [("url", text), ("match", "prefix")]
            asked.tests.append(_beginning_with(beginning))
            return


def _beginning_with(beginning: str) -> Callable[[Made], bool]:
    return lambda entry: entry.key.startswith(beginning)


def _ask_host(asked: Asked, entry: Made, chance: random.Random) -> None:
    text = entry.url if chance.random() < 0.5 else entry.host
    host = host_of(text)
    asked.parameters += [("url", text), ("match", "host")]
    asked.tests.append(lambda entry: entry.host == host)


def _ask_domain(asked: Asked, entry: Made, chance: random.Random) -> None:
    text = _domain_like(entry, chance)
    asked.parameters.append(("domain", text))
    asked.tests.append(_below(text))


def _domain_like(entry: Made, chance: random.Random) -> str:
    """Return the entry's host or a parent domain, in one of the ways in which people write it."""
    host = entry.host
    if host[-1].isalpha():
        labels = host.split(".")
        host = ".".join(labels[chance.randrange(len(labels)) :])
    # `www.com` and `www.co.uk` are separate sites; `www.cnn.com` is `cnn.com`.
    with_www = (
        f"www.{host}"
        if host == entry.host and host in HOSTS and "." in host and host[-1].isalpha()
        else host
    )
    return chance.choice((host, host, host.upper(), f"https://{host}/any/page", with_www))


def _below(text: str) -> Callable[[Made], bool]:
    domain = host_of(text)
    return lambda entry: entry.host == domain or entry.host.endswith(f".{domain}")


def _ask_after(asked: Asked, date: Written) -> None:
    asked.parameters.append(("after", date.text))
    asked.tests.append(lambda entry: entry.date.last >= date.first)


def _ask_before(asked: Asked, date: Written) -> None:
    asked.parameters.append(("before", date.text))
    asked.tests.append(lambda entry: entry.date.first <= date.last)


# --- Answers -----------------------------------------------------------------------------------


class Oracle:
    """Answers questions by testing every entry."""

    def __init__(self, entries: dict[int, Made]) -> None:
        by_id = sorted(entries.items())
        by_date = sorted(by_id, key=lambda pair: (pair[1].date.first, pair[0]))
        self._orders = {
            "added": by_id,
            "-added": by_id[::-1],
            "date": by_date,
            "-date": by_date[::-1],
        }

    def answer(self, asked: Asked) -> list[int]:
        """Return the ids of all matches, in the requested order."""
        left = self._orders[asked.sort]
        for test in asked.tests:
            left = [pair for pair in left if test(pair[1])]
        return [entry_id for entry_id, _entry in left]
