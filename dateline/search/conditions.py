"""The filters of a question as SQL conditions, on rows and on the index of keys."""

from collections.abc import Iterator
from enum import Enum, auto
from typing import Any, Final

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, func
from sqlalchemy.sql.expression import UnaryExpression
from sqlalchemy.sql.operators import custom_op

from dateline.models import ENTRY, KEY_START
from dateline.search.question import Question

_PLUS: Final = custom_op[Any]("+")


class Filter(Enum):
    """A kind of filter that a question can have."""

    DATES = auto()
    KEYS = auto()
    TITLE = auto()
    WITHOUT = auto()
    URL = auto()


def filters_of(question: Question) -> frozenset[Filter]:
    """Return the kinds of filters that a question has."""
    asked = {
        Filter.DATES: question.first is not None or question.last is not None,
        Filter.KEYS: question.key is not None or question.key_ranges,
        Filter.TITLE: question.title_texts,
        Filter.WITHOUT: question.title_without,
        Filter.URL: question.url_texts,
    }
    return frozenset(name for name, value in asked.items() if value)


def tests(question: Question, assures: frozenset[Filter]) -> Iterator[ColumnElement[bool]]:
    """Yield conditions for all filters that are not assured, written so as to use no index."""
    if Filter.DATES not in assures:
        date_start, date_end = unindexed(ENTRY.date_start), unindexed(ENTRY.date_end)
        if question.last is not None:
            yield date_start <= question.last
        if question.first is not None:
            yield date_end >= question.first
    if Filter.KEYS not in assures:
        yield from _key_tests(question, unindexed(ENTRY.url_key))
    if Filter.TITLE not in assures:
        yield from (_contains(ENTRY.title_folded, text) for text in question.title_texts)
    if Filter.WITHOUT not in assures:
        yield from (~_contains(ENTRY.title_folded, text) for text in question.title_without)
    if Filter.URL not in assures:
        yield from (_contains(ENTRY.url_folded, text) for text in question.url_texts)


def _contains(folded_column: SQLColumnExpression[str], text: str) -> ColumnElement[bool]:
    """Test whether a column contains a folded text: exactly, without wildcards."""
    return func.instr(folded_column, text) > 0


def _key_tests(
    question: Question, url_key: SQLColumnExpression[str]
) -> Iterator[ColumnElement[bool]]:
    if question.key is not None:
        yield url_key == question.key
    for beginning in question.key_ranges:
        yield begins_with(url_key, beginning)


def key_in_index(question: Question, database: str) -> Iterator[ColumnElement[bool]]:
    """Test the key on its index, and on the row only if the index may not contain all of it.

    Args:
        question: the question.
        database: name of the dialect. On MySQL, the index contains only the beginnings of keys.
    """
    indexed = ENTRY.url_key_start if database == "mysql" else ENTRY.url_key
    if question.key is not None:
        if len(question.key) < KEY_START:
            yield indexed == question.key
        else:
            yield begins_with(indexed, question.key[:KEY_START])
            yield ENTRY.url_key == question.key
    for beginning in question.key_ranges:
        yield begins_with(indexed, beginning[:KEY_START])
        if len(beginning) > KEY_START:
            yield begins_with(ENTRY.url_key, beginning)


def begins_with(key: SQLColumnExpression[str], beginning: str) -> ColumnElement[bool]:
    """Test the beginning of a key by a range, for which its index can be used; keys are ASCII."""
    after_all = beginning[:-1] + chr(ord(beginning[-1]) + 1)
    return and_(key >= beginning, key < after_all)


def unindexed(column: Any) -> Any:
    """Return the value of a column as an expression for which the database uses no index."""
    # On SQLite, a unary plus does this (https://sqlite.org/optoverview.html), and costs nothing. On
    # MySQL it has no effect, but there no index contains the whole key.
    if column is ENTRY.url_key:
        return UnaryExpression(ENTRY.url_key, operator=_PLUS)
    return column + 0
