"""Count matches by day and by site: all of them if an index has the counts, else a bounded part."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from sqlalchemy import Connection, select

from dateline.models import DAY, DAY_COUNT, ENTRY, SITE_COUNT
from dateline.search.bound import BoundConnection
from dateline.search.conditions import Filter, begins_in_ranges, filters_of
from dateline.search.numbers import read_numbers, read_ranges
from dateline.search.paths import path_of_dates
from dateline.search.plan import Plan
from dateline.search.question import Question
from dateline.search.ranges import narrowed
from dateline.search.sites import keys_above
from dateline.text_index.array_types import Numbers

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Counts(Generic[Key]):
    """The number of entries of each kind.

    Attributes:
        counts: keyed by kind.
        is_exact: False if only the first `TOTAL_LIMIT` entries that were found were counted.
    """

    counts: Mapping[Key, int]
    is_exact: bool = True

    @property
    def total(self) -> int:
        """The sum of the counts."""
        return sum(self.counts.values())


def count_by_day(connection: Connection, question: Question) -> Counts[int]:
    """Count entries by the day on which their dates begin, keyed by its first second in UTC."""
    asked = filters_of(question)
    if asked <= {Filter.DATES}:
        return Counts(_days_in_time(BoundConnection(connection, question), question))
    starts, is_exact = Plan(connection, question).starts_of_all()
    return Counts(_by_day(starts), is_exact)


def count_by_site(connection: Connection, question: Question) -> Counts[str]:
    """Count entries by registrable domain."""
    asked = filters_of(question)
    if asked <= {Filter.KEYS} and question.key is None:
        kept = _kept_sites(BoundConnection(connection, question), question)
        if kept is not None:
            return Counts(kept)
    return Counts(*Plan(connection, question).sites_of_all())


def _days_in_time(connection: BoundConnection, question: Question) -> Counter[int]:
    """Count by the maintained counts for whole days, and one by one at the ends of the time."""
    first, last = question.first, question.last
    path = path_of_dates(question, connection.database)
    *one_by_one, inside = path.ranges
    kept = select(DAY_COUNT.day, DAY_COUNT.entries)
    from_day = None
    if first is not None:
        from_day = first + -first % DAY
        kept = kept.where(DAY_COUNT.day >= from_day)
        if from_day != first:
            one_by_one.append(narrowed(inside, ENTRY.date_start < from_day))
    if last is not None:
        to_day = (last + 1) - (last + 1) % DAY
        if from_day is not None:
            # There may be no whole day in between.
            to_day = max(from_day, to_day)
        kept = kept.where(DAY_COUNT.day < to_day)
        if to_day != last + 1:
            one_by_one.append(narrowed(inside, ENTRY.date_start >= to_day))
    kept_days, times = read_numbers(connection, kept).tolist()
    counts = Counter(dict(zip(kept_days, times, strict=True)))
    (starts,) = read_ranges(connection, one_by_one, ENTRY.date_start)
    counts.update(_by_day(starts))
    return counts


def _by_day(starts: Numbers) -> dict[int, int]:
    """Count seconds by day, keyed by its first second in UTC."""
    days, times = np.unique(starts - starts % DAY, return_counts=True)
    return dict(zip(days.tolist(), times.tolist(), strict=True))


def _kept_sites(connection: BoundConnection, question: Question) -> dict[str, int] | None:
    """Return the maintained counts by site; None if only part of a site is asked for."""
    if not all(beginning.endswith(",") for beginning in question.key_ranges):
        return None
    in_ranges = begins_in_ranges(question, SITE_COUNT.site_key)
    kept = select(SITE_COUNT.site, SITE_COUNT.entries).where(*in_ranges)
    above = {key for beginning in question.key_ranges for key in keys_above(beginning)}
    partly = select(SITE_COUNT.site).where(SITE_COUNT.site_key.in_(above)).limit(1)
    if above and connection.raw.execute(partly).first() is not None:
        return None
    return dict(connection.execute(kept).all())
