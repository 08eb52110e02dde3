"""Years, months and days of the UTC calendar, in which a timeline is cut."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import islice
from typing import Final

_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
_LENGTHS: Final = {"year": 4, "month": 7, "day": 10}

DAYS_BY_DAY: Final = 92
"""Up to so many days, a quarter of a year, are shown one by one."""

DAYS_BY_MONTH: Final = 8 * 366
"""Up to so many days, eight years, are shown by their months."""


class Interval(StrEnum):
    """How long a bucket of a timeline is."""

    YEAR = "year"
    MONTH = "month"
    DAY = "day"

    def start(self, second: int) -> str:
        """Give the year, month or day of a Unix second, in ISO 8601."""
        day = date.fromordinal(_EPOCH_DAY + second // 86_400)
        return day.isoformat()[: _LENGTHS[self.value]]


def interval_for(first: int, last: int) -> Interval:
    """Choose the interval that shows the time between two Unix seconds well."""
    days = (last - first) // 86_400 + 1
    if days <= DAYS_BY_DAY:
        return Interval.DAY
    return Interval.MONTH if days <= DAYS_BY_MONTH else Interval.YEAR


def buckets_between(first: int, last: int, interval: Interval, most: int) -> list[str] | None:
    """Give every bucket from one Unix second to another; None if there are more than `most`."""
    starts = list(islice(_starts(interval.start(first), interval.start(last)), most + 1))
    return None if len(starts) > most else starts


def _starts(start: str, end: str) -> Iterator[str]:
    year, month, day = (int(part) for part in (start + "-01-01")[:10].split("-"))
    now = datetime(year, month, day)  # noqa: DTZ001 - plain calendar arithmetic in UTC
    length = len(start)
    while (text := now.isoformat()[:length]) < end:
        yield text
        if length == _LENGTHS["day"]:
            now += timedelta(days=1)
        elif length == _LENGTHS["month"] and now.month < 12:
            now = now.replace(month=now.month + 1)
        else:
            now = now.replace(year=now.year + 1, month=1)
    yield end
