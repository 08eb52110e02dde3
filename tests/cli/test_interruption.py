"""An interrupted import from a file has stored what it reports; running it again adds the rest."""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import pytest
from sqlalchemy import func, select

from dateline.cache.null import NullCache
from dateline.cli import importing
from dateline.errors import Fault
from dateline.fields.dates import read_date
from dateline.imports import groups
from dateline.imports.options import Options
from dateline.imports.read import Row
from dateline.imports.run import run_import
from dateline.models import Entry, Import, RejectedRow
from dateline.sample import sample_rows
from dateline.wiring import Services
from tests.cli.conftest import Run
from tests.factories import as_ndjson

ROWS = list(sample_rows(1_000, seed=11))
BATCH = 100
GROUP = 20


class PowerCut(Exception):
    """Interrupts an import."""


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make groups small too, because a batch consists of whole groups of thousands of rows."""
    monkeypatch.setattr(groups, "GROUP", GROUP)
    monkeypatch.setattr(importing, "BATCH", BATCH)


def test_whole_batches_are_kept_and_the_second_run_creates_the_rest(services: Services) -> None:
    whole = _expected(services)

    with pytest.raises(PowerCut):
        # Two groups that the second process may have received ahead are lost as well.
        _import(services, _cut(_rows(), 790))

    kept = _counts(services)
    assert kept["received"] == 700 - _waiting(700)
    assert kept["received"] == kept["created"] + kept["duplicate"] + kept["rejected"]
    assert kept["created"] == kept["entries"]
    assert kept["rejected"] == kept["rejected_rows"]
    assert not kept["finished"]

    _import(services, _rows())

    assert _counts(services)["entries"] == whole


def test_an_interruption_in_any_place_creates_nothing_twice(services: Services) -> None:
    whole = _expected(services)

    for place in (0, 1, 99, 100, 101, 550, 999, 1_000):
        with pytest.raises(PowerCut):
            _import(services, _cut(_rows(), place))
    _import(services, _rows())
    _import(services, _rows())

    last = _counts(services)
    assert last["entries"] == whole
    assert last["created"] == 0
    assert last["finished"]


def test_the_command_commits_in_batches(run: Run, directory: Path, services: Services) -> None:
    whole = _expected(services)
    body = as_ndjson(ROWS)
    (directory / "rows.ndjson").write_bytes(body)
    commits = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(NullCache, "acknowledge", lambda _cache: commits.append(1))
        patched.setenv("DATELINE_CACHE_URL", "none://")
        assert run("import", "rows.ndjson").exit_code == 1

    assert _counts(services)["entries"] == whole
    # The last one includes the rows that waited for the end.
    assert len(commits) == len(ROWS) // BATCH + 1


def test_a_file_that_ends_in_the_middle_keeps_the_batches_before(
    run: Run, directory: Path, services: Services
) -> None:
    whole = _expected(services)
    lines = as_ndjson(ROWS).splitlines(keepends=True)
    (directory / "rows.ndjson").write_bytes(b"".join([*lines[:550], b"\xff\xfe\n"]))

    broken = run("import", "rows.ndjson")

    assert broken.exit_code == 2
    assert broken.stderr.startswith("rows.ndjson: The body is not UTF-8")
    assert "(not finished)" in run("imports").stdout
    assert _counts(services)["received"] == 500 - _waiting(500)

    (directory / "rows.ndjson").write_bytes(b"".join(lines))
    assert run("import", "rows.ndjson").exit_code == 1
    assert _counts(services)["entries"] == whole


def _rows() -> Iterator[Row]:
    return (Row(number, raw) for number, raw in enumerate(ROWS, 1))


def _cut(rows: Iterable[Row], place: int) -> Iterator[Row]:
    yield from islice(rows, place)
    raise PowerCut


def _import(services: Services, rows: Iterable[Row]) -> None:
    run_import(services.database, rows, Options(source="rows", commit_every=BATCH))


def _waiting(rows: int) -> int:
    """Return how many of the first rows wait for the end: day and month could be swapped."""
    dates = [read_date(row["date"]) for row in ROWS[:rows]]
    return sum(isinstance(date, Fault) and date.code == "date.ambiguous" for date in dates)


def _expected(services: Services) -> int:
    """Return how many entries the rows would create, with a dry run."""
    return run_import(services.database, _rows(), Options(dry_run=True)).created


def _counts(services: Services) -> dict[str, int]:
    """Return the counts of the last import in the ledger, and those in the tables."""
    with services.database.reading() as session:
        last = session.scalars(select(Import).order_by(Import.id.desc()).limit(1)).one()
        rejected_rows = (
            select(func.count()).select_from(RejectedRow).where(RejectedRow.import_id == last.id)
        )
        return {
            "received": last.received,
            "created": last.created,
            "duplicate": last.duplicate,
            "rejected": last.rejected,
            "finished": last.finished_at is not None,
            "entries": session.scalars(select(func.count(Entry.id))).one(),
            "rejected_rows": session.scalars(rejected_rows).one(),
        }
