"""Years, months and days of the UTC calendar: the buckets of a timeline."""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from itertools import islice
from typing import Final, NamedTuple

from dateline.models import DAY

_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
_LENGTHS: Final = {"year": 4, "month": 7, "day": 10}

DAYS_BY_DAY: Final = 92
"""Maximum days (a quarter of a year) to show by day."""

DAYS_BY_MONTH: Final = 8 * 366
"""Maximum days (eight years) to show by month."""


class Interval(StrEnum):
    """The length of a bucket of a timeline."""

    YEAR = "year"
    MONTH = "month"
    DAY = "day"


class Bucket(NamedTuple):
    """One year, month or day.

    Attributes:
        start: in ISO 8601, as precise as the interval: `2014`, `2014-03`, `2014-03-08`.
        second: its first Unix second.
    """

    start: str
    second: int


def interval_for(first: int, last: int) -> Interval:
    """Choose a suitable interval for the time between two Unix seconds."""
    days = (last - first) // DAY + 1
    if days <= DAYS_BY_DAY:
        return Interval.DAY
    return Interval.MONTH if days <= DAYS_BY_MONTH else Interval.YEAR


def buckets_between(first: int, last: int, interval: Interval, most: int) -> list[Bucket] | None:
    """Return every bucket from one Unix second to another; None if there are more than `most`."""
    days = islice(_first_days(_day_of(first), _day_of(last), interval), most + 1)
    length = _LENGTHS[interval.value]
    buckets = [
        Bucket(day.isoformat()[:length], (day.toordinal() - _EPOCH_DAY) * DAY) for day in days
    ]
    return None if len(buckets) > most else buckets


def _day_of(second: int) -> date:
    return date.fromordinal(_EPOCH_DAY + second // DAY)


def _first_days(first: date, last: date, interval: Interval) -> Iterator[date]:
    if interval is Interval.YEAR:
        return (date(year, 1, 1) for year in range(first.year, last.year + 1))
    if interval is Interval.MONTH:
        months = range(12 * first.year + first.month - 1, 12 * last.year + last.month)
        return (date(month // 12, month % 12 + 1, 1) for month in months)
    return map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1))
