"""Citations of an entry: plain text, Markdown and BibTeX."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from dateline.schemas import EntryView

MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_MARKDOWN: Final = re.compile(r"([\\`*_\[\]<>&#|~])")
_LATEX: Final = {
    **{sign: f"\\{sign}" for sign in "&%$#_"},
    # BibTeX counts braces, even after a backslash.
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "\\": r"\textbackslash{}",
}
_PATH: Final = re.compile(r"[^?#]*")
# Characters that no address may contain unencoded (RFC 3987); many would end it early.
_NOT_IN_AN_ADDRESS: Final = re.compile('[\\x00-\\x20\\x7f-\\x9f<>"{}|\\\\^`\ufffe\uffff]')


@dataclass(frozen=True, slots=True)
class Citation:
    """One form of a citation."""

    name: str
    text: str


def cite(entry: EntryView) -> list[Citation]:
    """Return an entry in every form. The date is never more precise than it was written."""
    return [
        Citation("Plain text", _plain(entry)),
        Citation("Markdown", _markdown(entry)),
        Citation("BibTeX", _bibtex(entry)),
    ]


def address(entry: EntryView) -> str:
    """Return the URL for a link, without surrounding white space.

    A URL without a scheme is read as https.
    """
    url = entry.url.strip()
    return f"https:{url}" if url.startswith("//") else url


def encoded(link: str) -> str:
    """Return an address with invalid characters encoded as a browser would send them."""
    link = _PATH.sub(lambda found: found[0].replace("\\", "/"), link, count=1)
    return _NOT_IN_AN_ADDRESS.sub(lambda found: quote(found[0]), link)


def _plain(entry: EntryView) -> str:
    return f"“{entry.title}”. {entry.site}, {entry.date}. {address(entry)}"


def _markdown(entry: EntryView) -> str:
    title = _MARKDOWN.sub(r"\\\1", entry.title)
    return f"[{title}](<{encoded(address(entry))}>), {entry.site}, {entry.date}"


def _bibtex(entry: EntryView) -> str:
    title = "".join(_LATEX.get(sign, sign) for sign in entry.title)
    year, _, rest = entry.date.partition("-")
    lines = [f"title = {{{{{title}}}}}", f"year = {{{year}}}"]
    if rest:
        lines.append(f"month = {MONTHS[int(rest[:2]) - 1]}")
    lines += [f"date = {{{entry.date}}}", f"url = {{{encoded(address(entry))}}}"]
    inside = ",\n  ".join(lines)
    return f"@misc{{dateline-{entry.id},\n  {inside}\n}}"
