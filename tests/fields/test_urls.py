"""URLs: which are accepted, what the key merges, and what it keeps apart."""

import re
import string
from random import Random

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from dateline.errors import Fault
from dateline.fields.urls import MAX_URL_LENGTH, SoundUrl, read_url

unhurried = settings(deadline=None)

KEYS = [
    ("https://www.Edition.CNN.com/a/?b=2&a=1#x", "com,cnn,edition,)/a/?a=1&b=2"),
    ("http://matthews-espinoza.com/", "com,matthews-espinoza,)/"),
    ("//www.barbosa.br/privacy.html", "br,barbosa,)/privacy.html"),
    ("http://example.org:8080", "org,example,):8080/"),
    ("https://ann:secret@example.org:8080/a", "org,example,)ann:secret@:8080/a"),
    ("http://192.168.0.1/", "192.168.0.1,)/"),
    ("http://[::1]/x", "[::1],)/x"),
    ("http://localhost/", "localhost,)/"),
    ("http://www.org/", "org,www,)/"),
    ("https://www.gov.uk/a", "uk,gov,www,)/a"),
    ("https://例え.テスト/道?問=答", "xn--zckzah,xn--r8jz45g,)/%E9%81%93?%E5%95%8F=%E7%AD%94"),
    ("https://my_host.example.org/", "org,example,my_host,)/"),
]

MERGED = [
    ["https://example.org/a", "HTTPS://EXAMPLE.org/a", "http://example.org/a", "//example.org/a"],
    ["http://example.org", "http://example.org/", "https://www.example.org", "http://example.org?"],
    ["http://example.org/", "http://example.org:80/", "https://example.org:443", "//example.org:"],
    ["https://example.org./a", "https://www.example.org/a", "https://www.www.example.org/a"],
    ["https://straße.de/", "https://xn--strae-oqa.de/", "https://STRAßE.de", "//stra%C3%9Fe.de"],
    ["https://example.org/a/b", "https://example.org/a/./c/../b", "https://example.org/a/%2e/b"],
    ["https://example.org/a/", "https://example.org/a/b/..", "https://example.org/a/b/%2E%2e/"],
    ["https://example.org/a/b", "https://example.org\\a\\b", "https://example.org/a\\b"],
    ["https://example.org/~ann", "https://example.org/%7Eann", "https://example.org/%7e%61nn"],
    ["https://example.org/é", "https://example.org/%C3%A9", "https://example.org/%c3%a9"],
    ["https://example.org/?é=ü", "https://example.org/?%C3%A9=%c3%bc"],
    ["https://example.org/a b|c", "https://example.org/a%20b%7cc"],
    ["https://example.org/?a[]=1", "https://example.org/?a%5B%5D=1"],
    ["https://example.org/100%", "https://example.org/100%25"],
    [
        "https://example.org/?b=2&a=1",
        "https://example.org/?a=1&b=2",
        "https://example.org/?b=2&%61=1",
    ],
    ["https://example.org/?a=1&b=2", "https://example.org/?&b=2&&a=1&"],
    ["https://example.org/?a=2&a=1&b=3", "https://example.org/?b=3&a=2&a=1"],
    [
        "https://example.org/a",
        "https://example.org/a#b",
        "https://example.org/a#",
        "\n//example.org/a ",
    ],
    [
        "https://example.org/a",
        "https://example.org/a?utm_source=x&UTM_Medium=y",
        "https://example.org/a?fbclid=1&gclid=2&%66bclid=3",
        "https://example.org/a?mc_cid=1&_ga=2&mtm_campaign=3&xtor&igsh=",
    ],
    ["http://127.0.0.1/", "http://2130706433/", "http://0x7f.1/", "http://127.0.0.1./"],
    ["http://[::1]/", "http://[0:0:0:0:0:0:0:1]:80/"],
    ["https://ann@example.org/", "https://ann:@www.example.org/"],
]

APART = [
    ("https://example.org/a", "https://example.org/A"),
    ("https://example.org/a", "https://example.org/a/"),
    ("https://example.org/a", "https://example.org//a"),
    ("https://example.org/a/b", "https://example.org/a%2Fb"),
    ("https://example.org/a;b", "https://example.org/a%3Bb"),
    ("https://example.org/?a=1&b=2", "https://example.org/?a=1%26b=2"),
    ("https://example.org/?a=1&a=2", "https://example.org/?a=2&a=1"),
    ("https://example.org/?a=b+c", "https://example.org/?a=b%20c"),
    ("https://example.org/?a", "https://example.org/?a="),
    ("https://example.org/?a", "https://example.org/?A"),
    ("https://example.org/", "https://example.org/?a"),
    ("https://example.org/é", "https://example.org/e\u0301"),
    ("https://example.org/%%34%31", "https://example.org/A"),
    ("https://example.org/", "https://m.example.org/"),
    ("https://example.org/", "https://example.com/"),
    ("https://example.org/", "https://example.org:8080/"),
    ("https://example.org/", "http://example.org:443/"),
    ("http://example.org:80/", "https://example.org:80/"),
    ("https://example.org/", "https://ann@example.org/"),
    ("https://ann@example.org/", "https://bob@example.org/"),
    ("https://www.co.uk/", "https://co.uk/"),
    ("https://faß.de/", "https://fass.de/"),
    ("https://example.org/?text=see https://example.org/a", "https://example.org/?text=see"),
]

NOT_TRACKING = ["ref", "source", "session", "id", "sid", "uid", "cid", "s", "utm", "fbclid2"]

FAULTS: list[tuple[object, str, str]] = [
    (None, "url.missing", "The URL is missing"),
    ("", "url.missing", "The URL is missing"),
    (" \n\u00a0", "url.missing", "The URL is missing"),
    ("/main/posts", "url.relative", "'https://example.org/main/posts'"),
    ("x.html", "url.relative", "'https://example.org/x.html'"),
    ("www.example.net/x", "url.relative", "'https://www.example.net/x'"),
    ("?q", "url.relative", "'https://example.org/?q'"),
    ("localhost:8080/x", "url.relative", "'https://localhost:8080/x'"),
    ("file:///home/ana/main.html", "url.scheme", "'file:'"),
    ("javascript:alert(1)", "url.scheme", "'javascript:'"),
    ("MAILTO:ann@example.org", "url.scheme", "only http and https are accepted"),
    ("data:text/html,x", "url.scheme", "'data:'"),
    ("ftp://example.org/", "url.scheme", "'ftp:'"),
    (5, "url.invalid", "not text"),
    (True, "url.invalid", "not text"),
    (["https://example.org"], "url.invalid", "not text"),
    ({"url": "https://example.org"}, "url.invalid", "not text"),
    ("https://a.org/x, https://b.org/y", "url.invalid", "a second URL, 'https://b.org/y'"),
    ("https://a.org/x\nhttps://b.org/y", "url.invalid", "a second URL, 'https://b.org/y'"),
    ("https://a.org HTTP://b.org", "url.invalid", "a second URL, 'HTTP://b.org'"),
    ("https://https://a.org/x", "url.invalid", "its scheme twice: write 'https://a.org/x'"),
    ("http://HTTPS:/a.org", "url.invalid", "its scheme twice: write 'HTTPS://a.org'"),
    ("http:", "url.invalid", "two slashes and then a host"),
    ("https://", "url.invalid", "'https://example.org/a'"),
    ("http:example.net/a", "url.invalid", "'http://example.net/a'"),
    ("http:\\\\example.net\\a", "url.invalid", "'http://example.net/a'"),
    ("///example.net", "url.invalid", "'https://example.net'"),
    ("http://?q", "url.invalid", "no host"),
    ("http://:80/", "url.invalid", "no host"),
    ("http://ann@/", "url.invalid", "no host"),
    ("http://a b.org/", "url.invalid", "a space in its host, 'a b.org'"),
    ("http://a:65536/", "url.invalid", "the port '65536'"),
    ("http://a b.org:65535/", "url.invalid", "a space in its host, 'a b.org'"),
    ("http://a:b/", "url.invalid", "the port 'b'"),
    ("http://a..b/", "url.invalid", "the host 'a..b'"),
    ("http://{domain}/", "url.invalid", "the host '{domain}'"),
    ("http://b,a/", "url.invalid", "the host 'b,a'"),
    ("http://[::1/", "url.invalid", "the host '[::1'"),
    ("http://1.2.3.4.5/", "url.invalid", "the host '1.2.3.4.5'"),
    (f"http://{'a' * 64}.org/", "url.invalid", "the host 'aaa"),
    (f"http://{'a.' * 127}org/", "url.invalid", "…'"),
    ("http://a.org/\x00", "url.invalid", "U+0000"),
    ("http://a.org/\tb", "url.invalid", "U+0009"),
    ("http://a.org/#\ud800", "url.invalid", "U+D800"),
    ("\ufeffhttp://a.org/", "url.invalid", "U+FEFF"),
    ("http://a\u200b.org/", "url.invalid", "U+200B"),
    ("http://a.org/b\u061c", "url.invalid", "U+061C"),
    ("http://a.org/".ljust(MAX_URL_LENGTH + 1, "a"), "url.too_long", "2,001 characters"),
]

SITES = [
    ("https://edition.cnn.com/", "cnn.com"),
    ("https://www.bbc.co.uk/news", "bbc.co.uk"),
    ("https://foo.github.io/", "foo.github.io"),
    ("https://a.foo.blogspot.com/", "foo.blogspot.com"),
    ("https://github.io/", "github.io"),
    ("https://www.gov.uk/", "www.gov.uk"),
    ("https://Bücher.example.de/", "example.de"),
    ("https://www.bücher.de/", "xn--bcher-kva.de"),
    ("https://a.例子.公司.cn/", "xn--fsqu00a.xn--55qx5d.cn"),
    ("https://a.xn--fsqu00a.xn--55qx5d.cn/", "xn--fsqu00a.xn--55qx5d.cn"),
    ("https://a.b.unknown/", "b.unknown"),
    ("http://localhost:8080/", "localhost"),
    ("http://192.168.0.1/", "192.168.0.1"),
    ("http://[::1]/", "[::1]"),
]


def sound(raw: object) -> SoundUrl:
    read = read_url(raw)
    assert isinstance(read, SoundUrl), read
    return read


@pytest.mark.parametrize(("url", "key"), KEYS)
def test_key_has_its_documented_form(url: str, key: str) -> None:
    assert sound(url).key == key


@pytest.mark.parametrize("urls", MERGED, ids=lambda urls: urls[-1])
def test_spellings_of_one_page_have_one_key(urls: list[str]) -> None:
    assert {sound(url).key for url in urls} == {sound(urls[0]).key}


@pytest.mark.parametrize(("one", "other"), APART)
def test_different_pages_have_different_keys(one: str, other: str) -> None:
    assert sound(one).key != sound(other).key


@pytest.mark.parametrize("name", NOT_TRACKING)
def test_general_parameters_are_not_tracking(name: str) -> None:
    assert sound(f"https://example.org/?{name}=1").key == f"org,example,)/?{name}=1"


@pytest.mark.parametrize(("raw", "code", "words"), FAULTS, ids=lambda value: str(value)[:30])
def test_fault_names_what_is_wrong(raw: object, code: str, words: str) -> None:
    fault = read_url(raw)
    assert isinstance(fault, Fault)
    assert (fault.code, fault.field, fault.value) == (code, "url", raw)
    assert words in fault.message
    assert fault.message.endswith(".")
    assert len(fault.message) < 300


@pytest.mark.parametrize(
    "raw", ["/a", "cnn.com/a", "hello world.com", "://a.example", "cnn.com:99999/a", "?a", "a b"]
)
def test_an_address_that_a_message_proposes_is_kept(raw: str) -> None:
    fault = read_url(raw)
    assert isinstance(fault, Fault)
    assert fault.code == "url.relative"
    (proposed,) = re.findall("such as '(.*)'", fault.message)
    assert isinstance(read_url(proposed), SoundUrl)


@pytest.mark.parametrize(("url", "site"), SITES)
def test_site_is_the_registrable_domain(url: str, site: str) -> None:
    assert sound(url).site == site


def test_longest_url_is_kept_whole() -> None:
    url = "https://example.org/".ljust(MAX_URL_LENGTH, "é")
    assert sound(url).url == url


def test_reserved_characters_and_their_encoding_stay_apart() -> None:
    for character in ":/?@!$&()*+,;=":
        raw, encoded = (
            sound(f"https://a.org/x?q={c}").key for c in (character, f"%{ord(character):x}")
        )
        assert raw != encoded, character


# --- properties ----------------------------------------------------------------------------------

ANY_TEXT = st.text(st.characters(exclude_categories=()))
URL_CHARACTERS = st.sampled_from("abzAZ019.-_~/?#&=:@%!$'()*+,;[]|^\\\"<> xné例\u0301。\u00ad")
LIKE_A_URL = st.builds(
    "{}{}{}".format,
    st.sampled_from(
        ["http://", "https://", "HTTP://", "//", "http:", "https://a.org/", "//a.org?"]
    ),
    st.text(URL_CHARACTERS, max_size=30) | ANY_TEXT,
    st.sampled_from(["", ".org", ".org/", ":80/", ".co.uk?a=b", "%", " "]),
)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT | LIKE_A_URL,
    lambda values: st.lists(values) | st.dictionaries(st.text(), values),
    max_leaves=5,
)
LABELS = st.text(string.ascii_lowercase + "0123456789-_", min_size=1, max_size=8)
HOSTS = st.builds(
    lambda labels, suffix: ".".join([*labels, suffix]),
    st.lists(LABELS | st.just("www") | st.just("xn--a"), max_size=3),
    st.sampled_from(["org", "co.uk", "localhost", "github.io", "a1", "1a", "7"]),
)
PATHS = st.lists(st.text(URL_CHARACTERS.filter(lambda c: c not in "?#/\\"), max_size=6)).map(
    lambda segments: "".join(f"/{segment}" for segment in segments)
)
QUERIES = st.text(st.sampled_from("abB19=&&;+%é'.[]/?"), max_size=12)
URLS = st.builds("https://{}{}?{}".format, HOSTS, PATHS, QUERIES).filter(
    lambda url: isinstance(read_url(url), SoundUrl)
)


def url_of(key: str) -> str:
    """Return a URL that has this key."""
    host, _, rest = key.partition(")")
    labels = host.removesuffix(",").split(",")
    match = re.fullmatch(r"([^/@]*@)?(:[0-9]+)?(/.*)", rest)
    assert match
    user, port, page = (part or "" for part in match.groups())
    scheme = "http" if port == ":443" else "https"
    return f"{scheme}://{user}{'.'.join(reversed(labels))}{port}{page}"


@unhurried
@given(JSON_VALUES)
@example("http://a.org:" + "9" * 1990)
@example("http://\u0661:\u0661/")
def test_anything_is_kept_as_sent_or_is_a_fault(raw: object) -> None:
    read = read_url(raw)
    if isinstance(read, Fault):
        assert read.value is raw
        assert read.code in {
            f"url.{x}" for x in ("missing", "relative", "scheme", "invalid", "too_long")
        }
    else:
        assert read.url is raw
        assert read.key.isascii()
        assert len(read.site) <= 253


@unhurried
@given(LIKE_A_URL | URLS)
def test_key_is_its_own_key(url: str) -> None:
    read = read_url(url)
    assume(isinstance(read, SoundUrl))
    again = sound(url_of(sound(url).key))
    assert (again.key, again.site) == sound(url)[1:]


@settings(deadline=None, max_examples=500)
@given(LIKE_A_URL | URLS)
@example("https://a.org/.a/..b")
@example("https://a.xn--a.org")
@example("https://xn--a")
def test_short_way_for_plain_urls_agrees_with_the_general_way(url: str) -> None:
    # A leading space is ignored, but not handled by the fast path.
    short, general = read_url(url), read_url(f" {url}")
    if isinstance(short, SoundUrl) or isinstance(general, SoundUrl):
        assert short[1:] == general[1:]  # type: ignore[index]


@pytest.mark.parametrize(
    "pattern", ["https://a{}.org", "https://a.org/a{}b", "https://a.org/{}", "//a.org?{}"]
)
def test_ways_agree_on_every_ascii_character(pattern: str) -> None:
    for one in map(chr, range(128)):
        for two in ("", ".", "a", "/", "="):
            url = pattern.format(one + two)
            short, general = read_url(url), read_url(f" {url}")
            if isinstance(short, SoundUrl) or isinstance(general, SoundUrl):
                assert short[1:] == general[1:]  # type: ignore[index]


@unhurried
@given(URLS, st.text(string.ascii_letters + "=&", max_size=5))
def test_what_readers_call_the_same_page_has_the_same_key(url: str, text: str) -> None:
    key = sound(url).key
    after = url.partition("://")[2]
    host, rest = re.fullmatch(r"([^/?]*)(.*)", after).groups()  # type: ignore[union-attr]
    assert sound(f"{url}#{text}").key == key
    assert sound(f"{url}&utm_{text.replace('&', '')}=1").key == key
    assert sound(f"http://{after}").key == key
    assert sound(f"//{after}").key == key
    assert sound(f"HTTPS://{host.upper()}{rest}").key == key
    assert sound(f"https://{host}:443{rest}").key == key
    assert sound(f"http://{host}:80{rest}").key == key


@unhurried
@given(HOSTS, st.text(string.ascii_letters + "/-.", max_size=9))
def test_case_of_a_path_makes_another_page(host: str, path: str) -> None:
    assume(isinstance(read_url(f"https://{host}"), SoundUrl))
    assert sound(f"https://{host}/a{path}").key != sound(f"https://{host}/A{path}").key


@unhurried
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("123"))), st.randoms())
def test_order_matters_only_among_values_of_one_name(
    pairs: list[tuple[str, str]], random: Random
) -> None:
    shuffled = random.sample(pairs, len(pairs))
    same = all(
        [v for n, v in pairs if n == name] == [v for n, v in shuffled if n == name]
        for name in "abc"
    )
    keys = {
        sound("https://a.org/?" + "&".join(f"{n}={v}" for n, v in some)).key
        for some in (pairs, shuffled)
    }
    assert (len(keys) == 1) is same
