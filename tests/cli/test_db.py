"""`dateline db`, and what other commands say while the tables are from another release."""

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import NullPool

from dateline.config import Settings
from tests.archives import new_settings
from tests.cli.conftest import Run
from tests.servers import ON_MYSQL, ON_SQLITE, fresh_database, run_dateline, wait_until


@pytest.fixture(params=[ON_SQLITE, ON_MYSQL])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """Return the settings of an archive on each database."""
    with fresh_database(request.param, tmp_path) as url:
        yield new_settings(tmp_path, database_url=url)


@pytest.fixture
def engine(settings: Settings) -> Engine:
    """Return another engine on the same database."""
    return create_engine(settings.database_url, poolclass=NullPool)


def test_check_upgrade_check(run_anywhere: Run) -> None:
    behind = run_anywhere("db", "check")
    upgraded = run_anywhere("db", "upgrade")
    current = run_anywhere("db", "check")

    assert (behind.exit_code, behind.stdout) == (1, "")
    assert behind.stderr.endswith("run: python -m dateline db upgrade\n")
    assert (upgraded.exit_code, upgraded.stdout, upgraded.stderr) == (0, "", "")
    assert (current.exit_code, current.stderr) == (0, "")
    assert current.stdout == "The tables are those of this release.\n"


def test_upgrading_twice_changes_nothing(run: Run) -> None:
    assert run("db", "upgrade").exit_code == 0
    assert run("db", "check").exit_code == 0


@pytest.mark.parametrize(
    "command", [["search"], ["export"], ["imports"], ["import", "-", "--format", "csv"]]
)
def test_other_commands_wait_for_the_tables(command: list[str], run_anywhere: Run) -> None:
    result = run_anywhere(*command)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("Error: The archive's tables are not those of this release; ")


def test_a_migration_that_fails_is_told_in_the_words_of_the_database(
    run_anywhere: Run, engine: Engine
) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE imports (x INTEGER)")

    failed = run_anywhere("db", "upgrade")

    assert (failed.exit_code, failed.stdout) == (2, "")
    assert failed.stderr.startswith("Error: A migration cannot be run; the database says: ")
    assert " already exists" in failed.stderr
    assert run_anywhere("db", "check").exit_code == 1


def test_tables_of_a_newer_release_are_left_alone(run: Run, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")

    refused = run("db", "upgrade")

    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr.startswith("Error: The tables are of a newer release than this one; ")


@pytest.mark.parametrize("settings", [ON_SQLITE], indirect=True)
def test_an_upgrade_that_waits_for_another_writer_says_so(
    run_anywhere: Run, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATELINE_LOCK_TIMEOUT", "0.1")
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode = WAL")
        connection.exec_driver_sql("BEGIN IMMEDIATE")

        busy = run_anywhere("db", "upgrade")

    assert busy.exit_code == 2
    assert busy.stderr == "Error: The database cannot be reached or is busy; try again.\n"


@pytest.mark.parametrize("settings", [ON_SQLITE], indirect=True)
def test_a_file_that_is_no_database_is_said_to_be_none(
    run_anywhere: Run, settings: Settings
) -> None:
    file = Path(settings.database_url.removeprefix("sqlite:///"))
    file.write_text("title,url,date\n" * 100)

    refused = run_anywhere("db", "upgrade")

    assert refused.exit_code == 2
    assert refused.stderr.startswith("Error: The database file is not an SQLite database; ")
    assert "DATELINE_DATABASE_URL" in refused.stderr


@pytest.mark.parametrize("settings", [ON_SQLITE], indirect=True)
def test_a_new_file_that_another_process_is_making_is_waited_for(
    settings: Settings, engine: Engine, tmp_path: Path
) -> None:
    file = settings.database_url.removeprefix("sqlite:///")
    with engine.connect() as connection:
        # The file is not in WAL mode yet, and is locked.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        given = {"DATELINE_DATABASE_URL": settings.database_url}
        with run_dateline(tmp_path, given, "db", "upgrade") as upgrade:
            opened = psutil.Process(upgrade.pid)
            wait_until(
                lambda: upgrade.poll() is not None
                or file in [found.path for found in opened.open_files()],
                "it has opened the file",
            )
            connection.rollback()

    assert upgrade.returncode == 0
