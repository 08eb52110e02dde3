"""Convert searches by URL to ranges of keys: a page, everything below it, a host, a domain.

Each function returns the prefix of the keys that match (`exact_key`: the key itself). A question
may omit the scheme, which keys ignore: `example.org/a`. Because `www.` is merged, a search for
`www.cnn.com` is a search for `cnn.com`.
"""

import re
from dataclasses import replace
from typing import Final

from dateline.errors import Fault
from dateline.fields.url_keys import UrlParts
from dateline.fields.urls import SCHEME, split_url


def exact_key(text: str) -> str | Fault:
    """Return the key of a page."""
    parts = _split_question(text, text)
    return parts if isinstance(parts, Fault) else parts.key


def prefix_key(text: str) -> str | Fault:
    """Return the prefix of the keys of all URLs that begin with a text.

    `example.org` matches every page on every port of the host, `example.org:8080` every page on
    that port, `example.org:443` every page on the default port, `example.org/news` also
    `/newsroom`, and `example.org/news?` every page with a query. A query is compared in its
    canonical order, without tracking parameters. An incomplete encoding at the end (`%C`) is
    ignored.
    """
    parts = _split_question(_HALF_ENCODED.sub("", text), text)
    if isinstance(parts, Fault):
        return parts
    asked = text.strip().partition("#")[0]
    # After a port the prefix includes the path, or `:80` would also match `:8080`. This includes
    # the default port, which keys omit.
    if not parts.authority and _HOST_ALONE.fullmatch(asked):
        return f"{parts.host})"
    # Keys omit an empty query, but a `?` at the end of a prefix matters.
    return f"{parts.key}?" if asked.endswith("?") and not parts.query else parts.key


def host_key(text: str) -> str | Fault:
    """Return the prefix of all keys of a host, given by name or by any URL on it.

    It matches all ports and users.
    """
    parts = _split_question(text, text)
    return parts if isinstance(parts, Fault) else f"{parts.host})"


def domain_key(text: str) -> str | Fault:
    """Return the prefix of all keys of a domain and of the hosts below it, by name or by URL.

    Labels are whole: `cnn.com` matches `edition.cnn.com`, never `notactuallycnn.com`. `com` alone
    is allowed. `.cnn.com` and `*.cnn.com`, as other archives write it, mean `cnn.com`.
    """
    parts = _split_question(re.sub(r"^\s*\*?\.", "", text), text)
    return parts if isinstance(parts, Fault) else parts.host


_HOST_ALONE: Final = re.compile(r"(?!.*:[0-9]+$)(?:[A-Za-z]+:)?(?://)?[^/\\?]*")
_HTTP_PORT: Final = re.compile(r"[^/\\?#]*:0*80(?![0-9])")
_HALF_ENCODED: Final = re.compile(r"%[0-9A-Fa-f]?\s*$")


def _split_question(address: str, text: str) -> UrlParts | Fault:
    """Parse a URL that may lack its scheme.

    One that is relative even so (`/a`, `?a`, nothing) is a fault, with `text` as its value.
    """
    asked = address.strip()
    if not asked:
        message = "The URL is missing: write an address or a part of it, such as example.org/a."
        return Fault("url.missing", "url", text, message)
    absolute = SCHEME.match(asked) or asked[0] in "/\\?#."
    if not absolute:
        # Port 80 is the default only of http.
        asked = f"http://{asked}" if _HTTP_PORT.match(asked) else f"//{asked}"
    parts = split_url(asked)
    return replace(parts, value=text) if isinstance(parts, Fault) else parts
