"""The rows of the benchmarks are as documented."""

import json
from itertools import islice

from benchmarks.rows import FAULTY, SENT_AGAIN, ndjson
from dateline.imports.columns import find_columns
from dateline.imports.normalise import SoundRow, normalise

ROWS = 3_000


def test_equal_seeds_give_equal_rows_and_a_longer_run_begins_with_the_shorter() -> None:
    assert list(islice(ndjson(ROWS, seed=1), 100)) == list(ndjson(100, seed=1))
    assert list(ndjson(100, seed=1)) != list(ndjson(100, seed=2))


def test_most_rows_are_kept_and_few_are_sent_twice() -> None:
    lines = list(ndjson(ROWS, seed=1))
    assert len(lines) == ROWS
    rows = [json.loads(line) for line in lines]
    sound = {
        outcome[0].identity
        for row in rows
        if isinstance(outcome := normalise(row, find_columns(row)), tuple)
        and isinstance(outcome[0], SoundRow)
    }
    lost = 1 - len(sound) / ROWS
    assert (FAULTY + SENT_AGAIN) / 2 < lost < (FAULTY + SENT_AGAIN) * 2
