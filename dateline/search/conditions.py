"""The filters of a question as SQL conditions, on rows and on the index of keys.

Conditions on dates and keys are built once and name their parameters, because SQLAlchemy takes
longer to build one than the database to test it (docs/decisions/0032). `values_of` has the values
for a question.
"""

from collections.abc import Iterator
from enum import Enum, auto
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, bindparam, func
from sqlalchemy.sql.expression import UnaryExpression
from sqlalchemy.sql.operators import custom_op

from dateline.models import ENTRY, KEY_START
from dateline.search.question import Question

Values = dict[str, Any]
"""The values of parameters, by name."""


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


def values_of(question: Question) -> Values:
    """Return the values of all parameters that the conditions for a question name."""
    values: Values = {"first": question.first, "last": question.last, "key": question.key}
    if question.key is not None:
        values |= values_of_range("key_start", question.key[:KEY_START])
    for number, beginning in enumerate(question.key_ranges):
        values |= values_of_range(f"range_{number}", beginning)
        values |= values_of_range(f"range_{number}_start", beginning[:KEY_START])
    # A parameter that lacks a value is an error, but one that is null would match nothing.
    return {name: value for name, value in values.items() if value is not None}


def tests(question: Question, assures: frozenset[Filter]) -> Iterator[ColumnElement[bool]]:
    """Yield conditions for all filters that are not assured, written so as to use no index."""
    if Filter.DATES not in assures:
        if question.last is not None:
            yield _BEGINS_BY_LAST
        if question.first is not None:
            yield _ENDS_FROM_FIRST
    if Filter.KEYS not in assures:
        if question.key is not None:
            yield _HAS_KEY
        yield from begins_in_ranges(question, _KEY)
    if Filter.TITLE not in assures:
        yield from (_contains(ENTRY.title_folded, text) for text in question.title_texts)
    if Filter.WITHOUT not in assures:
        yield from (~_contains(ENTRY.title_folded, text) for text in question.title_without)
    if Filter.URL not in assures:
        yield from (_contains(ENTRY.url_folded, text) for text in question.url_texts)


def key_in_index(question: Question, database: str) -> Iterator[ColumnElement[bool]]:
    """Test the key on its index, and on the row only if the index may not contain all of it.

    Args:
        question: the question.
        database: name of the dialect. On MySQL, the index contains only the beginnings of keys.
    """
    indexed = ENTRY.url_key_start if database == "mysql" else ENTRY.url_key
    if question.key is not None:
        if len(question.key) < KEY_START:
            yield _is_key(indexed)
        else:
            yield begins_with(indexed, "key_start")
            yield _is_key(ENTRY.url_key)
    for number, beginning in enumerate(question.key_ranges):
        yield begins_with(indexed, f"range_{number}_start")
        if len(beginning) > KEY_START:
            yield begins_with(ENTRY.url_key, f"range_{number}")


def begins_in_ranges(
    question: Question, key: SQLColumnExpression[str]
) -> Iterator[ColumnElement[bool]]:
    """Test whether a key is in each requested range of keys."""
    for number in range(len(question.key_ranges)):
        yield begins_with(key, f"range_{number}")


@cache
def begins_with(key: SQLColumnExpression[str], name: str) -> ColumnElement[bool]:
    """Test the beginning of a key by a range, for which its index can be used; keys are ASCII.

    Args:
        key: the column.
        name: prefix of the parameters, whose values are `values_of_range(name, ...)`.
    """
    return and_(key >= bindparam(f"{name}_first"), key < bindparam(f"{name}_after"))


def values_of_range(name: str, beginning: str) -> Values:
    """Return the values of the parameters of `begins_with`."""
    after_all = beginning[:-1] + chr(ord(beginning[-1]) + 1)
    return {f"{name}_first": beginning, f"{name}_after": after_all}


@cache
def unindexed(column: Any) -> Any:
    """Return the value of a column as an expression for which the database uses no index."""
    # On SQLite, a unary plus does this (https://sqlite.org/optoverview.html), and costs nothing. On
    # MySQL it has no effect, but there no index contains the whole key.
    if column is ENTRY.url_key:
        return UnaryExpression(ENTRY.url_key, operator=custom_op[Any]("+"))
    return column + 0


@cache
def _is_key(key: SQLColumnExpression[str]) -> ColumnElement[bool]:
    return key == bindparam("key")


def _contains(folded_column: SQLColumnExpression[str], text: str) -> ColumnElement[bool]:
    """Test whether a column contains a folded text: exactly, without wildcards."""
    return func.instr(folded_column, text) > 0


_KEY: Final = unindexed(ENTRY.url_key)
_HAS_KEY: Final = _is_key(_KEY)
_BEGINS_BY_LAST: Final = unindexed(ENTRY.date_start) <= bindparam("last")
_ENDS_FROM_FIRST: Final = unindexed(ENTRY.date_end) >= bindparam("first")
