"""`dateline doctor`, on set-ups that are sound and on such as are not."""

import sqlite3

import pytest
from sqlalchemy import event

from dateline.doctor import examine
from dateline.wiring import Services
from tests.cli.conftest import Run


def test_nothing_is_wrong(run: Run) -> None:
    result = run("doctor")

    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert all(line.startswith("ok     ") for line in lines), result.stdout
    assert "ok     Migrations: the tables are those of this release" in lines


def test_tables_that_are_behind(run_anywhere: Run) -> None:
    result = run_anywhere("doctor")

    assert result.exit_code == 1
    assert (
        "WRONG  Migrations: the tables are behind\n       run: python -m dateline db upgrade\n"
    ) in result.stdout


def test_a_redis_that_is_away(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_CACHE_URL", "redis://127.0.0.1:1/0")
    result = run("doctor")

    assert result.exit_code == 1
    assert "WRONG  Redis: redis://127.0.0.1:1/0 does not answer" in result.stdout


def test_an_sqlite_without_json_functions(services: Services) -> None:
    def forbid(connection: sqlite3.Connection, _record: object) -> None:
        connection.set_authorizer(
            lambda action, _first, second, *_more: (
                sqlite3.SQLITE_DENY
                if (action, second) == (sqlite3.SQLITE_FUNCTION, "json_group_array")
                else sqlite3.SQLITE_OK
            )
        )

    services.database.engine.dispose()
    event.listen(services.database.engine, "connect", forbid)
    (wrong,) = (finding for finding in examine(services) if finding.mend is not None)
    assert "JSON functions" in wrong.what
