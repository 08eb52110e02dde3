"""Generated source metadata: reproducible, varied, and faulty where it should be."""

import subprocess
import sys
from collections import Counter
from itertools import islice

from dateline.errors import Fault
from dateline.fields.dates import WrittenDate, read_date
from dateline.fields.titles import read_title
from dateline.fields.urls import read_url
from dateline.imports.columns import find_columns
from dateline.imports.normalise import SoundRow, normalise
from dateline.sample import FAULTS, FAULTY, SENT_AGAIN, Row, sample_rows

SEED = 7
EVERY_CODE = {
    *("title.missing", "title.invalid", "title.too_long"),
    *("url.missing", "url.relative", "url.scheme", "url.invalid", "url.too_long"),
    *("date.missing", "date.no_year", "date.ambiguous", "date.two_digit_year"),
    *("date.impossible", "date.relative", "date.out_of_range", "date.unrecognised"),
}


def test_equal_seeds_give_equal_rows() -> None:
    assert list(sample_rows(500, SEED)) == list(sample_rows(500, SEED))
    assert list(sample_rows(500, SEED)) != list(sample_rows(500, SEED + 1))


def test_a_longer_sample_begins_with_the_shorter_one() -> None:
    assert list(sample_rows(2_000, SEED))[:300] == list(sample_rows(300, SEED))


def test_another_process_makes_the_same_rows() -> None:
    program = f"from dateline.sample import sample_rows; print(list(sample_rows(200, {SEED})))"
    printed = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", program], capture_output=True, check=True
    ).stdout.decode()

    assert printed.strip() == str(list(sample_rows(200, SEED)))


def test_rows_are_made_one_by_one() -> None:
    assert len(list(islice(sample_rows(10**12, SEED), 5))) == 5
    assert list(sample_rows(0, SEED)) == []


def test_every_row_has_the_three_fields() -> None:
    assert all(list(row) == ["title", "url", "date"] for row in sample_rows(1_000, SEED))


def test_each_fault_alone_is_a_reason_to_reject() -> None:
    sound: Row = {"title": "A title", "url": "https://example.org/", "date": "2014-03-08"}

    for fault in FAULTS:
        faults = _faults({**sound, **fault})
        assert {found.field for found in faults} == set(fault), fault


def test_faulty_rows_have_every_code() -> None:
    codes = Counter(fault.code for row in sample_rows(2_000, SEED) for fault in _faults(row))

    assert set(codes) == EVERY_CODE


def test_shares_of_rejected_and_repeated_rows_are_as_said() -> None:
    outcomes = [_outcome(row) for row in sample_rows(10_000, SEED)]
    identities = [outcome.identity for outcome in outcomes if isinstance(outcome, SoundRow)]

    assert abs(1 - len(identities) / len(outcomes) - FAULTY) < 0.01
    assert abs((len(identities) - len(set(identities))) / len(outcomes) - SENT_AGAIN) < 0.01


def test_dates_come_at_every_precision_and_never_prove_an_order_of_day_and_month() -> None:
    dates = [read_date(row["date"]) for row in sample_rows(2_000, SEED)]
    written = [date for date in dates if isinstance(date, WrittenDate)]

    assert {date.precision for date in written} == {
        *("year", "month", "day", "hour", "minute", "second")
    }
    assert {date.proves for date in written} == {None}


def test_titles_are_in_many_scripts() -> None:
    text = "".join(str(row["title"]) for row in sample_rows(1_000, SEED))

    for letter in "eçñüωжのन中ع":
        assert letter in text, letter


def test_urls_are_of_all_kinds_that_people_send() -> None:
    urls = [str(row["url"]) for row in sample_rows(2_000, SEED)]

    for piece in ("http://www.", "https://www.", "//www.", "?id=", "utm_source=", "/wiki/", "%"):
        assert any(piece in url for url in urls), piece


def _faults(row: Row) -> list[Fault]:
    read = [read_title(row["title"]), read_url(row["url"]), read_date(row["date"])]
    return [outcome for outcome in read if isinstance(outcome, Fault)]


def _outcome(row: Row) -> SoundRow | None:
    outcome = normalise(row, find_columns(row))
    return None if isinstance(outcome, list) else outcome[0]
