"""What the text index of every database can do."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import ClassVar, Final, Protocol

from sqlalchemy import ColumnElement, Connection, Select, SQLColumnExpression, func

RUN: Final = 3
"""Characters in a run."""


class Field(StrEnum):
    """The two texts of an entry that can be searched."""

    TITLE = "title"
    URL = "url"


class TextIndex(Protocol):
    """The index over the folded texts of all entries.

    Attributes:
        streams: whether candidates come one by one, so that some of them cost less than all.
    """

    streams: ClassVar[bool]

    def add_after(self, connection: Connection, last_id: int) -> None:
        """Index every entry whose id is greater than `last_id`."""

    def add(self, connection: Connection, entry_id: int, folded: Mapping[Field, str]) -> None:
        """Index the texts of one entry."""

    def remove(self, connection: Connection, entry_id: int, folded: Mapping[Field, str]) -> None:
        """Take one entry out; the texts must be those it was indexed with."""

    def candidates(self, field: Field, texts: Sequence[str]) -> list[Select[tuple[int]]]:
        """Give selects of ids: an entry that contains all of the texts is in every one of them.

        No select gives an id twice.
        """


def contains(folded_column: SQLColumnExpression[str], text: str) -> ColumnElement[bool]:
    """Whether the folded column contains the folded text: exact, and nothing is a wildcard."""
    return func.instr(folded_column, text) > 0
