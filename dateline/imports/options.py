"""Options of an import as a whole."""

from dataclasses import dataclass
from datetime import UTC, tzinfo
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from dateline.errors import Fault, InvalidQuestion
from dateline.fields.dates import DateOrder


@dataclass(frozen=True, slots=True)
class Options:
    """What the sender specifies for an import.

    Attributes:
        source: where it comes from: `api`, `page`, `sample` or the name of a file.
        date_order: the order of day and month in numeric dates, if the sender knows it.
        zone: the time zone of dates that name none.
        dry_run: return the same report, but write nothing.
        commit_every: rows after which a batch is committed, or half of them after a block of the
            text index is written. Batches end where groups do. None for a single transaction.
    """

    source: str = "api"
    date_order: DateOrder | None = None
    zone: tzinfo = UTC
    dry_run: bool = False
    commit_every: int | None = None


def read_options(date_order: DateOrder | None, timezone: str, *, dry_run: bool = False) -> Options:
    """Build the options of a request.

    Raises:
        InvalidQuestion: there is no such time zone.
    """
    zone = read_zone(timezone)
    if isinstance(zone, Fault):
        raise InvalidQuestion([zone])
    return Options(date_order=date_order, zone=zone, dry_run=dry_run)


def read_zone(name: str) -> tzinfo | Fault:
    """Return the time zone with an IANA name, or a fault."""
    if name == "UTC":
        # Dates are read faster with Python's own UTC.
        return UTC
    if name in zone_names():
        return ZoneInfo(name)
    return Fault(
        "timezone.unknown",
        "timezone",
        name,
        f"There is no time zone '{name}'; use an IANA name such as Europe/Paris or UTC.",
    )


@cache
def zone_names() -> frozenset[str]:
    """Return the names of all time zones, the same on every machine.

    The files of a machine contain more: `localtime` is the zone of the machine itself, and zones in
    `right/` count leap seconds.
    """
    return frozenset(files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())
