"""What part of a date tells about all of it."""

from zoneinfo import ZoneInfo, available_timezones

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from dateline.fields.date_spans import DateFields, WrittenDate, cover
from dateline.models import DAY
from dateline.search.spans import SHORT_SPAN, firsts_before, may_reach

ZONES = st.sampled_from(sorted(available_timezones()))


@given(
    year=st.integers(1001, 9998),
    month=st.none() | st.integers(1, 12),
    day=st.none() | st.integers(1, 28),
    offset=st.none() | st.integers(-86_399, 86_399),
    zone=ZONES,
    data=st.data(),
)
def test_no_date_that_ends_after_a_second_is_passed_over(
    year: int,
    month: int | None,
    day: int | None,
    offset: int | None,
    zone: str,
    data: st.DataObject,
) -> None:
    written = DateFields(year, month, day if month else None, offset=offset)
    date = cover(written, "as written", ZoneInfo(zone))
    # Some zones have skipped a whole day.
    assume(isinstance(date, WrittenDate))
    assert isinstance(date, WrittenDate)
    second = data.draw(st.integers(date.start + 1, date.end))
    assert may_reach(np.array([date.start]), second).all()
    if date.start <= second - SHORT_SPAN:
        # On MySQL, it is looked up at the seconds where it may begin.
        assert any(abs(date.start - first) <= DAY for first in firsts_before(second))


def test_a_day_long_before_is_passed_over() -> None:
    """Otherwise every date in the year before a time would be tested for its last second."""
    days_of_1970 = np.arange(365) * DAY
    asked = days_of_1970[may_reach(days_of_1970, 365 * DAY)] // DAY
    # Around the first of January and of December, and the last two days.
    assert asked.tolist() == [0, 1, 333, 334, 335, 363, 364]
