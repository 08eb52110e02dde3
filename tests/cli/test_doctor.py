"""`dateline doctor`, on set-ups that are sound and on such as are not."""

from unittest.mock import Mock

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from dateline.doctor import _sqlite
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


def test_an_sqlite_without_json_functions() -> None:
    connection = Mock(Connection)
    missing = Exception("no such function: json_group_array")
    connection.exec_driver_sql.side_effect = OperationalError("SELECT", {}, missing)

    *_, finding = _sqlite(connection)
    assert "JSON functions" in finding.what
    assert finding.mend is not None
