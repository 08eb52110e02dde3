"""Feeds: the entries that match a question, as RSS 2.0 and as Atom.

The time of an item is when its entry was added, which is exact. The date of the entry may be only a
year, and is included separately, at its own precision, or as its day if that is an hour.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Final
from urllib.parse import parse_qsl
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from dateline.controllers.citations import address, encoded
from dateline.schemas import EntryView

RSS: Final = "application/rss+xml"
ATOM: Final = "application/atom+xml"

_ATOM: Final = "http://www.w3.org/2005/Atom"
_DC: Final = "http://purl.org/dc/elements/1.1/"

# Characters that XML cannot contain, even escaped.
_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Feed:
    """The content of a feed, and where it is.

    Attributes:
        entries: latest added first.
        query: the question, as the query string of the page that shows it.
        root: the URL of this archive, without a trailing slash.
        path: the URL of the feed, without a query string.
    """

    entries: list[EntryView]
    query: str
    root: str
    path: str

    @property
    def title(self) -> str:
        """The question in words."""
        asked = ", ".join(value for name, value in parse_qsl(self.query) if name != "limit")
        return f"Dateline: {asked}" if asked else "Dateline"

    @property
    def page(self) -> str:
        """The URL of the page that shows the same question."""
        pairs = [pair for pair in self.query.split("&") if not pair.startswith("limit=")]
        asked = "&".join(pairs)
        return encoded(f"{self.root}/?{asked}") if asked else f"{self.root}/"

    @property
    def itself(self) -> str:
        """The URL of the feed, with the question as it was sent."""
        return encoded(f"{self.path}?{self.query}") if self.query else self.path

    def permanent(self, entry: EntryView) -> str:
        """Return the permanent, unique id of an entry."""
        return f"{self.root}/v1/entries/{entry.id}"


def write_rss(feed: Feed) -> bytes:
    """Return a feed as RSS 2.0."""
    rss = Element("rss", version="2.0")
    channel = SubElement(rss, "channel")
    _text(channel, "title", feed.title)
    _text(channel, "link", feed.page)
    _text(channel, "description", "Source metadata, latest added first.")
    _link(channel, feed.itself, rel="self", type=RSS)
    for entry in feed.entries:
        item = SubElement(channel, "item")
        _text(item, "title", entry.title)
        _text(item, "link", encoded(address(entry)))
        _text(item, "guid", feed.permanent(entry)).set("isPermaLink", "false")
        _text(item, "pubDate", format_datetime(_added(entry)))
        _text(item, f"{{{_DC}}}date", _published(entry))
        _text(item, "description", _summary(entry))
    return _document(rss)


def write_atom(feed: Feed) -> bytes:
    """Return a feed as Atom (RFC 4287)."""
    root = Element(f"{{{_ATOM}}}feed")
    _text(root, f"{{{_ATOM}}}title", feed.title)
    _text(root, f"{{{_ATOM}}}id", feed.itself)
    # An empty feed has no entry to take the time from.
    updated = max((entry.added_at for entry in feed.entries), default="1970-01-01T00:00:00Z")
    _text(root, f"{{{_ATOM}}}updated", updated)
    author = SubElement(root, f"{{{_ATOM}}}author")
    _text(author, f"{{{_ATOM}}}name", "Dateline")
    _link(root, feed.itself, rel="self", type=ATOM)
    _link(root, feed.page, rel="alternate", type="text/html")
    for entry in feed.entries:
        item = SubElement(root, f"{{{_ATOM}}}entry")
        _text(item, f"{{{_ATOM}}}title", entry.title)
        _text(item, f"{{{_ATOM}}}id", feed.permanent(entry))
        _text(item, f"{{{_ATOM}}}updated", entry.added_at)
        _link(item, encoded(address(entry)), rel="alternate")
        _text(item, f"{{{_DC}}}date", _published(entry))
        _text(item, f"{{{_ATOM}}}summary", _summary(entry))
    return _document(root)


def _summary(entry: EntryView) -> str:
    return f"{entry.site}, {entry.date}"


def _published(entry: EntryView) -> str:
    """Return the date in W3CDTF, which has no hours without minutes: an hour becomes its day."""
    return entry.date.partition("T")[0] if entry.date_precision == "hour" else entry.date


def _added(entry: EntryView) -> datetime:
    return datetime.fromisoformat(entry.added_at)


def _text(parent: Element, name: str, text: str) -> Element:
    element = SubElement(parent, name)
    element.text = _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
    return element


def _link(parent: Element, to: str, rel: str, **media: str) -> None:
    SubElement(parent, f"{{{_ATOM}}}link", {"href": to, "rel": rel, **media})


def _document(root: Element) -> bytes:
    body: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return body


register_namespace("atom", _ATOM)
register_namespace("dc", _DC)
