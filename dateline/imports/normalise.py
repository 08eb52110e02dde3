"""From a raw row to a sound one, or to all that is wrong with it."""

from datetime import UTC, tzinfo
from hashlib import blake2b
from typing import NamedTuple

from dateline.errors import Fault
from dateline.fields.dates import DateOrder, WrittenDate, read_date
from dateline.fields.folding import fold
from dateline.fields.titles import read_title
from dateline.fields.urls import KEY_VERSION, SoundUrl, read_url
from dateline.imports.columns import Columns
from dateline.imports.entries import read_given_date


class SoundRow(NamedTuple):
    """A row that can be kept. The names and order are those of the columns of `entries`."""

    identity: bytes
    title: str
    title_folded: str
    url: str
    url_folded: str
    url_key: str
    url_key_version: int
    site: str
    date: str
    date_precision: str
    date_start: int
    date_end: int
    date_raw: str


def normalise(
    raw: dict[str, object],
    columns: Columns,
    *,
    order: DateOrder | None = None,
    zone: tzinfo = UTC,
) -> tuple[SoundRow, DateOrder | None] | list[Fault]:
    """Read the three fields of a row.

    Returns:
        The sound row and the day/month order that its date proves, if it does; or every fault.
    """
    # The entities of a title that we give were decoded when it came in.
    title = read_title(_value(raw, columns.title), entities=not columns.is_entry)
    url = read_url(_value(raw, columns.url))
    if columns.is_entry:
        date = read_given_date(raw)
    else:
        date = read_date(_value(raw, columns.date), order=order, zone=zone)
    if isinstance(title, Fault) or isinstance(url, Fault) or isinstance(date, Fault):
        return [field for field in (title, url, date) if isinstance(field, Fault)]
    return sound_row(title, url, date), date.proves


def _value(raw: dict[str, object], name: str | None) -> object:
    return None if name is None else raw.get(name)


def sound_row(title: str, url: SoundUrl, date: WrittenDate) -> SoundRow:
    """Put the three fields together, with all that is derived from them."""
    return SoundRow(
        identity=identify(title, url.key, date.date),
        title=title,
        title_folded=fold(title),
        url=url.url,
        url_folded=fold(url.url),
        url_key=url.key,
        url_key_version=KEY_VERSION,
        site=url.site,
        date=date.date,
        date_precision=date.precision,
        date_start=date.start,
        date_end=date.end,
        date_raw=date.raw,
    )


def identify(title: str, url_key: str, date: str) -> bytes:
    """Hash what makes two rows the same entry: 16 bytes, equal on every database.

    The date stands for its precision too: it is written at its own. No title and no key has the
    separator, since both refuse control characters.
    """
    return blake2b(f"{url_key}\0{date}\0{title}".encode(), digest_size=16).digest()
