"""What is read of an entry that was found."""

from typing import Any, Final

from sqlalchemy import Row

from dateline.models import Entry

COLUMNS: Final = (
    Entry.id,
    Entry.title,
    Entry.url,
    Entry.date,
    Entry.date_precision,
    Entry.date_start,
    Entry.date_end,
    Entry.date_raw,
    Entry.site,
    Entry.added_at,
    Entry.import_id,
)

FoundRow = Row[*tuple[Any, ...]]
"""The values of `COLUMNS`, by their names."""
