"""The text index on SQLite: FTS5 with its trigram tokenizer, row numbers alone (no positions)."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

from sqlalchemy import ColumnElement, Connection, Select, column, literal_column, select, table
from sqlalchemy import text as sql

from dateline.fields.index_text import FILLER
from dateline.text_index.interface import RUN, Field, rarest_runs

FILLERS: Final = 2 * FILLER

RAREST: Final = 4
"""Runs of a text that are asked for."""


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

    def is_certain(self, text: str) -> bool:
        """Whether the text is no longer than a run."""
        return len(text) <= RUN

    def candidates(self, field: Field, texts: Sequence[str]) -> list[Select[tuple[int]]]:
        """Give selects of ids: one for all long texts, one for each short one."""
        selects = [_beginning_with(field, text) for text in texts if len(text) < RUN]
        long = [text for text in texts if len(text) >= RUN]
        if long:
            runs = sorted({run for text in long for run in rarest_runs(text, RAREST)})
            expression = " AND ".join('"' + run.replace('"', '""') + '"' for run in runs)
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
