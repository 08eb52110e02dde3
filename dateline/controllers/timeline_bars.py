"""A timeline as the bars of a drawing."""

from dataclasses import dataclass
from math import ceil
from typing import Final

from dateline.schemas import Timeline

MOST_BARS: Final = 120
"""More would be narrower than a finger or a pointer can hit."""

HEIGHT: Final = 100
LEAST: Final = 2
"""The height of the smallest bar that stands for anything."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what it stands for, and its place in a drawing of width 1 a bar.

    Attributes:
        label: the time in words: `2014`, or `1900 to 1909` where years were put together.
        after: where its time begins, as a parameter.
        before: where it ends, inclusive.
        count: entries that begin in it.
        height: of `HEIGHT`.
    """

    label: str
    after: str
    before: str
    count: int
    height: float


def draw_bars(timeline: Timeline) -> list[Bar]:
    """Draw a timeline; neighbours are put together where there are too many."""
    buckets = timeline.buckets
    together = max(1, ceil(len(buckets) / MOST_BARS))
    groups = [buckets[start : start + together] for start in range(0, len(buckets), together)]
    counts = [sum(bucket.count for bucket in group) for group in groups]
    most = max(counts, default=0) or 1
    return [
        Bar(
            label=_label(group[0].start, group[-1].start),
            after=group[0].start,
            before=group[-1].start,
            count=count,
            height=round(max(HEIGHT * count / most, LEAST), 1) if count else 0,
        )
        for group, count in zip(groups, counts, strict=True)
    ]


def _label(first: str, last: str) -> str:
    return first if first == last else f"{first} to {last}"
