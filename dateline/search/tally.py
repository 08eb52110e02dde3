"""Counting what is found by day and by site: all of it where an index knows, else a bounded part."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
from sqlalchemy import Connection, func, select

from dateline.models import DAY, DayCount, Entry, SiteCount
from dateline.search.paths import (
    Filter,
    Stretch,
    begins_with,
    brought_by,
    filters_of,
    path_of_dates,
)
from dateline.search.plan import TOTAL_LIMIT, Plan
from dateline.search.question import Question
from dateline.search.sites import keys_above

Key = TypeVar("Key")

# The remainder has the sign of the date, which may be before 1970.
_DAY_OF = Entry.date_start - ((Entry.date_start % DAY) + DAY) % DAY


@dataclass(frozen=True, slots=True)
class Tally(Generic[Key]):
    """How many entries there are of each kind.

    Attributes:
        counts: of each kind that there is.
        is_exact: False where only the first `TOTAL_LIMIT` entries that a path brings were counted.
    """

    counts: Mapping[Key, int]
    is_exact: bool = True

    @property
    def total(self) -> int:
        """The sum of the counts."""
        return sum(self.counts.values())


def tally_days(connection: Connection, question: Question) -> Tally[int]:
    """Count entries by the day in which their dates begin: its first second, in UTC."""
    asked = filters_of(question)
    if asked <= {Filter.DATES}:
        return Tally(_days_in_time(connection, question))
    plan = Plan(connection, question)
    path = plan.path_in_order()
    if path is not None:
        # Of one site: its index knows the dates.
        counts: Counter[int] = Counter()
        for stretch in path.stretches:
            counts.update(_grouped_by_day(connection, stretch))
        return Tally(counts)
    starts, is_exact = plan.starts_of_all(TOTAL_LIMIT)
    days, times = np.unique(starts - starts % DAY, return_counts=True)
    return Tally(dict(zip(days.tolist(), times.tolist(), strict=True)), is_exact)


def tally_sites(connection: Connection, question: Question) -> Tally[str]:
    """Count entries by registrable domain."""
    asked = filters_of(question)
    if asked <= {Filter.KEYS} and question.key is None:
        kept = _kept_sites(connection, question)
        if kept is not None:
            return Tally(kept)
    return Tally(*Plan(connection, question).sites_of_all(TOTAL_LIMIT))


def _days_in_time(connection: Connection, question: Question) -> Counter[int]:
    """Count with the kept counts of whole days, and one by one at the ends of the asked time."""
    first, last = question.first, question.last
    path = path_of_dates(question, connection.dialect.name)
    *one_by_one, inside = path.stretches
    kept = select(DayCount.day, DayCount.entries)
    from_day = None
    if first is not None:
        from_day = first + -first % DAY
        kept = kept.where(DayCount.day >= from_day)
        if from_day != first:
            one_by_one.append(_and(inside, Entry.date_start < from_day))
    if last is not None:
        to_day = (last + 1) - (last + 1) % DAY
        if from_day is not None:
            # There may be no whole day between the ends.
            to_day = max(from_day, to_day)
        kept = kept.where(DayCount.day < to_day)
        if to_day != last + 1:
            one_by_one.append(_and(inside, Entry.date_start >= to_day))
    counts = Counter(dict(connection.execute(kept).all()))
    for stretch in one_by_one:
        counts.update(_grouped_by_day(connection, stretch))
    return counts


def _and(stretch: Stretch, where: Any) -> Stretch:
    return stretch._replace(where=(*stretch.where, where))


def _grouped_by_day(connection: Connection, stretch: Stretch) -> dict[int, int]:
    query = brought_by(stretch, _DAY_OF, func.count()).group_by(_DAY_OF)
    return {int(day): count for day, count in connection.execute(query)}


def _kept_sites(connection: Connection, question: Question) -> dict[str, int] | None:
    """Take the kept counts; None where only a part of a site is asked for."""
    kept = select(SiteCount.site, SiteCount.entries)
    for beginning in question.key_ranges:
        if not beginning.endswith(","):
            return None
        kept = kept.where(begins_with(SiteCount.site_key, beginning))
    above = {key for beginning in question.key_ranges for key in keys_above(beginning)}
    partly = select(SiteCount.site).where(SiteCount.site_key.in_(above)).limit(1)
    if above and connection.execute(partly).first() is not None:
        return None
    return dict(connection.execute(kept).all())
