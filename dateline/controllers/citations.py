"""An entry as people cite it: plain, as Markdown, as BibTeX."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from dateline.schemas import EntryView

MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_MARKDOWN: Final = re.compile(r"([\\`*_\[\]<>&#|~])")
_LATEX: Final = {
    **{sign: f"\\{sign}" for sign in "&%$#_"},
    # BibTeX counts braces, and those behind a backslash too.
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "\\": r"\textbackslash{}",
}
_PATH: Final = re.compile(r"[^?#]*")
# What no address may have as it is (RFC 3987), and much of which would end it early in a citation.
_NOT_IN_AN_ADDRESS: Final = re.compile('[\\x00-\\x20\\x7f-\\x9f<>"{}|\\\\^`\ufffe\uffff]')


@dataclass(frozen=True, slots=True)
class Citation:
    """One form of a citation."""

    name: str
    text: str


def cite(entry: EntryView) -> list[Citation]:
    """Write an entry in every form. The date is never more exact than it was written."""
    return [
        Citation("Plain text", _plain(entry)),
        Citation("Markdown", _markdown(entry)),
        Citation("BibTeX", _bibtex(entry)),
    ]


def address(entry: EntryView) -> str:
    """The URL as a link needs it: without the blanks around it with which it may have been sent.

    One that was sent without its scheme is read as https.
    """
    url = entry.url.strip()
    return f"https:{url}" if url.startswith("//") else url


def encoded(link: str) -> str:
    """Write an address so that every reader takes it: what it may not have, as a browser sends it."""
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
