"""What holds for an import as a whole."""

from dataclasses import dataclass
from datetime import UTC, tzinfo
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from dateline.errors import Fault, InvalidQuestion
from dateline.fields.dates import DateOrder


@dataclass(frozen=True, slots=True)
class Options:
    """What the sender says about an import.

    Attributes:
        source: who brings it: `api`, `page` or the name of a file.
        date_order: the order of day and month in numeric dates, where the sender knows it.
        zone: the time zone of texts that name none.
        dry_run: give the same report, and write nothing.
        commit_every: rows after which a batch is committed, and half of them behind a block of the
            text index; batches end where groups do. None for the whole import in one transaction.
    """

    source: str = "api"
    date_order: DateOrder | None = None
    zone: tzinfo = UTC
    dry_run: bool = False
    commit_every: int | None = None


def read_options(date_order: DateOrder | None, timezone: str, *, dry_run: bool = False) -> Options:
    """Put together what a request says.

    Raises:
        InvalidQuestion: there is no such time zone.
    """
    zone = read_zone(timezone)
    if isinstance(zone, Fault):
        raise InvalidQuestion([zone])
    return Options(date_order=date_order, zone=zone, dry_run=dry_run)


def read_zone(name: str) -> tzinfo | Fault:
    """Find a time zone by its IANA name."""
    if name == "UTC":
        # Dates have a quick way for Python's own.
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
    """Give the names of all time zones, the same on every machine.

    The files of a machine have more: `localtime` is the zone of the machine itself, and what is below
    `right/` counts leap seconds.
    """
    return frozenset(files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())
