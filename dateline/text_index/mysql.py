"""The text index on MySQL: FULLTEXT with the ngram parser, over text that it cannot cut.

The parser cuts at punctuation and drops what it takes for short words, so it is given index text
(`dateline.fields.index_text`), in which every character is a letter. The server must run with
`ngram_token_size=3`; stop words were off when the indexes were made.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

from sqlalchemy import (
    Connection,
    Select,
    TableClause,
    bindparam,
    column,
    delete,
    insert,
    select,
    table,
)
from sqlalchemy import text as sql

from dateline.fields.index_text import index_text, letters
from dateline.models import Entry
from dateline.text_index.interface import RUN, Field, rarest_runs

RAREST: Final = 2
"""Runs that are asked for of a text that is asked for alone, and half as many of each of several:
the lists of all of them are read to their ends, which costs more than the candidates they spare."""


class MysqlTextIndex:
    """One table for each text, with the id of its entry and a FULLTEXT index."""

    streams: ClassVar[bool] = False

    def add_after(self, connection: Connection, last_id: int) -> None:
        """Index every entry whose id is greater than `last_id`."""
        rows = connection.execute(
            select(Entry.id, Entry.title_folded, Entry.url_folded).where(Entry.id > last_id)
        ).all()
        for field in Field:
            texts = [(row.id, getattr(row, f"{field}_folded")) for row in rows]
            connection.execute(
                insert(_table(field)),
                [{"id": entry_id, "text": index_text(text)} for entry_id, text in texts],
            )

    def add(self, connection: Connection, entry_id: int, folded: Mapping[Field, str]) -> None:
        """Index the texts of one entry."""
        for field, text in folded.items():
            connection.execute(insert(_table(field)), {"id": entry_id, "text": index_text(text)})

    def remove(self, connection: Connection, entry_id: int, folded: Mapping[Field, str]) -> None:
        """Take one entry out."""
        for field in folded:
            index = _table(field)
            connection.execute(delete(index).where(index.c.id == entry_id))

    def candidates(self, field: Field, texts: Sequence[str]) -> list[Select[tuple[int]]]:
        """Give one select of ids."""
        if not texts:
            return []
        most = RAREST if len(texts) == 1 else RAREST // 2
        asked = " ".join(dict.fromkeys(word for text in texts for word in _words(text, most)))
        matches = sql("MATCH (text) AGAINST (:asked IN BOOLEAN MODE)").bindparams(
            bindparam("asked", asked, unique=True)
        )
        index = _table(field)
        return [select(index.c.id).where(matches)]

    def matches(self, field: Field, texts: Sequence[str]) -> list[Select[tuple[int]]] | None:
        """Of no text: in index text, two characters may have become the same."""
        return None if texts else []


def _table(field: Field) -> TableClause:
    return table(f"{field}_index", column("id"), column("text"))


def _words(text: str, most: int) -> list[str]:
    """What to ask for in boolean mode: a short text as a prefix, of a long one its rarest runs."""
    if len(text) < RUN:
        return [f"+{letters(text)}*"]
    return [f"+{letters(run)}" for run in rarest_runs(text, most)]
