"""Facets of a search: the number of matches over time, and by site."""

from collections.abc import Mapping
from heapq import nsmallest
from typing import Final

import numpy as np
from sqlalchemy.orm import Session

from dateline.cache.answers import Answer, Cache, Outcome
from dateline.errors import Fault, InvalidQuestion
from dateline.schemas import SiteList, SiteView, Timeline, TimelineBucket
from dateline.search.calendar import Interval, buckets_between, interval_for
from dateline.search.facet_counts import Counts, count_by_day, count_by_site
from dateline.search.question import Question

MOST_BUCKETS: Final = 10_000
"""27 years of days."""


def answer_timeline(
    cache: Cache, question: Question, interval: Interval | None
) -> tuple[Answer, Outcome]:
    """Count entries by the year, month or day in which their dates begin, as `Timeline`.

    Args:
        cache: the cache of answers.
        question: its order, page and limit do not matter.
        interval: length of a bucket; None to choose one that suits the time the entries span.

    Raises:
        InvalidQuestion: there would be more than `MOST_BUCKETS` buckets.
    """

    def make(session: Session) -> Answer:
        days = count_by_day(session.connection(), question)
        return Answer.of(_timeline(days, interval).model_dump_json().encode())

    return cache.get_or_make(timeline_key(question, interval), make)


def answer_sites(cache: Cache, question: Question, limit: int) -> tuple[Answer, Outcome]:
    """Count entries by site, and return the sites with the most, as `SiteList`."""

    def make(session: Session) -> Answer:
        sites = count_by_site(session.connection(), question)
        return Answer.of(_site_list(sites, limit).model_dump_json().encode())

    return cache.get_or_make(sites_key(question, limit), make)


def timeline_key(question: Question, interval: Interval | None) -> str:
    """Return the cache key of a timeline."""
    return f"timeline:{interval}:{question.filters!r}"


def sites_key(question: Question, limit: int) -> str:
    """Return the cache key of a list of sites."""
    return f"sites:{limit}:{question.filters!r}"


def _timeline(days: Counts[int], interval: Interval | None) -> Timeline:
    """Sum the counts of days into buckets."""
    if not days.counts:
        return Timeline(
            interval=interval or Interval.YEAR, buckets=[], total=0, total_relation="eq"
        )
    first, last = min(days.counts), max(days.counts)
    chosen = interval or interval_for(first, last)
    buckets = buckets_between(first, last, chosen, MOST_BUCKETS)
    if buckets is None:
        raise InvalidQuestion(
            [
                Fault(
                    "interval.too_short",
                    "interval",
                    chosen.value,
                    f"With '{chosen.value}' there would be more than {MOST_BUCKETS:,} buckets; "
                    "use a longer interval, or a shorter time with 'after' and 'before'.",
                )
            ]
        )
    seconds = [bucket.second for bucket in buckets]
    at = np.searchsorted(seconds, list(days.counts), side="right") - 1
    counts = np.bincount(at, list(days.counts.values()), len(buckets)).astype(int)
    return Timeline(
        interval=chosen.value,
        buckets=[
            TimelineBucket(start=bucket.start, count=count)
            for bucket, count in zip(buckets, counts.tolist(), strict=True)
        ],
        total=days.total,
        total_relation="eq" if days.is_exact else "gte",
    )


def _site_list(sites: Counts[str], limit: int) -> SiteList:
    relation = "eq" if sites.is_exact else "gte"
    return SiteList(
        items=[SiteView(site=site, count=count) for site, count in _most(sites.counts, limit)],
        total_sites=len(sites.counts),
        total_sites_relation=relation,
        total=sites.total,
        total_relation=relation,
    )


def _most(counts: Mapping[str, int], limit: int) -> list[tuple[str, int]]:
    """Return the highest counts first, equal ones by name, so that the order is deterministic."""
    return nsmallest(limit, counts.items(), key=lambda one: (-one[1], one[0]))
