"""The golden set: a small archive, and questions on which databases tend to differ.

The answers are in `golden.json`, as positions of entries in `ENTRIES`, counted from 1, in the order
of the answer. They were computed by the loop in `tests.search.corpus`, which uses no SQL:

    python -m tests.search.golden >tests/search/golden.json
"""

import json
import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from dateline.errors import Fault
from dateline.fields.folding import fold
from dateline.fields.url_ranges import exact_key, prefix_key
from dateline.fields.urls import read_url
from tests.search.corpus import Asked, Made, Oracle, Written, host_of, write_date

FILE: Final = Path(__file__).with_suffix(".json")

Parameters = tuple[tuple[str, str], ...]

TITLES: Final = (
    # Case, accents, and letters that fold to more than one.
    "O conforto de mudar simplesmente",
    "O CONFORTO DE MUDAR",
    "o confórto de mudar",
    "Conforto\u0301 em forma decomposta",
    "Straße und STRASSE",
    "Strasse ohne Eszett",
    "İstanbul'da ışık",
    "istanbul'da isik",
    "œuvre complète, ﬁne",
    "oeuvre complete, fine",
    "Ångström and Angstrom",
    "ŁÓDŹ i Łódź",
    "Việt Nam, Nguyễn",
    "Σοφός ΣΟΦΟΣ σοφοσ",
    "Αθήνα χωρίς τόνο: Αθηνα",
    "Новости и ёлка",
    "новости и елка",
    "Мой Київ",
    "мои дела",
    # Wildcards of LIKE.
    "100% sure",
    "100 percent sure",
    "a_b and a%b",
    "axb and aXXb",
    "%",
    "_ _ _",
    "%%__%%",
    "50%_off",
    # Quotes, escapes, and ends of statements.
    "She said \"yes\" and 'no'",
    "don't stop",
    "dont stop",
    "back\\slash and \\% and \\_",
    "'; DROP TABLE entries; -- ",
    'title" OR "1"="1',
    "`backticks` and \\' and ''",
    "<b>bold</b> </script>",
    "NUL is not here: \\0",
    # Operators of boolean mode and of FTS5.
    "+plus -minus *star ~tilde <less >more (group) @distance",
    "wild* card",
    "wild card",
    "NEAR(one two, 3)",
    "one AND two OR three NOT four",
    "^caret title:colon {brace} [bracket]",
    'phrase "in the middle" here',
    "a+b=c",
    "c++ and c# and .net",
    "e-mail, co-op, x-ray",
    "--- *** +++",
    "@ @@ @8",
    # Stop words and short words.
    "the a of to and or",
    "to be or not to be",
    "about the who",
    "www com de la und",
    "I",
    "it is in",
    "A",
    "x",
    "ab",
    "abc",
    "abcd",
    # Chinese, Japanese, Korean.
    "中国新闻",
    "中",
    "国",
    "北京的新闻 北京",
    "新聞と新闻",
    "龍 龙",
    "一",
    "一一",
    "東京で日本語のニュース",
    "かがく",
    "カガク",
    "ｶﾞｸ",
    "パパ ハハ ババ",
    "か が",
    "뉴스 한국 서울",
    "각 가 나",
    "한글",
    "。、・「」",
    # Scripts with vowel signs and without spaces.
    "हिन्दी समाचार कि की का क",
    "क ख ग",
    "ข่าว ขาว เขา",
    "ประเทศไทยที่นี่",
    "الأخبار أخبار اخبار",
    "کتاب كتاب",
    "שלום שָׁלוֹם",
    # Emoji and other characters of four bytes.
    "🙂",
    "🙂🙂 twice",
    "👍🏽 and 👍",
    "👩‍👩‍👧 family",
    "🇫🇷 flag, 🇩🇪 flag",
    "❤️ heart and ❤ heart",
    "𠮷野家 and 吉野家",
    "𝔘𝔫𝔦code in mathematics",
    "ends in an emoji 🚀",
    "\U0010fffd last private one",
    # Widths, ligatures, numbers.
    "ＡＢＣ wide and ABC",
    "１２３ wide and 123",
    "％ ＿ wide",
    "① Ⅷ ½ x²",
    "co\u00adop with a soft hyphen",
    "zero\u200bwidth and zero\u200cjoiner",
    "nbsp\u00a0here",
    # Spaces.
    "double  space",
    "trailing space ",
    " leading space",
    "tab\there",
    "trailing",
    "trailing.",
    # Lengths.
    "z" * 300,
    "ab" * 200 + "c",
    "The comfort of moving simply",
    "the COMFORT of Moving",
    "comfort",
    "comforts",
    "discomfort",
)

ADDRESSES: Final = (
    "https://cnn.com/",
    "https://www.cnn.com/news",
    "http://edition.cnn.com/news/2014",
    "https://notactuallycnn.com/cnn.com",
    "https://cnn.com.br/",
    "https://example.org/a_b",
    "https://example.org/axb",
    "https://example.org/100%25",
    "https://example.org/?q=%22quoted%22",
    "https://example.org/News",
    "https://example.org/news",
    "https://example.org/newsroom",
    "http://example.org:80/news/#top",
    "https://example.org:8443/news",
    "https://münchen.de/straße",
    "https://xn--mnchen-3ya.de/strasse",
    "https://例え.jp/中国",
    "https://пример.рф/новости",
    "https://bbc.co.uk/",
    "https://news.bbc.co.uk/2/hi",
    "http://192.0.2.1/",
    "http://192.0.2.10/",
    "http://[2001:db8::1]/x",
    "https://a.example/?a=1&b=2",
    "https://a.example/?b=2&a=1&utm_source=x",
    "https://a.example/?a=2&a=1",
    "https://a.example/~user/%E4%B8%AD",
    "https://a.example/🙂",
    "https://a.example/'quoted'",
)

DATES: Final = (
    "1901", "1901-12", "1901-12-13", "1901-12-13T20:45:51Z", "1901-12-13T20:45:53Z", "1969",
    "1969-12", "1969-12-31", "1969-12-31T23Z", "1969-12-31T23:59Z", "1969-12-31T23:59:59Z",
    "1970-01-01T00:00:00Z", "1970-01-01", "1970", "2000-02-29", "2014", "2014-03", "2014-03-08",
    "2014-03-08T15Z", "2014-03-08T15:04Z", "2014-03-08T15:04:05Z", "2014-03-09", "2014-12-31",
    "2015-01-01", "2016-12-31T23:59:59Z", "2038-01-19T03:14:07Z", "2038-01-19T03:14:08Z",
    "2038-01-19", "2038-02", "2039", "2099-12-31T23:59:59Z",
)  # fmt: skip

TEXTS: Final = (
    # Tricky texts, as people type them into the search box.
    "conforto", "CONFORTO", "confórto", "CONFO\u0301RTO", "conforto de", "straße", "STRASSE", "ss",
    "ß", "istanbul", "İSTANBUL", "ISTANBUL", "isik", "ışık", "œuvre", "oeuvre", "ﬁne", "fine",
    "angstrom", "ÅNGSTRÖM", "łódź", "lodz", "ŁÓDŹ", "viet", "Việt", "nguyen", "σοφοσ", "ΣΟΦΟΣ",
    "ς", "αθηνα", "Αθήνα", "новости", "НОВОСТИ", "ёлка", "елка", "мой", "мои", "Київ", "Киів",
    "%", "_", "%%", "__", "_%", "%_", "100%", "100_", "a_b", "a%b", "axb", "50%_off", "%sure",
    '"', "'", '"yes"', "'no'", "don't", "dont", "n't", "\\", "\\%", "\\_", "\\s", "'; DROP",
    "--", "-- ", '" OR "', "1=1", '"1"="1', "`", "``", "''", "\\'", "</", "<b>", "</script>", "\\0",
    "+plus", "-minus", "*", "*star", "wild*", "wild* card", "~tilde", "<less", ">more", "(group)",
    "(", ")", "@distance", "@", "@@", "@8", "NEAR(", "near", "AND", "and", "OR", "NOT", "not four",
    "^caret", "title:colon", "{brace}", "[bracket]", "in the middle", '"in the', "a+b", "a+b=c",
    "c++", "c#", ".net", "e-mail", "email", "co-op", "x-ray", "---", "***", "+++", "-", "+", "=",
    "the", "a", "of", "to be", "or", "who", "about", "www", "com", "de", "la", "und", "I", "it is",
    "in", "is in", "x", "ab", "abc", "abcd", "abcde", "b", "中", "国", "中国", "新闻", "新聞", "北京",
    "北京的", "的", "龍", "龙", "一", "一一", "一一一", "東京", "日本語", "ニュース", "ュ", "かがく",
    "カガク", "ガ", "ｶﾞ", "か", "が", "パ", "ハ", "バ", "뉴스", "한국", "각", "가", "한글", "ㄱ", "。",
    "、", "・", "「", "हिन्दी", "कि", "की", "क", "का", "ख", "ข่าว", "ขาว", "ที่", "ที", "อ", "أخبار",
    "اخبار", "كتاب", "کتاب", "שלום", "שָׁלוֹם", "🙂", "🙂🙂", "🙂🙂🙂", "👍", "👍🏽", "🏽", "👩", "👩‍👩‍👧",
    "🇫🇷", "🇫", "🇩🇪", "❤", "❤️", "𠮷", "𠮷野", "吉", "𝔘𝔫𝔦", "unicode", "🚀", "emoji 🚀", "\U0010fffd",
    "ＡＢＣ", "wide", "１２３", "123", "％", "＿", "①", "1", "Ⅷ", "viii", "½", "²", "x2", "co\u00adop",
    "coop", "zerowidth", "zero\u200bwidth", "zero", "nbsp here", "nbsp\u00a0here", "double space",
    "double  space", "space ", " space", "trailing ", "trailing", "trailing.", " leading", "g s",
    "tab here", "zzz", "z" * 300, "z" * 301, "ab" * 200, "ba", "bc", "comfort", "COMFORTS", "omfor",
    "nothing has this", "qqq", "q",
)  # fmt: skip

OTHERS: Final[tuple[Parameters, ...]] = (
    (),
    (("sort", "date"),),
    (("sort", "added"),),
    (("sort", "-added"),),
    *(((name, date),) for date in DATES for name in ("after", "before")),
    (("after", "1969"), ("before", "1970")),
    (("after", "1969-12-31T23:59:59Z"), ("before", "1969-12-31T23:59:59Z")),
    (("after", "2014-03-08"), ("before", "2014-03-08")),
    (("after", "2014-03-08T15:04:06Z"), ("before", "2014-03-08T15:04:59Z")),
    (("after", "2038-01-19T03:14:08Z"), ("sort", "date")),
    (("before", "1901-12-13T20:45:52Z"), ("sort", "date")),
    (("after", "2015"), ("before", "2014")),
    *((("url", text),) for text in (
        "cnn.com", "CNN", "a_b", "axb", "%", "_", "%25", "%22", "'", "/news", "/News", "?a=1", "&",
        "utm", "中国", "%E4%B8%AD", "straße", "strasse", "🙂", "новости", "xn--", ":8443", "#top",
        "192.0.2.1", "[2001", "://", "//", "~", "s", "0.2",
    )),
    *((("url", text), ("match", "exact")) for text in (
        "https://example.org/news", "example.org/news", "http://www.cnn.com/news", "cnn.com",
        "https://example.org/News", "https://a.example/?a=1&b=2", "https://a.example/?a=1&a=2",
        "https://münchen.de/straße", "https://example.org/a_b", "https://example.org/100%25",
        "https://a.example/~user/中", "https://example.org:8443/news",
    )),
    *((("url", text), ("match", "prefix")) for text in (
        "https://example.org/", "https://example.org/news", "example.org/new", "cnn.com/",
        "https://a.example/?a=", "https://example.org/100%25", "https://example.org/a_",
        "https://bbc.co.uk/", "http://192.0.2.1",
    )),
    *((("url", text), ("match", "host")) for text in (
        "cnn.com", "edition.cnn.com", "example.org", "münchen.de", "192.0.2.1", "[2001:db8::1]",
        "bbc.co.uk",
    )),
    *((("domain", text),) for text in (
        "cnn.com", "com", "edition.cnn.com", "notactuallycnn.com", "cnn.com.br", "br", "org",
        "example.org", "münchen.de", "xn--mnchen-3ya.de", "de", "jp", "рф", "bbc.co.uk", "uk",
        "192.0.2.1", "192.0.2.10", "[2001:db8::1]", "example",
    )),
    (("contains", "conforto"), ("contains", "mudar")),
    *(((name, date), ("url", "https://")) for date in DATES for name in ("after", "before")),
    (("after", "1969-12"), ("before", "2014-03"), ("url", "example.org/"), ("contains", "the")),
    (("contains", "the"), ("contains", "a"), ("contains", "of")),
    (("contains", "中"), ("contains", "国")),
    (("contains", "%"), ("contains", "_")),
    (("contains", "🙂"), ("sort", "-added")),
    (("contains", "trailing"), ("url", "example")),
    (("contains", "a"), ("domain", "org"), ("after", "1970"), ("before", "2038"), ("sort", "date")),
    (("contains", "新"), ("domain", "cnn.com")),
    (("contains", "e"), ("url", "https://example.org/"), ("match", "prefix"), ("sort", "added")),
)  # fmt: skip

QUESTIONS: Final[tuple[Parameters, ...]] = (
    *((("contains", text),) for text in TEXTS),
    *OTHERS,
)


def make_entries() -> list[Made]:
    """Return each title once, cycling through URLs and dates, so that they are combined."""
    entries = []
    for number, title in enumerate(TITLES):
        kept = unicodedata.normalize("NFC", " ".join(title.split()))
        url = ADDRESSES[number % len(ADDRESSES)]
        sound = read_url(url)
        assert not isinstance(sound, Fault), sound
        date = read_written(DATES[number % len(DATES)])
        entries.append(Made(kept, url, date, fold(kept), fold(url), sound.key, host_of(url)))
    return entries


def read_written(text: str) -> Written:
    """Parse an ISO date as `write_date` writes it, with the seconds that it covers."""
    forms = {
        "year": "%Y",
        "month": "%Y-%m",
        "day": "%Y-%m-%d",
        "hour": "%Y-%m-%dT%HZ",
        "minute": "%Y-%m-%dT%H:%MZ",
        "second": "%Y-%m-%dT%H:%M:%SZ",
    }
    for precision, form in forms.items():
        try:
            moment = datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
        written = write_date(precision, moment)
        if written.text == text:
            return written
    raise ValueError(text)


def read_asked(parameters: Parameters) -> Asked:
    """Parse a question into tests of one entry."""
    asked = Asked(list(parameters))
    given = dict(parameters)
    asked.sort = given.get("sort", "-date")
    for name, value in parameters:
        if name == "contains":
            _contains(asked, value)
        elif name == "url":
            _url(asked, value, given.get("match", "contains"))
        elif name == "domain":
            _domain(asked, value)
        elif name == "after":
            _after(asked, read_written(value))
        elif name == "before":
            _before(asked, read_written(value))
    return asked


def _contains(asked: Asked, text: str) -> None:
    folded = fold(text)
    asked.tests.append(lambda entry: folded in entry.folded_title)


def _url(asked: Asked, text: str, match: str) -> None:
    if match == "contains":
        folded = fold(text)
        asked.tests.append(lambda entry: folded in entry.folded_url)
    elif match == "exact":
        key = exact_key(text)
        asked.tests.append(lambda entry: entry.key == key)
    elif match == "prefix":
        beginning = prefix_key(text)
        assert isinstance(beginning, str)
        asked.tests.append(lambda entry: entry.key.startswith(beginning))
    else:
        host = host_of(text)
        asked.tests.append(lambda entry: entry.host == host)


def _domain(asked: Asked, text: str) -> None:
    domain = host_of(text)
    asked.tests.append(lambda entry: entry.host == domain or entry.host.endswith(f".{domain}"))


def _after(asked: Asked, date: Written) -> None:
    asked.tests.append(lambda entry: entry.date.last >= date.first)


def _before(asked: Asked, date: Written) -> None:
    asked.tests.append(lambda entry: entry.date.first <= date.last)


def query_of(parameters: Parameters) -> str:
    """Return the question's query string, which is also its name in the file."""
    return urlencode(parameters)


def compute() -> dict[str, list[int]]:
    """Answer every question with the loop."""
    oracle = Oracle(dict(enumerate(make_entries(), 1)))
    return {query_of(asked): oracle.answer(read_asked(asked)) for asked in QUESTIONS}


def main() -> None:
    """Print the file, one question per line."""
    lines = [f"{json.dumps(name)}: {json.dumps(ids)}" for name, ids in compute().items()]
    print("{\n" + ",\n".join(lines) + "\n}")


if __name__ == "__main__":
    main()
