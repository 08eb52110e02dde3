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

    def matches(self, field: Field, texts: Sequence[str]) -> list[Select[tuple[int]]] | None:
        """Give selects of ids: an entry is in every one of them if it contains all of the texts.

        No select gives an id twice. None where that cannot be told by the index alone, or not for
        less than testing what `candidates` give.
        """


# From the most common to the least, in running Latin text and in addresses, where years and
# numbers begin with the lowest digits. What stands in no list (other scripts) is rarer than all.
_COMMON: Final = " /.:-etaoinsrhldcumwpfgybvkjxqz0123456789"
_WEIGHT: Final = {letter: len(_COMMON) - place for place, letter in enumerate(_COMMON)}

# Usual, though their letters alone do not tell: of words in European languages, and of addresses.
_USUAL: Final = frozenset("""
    ado all ant ara art ate ati aci ain and che cht cio com con dad del der des die ear ein
    ell ent era ere ers ess est eth eur for gen hat her his ich ida ien ill ine ing int ion
    ire ist ith ive lla los men nce nde not nte nth nto one ons ont ort oun our ous out ove
    par per pla por pre pro que ran rea res sch she sta str ted ten ter tha the thi tio tra
    tre und ung ver was ait ais ard ato ome les
    cle ews htm htt icl new org rti tic tml tps ttp www 200 201 202 .co
    """.split())  # noqa: SIM905 - a list would have a line for each
# More than the letters of any run weigh together.
_USUAL_WEIGHT: Final = RUN * len(_COMMON)


def rarest_runs(text: str, most: int) -> list[str]:
    """Give the runs of a folded text that probably stand in the fewest texts, in a fixed order.

    A database reads the whole list of every run that it is asked for, so a few rare ones are
    quicker than all of them; the folded column sorts out the rest.
    """
    runs = {text[start : start + RUN] for start in range(len(text) - RUN + 1)}
    return sorted(runs, key=lambda run: (_weight(run), run))[:most]


def _weight(run: str) -> int:
    return sum(_WEIGHT.get(letter, 0) for letter in run) + _USUAL_WEIGHT * (run in _USUAL)


def contains(folded_column: SQLColumnExpression[str], text: str) -> ColumnElement[bool]:
    """Whether the folded column contains the folded text: exact, and nothing is a wildcard."""
    return func.instr(folded_column, text) > 0
