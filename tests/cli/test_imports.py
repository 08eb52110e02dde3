"""`dateline imports`: the ledger."""

from pathlib import Path

import pytest

from dateline.schemas import MAX_LIMIT
from tests.cli.conftest import Run
from tests.factories import as_json, make_item, make_items


@pytest.fixture
def ledger(run: Run, directory: Path) -> None:
    """Run two imports; the second has five rejected rows."""
    (directory / "first.json").write_bytes(as_json(make_items(2)))
    (directory / "second.json").write_bytes(
        as_json([make_item(), *make_items(5, date="May 23", url="/a")])
    )
    run("import", "first.json", "second.json")


@pytest.mark.usefixtures("ledger")
def test_imports_are_listed_the_newest_first(run: Run) -> None:
    header, *lines = run("imports").stdout.splitlines()

    assert header.split() == [
        *("id", "started", "received", "created", "duplicate", "rejected", "source")
    ]
    cells = [line.split() for line in lines]
    assert [[line[0], *line[2:]] for line in cells] == [
        ["2", "6", "1", "0", "5", "second.json"],
        ["1", "2", "2", "0", "0", "first.json"],
    ]


@pytest.mark.usefixtures("ledger")
def test_one_import_shows_its_rejected_rows(run: Run) -> None:
    result = run("imports", "2")

    assert result.exit_code == 0
    counts, _header, *lines = result.stdout.splitlines()
    assert counts == "second.json: 6 received, 1 created, 0 duplicate, 5 rejected"
    assert [line.split()[:2] for line in lines] == [
        [str(row), code] for row in range(2, 7) for code in ("url.relative", "date.no_year")
    ]


@pytest.mark.usefixtures("ledger")
def test_limit(run: Run) -> None:
    assert len(run("imports", "--limit", "1").stdout.splitlines()) == 2
    rejected = run("imports", "2", "--limit", "2").stdout.splitlines()
    assert [line.split()[0] for line in rejected[2:-1]] == ["2", "2", "3", "3"]
    assert rejected[-1] == "... of 5 rejected rows; show more with --limit"


def test_every_rejected_row_can_be_shown(run: Run, directory: Path) -> None:
    (directory / "bad.json").write_bytes(as_json(make_items(MAX_LIMIT + 5, date="May 23")))
    run("import", "bad.json")
    _counts, _header, *lines = run("imports", "1", "--limit", "100000").stdout.splitlines()
    assert [int(line.split()[0]) for line in lines] == list(range(1, MAX_LIMIT + 6))


def test_a_row_that_is_nested_as_deeply_as_any_is_shown(run: Run, directory: Path) -> None:
    (directory / "deep.ndjson").write_text('{"title": ' + "[" * 200 + "]" * 200 + "}\n")
    run("import", "deep.ndjson")
    result = run("imports", "1")
    assert result.exit_code == 0
    assert "title.invalid" in result.stdout


def test_an_empty_ledger_shows_nothing(run: Run) -> None:
    assert run("imports").stdout == ""


def test_an_import_without_rejected_rows_shows_its_counts(run: Run, directory: Path) -> None:
    (directory / "sound.json").write_bytes(as_json(make_items(1)))
    run("import", "sound.json")
    assert run("imports", "1").stdout == (
        "sound.json: 1 received, 1 created, 0 duplicate, 0 rejected\n"
    )


def test_an_import_that_there_is_not(run: Run) -> None:
    result = run("imports", "999")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "Error: There is no import 999.\n"


@pytest.mark.parametrize("number", ["0", "x", "9" * 30])
def test_what_cannot_be_an_import(number: str, run: Run) -> None:
    assert run("imports", number).exit_code == 2


@pytest.mark.parametrize("number", ["0", "x", "9" * 30])
def test_what_cannot_be_a_limit(number: str, run: Run) -> None:
    result = run("imports", "--limit", number)

    assert (result.exit_code, result.stdout) == (2, "")
    assert "Invalid value for '--limit'" in result.stderr
