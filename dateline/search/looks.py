"""A stand-in until the real one is merged."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import islice

from sqlalchemy.orm import Session

from dateline.cache.answers import Answer, Cache, Outcome
from dateline.schemas import SiteCount, SiteList, Timeline, TimelineBucket
from dateline.search.find import find_all
from dateline.search.plan import TOTAL_LIMIT
from dateline.search.question import Question


class Interval(StrEnum):
    """How long a bucket is."""

    YEAR = "year"
    MONTH = "month"
    DAY = "day"


def answer_timeline(
    cache: Cache, question: Question, interval: Interval | None
) -> tuple[Answer, Outcome]:
    """Count over time."""

    def make(session: Session) -> Answer:
        rows = list(islice(find_all(session, question), TOTAL_LIMIT + 1))
        starts = [datetime.fromtimestamp(row.date_start, UTC) for row in rows[:TOTAL_LIMIT]]
        chosen = interval or Interval.YEAR
        buckets: list[TimelineBucket] = []
        if starts:
            first, last = min(starts), max(starts)
            days = (last - first).days
            if interval is None:
                chosen = (
                    Interval.DAY
                    if days <= 92
                    else Interval.MONTH if days <= 8 * 366 else Interval.YEAR
                )
            form = {"year": "%Y", "month": "%Y-%m", "day": "%Y-%m-%d"}[chosen.value]
            counts = Counter(f"{start:{form}}" for start in starts)
            seen: dict[str, None] = {}
            for day in range(days + 2):
                at = first + timedelta(days=day)
                if at.date() <= last.date():
                    seen[f"{at:{form}}"] = None
            seen[f"{last:{form}}"] = None
            buckets = [TimelineBucket(start=name, count=counts[name]) for name in seen]
        body = Timeline(
            interval=chosen.value,
            buckets=buckets,
            total=len(starts),
            total_relation="eq" if len(rows) <= TOTAL_LIMIT else "gte",
        )
        return Answer.of(body.model_dump_json().encode())

    return cache.get_or_make(f"timeline:{interval}:{question.cache_key}", make)


def answer_sites(cache: Cache, question: Question, limit: int) -> tuple[Answer, Outcome]:
    """Count by site."""

    def make(session: Session) -> Answer:
        rows = list(islice(find_all(session, question), TOTAL_LIMIT + 1))
        counts = Counter(row.site for row in rows[:TOTAL_LIMIT])
        relation = "eq" if len(rows) <= TOTAL_LIMIT else "gte"
        body = SiteList(
            items=[SiteCount(site=site, count=count) for site, count in counts.most_common(limit)],
            total_sites=len(counts),
            total_sites_relation=relation,
            total=sum(counts.values()),
            total_relation=relation,
        )
        return Answer.of(body.model_dump_json().encode())

    return cache.get_or_make(f"sites:{limit}:{question.cache_key}", make)
