"""`dateline sample`: generated rows, to try things with."""

import json

from dateline.sample import sample_rows
from tests.cli.conftest import Run


def test_it_prints_the_rows_as_ndjson(run_anywhere: Run) -> None:
    result = run_anywhere("sample", "--rows", "50", "--seed", "9")

    assert (result.exit_code, result.stderr) == (0, "")
    assert [json.loads(line) for line in result.stdout.splitlines()] == list(sample_rows(50, 9))


def test_without_options_there_are_a_thousand(run_anywhere: Run) -> None:
    assert len(run_anywhere("sample").stdout.splitlines()) == 1_000


def test_it_can_be_imported(run: Run) -> None:
    rows = run("sample", "--rows", "100").stdout.encode()

    result = run("import", "-", "--format", "ndjson", given=rows)

    assert result.exit_code == 1
    assert result.stdout.startswith("-: 100 received")


def test_a_number_that_is_none(run_anywhere: Run) -> None:
    assert run_anywhere("sample", "--rows", "-1").exit_code == 2
