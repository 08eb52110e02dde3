"""Rows that are entries as Dateline exports them."""

from typing import Any

import pytest

from dateline.errors import Fault
from dateline.fields.dates import WrittenDate
from dateline.imports.entries import read_given_date


def entry(**changes: Any) -> dict[str, Any]:
    return {
        "date": "2014-03-08",
        "date_precision": "day",
        "date_start": "2014-03-07T15:00:00Z",
        "date_end": "2014-03-08T14:59:59Z",
        "date_raw": "8 March 2014",
    } | changes


def test_it_keeps_the_span_and_the_raw_text() -> None:
    date = read_given_date(entry())
    assert isinstance(date, WrittenDate)
    assert (date.date, date.precision, date.raw) == ("2014-03-08", "day", "8 March 2014")
    assert date.end - date.start == 86_399
    assert date.start == 1_394_204_400


def test_a_zone_may_have_left_out_a_day() -> None:
    """Samoa had no 30 December 2011, and had 4 July 1892 twice."""
    december = entry(
        date="2011-12",
        date_precision="month",
        date_start="2011-12-01T10:00:00Z",
        date_end="2011-12-31T09:59:59Z",
    )
    assert isinstance(read_given_date(december), WrittenDate)
    fourth = entry(
        date="1892-07-04",
        date_start="1892-07-03T11:26:56Z",
        date_end="1892-07-05T11:26:55Z",
    )
    assert isinstance(read_given_date(fourth), WrittenDate)


@pytest.mark.parametrize(
    "changes",
    [
        {"date_precision": "month"},
        {"date_precision": None},
        {"date_start": "2014-03-01T15:00:00Z"},
        {"date_end": "2014-03-07T15:00:01Z"},
        {"date_end": "soon"},
        {"date_raw": 8},
        {"date_raw": "8" * 201},
        {"date_raw": "8\0"},
        {"date": "2014-03-08T15Z", "date_precision": "hour"},
    ],
)
def test_parts_that_contradict_each_other_are_refused(changes: dict[str, Any]) -> None:
    fault = read_given_date(entry(**changes))
    assert isinstance(fault, Fault)
    assert fault.code == "date.span"


def test_a_date_that_is_none_has_its_own_fault() -> None:
    fault = read_given_date(entry(date="May 23"))
    assert isinstance(fault, Fault)
    assert fault.code == "date.no_year"
