"""`dateline export`: all matches of a search, in a format that can be imported again."""

import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dateline.wiring import Services
from tests.archives import new_settings, opened
from tests.cli.conftest import Run

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"

# Assigned by the importing archive.
GIVEN_ANEW = {"id", "added_at", "import_id"}


@pytest.fixture
def filled(run: Run, directory: Path) -> int:
    """Import sample rows; return the number of entries."""
    (directory / "rows.ndjson").write_text(run("sample", "--rows", "1500").stdout)
    first = run("import", "rows.ndjson").stdout.splitlines()[0]
    return int(first.split(" created")[0].split()[-1].replace(",", ""))


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    """Provide a second archive, on which `run` can be told to run commands."""
    (tmp_path / "second").mkdir()
    settings = new_settings(tmp_path / "second")
    with opened(settings) as services:
        yield services


def test_ndjson_has_every_entry_once_on_a_line_of_its_own(filled: int, run: Run) -> None:
    result = run("export")

    entries = _entries(result.stdout)
    assert (result.exit_code, result.stderr) == (0, "")
    assert len(entries) == filled
    assert len({entry["id"] for entry in entries}) == filled


def test_json_is_an_object_of_the_same_entries(filled: int, run: Run) -> None:
    body = json.loads(run("export", "--format", "json").stdout)

    assert body == {"items": _entries(run("export").stdout)}
    assert len(body["items"]) == filled


def test_an_empty_archive(run: Run) -> None:
    assert run("export").stdout == ""
    assert json.loads(run("export", "--format", "json").stdout) == {"items": []}


@pytest.mark.usefixtures("filled")
def test_it_takes_a_question_like_search(run: Run) -> None:
    question = ["--contains", "de", "--after", "1990", "--sort", "date"]
    found = json.loads(run("search", "--json", *question, "--limit", "1000").stdout)

    assert _entries(run("export", *question).stdout) == found["items"]
    assert 20 < len(found["items"]) < 1000


@pytest.mark.parametrize("option", [["--limit", "5"], ["--cursor", "x"], ["--total", "exact"]])
def test_pages_do_not_apply(option: list[str], run: Run) -> None:
    result = run("export", *option)

    assert (result.exit_code, result.stdout) == (2, "")
    assert f"No such option '{option[0]}'" in result.stderr
    assert option[0] not in run("export", "--help").stdout


def test_a_bad_question_is_a_sentence(run: Run) -> None:
    result = run("export", "--after", "yesterday")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("Error: --after: 'yesterday' is relative to")


@pytest.mark.parametrize("kind", ["ndjson", "json", "csv"])
def test_importing_it_again_changes_nothing(
    kind: str, filled: int, run: Run, directory: Path
) -> None:
    (directory / f"export.{kind}").write_text(run("export", "--format", kind).stdout)

    result = run("import", f"export.{kind}")

    counts = f"{filled:,} received, 0 created, {filled:,} duplicate, 0 rejected"
    assert result.exit_code == 0
    assert result.stdout.startswith(f"export.{kind}: {counts}\n")


@pytest.mark.parametrize("kind", ["ndjson", "json", "csv"])
def test_an_archive_made_of_it_exports_the_same(
    kind: str,
    filled: int,
    run: Run,
    directory: Path,
    elsewhere: Services,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order = ["--format", kind, "--sort", "added"]
    first = run("export", *order).stdout
    (directory / f"export.{kind}").write_text(first)
    monkeypatch.setenv("DATELINE_DATABASE_URL", elsewhere.settings.database_url)

    assert f"{filled:,} created, 0 duplicate" in run("import", f"export.{kind}").stdout

    second = run("export", *order).stdout
    assert _kept(first, kind) == _kept(second, kind)


def test_titles_that_look_encoded_and_days_of_another_zone_come_back_as_they_were(
    run: Run, directory: Path, elsewhere: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = {"title": "AT&amp;amp;T", "url": "https://example.org/a", "date": "8 March 2014"}
    (directory / "row.ndjson").write_text(json.dumps(row))
    run("import", "row.ndjson", "--timezone", "Asia/Tokyo")
    first = run("export").stdout
    (entry,) = _entries(first)
    assert entry["title"] == "AT&amp;T"
    assert entry["date_start"] == "2014-03-07T15:00:00Z"
    (directory / "export.ndjson").write_text(first)

    assert "0 created, 1 duplicate" in run("import", "export.ndjson").stdout
    monkeypatch.setenv("DATELINE_DATABASE_URL", elsewhere.settings.database_url)
    assert "1 created, 0 duplicate" in run("import", "export.ndjson").stdout
    assert _kept(run("export").stdout, "ndjson") == _kept(first, "ndjson")


def _kept(export: str, kind: str) -> list[dict[str, Any]]:
    if kind == "csv":
        entries = list(csv.DictReader(io.StringIO(export.removeprefix("\ufeff"))))
    else:
        entries = _entries(export) if kind == "ndjson" else json.loads(export)["items"]
    return [
        {name: value for name, value in entry.items() if name not in GIVEN_ANEW}
        for entry in entries
    ]


def _entries(ndjson: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in ndjson.split("\n") if line]


def test_the_documented_backup_has_the_whole_archive_or_fails(
    run: Run, filled: int, tmp_path: Path, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = re.search(r"^python (-c .*VACUUM INTO.*)$", OPERATIONS.read_text(), re.M)
    assert written
    command = f"{sys.executable} {written[1].replace('dateline.db', 'archive.db')}"
    archive = run("export").stdout
    assert archive.count("\n") == filled

    subprocess.run(command, shell=True, cwd=tmp_path, check=True)
    monkeypatch.setenv("DATELINE_DATABASE_URL", f"sqlite:///{tmp_path / 'backup.db'}")
    assert run("export").stdout == archive

    # In another directory: an empty backup would look like a good one.
    kept = sorted(directory.iterdir())
    assert subprocess.run(command, shell=True, cwd=directory, check=False).returncode == 1
    assert sorted(directory.iterdir()) == kept
