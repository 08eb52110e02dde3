"""URLs: stored exactly as sent, with the key that is used to compare them."""

import re
from functools import partial
from typing import Final, NamedTuple

from dateline.errors import Fault, shortened
from dateline.fields.url_keys import (
    KEY_VERSION,
    UrlParts,
    has_known_suffix,
    read_parts,
    read_plain,
)

__all__ = ["KEY_VERSION", "MAX_URL_LENGTH", "SCHEME", "SoundUrl", "read_url", "split_url"]

MAX_URL_LENGTH: Final = 2000
"""In characters, as sent. Nothing is ever truncated."""

# `example.org:8080/a` begins with a host and a port, not with a scheme.
SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(?![0-9]{1,5}(?:[/?#]|$))")
_AUTHORITY_FIRST: Final = re.compile(r"//[^/\\]")
# Otherwise the host of `https://https://example.org/` would be `https`, with an empty port.
_SECOND_SCHEME: Final = re.compile(r"//(https?:)/+", re.IGNORECASE)
# Control characters and lone surrogates; also zero-width spaces and direction marks, which come
# with copied text, and would keep apart two URLs that look the same.
_NEVER_IN_URLS: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff]"
)
# In the path only: the query of a link for sharing may well contain a text with a URL in it.
_SECOND_URL: Final = re.compile(r"[^?#]*?\s(https?://.*)", re.IGNORECASE)


class SoundUrl(NamedTuple):
    """A valid URL.

    Attributes:
        url: as sent, character for character.
        key: the canonical form, only for comparison; ASCII, and up to twelve times as long.
        site: the registrable domain, lower-case ASCII (punycode); the host itself if it has
            none: an IP address, a bare name, a public suffix.
    """

    url: str
    key: str
    site: str


# Makes a SoundUrl from a tuple of its fields, in a quarter of the time of SoundUrl(...).
_sound_url = partial(tuple.__new__, SoundUrl)


def read_url(raw: object) -> SoundUrl | Fault:
    """Read the URL of a row.

    Args:
        raw: the value as sent, of any type. White space around it is kept, but ignored by the key.

    Returns:
        The URL with its key and site, or a fault with one of the codes `url.missing`,
        `url.relative`, `url.scheme`, `url.invalid` and `url.too_long`.
    """
    if isinstance(raw, str) and len(raw) <= MAX_URL_LENGTH and (plain := read_plain(raw)):
        return _sound_url((raw, *plain))
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        message = "The URL is missing: give the address of the page, such as https://example.org/a."
        return Fault("url.missing", "url", raw, message)
    if not isinstance(raw, str):
        message = 'The URL is not text: send it between quotes, such as "https://example.org/a".'
        return Fault("url.invalid", "url", raw, message)
    if len(raw) > MAX_URL_LENGTH:
        message = (
            f"The URL has {len(raw):,} characters, but at most {MAX_URL_LENGTH:,} are kept: "
            "send a shorter URL of the page, because nothing is truncated."
        )
        return Fault("url.too_long", "url", raw, message)
    parts = split_url(raw)
    return parts if isinstance(parts, Fault) else SoundUrl(raw, parts.key, parts.site)


def split_url(raw: str) -> UrlParts | Fault:
    """Parse an absolute http or https URL into the canonical parts of its key."""
    absolute = _make_absolute(raw)
    if isinstance(absolute, Fault):
        return absolute
    return read_parts(absolute) or _invalid(raw, _why_unreadable(absolute))


def _make_absolute(raw: str) -> str | Fault:
    """Return an http or https URL, trimmed, with its scheme.

    This is stricter than browsers, which guess: two slashes must follow the scheme, and control
    and invisible characters are rejected, not dropped.
    """
    text = raw.strip()
    if second := _SECOND_URL.match(text):
        return _invalid(
            raw, f"contains a second URL, {_quoted(second[1])}: send each page in its own row"
        )
    if bad := _NEVER_IN_URLS.search(text):
        code_point = f"U+{ord(bad[0]):04X}"
        return _invalid(raw, f"has the invisible character {code_point}: remove that character")
    scheme = SCHEME.match(text)
    if scheme is None and not text.startswith("//"):
        message = (
            f"The URL {_quoted(text)} does not say which site it is on: "
            f"write the whole URL, such as {_quoted(_whole(text))}."
        )
        return Fault("url.relative", "url", raw, message)
    if scheme and scheme[1].lower() not in ("http", "https"):
        message = (
            f"The URL begins with {_quoted(scheme[0])}, but only http and https are accepted: "
            "give the address of the page on the web, such as https://example.org/a."
        )
        return Fault("url.scheme", "url", raw, message)
    begins = scheme[0] if scheme else "https:"
    address = text[scheme.end() :] if scheme else text
    if twice := _SECOND_SCHEME.match(address):
        whole = f"{twice[1]}//{address[twice.end() :]}"
        return _invalid(raw, f"has its scheme twice: write {_quoted(whole)}")
    if not _AUTHORITY_FIRST.match(address):
        rest = address.replace("\\", "/").lstrip("/") or "example.org/a"
        return _invalid(
            raw, f"needs two slashes and then a host: write {_quoted(f'{begins}//{rest}')}"
        )
    return begins + address


def _invalid(raw: str, reason: str) -> Fault:
    return Fault("url.invalid", "url", raw, f"The URL {reason}.")


def _why_unreadable(absolute: str) -> str:
    """Return what is wrong with the host or port of a URL, for a message."""
    authority = re.split(r"[/\\?#]", absolute.partition("//")[2], maxsplit=1)[0]
    authority = authority.rpartition("@")[2]
    # The colons of an IPv6 address do not precede a port.
    host, _, port = (authority, "", "") if "[" in authority else authority.partition(":")
    if not host:
        return "has no host: write its name after //, such as https://example.org/a"
    if port and not (port.isascii() and port.isdecimal() and int(port) <= 65_535):
        return f"has the port {_quoted(port)}: write a number up to 65535, or leave it out"
    if re.search(r"\s", host):
        return f"has a space in its host, {_quoted(host)}: remove it"
    return f"has the host {_quoted(host)}, which is not a valid host name: check its spelling"


def _whole(text: str) -> str:
    """Guess the absolute form of a relative URL, for a message only."""
    authority = re.split(r"[/?#]", text, maxsplit=1)[0]
    host, colon, _ = authority.partition(":")
    if not (colon or has_known_suffix(host)):
        return f"https://example.org/{text.removeprefix('/')}"
    whole = f"https://{text}"
    return whole if read_parts(whole) else "https://example.org/a"


def _quoted(text: str) -> str:
    return f"'{shortened(text)}'"
