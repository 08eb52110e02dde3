"""The canonical key of a URL: a text that is equal for all spellings of the same page.

A key has the labels of the host in reverse order, each followed by a comma, then `)`, the rest of
the authority if it is not the default, the path and the query:

    https://www.Edition.CNN.com/a/?b=2&a=1#x   ->   com,cnn,edition,)/a/?a=1&b=2

So a search for a page, a directory, a host or a domain reads one contiguous range of an ordinary
index (see `url_ranges`). Keys are ASCII. An IP address is not reversed: `192.0.2.1,)/`.

What a key merges, and the source of each rule:

- scheme and host in any case, IDN and punycode, default port, dot segments, backslashes for
  slashes, an empty path and `/`: the WHATWG URL Standard, with the hosts of UTS #46;
- `%c3` and `%C3`, `%7E` and `~`, `é` and `%C3%A9`, a character that must be encoded and its
  encoding (`|` and `%7C`, `a[]=1` and `a%5B%5D=1`), a lone `%` and `%25`:
  RFC 3986, 2.4, 3.3, 3.4 and 6.2.2;
- the order of parameters with different names, an empty query and none, empty parts of a query:
  our own rule;
- http and https, a leading `www.`, a trailing dot of the host, the fragment, tracking parameters:
  our own rule, because readers call these the same page.

What a key keeps apart: the case and the trailing slash of a path, `%2F` and `/` (and every other
reserved character and its encoding, except `'` in a query, which WHATWG always encodes), `+` and
`%20`, `?a` and `?a=`, the order of parameters with the same name, users (`user@host`), and a port
that is not the default of its own scheme.
"""

import re
import string
from functools import lru_cache
from typing import Final, NamedTuple

from ada_url import URL
from publicsuffixlist import PublicSuffixList

KEY_VERSION: Final = 1
"""The version of the rules above. Raise it when a rule changes what is merged."""

# Only names that one advertiser or mailer adds, and that no site uses to distinguish pages: generic
# names (`ref`, `source`, `session`, `id`, `cid`, `si`, `s`) are kept. Case-insensitive.
_TRACKING: Final = re.compile(
    r"""(?: utm_[^=]*
    | _ga | _gl | gclid | gclsrc | dclid | gbraid | wbraid                  # Google
    | gad_source | gad_campaignid | srsltid
    | fbclid | fb_action_ids | fb_action_types | igsh | igshid              # Facebook, Instagram
    | twclid | ttclid | li_fat_id | rdt_cid | sccid             # X, TikTok, LinkedIn, Reddit, Snap
    | msclkid | yclid | ysclid | _openstat                                  # Microsoft, Yandex
    | mc_cid | mc_eid | _hsenc | _hsmi | __hstc | __hssc | __hsfp           # Mailchimp, HubSpot
    | mkt_tok | vero_id | xtor                                              # Marketo, Vero, Piano
    | mtm_(?:campaign|cid|content|group|keyword|medium|placement|source)    # Matomo
    | pk_(?:campaign|content|kwd|medium|source)                             # Matomo, formerly Piwik
    )(?:=|$)""",
    re.IGNORECASE | re.VERBOSE,
)


class UrlParts(NamedTuple):
    """The canonical parts of a URL, in their order in a key.

    Attributes:
        host: reversed labels, such as `com,cnn,edition,`.
        authority: user and port, if any, such as `user:secret@:8080`; usually empty.
        path: begins with `/`.
        query: begins with `?`, or is empty.
        site: see `SoundUrl`; not part of the key.
    """

    host: str
    authority: str
    path: str
    query: str
    site: str

    @property
    def key(self) -> str:
        """The key of the whole URL."""
        return f"{self.host}){self.authority}{self.path}{self.query}"


def read_parts(absolute: str) -> UrlParts | None:
    """Parse an http or https URL with its scheme; None if its host or port is invalid."""
    try:
        # The href of a parsed URL is already canonical by the rules of WHATWG.
        href = _HREF.fullmatch(URL(absolute).href)
    except ValueError:
        return None
    known = _read_host(href["host"]) if href else None
    if href is None or known is None:
        return None
    user = f"{_normalise(href['user'])}@" if href["user"] else ""
    port = f":{href['port']}" if href["port"] else ""
    query = _canonical_query(_normalise(href["query"])) if href["query"] else ""
    return UrlParts(known[0], user + port, _normalise(href["path"]), query, known[1])


def read_plain(url: str) -> tuple[str, str] | None:
    """Return the key and the site of a plain URL, several times as fast as `read_parts`.

    Most URLs are plain: see `_PLAIN`. Return None for all others, valid or not.
    """
    plain = _PLAIN.fullmatch(url)
    if plain is None:
        return None
    host, path, query = plain.groups()
    known = _read_host(host)
    if known is None:
        return None
    return f"{known[0]}){path or '/'}{_canonical_query(query) if query else ''}", known[1]


def has_known_suffix(host: str) -> bool:
    """Return whether a text looks like a host on the public internet."""
    return bool(host) and _SUFFIXES.privatesuffix(host.lower(), accept_unknown=False) is not None


_HREF: Final = re.compile(
    r"https?://(?:(?P<user>[^/@]*)@)?(?P<host>\[[^\]]*\]|[^/:]*)(?::(?P<port>[0-9]+))?"
    r"(?P<path>/[^?#]*)(?:\?(?P<query>[^#]*))?(?:#.*)?"
)
# URLs that `read_parts` would leave unchanged, except for host and query: most of them. No
# upper-case or punycode host, no numeric last label (it would be an IPv4 address), no port,
# no segment that begins with a dot, nothing percent-encoded, nothing to encode.
_PLAIN: Final = re.compile(
    r"https?://((?:(?!xn--)[a-z0-9_-]++\.)*+(?!xn--)[a-z][a-z0-9_-]*+)"
    r"((?:/(?!\.)[A-Za-z0-9._~!$&'()*+,;=:@-]*+)*+)"
    r"(?:\?([A-Za-z0-9._~!$&()*+,;=:@/?-]*+))?+(?:#[!-~]*+)?+"
)


# --- the host ------------------------------------------------------------------------------------

# Hosts that are possible in DNS (RFC 1035, 2.3.4): WHATWG also allows commas, braces, empty labels.
_LABEL = r"[a-z0-9_-]{1,63}"
_DNS_HOST: Final = re.compile(rf"(?=.{{1,253}}$){_LABEL}(?:\.{_LABEL})*")
_IP_ADDRESS: Final = re.compile(r"\[[0-9a-f:.]+\]|[0-9]+(?:\.[0-9]+){3}")

# Private suffixes count: foo.github.io is a site of its own, as its readers would say. A top-level
# domain that is not on the list counts as a suffix, as in the list's own algorithm.
_SUFFIXES: Final = PublicSuffixList()


@lru_cache(maxsize=8_192)
def _read_host(host: str) -> tuple[str, str] | None:
    """Return the reversed labels and the site of a host that is canonical by WHATWG's rules.

    Return None if the host is impossible in DNS.
    """
    if _IP_ADDRESS.fullmatch(host):
        return f"{host},", host
    host = host.removesuffix(".")
    if not _DNS_HOST.fullmatch(host):
        return None
    site = _SUFFIXES.privatesuffix(host) or host
    # www.gov.uk is itself a site. Every leading www. is dropped, so that this is idempotent.
    while host != site and host.startswith("www."):
        host = host.removeprefix("www.")
    return f"{','.join(reversed(host.split('.')))},", site


# --- path and query ------------------------------------------------------------------------------

_UNRESERVED: Final = f"{string.ascii_letters}{string.digits}-._~"
_KEPT_AS_IT_IS: Final = re.escape(f"{_UNRESERVED}:/?@!$&'()*+,;=")
# An encoded character, or one that must be; first a character class, which re finds fast.
_TO_NORMALISE: Final = re.compile(f"[^{_KEPT_AS_IT_IS}](?:(?<=%)[0-9A-Fa-f]{{2}})?")


def _normalise(text: str) -> str:
    """Normalise the encoding of every character of an ASCII path or query (RFC 3986, 6.2.2).

    In the result, every `%` precedes two upper-case hexadecimal digits, so this is idempotent.
    """
    return _TO_NORMALISE.sub(_one_spelling, text)


def _one_spelling(match: re.Match[str]) -> str:
    found = match[0]
    if len(found) == 1:
        return f"%{ord(found):02X}"
    character = chr(int(found[1:], 16))
    return character if character in _UNRESERVED else found.upper()


def _canonical_query(query: str) -> str:
    """Drop tracking parameters and sort the others by name; the result is empty or begins with `?`.

    The sort is stable and only by name, so values of the same name keep their order. Nothing is
    decoded as a form: the meaning of `+` or `;` is up to the site.
    """
    kept = [piece for piece in query.split("&") if piece and not _TRACKING.match(piece)]
    if not kept:
        return ""
    if len(kept) > 1:
        kept.sort(key=lambda piece: piece.partition("=")[0])
    return "?" + "&".join(kept)
