"""The index over the folded texts: written by imports, asked by search.

It holds every run of three characters of a text, and says which entries *may* contain what is
asked. It never misses one; the folded column itself has the last word, unless the index can tell
which entries *do* contain it. Two fillers at the end of
each text make every character begin a run of three, so that a question of one or two characters
is a question for the runs that begin with them.
"""

from sqlalchemy import Dialect

from dateline.text_index.interface import RUN, Field, TextIndex, contains
from dateline.text_index.mysql import MysqlTextIndex
from dateline.text_index.sqlite import SqliteTextIndex

__all__ = ["RUN", "Field", "TextIndex", "contains", "text_index_of"]

_INDEXES: dict[str, TextIndex] = {"sqlite": SqliteTextIndex(), "mysql": MysqlTextIndex()}


def text_index_of(dialect: Dialect) -> TextIndex:
    """The text index of a database."""
    return _INDEXES[dialect.name]
