"""The text index on SQLite: FTS5 with its trigram tokenizer, which keeps no text of its own."""

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Final

from sqlalchemy import ColumnElement, Connection, Select, column, literal_column, select, table
from sqlalchemy import text as sql

from dateline.fields.index_text import FILLER
from dateline.text_index.interface import RUN, Field, rarest_runs

FILLERS: Final = 2 * FILLER

RAREST: Final = 4
"""Runs of a text that are asked for, where its candidates are."""

LONGEST_PHRASE: Final = 16
"""Characters: the lists of all runs of a phrase are read side by side, for a longer text at a cost
above that of testing its few candidates."""


class SqliteTextIndex:
    """One FTS5 table for each text, and a view of its runs (fts5vocab)."""

    streams: ClassVar[bool] = True

    def add_after(self, connection: Connection, last_id: int) -> None:
        """Index every entry whose id is greater than `last_id`."""
        for field in Field:
            connection.execute(
                sql(
                    f"INSERT INTO {field}_index (rowid, text) "
                    f"SELECT id, {field}_folded || :fillers FROM entries WHERE id > :last_id"
                ),
                {"fillers": FILLERS, "last_id": last_id},
            )

    def add(self, connection: Connection, entry_id: int, folded: Mapping[Field, str]) -> None:
        """Index the texts of one entry."""
        for field, text in folded.items():
            connection.execute(
                sql(f"INSERT INTO {field}_index (rowid, text) VALUES (:id, :text)"),
                {"id": entry_id, "text": text + FILLERS},
            )

    def remove(self, connection: Connection, entry_id: int, folded: Mapping[Field, str]) -> None:
        """Take one entry out; the index keeps no text, so it must be told what it indexed."""
        for field, text in folded.items():
            index = f"{field}_index"
            connection.execute(
                sql(f"INSERT INTO {index} ({index}, rowid, text) VALUES ('delete', :id, :text)"),
                {"id": entry_id, "text": text + FILLERS},
            )

    def candidates(self, field: Field, texts: Sequence[str]) -> list[Select[tuple[int]]]:
        """Give selects of ids: one for the rarest runs of all long texts, one for each short one."""
        return _selects(field, texts, lambda text: rarest_runs(text, RAREST))

    def matches(self, field: Field, texts: Sequence[str]) -> list[Select[tuple[int]]] | None:
        """Give selects of ids: one for all long texts as phrases, one for each short one."""
        if any(len(text) > LONGEST_PHRASE for text in texts):
            return None
        return _selects(field, texts, lambda text: [text])


def _selects(
    field: Field, texts: Sequence[str], parts_of: Callable[[str], Sequence[str]]
) -> list[Select[tuple[int]]]:
    """Select the ids of texts that contain all parts of all of the texts."""
    selects = [_beginning_with(field, text) for text in texts if len(text) < RUN]
    parts = {part for text in texts if len(text) >= RUN for part in parts_of(text)}
    if parts:
        expression = " AND ".join('"' + part.replace('"', '""') + '"' for part in sorted(parts))
        index = table(f"{field}_index", column("rowid"))
        matches: ColumnElement[bool] = literal_column(f"{field}_index").op("MATCH")(expression)
        selects.append(select(index.c.rowid.label("id")).where(matches))
    return selects


def _beginning_with(field: Field, text: str) -> Select[tuple[int]]:
    """Select the ids of texts with a run that begins with one or two characters."""
    terms = table(f"{field}_index_terms", column("term"), column("doc"))
    after_last = text[:-1] + _next_character(text[-1])
    # A text may have several runs that begin so.
    return (
        select(terms.c.doc.label("id"))
        .distinct()
        .where(terms.c.term >= text, terms.c.term < after_last)
    )


def _next_character(character: str) -> str:
    code = ord(character) + 1
    # Surrogates are no characters, so UTF-8 cannot hold them.
    return chr(0xE000 if code == 0xD800 else code)
