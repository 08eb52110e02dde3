"""Questions about URLs as ranges of keys: a page, everything below it, a host, a domain.

Each function gives the text with which the keys that are asked for begin (`exact_key`: the key
itself). A question may leave out the scheme, which the key ignores: `example.org/a`. Because
`www.` is merged, asking for `www.cnn.com` is asking for `cnn.com`.
"""

import re
from dataclasses import replace
from typing import Final

from dateline.errors import Fault
from dateline.fields.url_keys import UrlParts
from dateline.fields.urls import SCHEME, split_url


def exact_key(text: str) -> str | Fault:
    """Return the one key of the page that is asked for."""
    parts = _split_question(text, text)
    return parts if isinstance(parts, Fault) else parts.key


def prefix_key(text: str) -> str | Fault:
    """Return the beginning of the keys of all URLs that begin with the one that is asked for.

    `example.org` is every page on every port of the host, `example.org:8080` every page on that
    port, `example.org:443` every page on the default one, `example.org/news` also `/newsroom`, and
    `example.org/news?` every page with a query. A query is compared in its canonical order, without
    tracking parameters. An encoded character that was cut in half at the end (`%C`) is left out.
    """
    parts = _split_question(_HALF_ENCODED.sub("", text), text)
    if isinstance(parts, Fault):
        return parts
    asked = text.strip().partition("#")[0]
    # With a port there is always a path, or `:80` would also begin `:8080`; the default one, which
    # keys leave out, is a port as well.
    if not parts.authority and _HOST_ALONE.fullmatch(asked):
        return f"{parts.host})"
    # An empty query is no query in a key, but says something at the end of a beginning.
    return f"{parts.key}?" if asked.endswith("?") and not parts.query else parts.key


def host_key(text: str) -> str | Fault:
    """Return the beginning of all keys of a host, given by name or by any URL on it.

    All ports and users are meant.
    """
    parts = _split_question(text, text)
    return parts if isinstance(parts, Fault) else f"{parts.host})"


def domain_key(text: str) -> str | Fault:
    """Return the beginning of all keys of a domain and of the hosts below it, by name or by URL.

    Labels are whole: `cnn.com` means `edition.cnn.com`, never `notactuallycnn.com`. `com` alone is
    a fair question. `.cnn.com` and `*.cnn.com`, as other archives write it, are `cnn.com`.
    """
    parts = _split_question(re.sub(r"^\s*\*?\.", "", text), text)
    return parts if isinstance(parts, Fault) else parts.host


_HOST_ALONE: Final = re.compile(r"(?!.*:[0-9]+$)(?:[A-Za-z]+:)?(?://)?[^/\\?]*")
_HTTP_PORT: Final = re.compile(r"[^/\\?#]*:0*80(?![0-9])")
_HALF_ENCODED: Final = re.compile(r"%[0-9A-Fa-f]?\s*$")


def _split_question(address: str, text: str) -> UrlParts | Fault:
    """Read a URL that may have been written without its scheme.

    What is relative even so (`/a`, `?a`, nothing) stays a fault, of the text as it was asked.
    """
    asked = address.strip()
    if not asked:
        message = "The URL is missing: write an address or a part of it, such as example.org/a."
        return Fault("url.missing", "url", text, message)
    absolute = SCHEME.match(asked) or asked[0] in "/\\?#."
    if not absolute:
        # The port of http is the default of http alone.
        asked = f"http://{asked}" if _HTTP_PORT.match(asked) else f"//{asked}"
    parts = split_url(asked)
    return replace(parts, value=text) if isinstance(parts, Fault) else parts
