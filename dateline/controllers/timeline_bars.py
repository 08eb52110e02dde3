"""Draw a timeline as bars."""

from dataclasses import dataclass
from math import ceil
from typing import Final

from dateline.schemas import Timeline

MOST_BARS: Final = 120
"""More bars would be too narrow for a finger or a pointer."""

HEIGHT: Final = 100
LEAST: Final = 2
"""The minimum height of a bar with a count above 0."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, of width 1, and the time that it covers.

    Attributes:
        label: the time in words: `2014`, or `1900 to 1909` if years were merged.
        after: the start of its time, as a parameter.
        before: the end of its time, inclusive, as a parameter.
        count: the number of entries that begin in it.
        height: at most `HEIGHT`.
    """

    label: str
    after: str
    before: str
    count: int
    height: float


def draw_bars(timeline: Timeline) -> list[Bar]:
    """Return the bars of a timeline; adjacent buckets are merged if there are too many."""
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
