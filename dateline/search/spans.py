"""The lengths of dates, and hence when dates that reach into a time may begin."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from dateline.models import DAY
from dateline.text_index.array_types import Numbers

SHORT_SPAN: Final = 2 * DAY
"""Seconds; no date of a day or less covers more, whatever clock changes its zone had."""

LONGEST_SPAN: Final = 368 * DAY
"""Seconds; no date covers more (a leap year, and a day for the time zone at each end)."""

FIRSTS: Final = 4
"""How many days `firsts_before` returns."""


def firsts_before(second: int) -> Numbers:
    """Return the firsts of months, in UTC, near the start of any year or month reaching a second.

    It begins on a first in its zone, whose clocks differ from UTC by less than a day: a year on the
    first of January, and a month at most a month before the second.

    Returns:
        `FIRSTS`, ascending; some may be equal. Dates that begin less than `SHORT_SPAN` before the
        second are not considered.
    """
    month = np.datetime64(second, "s").astype("M8[M]")
    year = month.astype("M8[Y]")
    # In zones behind UTC, a year or month ends on the first day of the next one.
    firsts = np.array((year - 1, year, month - 1, month), "M8[s]").astype(np.int64)
    return np.sort(firsts)


def may_reach(starts: Numbers, second: int) -> NDArray[np.bool_]:
    """Return for each date whether it may end at `second` or later.

    Args:
        starts: the first second of each date, before `second` by less than `LONGEST_SPAN`.
        second: the first second of a time.
    """
    # Only years and months cover more than `SHORT_SPAN`.
    firsts = firsts_before(second)
    next_first = firsts[np.searchsorted(firsts[:-1], starts - DAY)]
    may: NDArray[np.bool_] = np.abs(starts - next_first) <= DAY
    may |= starts >= second - SHORT_SPAN
    return may
