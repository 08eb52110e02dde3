"""The one question that the API, the page and the command line ask, in canonical form."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final
from urllib.parse import urlencode

from dateline.errors import Fault, InvalidQuestion
from dateline.fields.dates import WrittenDate, read_date
from dateline.fields.folding import fold
from dateline.fields.url_ranges import domain_key, exact_key, host_key, prefix_key
from dateline.schemas import SearchParameters
from dateline.search.cursor import Position, read_cursor

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class Sort(StrEnum):
    """The orders of answers. Equal dates are ordered by id, in the same direction."""

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
        """Whether entries are ordered by the first second of their dates, not by their ids."""
        return self.value.endswith("date")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, with every value in the form in which it is compared.

    Attributes:
        title_texts: folded texts that the title must contain, all of them.
        url_texts: folded texts that the URL must contain.
        key: what the entry's URL key must be; None for any.
        key_ranges: beginnings that the entry's URL key must have, all of them.
        first: the entry's span must not end before this second; None for any.
        last: the entry's span must not begin after this second; None for any.
        sort: the order of the answer.
        limit: entries on a page.
        position: where the page before ended; None on the first page.
        exact_total: count all, however many.
        parameters: the same as parameters, for a link; without the cursor.
        cache_key: equal for questions that mean the same, however they were written.
    """

    title_texts: tuple[str, ...]
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

    def query(self, cursor: str) -> str:
        """The question as a query string, on the page of a cursor."""
        return urlencode([*self.parameters, ("cursor", cursor)])


# A question is read once for many requests: the parameters alone decide what it means.
@lru_cache(maxsize=4096)
def read_question(parameters: SearchParameters) -> Question:
    """Read a question from its parameters.

    Raises:
        InvalidQuestion: names every parameter that has a bad value.
    """
    return _Reading(parameters).question()


class _Reading:
    """Turns parameters into a question, collecting what is wrong with them."""

    def __init__(self, parameters: SearchParameters) -> None:
        self._given = parameters
        self._faults: list[Fault] = []

    def question(self) -> Question:
        given = self._given
        titles = tuple(sorted({self._text("contains", text) for text in given.contains}))
        match = given.match or "contains"
        if given.match and given.url is None:
            self._faults.append(
                Fault("match.alone", "match", given.match, "'match' needs 'url' beside it.")
            )
        url_text, key, ranges = None, None, []
        if given.url is not None:
            if match == "contains":
                url_text = self._text("url", given.url)
            elif match == "exact":
                key = self._key("url", exact_key(given.url))
            else:
                reader = {"prefix": prefix_key, "host": host_key, "domain": domain_key}[match]
                ranges.append(self._key("url", reader(given.url)))
        if given.domain is not None:
            ranges.append(self._key("domain", domain_key(given.domain)))
        after = self._date("after", given.after)
        before = self._date("before", given.before)
        sort = Sort(given.sort)
        position = self._position(sort)
        if self._faults:
            raise InvalidQuestion(self._faults)
        asked = (
            titles,
            () if url_text is None else (url_text,),
            key,
            tuple(sorted(set(ranges))),
            after.start if after else None,
            before.end if before else None,
            sort,
            given.limit,
            position,
            given.total == "exact",
        )
        parameters = self._parameters(titles, url_text, after, before)
        return Question(*asked, parameters=parameters, cache_key=f"entries:{asked!r}")

    def _parameters(
        self,
        titles: tuple[str, ...],
        url_text: str | None,
        after: WrittenDate | None,
        before: WrittenDate | None,
    ) -> tuple[tuple[str, str], ...]:
        given = self._given
        pairs = [
            *(("contains", text) for text in titles),
            ("url", given.url if url_text is None else url_text),
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
        date = read_date(text)
        if isinstance(date, Fault):
            self._faults.append(Fault(date.code, name, date.value, date.message))
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
                    "This cursor is damaged or of another 'sort'; begin again without it.",
                )
            )
        return position
