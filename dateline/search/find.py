"""From a question to the entries that match it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from dateline.models import ENTRY
from dateline.search.cursor import Position
from dateline.search.plan import Plan
from dateline.search.question import Question
from dateline.search.reader import COLUMNS, FoundRow

PAGE_OF_ALL: Final = 4_000
"""Rows in memory at once; each page looks up the whole question anew in the text index."""


@dataclass(frozen=True, slots=True)
class Found:
    """A page of matches.

    Attributes:
        rows: the entries of the page, in the requested sort order.
        next: the position after which the next page begins; None on the last page.
        total: number of matches on all pages.
        total_is_exact: False if there are more than `total`.
    """

    rows: list[FoundRow]
    next: Position | None
    total: int
    total_is_exact: bool


def find(session: Session, question: Question) -> Found:
    """Find one page of matches, and count all."""
    plan = Plan(session.connection(), question)
    rows = plan.page()
    more = len(rows) > question.limit
    rows = rows[: question.limit]
    total, exact = plan.total()
    return Found(rows, _position(rows[-1], question) if more else None, total, exact)


def find_all(session: Session, question: Question) -> Iterator[FoundRow]:
    """Yield every match, page by page from one snapshot, so that memory use stays constant."""
    question = replace(question, limit=PAGE_OF_ALL, position=None)
    while True:
        rows = Plan(session.connection(), question).page()
        yield from rows[:PAGE_OF_ALL]
        if len(rows) <= PAGE_OF_ALL:
            return
        question = replace(question, position=_position(rows[PAGE_OF_ALL - 1], question))


def find_entry(session: Session, entry_id: int) -> FoundRow | None:
    """Find one entry by its id."""
    return session.execute(select(*COLUMNS).where(ENTRY.id == entry_id)).one_or_none()


def _position(row: FoundRow, question: Question) -> Position:
    return Position(row.date_start if question.sort.by_date else row.id, row.id)
