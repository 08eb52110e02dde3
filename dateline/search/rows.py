"""What is read of an entry that was found."""

from typing import Any, Final

from sqlalchemy import Row

from dateline.models import ENTRY

COLUMNS: Final = (
    ENTRY.id,
    ENTRY.title,
    ENTRY.url,
    ENTRY.date,
    ENTRY.date_precision,
    ENTRY.date_start,
    ENTRY.date_end,
    ENTRY.date_raw,
    ENTRY.site,
    ENTRY.added_at,
    ENTRY.import_id,
)

FoundRow = Row[*tuple[Any, ...]]
"""The values of `COLUMNS`, by their names."""
