"""The question that the API, the page and the command line all build, in canonical form."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final
from urllib.parse import urlencode

from dateline.errors import Fault, InvalidQuestion, shortened
from dateline.fields.dates import WrittenDate, read_date
from dateline.fields.folding import fold
from dateline.fields.url_ranges import domain_key, exact_key, host_key, prefix_key
from dateline.schemas import MAX_TEXT, MAX_URL, Filters, SearchParameters
from dateline.search.cursor import Position, read_cursor
from dateline.search.query import Kind, Part, read_query

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")

MAX_TEXTS: Final = 20
"""Maximum texts that a title must contain, and maximum that it must not contain."""

TOTAL_LIMIT: Final = 10_000
"""Totals are exact up to this number, unless an exact total is requested."""

MAX_QUERY: Final = 8_000
"""Maximum bytes of a question as a query string. The server accepts request lines of 8,190 bytes
(gunicorn.conf.py), which must also hold the path and the cursor of the next page."""


class Sort(StrEnum):
    """The sort orders. Equal dates are sorted by id, in the same direction."""

    NEWEST = "-date"
    OLDEST = "date"
    LAST_ADDED = "-added"
    FIRST_ADDED = "added"

    @property
    def descending(self) -> bool:
        """Whether the greatest comes first."""
        return self.value.startswith("-")

    @property
    def by_date(self) -> bool:
        """Whether entries are sorted by the first second of their dates, not by their ids."""
        return self.value.endswith("date")


@dataclass(frozen=True, slots=True)
class Question:
    """A question, with every value in the form in which it is compared.

    Attributes:
        title_texts: folded texts that the title must all contain.
        title_without: folded texts of which the title must contain none.
        url_texts: folded texts that the URL must all contain.
        key: the URL key of matching entries; None for any.
        key_ranges: prefixes that the URL key must all have.
        first: the time that an entry's date covers must not end before this second; None for any.
        last: the time that an entry's date covers must not begin after this second; None for any.
        sort: the sort order.
        limit: entries per page.
        position: where the previous page ended; None on the first page.
        exact_total: whether to count all matches, however many.
        parameters: the question as parameters for a link, without the cursor.
        cache_key: equal for questions that mean the same, however they were written.
    """

    title_texts: tuple[str, ...]
    title_without: tuple[str, ...]
    url_texts: tuple[str, ...]
    key: str | None
    key_ranges: tuple[str, ...]
    first: int | None
    last: int | None
    sort: Sort
    limit: int
    position: Position | None
    exact_total: bool
    parameters: tuple[tuple[str, str], ...]
    cache_key: str

    @property
    def filters(self) -> tuple[object, ...]:
        """The filters, without order and page."""
        return (
            self.title_texts,
            self.title_without,
            self.url_texts,
            self.key,
            self.key_ranges,
            self.first,
            self.last,
        )

    def query(self, cursor: str) -> str:
        """Return the question as a query string, for the page of a cursor."""
        return urlencode([*self.parameters, ("cursor", cursor)])


# Cached for later requests, because a question depends only on its parameters.
@lru_cache(maxsize=4096)
def read_question(parameters: SearchParameters) -> Question:
    """Build a question from its parameters.

    Raises:
        InvalidQuestion: with a fault for every bad value.
    """
    return _Reading(parameters).question()


def read_filters(parameters: Filters, **more: object) -> Question:
    """Build the question of a search with the same filters, and with other parameters added."""
    filters = {name: getattr(parameters, name) for name in Filters.model_fields}
    return read_question(SearchParameters.model_validate({**filters, **more}))


class _Reading:
    """Turns parameters into a question, collecting their faults."""

    def __init__(self, parameters: SearchParameters) -> None:
        self._given = parameters
        self._faults: list[Fault] = []

    def question(self) -> Question:
        given = self._given
        parts = self._query_parts()
        contains = {self._text("contains", text): text for text in given.contains}
        titles = {*contains, *(self._text("q", text) for text in parts[Kind.TEXT])}
        without = {self._text("q", text) for text in parts[Kind.WITHOUT]}
        self._count_texts(titles, without)
        url_text, key, ranges = self._url()
        urls = {self._text("q", text) for text in parts[Kind.URL]}
        if url_text is not None:
            urls.add(url_text)
        if given.domain is not None:
            ranges.append(self._key("domain", domain_key(given.domain)))
        ranges += [self._key("q", domain_key(site)) for site in parts[Kind.SITE]]
        after = self._date("after", given.after)
        before = self._date("before", given.before)
        afters = [after, *(self._date("q", text) for text in parts[Kind.AFTER])]
        befores = [before, *(self._date("q", text) for text in parts[Kind.BEFORE])]
        sort = Sort(given.sort)
        position = self._position(sort)
        if self._faults:
            raise InvalidQuestion(self._faults)
        asked = (
            tuple(sorted(titles)),
            tuple(sorted(without)),
            tuple(sorted(urls)),
            key,
            tuple(sorted(set(ranges))),
            max((date.start for date in afters if date), default=None),
            min((date.end for date in befores if date), default=None),
            sort,
            given.limit,
            position,
            given.total == "exact",
        )
        parameters = self._parameters(contains, url_text, after, before)
        length = len(urlencode(parameters))
        if length > MAX_QUERY:
            message = (
                f"The search has {length:,} bytes as a URL, but the link to its next page can have "
                f"at most {MAX_QUERY:,}; shorten it."
            )
            raise InvalidQuestion([Fault("query.too_long", "query", None, message)])
        return Question(*asked, parameters=parameters, cache_key=f"entries:{asked!r}")

    def _query_parts(self) -> dict[Kind, list[str]]:
        """Return the values in the query of the search box, keyed by kind."""
        values: dict[Kind, list[str]] = {kind: [] for kind in Kind}
        if self._given.q is None:
            return values
        parts = read_query(self._given.q)
        if not parts:
            message = "'q' is empty; give some words or omit it."
            self._faults.append(Fault("q.empty", "q", self._given.q, message))
        for part in parts:
            if isinstance(part, Part):
                values[part.kind].append(part.value)
            else:
                self._faults.append(part)
        return values

    def _count_texts(self, titles: set[str], without: set[str]) -> None:
        if max(len(titles), len(without)) > MAX_TEXTS:
            message = (
                f"There are more than {MAX_TEXTS} words; give fewer, or put quotation marks around "
                "those that belong together."
            )
            self._faults.append(Fault("q.too_many", "q", self._given.q, message))

    def _url(self) -> tuple[str | None, str | None, list[str]]:
        """Return what `url` and `match` filter by: a text, a key, or a range of keys."""
        given = self._given
        match = given.match or "contains"
        if given.url is None:
            if given.match:
                self._faults.append(
                    Fault("match.alone", "match", given.match, "'match' requires 'url'.")
                )
            return None, None, []
        if match == "contains":
            return self._text("url", given.url), None, []
        if match == "exact":
            return None, self._key("url", exact_key(given.url)), []
        reader = {"prefix": prefix_key, "host": host_key, "domain": domain_key}[match]
        return None, None, [self._key("url", reader(given.url))]

    def _parameters(
        self,
        contains: dict[str, str],
        url_text: str | None,
        after: WrittenDate | None,
        before: WrittenDate | None,
    ) -> tuple[tuple[str, str], ...]:
        given = self._given
        url = given.url
        if url is not None and url_text is not None:
            url = _sendable(url_text, url, MAX_URL)
        pairs = [
            ("q", given.q),
            *(("contains", _sendable(text, contains[text], MAX_TEXT)) for text in sorted(contains)),
            ("url", url),
            ("match", None if given.match == "contains" else given.match),
            ("domain", given.domain),
            ("after", after and after.date),
            ("before", before and before.date),
            ("sort", None if Sort(given.sort) is Sort.NEWEST else given.sort),
            ("limit", str(given.limit)),
            ("total", given.total),
        ]
        return tuple((name, value) for name, value in pairs if value is not None)

    def _text(self, name: str, text: str) -> str:
        folded = fold(text)
        if not folded.strip():
            self._faults.append(
                Fault(f"{name}.empty", name, text, f"'{name}' is empty; give some text or omit it.")
            )
        elif _CONTROL.search(folded):
            message = f"'{name}' has a control character, which no title or URL has; drop it."
            self._faults.append(Fault(f"{name}.invalid", name, text, message))
        return folded

    def _key(self, name: str, key: str | Fault) -> str:
        if isinstance(key, Fault):
            self._faults.append(Fault(key.code, name, key.value, key.message))
            return ""
        return key

    def _date(self, name: str, text: str | None) -> WrittenDate | None:
        if text is None:
            return None
        # Unlike an import, a question cannot specify the order of day and month.
        date = read_date(text, order="YMD")
        if isinstance(date, Fault):
            message = date.message
            # Python and others write +00:00, and the plus sign is decoded as a space in a URL.
            if not isinstance(read_date(text.replace(" ", "+"), order="YMD"), Fault):
                message = (
                    f"'{shortened(text)}' has a space where its offset should have a +; in a "
                    "URL, write + as %2B."
                )
            self._faults.append(Fault(date.code, name, date.value, message))
            return None
        return date

    def _position(self, sort: Sort) -> Position | None:
        if self._given.cursor is None:
            return None
        position = read_cursor(self._given.cursor, sort)
        if position is None:
            self._faults.append(
                Fault(
                    "cursor.invalid",
                    "cursor",
                    self._given.cursor,
                    "This cursor is damaged or belongs to another 'sort'; start again without it.",
                )
            )
        return position


def _sendable(folded: str, given: str, most: int) -> str:
    """Return the folded text, or the given one if the folded text is too long to be accepted."""
    return folded if len(folded) <= most else given
