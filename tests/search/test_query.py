"""The language of the search box: what is typed, and what it means."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from dateline.errors import Fault
from dateline.search.query import Kind, Part, read_query, write_part

Asked = list[tuple[Kind, str]]


def asked(text: str) -> Asked:
    parts = read_query(text)
    assert all(isinstance(part, Part) for part in parts), parts
    return [(part.kind, part.value) for part in parts if isinstance(part, Part)]


READ: list[tuple[str, Asked]] = [
    ("", []),
    (" \t\n", []),
    ("harbour", [(Kind.TEXT, "harbour")]),
    ("harbour storm", [(Kind.TEXT, "harbour"), (Kind.TEXT, "storm")]),
    ('"new harbour" storm', [(Kind.TEXT, "new harbour"), (Kind.TEXT, "storm")]),
    ("“new harbour”", [(Kind.TEXT, "new harbour")]),
    ("„neuer Hafen“", [(Kind.TEXT, "neuer Hafen")]),
    ("„new harbour”", [(Kind.TEXT, "new harbour")]),
    ('"she said ""no"""', [(Kind.TEXT, 'she said "no"')]),
    ('" ice "', [(Kind.TEXT, " ice ")]),
    ('"a""b"', [(Kind.TEXT, 'a"b')]),
    ('"a"b', [(Kind.TEXT, "a"), (Kind.TEXT, "b")]),
    ('5"', [(Kind.TEXT, '5"')]),
    ("-storm", [(Kind.WITHOUT, "storm")]),
    ('-"new harbour"', [(Kind.WITHOUT, "new harbour")]),
    ("--x", [(Kind.WITHOUT, "-x")]),
    ("storm - harbour", [(Kind.TEXT, "storm"), (Kind.TEXT, "-"), (Kind.TEXT, "harbour")]),
    ("storm -", [(Kind.TEXT, "storm"), (Kind.TEXT, "-")]),
    ("e-mail", [(Kind.TEXT, "e-mail")]),
    ("site:cnn.com", [(Kind.SITE, "cnn.com")]),
    ("SITE:cnn.com", [(Kind.SITE, "cnn.com")]),
    ("url:/news/", [(Kind.URL, "/news/")]),
    ('url:"a b"', [(Kind.URL, "a b")]),
    ("url:site:x", [(Kind.URL, "site:x")]),
    ("after:2014 before:2015-03", [(Kind.AFTER, "2014"), (Kind.BEFORE, "2015-03")]),
    ('after:"March 30 1985"', [(Kind.AFTER, "March 30 1985")]),
    ("https://example.org/a?b", [(Kind.URL, "https://example.org/a?b")]),
    ('"https://example.org/"', [(Kind.TEXT, "https://example.org/")]),
    ("http://", [(Kind.TEXT, "http://")]),
    ('"site:cnn.com"', [(Kind.TEXT, "site:cnn.com")]),
    ('-"site:cnn.com"', [(Kind.WITHOUT, "site:cnn.com")]),
    ("Re: 10:30", [(Kind.TEXT, "Re:"), (Kind.TEXT, "10:30")]),
    ("website:x", [(Kind.TEXT, "website:x")]),
    ("東京 -大阪", [(Kind.TEXT, "東京"), (Kind.WITHOUT, "大阪")]),
    ("a\u3000b", [(Kind.TEXT, "a"), (Kind.TEXT, "b")]),
    ("100% a_b *", [(Kind.TEXT, "100%"), (Kind.TEXT, "a_b"), (Kind.TEXT, "*")]),
    ("OR AND NOT", [(Kind.TEXT, "OR"), (Kind.TEXT, "AND"), (Kind.TEXT, "NOT")]),
]


@pytest.mark.parametrize(("text", "expected"), READ)
def test_what_is_typed_asks_for(text: str, expected: Asked) -> None:
    assert asked(text) == expected


UNCLOSED = "The quotation mark in {} is never closed; close it, or leave it out."
NOTHING_AFTER = (
    "'{0}:' has nothing after it; write it without a space, as in {1}, or in quotes if it is meant "
    "as text."
)
NOTHING_BETWEEN = "There is nothing between the quotation marks of {}; leave them out."
NOT_WITHOUT = (
    "{} cannot be excluded, only words and phrases can; to exclude the text itself, write {}."
)

BAD = [
    ('"new harbour', "q.unclosed", UNCLOSED.format('"new harbour')),
    ('-"new', "q.unclosed", UNCLOSED.format('"new')),
    ("“new harbour", "q.unclosed", UNCLOSED.format("“new harbour")),
    ('site:"cnn.com', "q.unclosed", UNCLOSED.format('"cnn.com')),
    (f'"{"x" * 99}', "q.unclosed", UNCLOSED.format(f'"{"x" * 38}…')),
    ('""', "q.empty", NOTHING_BETWEEN.format('""')),
    ('-""', "q.empty", NOTHING_BETWEEN.format('-""')),
    ('"  "', "q.empty", NOTHING_BETWEEN.format('"  "')),
    ("site:", "q.empty", NOTHING_AFTER.format("site", "site:example.org")),
    ("site: cnn.com", "q.empty", NOTHING_AFTER.format("site", "site:example.org")),
    ("URL:", "q.empty", NOTHING_AFTER.format("url", "url:news")),
    ('after:""', "q.empty", NOTHING_AFTER.format("after", "after:2014-03")),
    ("-site:cnn.com", "q.without_field", NOT_WITHOUT.format("-site:cnn.com", '-"site:cnn.com"')),
    ('-url:"a b"', "q.without_field", NOT_WITHOUT.format('-url:"a b"', '-"url:""a b"""')),
]


@pytest.mark.parametrize(("text", "code", "message"), BAD)
def test_what_cannot_be_understood_is_a_fault(text: str, code: str, message: str) -> None:
    faults = [part for part in read_query(text) if isinstance(part, Fault)]
    assert [(fault.code, fault.field) for fault in faults] == [(code, "q")]
    assert faults[0].message == message


def test_what_follows_a_fault_is_read_too() -> None:
    parts = read_query("site: cnn.com -url:x storm")
    assert [type(part) for part in parts] == [Fault, Part, Fault, Part]


# Characters with a meaning in the language, more often than at random.
queries = some.text(
    some.one_of(some.sampled_from('"“”„- :\n'), some.characters(codec="utf-8")), max_size=40
) | some.lists(
    some.sampled_from(["site:", "url:", "after:", "-", '"', "a", " ", "https://x", "“", "”"])
).map(
    "".join
)


@given(queries)
def test_any_text_is_read_to_its_end(text: str) -> None:
    parts = read_query(text)
    assert bool(parts) == bool(text.strip())
    written = "".join(part.written for part in parts if isinstance(part, Part))
    if all(isinstance(part, Part) for part in parts):
        assert "".join(written.split()) == "".join(text.split())


@given(queries)
def test_what_is_written_again_asks_for_the_same(text: str) -> None:
    for part in read_query(text):
        if isinstance(part, Part):
            (again,) = read_query(write_part(part.kind, part.value))
            assert isinstance(again, Part)
            assert (again.kind, again.value) == (part.kind, part.value)


@given(queries)
def test_parts_stand_for_themselves(text: str) -> None:
    """The page removes one part of a query by joining the others as they were typed."""
    parts = [part for part in read_query(text) if isinstance(part, Part)]
    assert asked(" ".join(part.written for part in parts)) == [
        (part.kind, part.value) for part in parts
    ]
