"""How long dates are, and so when those may begin that reach into a time."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from dateline.models import DAY
from dateline.text_index.array_types import Numbers

SHORT_SPAN: Final = 2 * DAY
"""Seconds: no date of a day or less covers more, whatever the clocks of its zone did."""

LONGEST_SPAN: Final = 368 * DAY
"""Seconds: no written date covers more (a leap year, and a day for the time zone at each end)."""


def firsts_before(second: int) -> Numbers:
    """Give the firsts of months, in UTC, about which a year or month begins that reaches a second.

    It begins with a first in its zone, whose clocks are less than a day away from UTC: a year with
    the first of January, and a month at most a month before.

    Returns:
        Four, ascending; some may be equal. What begins less than `SHORT_SPAN` before the second is
        not minded.
    """
    month = np.datetime64(second, "s").astype("M8[M]")
    year = month.astype("M8[Y]")
    # Behind UTC a year or month ends with the first day of the next one.
    firsts = np.array((year - 1, year, month - 1, month), "M8[s]").astype(np.int64)
    return np.sort(firsts)


def may_reach(starts: Numbers, second: int) -> NDArray[np.bool_]:
    """Tell which dates may end at a second or later, of those that begin before it.

    Args:
        starts: the first second of each, less than `LONGEST_SPAN` before that.
        second: as above.
    """
    # What covers more than `SHORT_SPAN` is a year or a month.
    firsts = firsts_before(second)
    next_first = firsts[np.searchsorted(firsts[:-1], starts - DAY)]
    may: NDArray[np.bool_] = np.abs(starts - next_first) <= DAY
    may |= starts >= second - SHORT_SPAN
    return may
