"""All date formats that are read, those that are refused, and properties of any text."""

import email.utils
import random
import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dateline.errors import Fault
from dateline.fields.dates import DateOrder, WrittenDate, iso_utc, read_date

NEW_YORK = ZoneInfo("America/New_York")
# Equal to UTC but not the same object, so every format takes the slow path.
CAREFUL_UTC = ZoneInfo("UTC")
thoroughly = settings(deadline=None, max_examples=250)


def second(text: str) -> int:
    """Return the Unix second of an ISO 8601 text with an offset, by an independent method."""
    return round((datetime.fromisoformat(text) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds())


def kept(raw: object, order: DateOrder | None = None, zone: tzinfo = UTC) -> WrittenDate:
    found = read_date(raw, order=order, zone=zone)
    assert isinstance(found, WrittenDate), found
    return found


def code(raw: object, order: DateOrder | None = None, zone: tzinfo = UTC) -> str:
    found = read_date(raw, order=order, zone=zone)
    assert isinstance(found, Fault), found
    return found.code


READ = {
    # ISO 8601
    "2014": "2014",
    "2014-03": "2014-03",
    "2014-03-08": "2014-03-08",
    "2014-067": "2014-03-08",
    "2016-366": "2016-12-31",
    "2014-W10-6": "2014-03-08",
    "2014. március 8-án": "2014-03-08",
    "lördag 8 mars 2014": "2014-03-08",
    "10:00 le 12 MARS 2014": "2014-03-12T10:00Z",
    "15:04 UHR 8. MÄRZ 2014": "2014-03-08T15:04Z",
    "6. ožu 2014 15:04 čet": "2014-03-06T15:04Z",
    "pt, 7 mar 2014 15:04": "2014-03-07T15:04Z",
    "so 8. března 2014": "2014-03-08",  # Saturday in Czech, as it was, and Sunday in German
    "po 10. března 2014": "2014-03-10",
    "mar 8 avril 2014": "2014-04-08",
    "2014W106": "2014-03-08",
    "2009-W53-7": "2010-01-03",
    "20140308": "2014-03-08",
    "2014-03-08T15": "2014-03-08T15Z",
    "2014-03-08 15": "2014-03-08T15Z",
    "2014-03-08 15:04-05:00": "2014-03-08T20:04Z",  # no range of times ends before it begins
    "2014-03-08 03:04 -05:00": "2014-03-08T08:04Z",
    "2014-03-08 03:04:05-05": "2014-03-08T08:04:05Z",
    "2014-03-08T10:00-12:00": "2014-03-08T22:00Z",
    "2014-03-08T15Z": "2014-03-08T15Z",
    "2014-03-08T15:04": "2014-03-08T15:04Z",
    "2014-03-08 15:04": "2014-03-08T15:04Z",
    "2014-03-08T15:04:05": "2014-03-08T15:04:05Z",
    "2014-03-08t15:04:05z": "2014-03-08T15:04:05Z",
    "2014-03-08T15:04:05.999999999Z": "2014-03-08T15:04:05Z",
    "2014-03-08T15:04:05,5Z": "2014-03-08T15:04:05Z",
    "2014-03-08T15:04:05+01:00": "2014-03-08T14:04:05Z",
    "2014-03-08T15:04:05-0330": "2014-03-08T18:34:05Z",
    "2014-03-08T15:04+01": "2014-03-08T14:04Z",
    "2014-03-08T23+01": "2014-03-08T22Z",
    "2014-03-08T15:04:05-00:00": "2014-03-08T15:04:05Z",
    "2014-03-08 15:04:05 +0100": "2014-03-08T14:04:05Z",
    "2014-03-08 15:04:05 UTC": "2014-03-08T15:04:05Z",
    "2014-03-08T15+05:30": "2014-03-08T15+05:30",
    "2014-03-08T15-03:30": "2014-03-08T15-03:30",
    "2014-03-08T15:04-00:00:01": "2014-03-08T15:04-00:00:01",
    "20140308T150405Z": "2014-03-08T15:04:05Z",
    "20140308T1504": "2014-03-08T15:04Z",
    "2014-067T15:04": "2014-03-08T15:04Z",
    "2014-W10-6T15:04Z": "2014-03-08T15:04Z",
    "1000-01-01": "1000-01-01",
    "9999-12-31T23:59:59": "9999-12-31T23:59:59Z",
    # Year first, with any separator
    "2020-3-4": "2020-03-04",
    "2020/03/04": "2020-03-04",
    "2020.03.04": "2020-03-04",
    "2014-3": "2014-03",
    "2020/03/04 15:04": "2020-03-04T15:04Z",
    "2014-03-08 3:04 PM": "2014-03-08T15:04Z",
    "2014年3月8日": "2014-03-08",
    "2014년 3월": "2014-03",
    # Numbers
    "1394236800": "2014-03-08T00:00:00Z",
    "1394236800.75": "2014-03-08T00:00:00Z",
    "1394236800999": "2014-03-08T00:00:00Z",
    "20140308150405": "2014-03-08T15:04:05Z",
    # RFC 2822, RFC 9110, asctime, and their variants in mail, JavaScript and date(1)
    "Sat, 08 Mar 2014 15:04:05 GMT": "2014-03-08T15:04:05Z",
    "Sat, 8 Mar 2014 15:04:05 +0000": "2014-03-08T15:04:05Z",
    "8 Mar 2014 15:04 -0500": "2014-03-08T20:04Z",
    "Sat, 08 Mar 2014 23:04:05 EST": "2014-03-09T04:04:05Z",
    "Sat, 08 Mar 2014 15:04:05 EDT": "2014-03-08T19:04:05Z",
    "Sat, 08 Mar 2014 15:04:05 CDT": "2014-03-08T20:04:05Z",
    "Sat, 08 Mar 2014 15:04:05 CST": "2014-03-08T21:04:05Z",
    "Sat, 08 Mar 2014 15:04:05 MDT": "2014-03-08T21:04:05Z",
    "Sat, 08 Mar 2014 15:04:05 MST": "2014-03-08T22:04:05Z",
    "Sat, 08 Mar 2014 15:04:05 PDT": "2014-03-08T22:04:05Z",
    "Sat, 08 Mar 2014 15:04:05 PST": "2014-03-08T23:04:05Z",
    "Sat, 08 Mar 2014 15:04:05 +0100 (CET)": "2014-03-08T14:04:05Z",
    "Sat Mar  8 15:04:05 2014": "2014-03-08T15:04:05Z",
    "Sat Mar  8 15:04:05 UTC 2014": "2014-03-08T15:04:05Z",
    "Sat Mar 08 2014 15:04:05 GMT+0100 (Central European Standard Time)": "2014-03-08T14:04:05Z",
    # Names of months
    "March 30 1985": "1985-03-30",
    "06 Oct 1980": "1980-10-06",
    "30 March 1985": "1985-03-30",
    "MARCH 30, 1985": "1985-03-30",
    "Oct 6, 1980": "1980-10-06",
    "Sept. 6 1990": "1990-09-06",
    "the 8th of March, 2014": "2014-03-08",
    "8-Mar-2014": "2014-03-08",
    "2014-Mar-08": "2014-03-08",
    "March 2014": "2014-03",
    "2014 March": "2014-03",
    "Saturday, March 8, 2014": "2014-03-08",
    "8 March 2014 15:04": "2014-03-08T15:04Z",
    "15:04, 8 March 2014": "2014-03-08T15:04Z",
    "March 8, 2014 at 3:04 PM": "2014-03-08T15:04Z",
    "March 8, 2014 3 pm EST": "2014-03-08T20Z",
    "March 8, 2014, 12:30 a.m.": "2014-03-08T00:30Z",
    "12:30 a.m. 8 March 2014": "2014-03-08T00:30Z",
    "March 8, 2014 12 AM": "2014-03-08T00Z",
    "12 PM, March 8, 2014": "2014-03-08T12Z",
    "8 mars 2014 15h": "2014-03-08T15Z",
    "12 de março de 2014": "2014-03-12",
    "12 de marc\u0327o de 2014": "2014-03-12",
    "1er janvier 2001": "2001-01-01",
    "mar. 11 mars 2014": "2014-03-11",
    "8 mars 2014 à 15h04": "2014-03-08T15:04Z",
    "8. März 2014": "2014-03-08",
    "8. März 2014 um 15:04 Uhr": "2014-03-08T15:04Z",
    "8 de marzo de 2014 a las 3:04 p. m.": "2014-03-08T15:04Z",
    "8 marzo 2014": "2014-03-08",
    "terça-feira, 11 de março de 2014": "2014-03-11",
    # Languages that the library reads
    "8 марта 2014 г.": "2014-03-08",
    "суббота, 8 марта 2014, 15:04": "2014-03-08T15:04Z",
    "март 2014": "2014-03",
    "март 2014 г.": "2014-03",
    "2014. március": "2014-03",
    "2014. március 8.": "2014-03-08",
    "8 maart 2014": "2014-03-08",
    "8 Mart 2014": "2014-03-08",
    "8 Μαρτίου 2014": "2014-03-08",
    # Numeric, readable one way only
    "13/04/2020": "2020-04-13",
    "04/13/2020": "2020-04-13",
    "13.04.2020 15:04": "2020-04-13T15:04Z",
    "13. 4. 2020": "2020-04-13",
    "4/4/2020": "2020-04-04",
    "12/2014": "2014-12",
    # White space is not part of a date
    "  2014-03-08\n": "2014-03-08",
    "March\u00a030,\u202f1985": "1985-03-30",
}
REFUSED = {
    "": "missing",
    " \t\u00a0\n": "missing",
    "May 23": "no_year",
    "23 mai": "no_year",
    "March": "no_year",
    "March 14": "no_year",
    "8 March 15:04": "no_year",
    "8 марта": "no_year",
    "12/25": "no_year",
    "10:30": "no_year",  # no date at all; the fix is the same
    "03/04/2020": "ambiguous",
    "3-4-2020": "ambiguous",
    "08.03.2014": "ambiguous",
    "03/04/2020 15:04": "ambiguous",
    "03/04/2020, 3:04 PM": "ambiguous",
    "8 March 2014, 15:00-18:00": "ambiguous",
    "8 March 2014, 9:00-17:00": "ambiguous",
    "2014-03-08 10:00-12:00": "ambiguous",
    "2014-03-08 10-12": "ambiguous",
    "2014-03-08 15-04": "ambiguous",  # an hour and its zone, or 15:04 as in the name of a file
    "8 listopad 2014": "ambiguous",  # October in Croatian, November in Polish
    "1/2/03": "two_digit_year",
    "13/04/20": "two_digit_year",
    "Mar 8 14": "two_digit_year",
    "8-Mar-14": "two_digit_year",
    "Mar '14": "two_digit_year",
    "8 марта 14": "two_digit_year",
    "Sat, 08 Mar 14 15:04:05 GMT": "two_digit_year",
    "Saturday, 08-Mar-14 15:04:05 GMT": "two_digit_year",
    "2014-02-30": "impossible",
    "2014-00-10": "impossible",
    "2020-13-01": "impossible",
    "2014-13": "impossible",
    "2014-366": "impossible",
    "2014-000": "impossible",
    "2014-W54-1": "impossible",
    "2014-W10-8": "impossible",
    "20140230": "impossible",
    "2014-03-08T25": "impossible",
    "2014-03-08T15:60": "impossible",
    "2014-03-08T24:00": "impossible",
    "2016-12-31T23:59:60Z": "impossible",
    "2014-03-08T15:04:05+25:00": "impossible",
    "2014-03-08T15:04:05+01:60": "impossible",
    "2014-366T15:04": "impossible",
    "20141308150405": "impossible",
    "31 April 2014": "impossible",
    "31/04/2014": "impossible",
    "0/4/2014": "impossible",
    "99/99/9999": "impossible",
    "00/00/0000": "impossible",
    "0000-00-00": "impossible",
    "8 March 2014 15:04 PM": "impossible",
    "8 March 2014 0:30 AM": "impossible",
    "Fri, 08 Mar 2014 15:04:05 GMT": "impossible",  # it was a Saturday
    "lundi 8 mars 2014": "impossible",
    "yesterday": "relative",
    "Today": "relative",
    "3 days ago": "relative",
    "last week": "relative",
    "Friday": "relative",
    "Friday 15:04": "relative",
    "now": "relative",
    "hier": "relative",
    "aujourd’hui": "relative",
    "il y a 3 jours": "relative",
    "vor 3 Tagen": "relative",
    "amanhã": "relative",
    "0999": "out_of_range",
    "0000-01-01": "out_of_range",
    "0999-12-31T23:59": "out_of_range",
    "0999-12-31": "out_of_range",
    "0999-12": "out_of_range",
    "March 8 0014": "out_of_range",
    "1000-01-01T00:00:00+01:00": "out_of_range",
    "9999-12-31T23:59:59-01:00": "out_of_range",
    "9999-12-31T23-00:30": "out_of_range",
    "Fri, 31 Dec 9999 23:59:59 -0100": "out_of_range",
    "n/a": "unrecognised",
    "unknown": "unrecognised",
    "-": "unrecognised",
    "2014 spring": "unrecognised",
    "Q1 2014": "unrecognised",
    "Issue 8 2014": "unrecognised",
    "2014-W10": "unrecognised",
    "2014-1985": "unrecognised",
    "2014/05": "unrecognised",  # or a season like 2004/05
    "2014-03-08/2014-03-10": "unrecognised",
    "8 March 2014 and 9 April 2015": "unrecognised",
    "8-9 March 2014": "unrecognised",
    "Feb-Mar 2014": "unrecognised",
    "8 Mar/Apr 2014": "unrecognised",
    "asi 8. března 2014": "unrecognised",  # perhaps
    "cca března 2014": "unrecognised",
    "около 8 марта 2014": "unrecognised",
    "до 8 март 2014": "unrecognised",  # until
    "след 8 март 2014": "unrecognised",  # after
    "после 8 март 2014": "unrecognised",
    "sonra 8 Mart 2014": "unrecognised",
    "po 10 marca 2014": "unrecognised",  # after, in Polish; it was a Monday, po in Czech
    "de la 8 martie 2014": "unrecognised",  # from
    "через 8 марта 2014": "unrecognised",
    "8. maaliskuuta 2014 kuluttua": "unrecognised",
    "בעוד 8 מרץ 2014": "unrecognised",
    "2014. március 8-ig": "unrecognised",
    "yaklaşık 8 Mart 2014": "unrecognised",
    "söndag mars 2014": "unrecognised",
    "① March 2014": "unrecognised",
    "8 March ²⁰¹⁴": "unrecognised",
    "8 мая ²⁰¹⁴": "unrecognised",
    "8 March 2014 at": "unrecognised",
    "8 March of 2014 of": "unrecognised",
    "Sat Sat 8 March 2014": "unrecognised",
    "March 2014 15:04": "unrecognised",
    "2014-03 15:04": "unrecognised",
    "2014-03-08Tnoon": "unrecognised",
    "2014-03-08T15:04 IST": "unrecognised",
    "2014-03-08 15:04 IST": "unrecognised",
    "2014-03-08T15:04+01:00[Europe/Paris]": "unrecognised",
    "2014-03-08T15:04 PM": "unrecognised",
    "Nov 14, 1985, 13:59 pm": "impossible",
    "Nov 31, 1985, 3:59 pm": "impossible",
    "2014年2月30日": "impossible",
    "9999-366": "impossible",
    "9999-999": "impossible",
    "2014-03-08T15:04+16:00": "impossible",
    "söndag 8 mars 2014": "impossible",
    "понедельник, 8 марта 2014": "impossible",
    "ne 8. března 2014": "impossible",  # Sunday
    "30 fevereiro 2014": "impossible",
    "Sat Mar  8 15:04:05 CET 2014": "unrecognised",  # only the zone names of RFC 2822 are certain
    "6 Mar 2014 CET 15:04": "unrecognised",
    "15:04 7 maj 2015 CET": "unrecognised",
    "7 Mar 2014 PT 15:04": "unrecognised",
    "PET 7 Mar 2014": "unrecognised",
    "Sat March 2014": "unrecognised",
    "12:30 am 8. März 2014": "unrecognised",  # noon in German, midnight in English
    "3 am 8 March 2014": "unrecognised",
    "8 tri 2014": "unrecognised",  # three, in Czech
    "8 pet 2014": "unrecognised",  # five, in Serbian
    "tre 2014": "unrecognised",  # three, in Norwegian
    "8 III 2014": "unrecognised",
    "8 I 2014": "unrecognised",
    "one two three four 8 2014": "unrecognised",
    "1 2 3 4 5 6 7 8 9 10": "unrecognised",
    "٨ مارس ٢٠١٤": "unrecognised",
    "２０１４-03-08": "unrecognised",
    "²⁰¹⁴": "unrecognised",
    "12345": "unrecognised",
    "0123456789": "unrecognised",
    "201403": "unrecognised",
    "2014.5": "unrecognised",
    "2014.0": "unrecognised",
    "-1394236800": "unrecognised",
    "x" * 201: "unrecognised",
}


@pytest.mark.parametrize(("text", "expected"), READ.items())
def test_each_form_is_read_at_its_own_precision(text: str, expected: str) -> None:
    found = kept(text)
    assert found.date == expected
    assert found.raw == text
    assert found[:4] == kept(expected)[:4]


@pytest.mark.parametrize(("text", "reason"), REFUSED.items())
def test_each_refusal_has_its_code_and_says_how_to_fix_it(text: str, reason: str) -> None:
    fault = read_date(text)
    assert isinstance(fault, Fault)
    assert (fault.code, fault.field, fault.value) == (f"date.{reason}", "date", text)
    assert fault.message.endswith(".")
    assert ";" in fault.message


@pytest.mark.parametrize("text", [*READ, *REFUSED])
def test_the_short_way_gives_what_the_careful_way_gives(text: str) -> None:
    assert read_date(text) == read_date(text, zone=CAREFUL_UTC)


@pytest.mark.parametrize("text", [*READ, *REFUSED])
def test_a_shape_that_is_known_is_read_as_if_it_were_new(text: str) -> None:
    read_date(text)
    digits = random.Random(text)
    for _ in range(40):
        same_shape = re.sub("[0-9]", lambda _: digits.choice("0123456789"), text)
        assert read_date(same_shape) == read_date(same_shape, zone=CAREFUL_UTC)


@pytest.mark.parametrize(
    ("text", "precision", "start", "end"),
    [
        ("2014", "year", "2014-01-01T00:00:00+00:00", "2014-12-31T23:59:59+00:00"),
        ("2016-02", "month", "2016-02-01T00:00:00+00:00", "2016-02-29T23:59:59+00:00"),
        ("1969-12-31", "day", "1969-12-31T00:00:00+00:00", "1969-12-31T23:59:59+00:00"),
        ("2014-03-08T15", "hour", "2014-03-08T15:00:00+00:00", "2014-03-08T15:59:59+00:00"),
        ("2014-03-08T15+05:30", "hour", "2014-03-08T09:30:00+00:00", "2014-03-08T10:29:59+00:00"),
        ("2014-03-08T15:04", "minute", "2014-03-08T15:04:00+00:00", "2014-03-08T15:04:59+00:00"),
        ("2014-03-08T15:04:05", "second", "2014-03-08T15:04:05+00:00", "2014-03-08T15:04:05+00:00"),
    ],
)
def test_a_date_covers_all_of_what_it_names(
    text: str, precision: str, start: str, end: str
) -> None:
    found = kept(text)
    assert (found.precision, found.start, found.end) == (precision, second(start), second(end))


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (2014, "2014"),
        (20140308, "2014-03-08"),
        (20140308150405, "2014-03-08T15:04:05Z"),
        (1394236800, "2014-03-08T00:00:00Z"),
        (1394236800.999, "2014-03-08T00:00:00Z"),
        (Decimal("1394236800.5"), "2014-03-08T00:00:00Z"),
        (1394236800123, "2014-03-08T00:00:00Z"),
    ],
)
def test_a_number_is_read_by_its_length_and_kept_as_text(number: object, expected: str) -> None:
    found = kept(number)
    assert (found.date, found.raw) == (expected, str(number))


@pytest.mark.parametrize(
    "value",
    [
        *(True, False, [], ["2014"], {}, {"date": "2014"}, b"2014", 0, -1394236800, 2014.0),
        *(10**400, -(10**400), 1e300, float("nan"), float("-inf"), Decimal("NaN"), 10**14),
    ],
)
def test_no_other_value_is_a_date(value: object) -> None:
    fault = read_date(value)
    assert isinstance(fault, Fault)
    assert fault.code == "date.unrecognised"
    assert fault.value is value


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("Feb. 3, 2019, 4:05 p.m. ET", "ET"),
        ("Feb 3, 2019 4pm (BST)", "BST"),
        ("12.03.2021 14:30 MEZ", "MEZ"),
        ("2014-03-08T15:04 IST", "IST"),
        ("2014-03-08T15:04:05.999 (CET)", "CET"),
        ("8 March 2014 15h CET", "CET"),
        ("2014-03-08T15:04 PM", None),
        ("Sat Mar  8 15:04:05 CET 2014", "CET"),
        # Elsewhere, these are weekdays in other languages.
        ("6 Mar 2014 15:04:05 CET", "CET"),
        ("8 Mar 2014 15:04:05 CET", "CET"),
        ("7 Mar 2014 15:04 PET", "PET"),
        ("Mar 7, 2014, 3:04 PM PT", "PT"),
        ("Mar 7, 2014, 3:04 p.m., PT", "PT"),
        ("4 Mar 2014 15:04 M", "M"),
        ("6 mar 2014 15:04 cet", None),
        ("Q1 2019 4:05 PM", None),
        ("Q1 2019 4:05 EST", None),
    ],
)
def test_a_zone_that_is_not_certain_is_named(text: str, letters: str | None) -> None:
    fault = read_date(text, order="DMY")
    assert isinstance(fault, Fault)
    assert fault.code == "date.unrecognised"
    named = re.search(r"then (\w+), which is not an unambiguous time zone;", fault.message)
    assert (named and named[1]) == letters


def test_nothing_is_missing() -> None:
    assert code(None) == "date.missing"


@pytest.mark.parametrize(
    ("text", "order", "expected", "proves"),
    [
        ("03/04/2020", "DMY", "2020-04-03", None),
        ("03/04/2020", "MDY", "2020-03-04", None),
        ("3.4.2020 15:04", "DMY", "2020-04-03T15:04Z", None),
        ("13/04/2020", None, "2020-04-13", "DMY"),
        ("04/13/2020", None, "2020-04-13", "MDY"),
        ("13/04/2020 15:04", None, "2020-04-13T15:04Z", "DMY"),
        ("13/04/2020", "DMY", "2020-04-13", "DMY"),
        ("13/04/2020", "YMD", "2020-04-13", "DMY"),
        ("4/4/2020", None, "2020-04-04", None),
        ("4/4/2020", "MDY", "2020-04-04", None),
        ("2020-04-03", "MDY", "2020-04-03", None),
        ("2020/04/13", "DMY", "2020-04-13", None),
        ("April 13 2020", "DMY", "2020-04-13", None),
    ],
)
def test_the_order_of_day_and_month_is_said_or_proved(
    text: str, order: DateOrder | None, expected: str, proves: DateOrder | None
) -> None:
    found = kept(text, order=order)
    assert (found.date, found.proves) == (expected, proves)


@pytest.mark.parametrize(
    ("text", "order", "reason"),
    [
        ("04/13/2020", "DMY", "impossible"),
        ("13/04/2020", "MDY", "impossible"),
        ("04/13/2020 15:04", "DMY", "impossible"),
        ("03/04/2020", "YMD", "ambiguous"),
        ("20/04/03", "YMD", "two_digit_year"),
    ],
)
def test_the_order_cannot_bend_a_date(text: str, order: DateOrder, reason: str) -> None:
    assert code(text, order=order) == f"date.{reason}"


@pytest.mark.parametrize(
    ("value", "called"), [(True, "True or false"), (["2014"], "A list"), ({}, "An object")]
)
def test_what_is_no_text_is_called_as_json_calls_it(value: object, called: str) -> None:
    fault = read_date(value)
    assert isinstance(fault, Fault)
    assert fault.message.startswith(f"{called} is not a date in any accepted format;")


def test_an_ambiguous_date_names_both_readings() -> None:
    fault = read_date("03/04/2020")
    assert isinstance(fault, Fault)
    assert fault.message == (
        "'03/04/2020' could be 3 April or 4 March; set the order of day and month "
        "(date_order=DMY or MDY), or write 2020-04-03."
    )


def test_a_year_that_is_outside_in_utc_alone_is_told_so() -> None:
    fault = read_date("1000", zone=ZoneInfo("Asia/Kolkata"))
    assert isinstance(fault, Fault)
    assert fault.code == "date.out_of_range"
    assert fault.message.startswith("'1000' has a part outside the years 1000 to 9999, in UTC;")


def test_what_is_not_read_behind_a_day_is_no_day_that_is_not_in_the_calendar() -> None:
    fault = read_date("2014-03-08T15:04 Uhr")
    assert isinstance(fault, Fault)
    assert fault.message == (
        "What follows the T in '2014-03-08T15:04 Uhr' is not a time, with or without a zone, in "
        "an accepted format; write it as in 2014-03-08T15:04:05Z or 2014-03-08T15:04:05+02:00."
    )


@pytest.mark.parametrize(
    ("text", "zone", "expected", "start", "end"),
    [
        # The month begins in winter time and ends in summer time.
        ("2014-03", "America/New_York", "2014-03", "2014-03-01T05Z", "2014-04-01T04Z"),
        ("2014-03-09", "America/New_York", "2014-03-09", "2014-03-09T05Z", "2014-03-10T04Z"),
        ("March 30 1985", "Asia/Tokyo", "1985-03-30", "1985-03-29T15Z", "1985-03-30T15Z"),
        ("2014", "Asia/Kolkata", "2014", "2013-12-31T18:30Z", "2014-12-31T18:30Z"),
        # Midnight was skipped: the day began at one.
        ("2018-11-04", "America/Sao_Paulo", "2018-11-04", "2018-11-04T03Z", "2018-11-05T02Z"),
        # From 23:30 to 00:30: neither day has its usual boundary.
        ("1919-03-30", "America/Toronto", "1919-03-30", "1919-03-30T05Z", "1919-03-31T04:30Z"),
        ("1919-03-31", "America/Toronto", "1919-03-31", "1919-03-31T04:30Z", "1919-04-01T04Z"),
        # 23:00 to midnight occurred twice.
        ("2018-02-17", "America/Sao_Paulo", "2018-02-17", "2018-02-17T02Z", "2018-02-18T03Z"),
        # The month in which Samoa had no 30th.
        ("2011-12", "Pacific/Apia", "2011-12", "2011-12-01T10Z", "2011-12-31T10Z"),
        ("2014-07-01T15", "America/New_York", "2014-07-01T19Z", "2014-07-01T19Z", "2014-07-01T20Z"),
        ("2014-03-08T15", "Asia/Kolkata", "2014-03-08T15+05:30", "2014-03-08T09:30Z", None),
        ("1905-03-08 15:04", "Europe/Paris", "1905-03-08T15:04+00:09:21", None, None),
        # A text with its own zone is not in that of the import.
        ("2014-07-01T15:04Z", "Asia/Tokyo", "2014-07-01T15:04Z", "2014-07-01T15:04Z", None),
        ("1394236800", "Asia/Tokyo", "2014-03-08T00:00:00Z", "2014-03-08T00Z", None),
        ("20140308150405", "Asia/Tokyo", "2014-03-08T06:04:05Z", "2014-03-08T06:04:05Z", None),
    ],
)
def test_a_text_without_a_zone_is_in_the_imports(
    text: str, zone: str, expected: str, start: str | None, end: str | None
) -> None:
    found = kept(text, zone=ZoneInfo(zone))
    assert found.date == expected
    if start:
        assert found.start == second(start)
    if end:
        assert found.end == second(end) - 1


@pytest.mark.parametrize(
    ("text", "zone", "reason"),
    [
        ("2014-03-09 02:30", "America/New_York", "impossible"),
        ("2014-03-09T02", "America/New_York", "impossible"),
        ("9 March 2014 2:30 AM", "America/New_York", "impossible"),
        ("2014-11-02 01:30:00", "America/New_York", "ambiguous"),
        ("2014-11-02T01", "America/New_York", "ambiguous"),
        ("2011-12-30", "Pacific/Apia", "impossible"),
        ("2014-10-05T02", "Australia/Lord_Howe", "impossible"),  # half of the hour was skipped
        ("2014-04-06T01", "Australia/Lord_Howe", "ambiguous"),  # half of it occurred twice
        ("1000", "Asia/Tokyo", "out_of_range"),
        ("9999", "America/New_York", "out_of_range"),
    ],
)
def test_a_time_that_the_clocks_skipped_or_repeated(text: str, zone: str, reason: str) -> None:
    assert code(text, zone=ZoneInfo(zone)) == f"date.{reason}"


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (-1, "1969-12-31T23:59:59Z"),
        (1394290905, "2014-03-08T15:01:45Z"),
        (-30610224000, "1000-01-01T00:00:00Z"),
        (253402300799, "9999-12-31T23:59:59Z"),
    ],
)
def test_iso_utc_writes_any_second(when: int, expected: str) -> None:
    assert iso_utc(when) == expected


# Properties of any text ----------------------------------------------------------------------

MOMENTS = st.datetimes(datetime(1000, 1, 1), datetime(9999, 12, 31, 23, 59, 59))  # noqa: DTZ001
OFFSETS = st.integers(-15 * 60 - 59, 15 * 60 + 59).map(lambda m: timezone(timedelta(minutes=m)))
ORDERS = st.sampled_from([None, "DMY", "MDY", "YMD"])
ZONES = st.sampled_from([UTC, CAREFUL_UTC, NEW_YORK, ZoneInfo("Asia/Kolkata")])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=4,
)
PIECES = st.sampled_from(
    [
        *("2014", "1985", "8", "08", "13", "31", "0", "14", "'14", "123", "1394236800", "8th"),
        *("March", "mar", "Mai", "Oct.", "août", "de", "of", "Sat", "Friday", "ago", "days"),
        *("15:04", "15:04:05", "3 PM", "T15:04", "Z", "+01:00", "UTC", "EST", "W10", "at"),
        *("марта", "listopad", "spring", "n/a", "(x)", "年", "月", "٨", "²", "\u0000", "ß", "İ"),
    ]
)
SOUP = st.lists(
    st.tuples(PIECES, st.sampled_from(["", " ", " ", " ", "-", "/", ".", ", "])), max_size=7
).map(lambda pairs: "".join(piece + gap for piece, gap in pairs))


@thoroughly
@given(MOMENTS, st.sampled_from([4, 7, 10, 13, 16, 19]))
def test_iso_at_each_precision_is_what_comes_back(moment: datetime, length: int) -> None:
    text = moment.isoformat()[:length]
    found = kept(text)
    assert found.date == text + ("Z" if length > 10 else "")
    assert found.start <= second(f"{moment:%Y-%m-%dT%H:%M:%S}+00:00") <= found.end
    assert found == read_date(text, zone=CAREFUL_UTC)


@thoroughly
@given(MOMENTS, OFFSETS, st.sampled_from([13, 16, 19]))
def test_an_offset_gives_the_same_instant_whatever_the_zone(
    moment: datetime, offset: timezone, length: int
) -> None:
    zoned = moment.replace(microsecond=0, tzinfo=offset)
    text = zoned.isoformat()[:length] + zoned.isoformat()[19:]
    found = read_date(text, zone=NEW_YORK)
    start = second(datetime.fromisoformat(text).isoformat())
    if isinstance(found, Fault):
        assert found.code == "date.out_of_range"
    else:
        assert found.start == start
        assert kept(found.date)[:4] == found[:4]


@thoroughly
@given(MOMENTS, st.sampled_from(["GMT", "+0000", "-0500", "+0545"]))
def test_mail_dates_are_read_as_the_standard_library_reads_them(
    moment: datetime, zone: str
) -> None:
    # strftime does not pad years below 1000, but these are above.
    text = f"{moment:%a, %d %b %Y %H:%M:%S} {zone}"
    found = read_date(text)
    expected = second(email.utils.parsedate_to_datetime(text).isoformat())
    if isinstance(found, Fault):
        assert found.code == "date.out_of_range"
    else:
        assert (found.start, found.end, found.precision) == (expected, expected, "second")
    assert found == read_date(text, zone=CAREFUL_UTC)


@thoroughly
@given(st.integers(10**9, 10**10 - 1), st.integers(0, 999))
def test_epoch_seconds_and_milliseconds_are_the_same_second(when: int, rest: int) -> None:
    assert kept(when).start == kept(str(when)).end == kept(when * 1000 + rest).start == when
    assert read_date(str(when)) == read_date(str(when), zone=CAREFUL_UTC)


@thoroughly
@given(
    st.dates(date(1000, 1, 1)),
    st.sampled_from(["%B %d %Y", "%d %b %Y", "%b %d, %Y", "%d-%b-%Y", "%A, %d %B %Y"]),
)
def test_named_months_are_never_misread(day: date, pattern: str) -> None:
    text = day.strftime(pattern)
    assert kept(text).date == day.isoformat()
    assert read_date(text) == read_date(text, zone=CAREFUL_UTC)


@thoroughly
@given(
    st.dates(date(1000, 1, 1)),
    st.sampled_from(["{a}/{b}/{y}", "{a:02}.{b:02}.{y}", "{a}-{b}-{y}", "{a}. {b}. {y}"]),
    st.sampled_from(["DMY", "MDY"]),
    st.sampled_from(["", " 15:04", ", 3:04 PM"]),
)
def test_day_and_month_are_never_swapped(
    day: date, pattern: str, written: DateOrder, clock: str
) -> None:
    first, last = (day.day, day.month) if written == "DMY" else (day.month, day.day)
    text = pattern.format(a=first, b=last, y=day.year) + clock
    assert kept(text, order=written).date[:10] == day.isoformat()
    if day.day <= 12 and day.day != day.month:
        assert code(text) == code(text, order="YMD") == "date.ambiguous"
    else:
        found = kept(text)
        assert found.date[:10] == day.isoformat()
        assert found.proves == (None if day.day == day.month else written)


@thoroughly
@given(st.text() | SOUP | JSON, ORDERS, ZONES)
@example("1/1/1000", None, NEW_YORK)
@example("ŉ 15:04", None, UTC)  # one character that folds to two
def test_any_value_is_a_sound_date_or_a_fault(
    raw: object, order: DateOrder | None, zone: tzinfo
) -> None:
    found = read_date(raw, order=order, zone=zone)
    if isinstance(found, Fault):
        assert found.field == "date"
        assert found.value is raw
        return
    assert "1000" <= iso_utc(found.start)[:4] <= iso_utc(found.end)[:4] <= "9999"
    assert found.start <= found.end
    assert found.raw == str(raw)
    # A time of day is written in UTC or with its offset; a coarse date leaves its zone unsaid.
    again = kept(found.date, zone=UTC if "T" in found.date else zone)
    assert again[:4] == found[:4]


@thoroughly
@given(SOUP)
def test_a_date_has_its_year_and_day_from_its_text(text: str) -> None:
    found = read_date(text)
    assert found == read_date(text, zone=CAREFUL_UTC)
    if isinstance(found, Fault) or text.strip(" .").isdigit():
        return  # an epoch shows neither
    assert found.date[:4] in text
    if found.precision != "year" and found.precision != "month" and "W10" not in text:
        # One day earlier or later than written, when its time of day had an offset.
        days = {int(iso_utc(found.start + shift)[8:10]) for shift in (-86_400, 0, 86_400)}
        assert any(f"{day}" in text for day in days)


@thoroughly
@given(st.dates(date(1900, 1, 1), date(2099, 12, 30)), st.sampled_from(["day", "month", "year"]))
def test_spans_in_a_zone_follow_each_other_without_gap(day: date, precision: str) -> None:
    length = {"year": 4, "month": 7, "day": 10}[precision]
    found = kept(day.isoformat()[:length], zone=NEW_YORK)
    after = datetime.fromtimestamp(found.end + 1, NEW_YORK).date()
    assert kept(after.isoformat()[:length], zone=NEW_YORK).start == found.end + 1
