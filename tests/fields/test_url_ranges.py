"""Questions about URLs: each is one range of keys, and the right one."""

from collections.abc import Callable

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dateline.errors import Fault
from dateline.fields.url_ranges import domain_key, exact_key, host_key, prefix_key
from dateline.fields.urls import SoundUrl, read_url

unhurried = settings(deadline=None)

QUESTIONS = [
    (exact_key, "example.org/a", "org,example,)/a"),
    (exact_key, "//example.org/a", "org,example,)/a"),
    (exact_key, " https://www.example.org/a?utm_source=x#y ", "org,example,)/a"),
    (exact_key, "localhost:8080/x", "localhost,):8080/x"),
    (exact_key, "example.org", "org,example,)/"),
    (exact_key, "example.org:80/p", "org,example,)/p"),
    (exact_key, "example.org:443/p", "org,example,)/p"),
    (exact_key, "example.org:8080/p", "org,example,):8080/p"),
    (exact_key, "example.org/a:80", "org,example,)/a:80"),
    (prefix_key, "example.org/news", "org,example,)/news"),
    (prefix_key, "example.org/", "org,example,)/"),
    (prefix_key, "example.org", "org,example,)"),
    (prefix_key, "https://www.example.org#top", "org,example,)"),
    (prefix_key, "https://example.org:443", "org,example,)/"),
    (prefix_key, "http://example.org:80", "org,example,)/"),
    (prefix_key, "example.org:443", "org,example,)/"),
    (prefix_key, "example.org:80", "org,example,)/"),
    (prefix_key, "localhost:443", "localhost,)/"),
    (prefix_key, "[::1]", "[::1],)"),
    (prefix_key, "[::1]:443", "[::1],)/"),
    (prefix_key, "https://example.org:80", "org,example,):80/"),
    (prefix_key, "example.org/watch?", "org,example,)/watch?"),
    (prefix_key, "example.org?", "org,example,)/?"),
    (prefix_key, "example.org/watch?b=2&a=1", "org,example,)/watch?a=1&b=2"),
    (prefix_key, "example.org/watch#a?", "org,example,)/watch"),
    (prefix_key, "example.org/caf%C3%A", "org,example,)/caf%C3"),
    (prefix_key, "example.org/caf%", "org,example,)/caf"),
    (host_key, "edition.cnn.com", "com,cnn,edition,)"),
    (host_key, "https://edition.cnn.com/a?b", "com,cnn,edition,)"),
    (host_key, "www.cnn.com", "com,cnn,)"),
    (host_key, "BÜCHER.de", "de,xn--bcher-kva,)"),
    (host_key, "[::1]:8080", "[::1],)"),
    (domain_key, "cnn.com", "com,cnn,"),
    (domain_key, "www.cnn.com", "com,cnn,"),
    (domain_key, ".cnn.com", "com,cnn,"),
    (domain_key, " *.cnn.com", "com,cnn,"),
    (domain_key, "http://cnn.com:8080/a", "com,cnn,"),
    (domain_key, "com", "com,"),
    (domain_key, "gov.uk", "uk,gov,"),
    (domain_key, "192.168.0.1", "192.168.0.1,"),
]


@pytest.mark.parametrize(("ask", "text", "key"), QUESTIONS)
def test_question_becomes_the_beginning_of_keys(
    ask: Callable[[str], str | Fault], text: str, key: str
) -> None:
    assert ask(text) == key


@pytest.mark.parametrize("ask", [exact_key, prefix_key, host_key, domain_key])
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "url.missing"),
        (" ", "url.missing"),
        ("/a", "url.relative"),
        ("?a", "url.relative"),
        ("mailto:ann@example.org", "url.scheme"),
        ("a b", "url.invalid"),
        ("https://", "url.invalid"),
        ("https://%", "url.invalid"),
        ("a..b", "url.invalid"),
    ],
)
def test_what_is_no_address_is_a_fault(
    ask: Callable[[str], str | Fault], text: str, code: str
) -> None:
    fault = ask(text)
    assert isinstance(fault, Fault)
    assert fault.code == code
    assert fault.value == text


# --- properties ----------------------------------------------------------------------------------

LABEL_LISTS = st.lists(st.sampled_from(["cnn", "notcnn", "a", "www"]), max_size=3)
SUFFIXES = st.sampled_from(["org", "com", "co.uk"])
PAGES = st.text(st.sampled_from("/abé%7E?&=1"), max_size=8).map(lambda text: f"/{text}")


def host_of(labels: list[str], suffix: str) -> str:
    return ".".join([*labels, suffix])


def without_www(labels: list[str], suffix: str) -> str:
    while len(labels) > 1 and labels[0] == "www":
        labels = labels[1:]
    return host_of(labels, suffix)


@unhurried
@given(LABEL_LISTS, SUFFIXES, LABEL_LISTS, SUFFIXES, PAGES)
def test_domains_end_at_labels(
    labels: list[str], suffix: str, asked: list[str], asked_suffix: str, page: str
) -> None:
    read = read_url(f"http://{host_of(labels, suffix)}{page}")
    begins = domain_key(host_of(asked, asked_suffix))
    assert isinstance(read, SoundUrl)
    assert isinstance(begins, str)
    host, domain = without_www(labels, suffix), without_www(asked, asked_suffix)
    assert read.key.startswith(begins) is (host == domain or host.endswith(f".{domain}"))


@unhurried
@given(LABEL_LISTS, SUFFIXES, LABEL_LISTS, SUFFIXES, PAGES)
def test_hosts_are_whole(
    labels: list[str], suffix: str, asked: list[str], asked_suffix: str, page: str
) -> None:
    read = read_url(f"http://{host_of(labels, suffix)}:8080{page}")
    begins = host_key(host_of(asked, asked_suffix))
    assert isinstance(read, SoundUrl)
    assert isinstance(begins, str)
    same = without_www(labels, suffix) == without_www(asked, asked_suffix)
    assert read.key.startswith(begins) is same


@unhurried
@given(st.text(st.sampled_from("abAé/-_.~+"), max_size=12), st.integers(0, 12))
def test_every_page_is_found_by_the_beginning_of_its_path(path: str, cut: int) -> None:
    # Part of `/..b` is `/..`, which leaves its directory.
    assume("/." not in path)
    read = read_url(f"https://example.org/x{path}")
    asked = f"example.org/x{path[:cut]}"
    begins = prefix_key(asked)
    assert isinstance(read, SoundUrl)
    assert isinstance(begins, str)
    assert read.key.startswith(begins)


@unhurried
@given(LABEL_LISTS, SUFFIXES, PAGES)
def test_exact_question_has_the_key_of_the_url(labels: list[str], suffix: str, page: str) -> None:
    url = f"{host_of(labels, suffix)}{page}"
    read = read_url(f"http://{url}")
    assert isinstance(read, SoundUrl)
    assert exact_key(url) == exact_key(f"https://{url}") == exact_key(f"//{url}") == read.key
