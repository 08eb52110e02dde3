"""The question of a page, and links to related questions."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from dateline.schemas import Filters
from dateline.search.query import Kind, Part, read_query, write_part

DEFAULTS: Final = {("sort", "-date"), ("limit", "20"), ("match", "contains")}
"""Parameters that a form sends even if they have their default values."""

KINDS: Final = {
    Kind.TEXT: "title has",
    Kind.WITHOUT: "title without",
    Kind.SITE: "site",
    Kind.URL: "URL has",
    Kind.AFTER: "from",
    Kind.BEFORE: "to",
}

NAMES: Final = {
    "contains": "title has",
    "url": "URL",
    "domain": "site",
    "after": "from",
    "before": "to",
}

MATCHES: Final = {
    None: "URL has",
    "exact": "URL is",
    "prefix": "URL begins with",
    "host": "host",
    "domain": "site",
}


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter of a question, and the question without it."""

    label: str
    value: str
    without: "Asked"


class Asked:
    """The parameters of a page, without empty and default ones."""

    def __init__(self, given: Iterable[tuple[str, str]]) -> None:
        pairs = [
            (Filters.aliases.get(name, name), value)
            for name, value in given
            if value.strip() and (name, value) not in DEFAULTS
        ]
        names = {name for name, _value in pairs}
        # A form sends `match` even if there is no URL to match.
        self.pairs = [pair for pair in pairs if pair[0] != "match" or "url" in names]

    @property
    def query(self) -> str:
        """The parameters as a query string."""
        return urlencode(self.pairs)

    def get(self, name: str) -> str:
        """Return the first value of a parameter, or an empty string, for a form field."""
        return next((value for known, value in self.pairs if known == name), "")

    def all(self, name: str) -> list[str]:
        """Return all values of a parameter."""
        return [value for known, value in self.pairs if known == name]

    def but(self, *names: str) -> "Asked":
        """Return the same question without some parameters, at its first page."""
        left = {"cursor", *names}
        return Asked(pair for pair in self.pairs if pair[0] not in left)

    def plus(self, **changes: str) -> "Asked":
        """Return the same question with some parameters replaced, at its first page."""
        return Asked([*self.but(*changes).pairs, *changes.items()])

    def on_site(self, site: str) -> "Asked":
        """Return the same question for one site only."""
        of_query = [part.value for part in self._parts() if part.kind is Kind.SITE]
        if site in (self.get("domain"), *of_query):
            return self.but()
        if not self.get("domain"):
            return self.plus(domain=site)
        return self.plus(q=f"{self.get('q')} {write_part(Kind.SITE, site)}".strip())

    def chips(self) -> list[Chip]:
        """Return all filters, in the order in which they are shown."""
        return [*self._chips_of_query(), *self._chips_of_fields()]

    def _parts(self) -> list[Part]:
        """Return the parts of the search box's text that can be understood."""
        return [part for part in read_query(self.get("q")) if isinstance(part, Part)]

    def _chips_of_query(self) -> Iterable[Chip]:
        parts = self._parts()
        for place, part in enumerate(parts):
            others = [*parts[:place], *parts[place + 1 :]]
            rest = " ".join(other.written for other in others)
            yield Chip(KINDS[part.kind], part.value, self.plus(q=rest))

    def _chips_of_fields(self) -> Iterable[Chip]:
        if self.get("after") and self.get("after") == self.get("before"):
            yield Chip("date", self.get("after"), self.but("after", "before"))
            hidden = {"after", "before"}
        else:
            hidden = set()
        for place, (name, value) in enumerate(self.pairs):
            if name not in NAMES or name in hidden:
                continue
            label = MATCHES.get(self.get("match") or None, "URL") if name == "url" else NAMES[name]
            others = [*self.pairs[:place], *self.pairs[place + 1 :]]
            yield Chip(label, value, Asked(others).but())
