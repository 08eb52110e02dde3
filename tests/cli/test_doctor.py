"""`dateline doctor`, on correct and on faulty installations."""

import os
import socket
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import event, make_url

from dateline.doctor import examine
from dateline.wiring import Services
from tests.cli.conftest import Run
from tests.requirements_here import MYSQL_URL
from tests.servers import RedisServer, RubbishServer, SilentServer, fresh_database


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


@pytest.mark.parametrize("command", ["doctor", "cache status", "cache clear"])
def test_a_server_that_is_not_redis(
    command: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes part in the conversation, so the client fails with errors that are not Redis's."""
    with closing(RubbishServer(b"+OK\r\n", port=0)) as server:
        monkeypatch.setenv("DATELINE_CACHE_URL", server.url)
        result = run(*command.split())

    assert result.exit_code == 1
    assert "the server is not Redis" in result.stdout + result.stderr


def test_an_archive_that_cannot_be_written(
    run: Run, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATELINE_LOCK_TIMEOUT", "0.1")
    with services.database.rolled_back():
        result = run("doctor")

    assert result.exit_code == 1
    assert "WRONG  Database: cannot be written (database is locked)" in result.stdout


def test_a_file_that_cannot_be_opened(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATELINE_DATABASE_URL", f"sqlite:///{tmp_path}/nowhere/archive.db")
    examined, asked = run("doctor"), run("search")

    assert (examined.exit_code, asked.exit_code) == (1, 2)
    assert "the directory must be there" in examined.stdout
    # An existing file that belongs to another user cannot be opened either.
    assert "let Dateline's user own the file" in examined.stdout
    assert "Dateline may write the file and its directory" in asked.stderr


@pytest.mark.needs("mysql")
@pytest.mark.parametrize("wrong", [{"password": "wrong"}, {"database": "test_that_is_not_there"}])
def test_a_mysql_that_refuses(
    run_anywhere: Run, monkeypatch: pytest.MonkeyPatch, wrong: dict[str, Any]
) -> None:
    """Trying again would not help."""
    url = make_url(os.environ[MYSQL_URL]).set(**wrong)
    monkeypatch.setenv("DATELINE_DATABASE_URL", url.render_as_string(hide_password=False))
    examined, asked = run_anywhere("doctor"), run_anywhere("search")

    assert (examined.exit_code, asked.exit_code) == (1, 2)
    assert "user, password, database" in examined.stdout
    assert "MySQL refuses access; make sure that user, password and database" in asked.stderr


class RefusingServer(SilentServer):
    """A server that greets clients as MySQL does when it rejects them."""

    def __init__(self, number: int) -> None:
        error = b"\xff" + number.to_bytes(2, "little") + b"Go away"
        self._packet = len(error).to_bytes(3, "little") + b"\0" + error
        super().__init__()

    def talk(self, connection: socket.socket) -> None:
        """Send the rejection."""
        connection.sendall(self._packet)


@pytest.mark.parametrize(
    "number",
    [1130, 1820, 1862, 3118],
    ids=["host not allowed", "password expired", "password expired, log in", "locked"],
)
def test_a_mysql_that_refuses_the_user(
    number: int, run_anywhere: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first is raised before MySQL knows the user, the others after."""
    with closing(RefusingServer(number)) as server:
        url = f"mysql+pymysql://ann:secret@127.0.0.1:{server.port}/d"
        monkeypatch.setenv("DATELINE_DATABASE_URL", url)
        examined, asked = run_anywhere("doctor"), run_anywhere("db", "upgrade")

    assert f"({number}, 'Go away')" in examined.stdout
    assert asked.stderr.startswith("Error: MySQL refuses access; ")
    assert "may connect from this machine, is not locked, has a password that has" in asked.stderr


@pytest.mark.needs("mysql")
def test_a_mysql_whose_certificate_is_not_trusted(
    run_anywhere: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a directory without certificates, no server is trusted."""
    url = make_url(os.environ[MYSQL_URL]).update_query_dict({"ssl_capath": str(tmp_path)})
    monkeypatch.setenv("DATELINE_DATABASE_URL", url.render_as_string(hide_password=False))
    examined, asked = run_anywhere("doctor"), run_anywhere("db", "upgrade")

    assert "certificate verify failed: " in examined.stdout
    assert asked.stderr.startswith("Error: The certificate of MySQL is not trusted; ")
    assert "ssl_ca" in asked.stderr


@pytest.mark.needs("mysql")
@pytest.mark.parametrize(("packet", "exit_code"), [(1, 0), (2**30 + 1, 1)])
def test_the_largest_packet_of_mysql(
    packet: int, exit_code: int, run_anywhere: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No server takes more than a gigabyte."""
    monkeypatch.setattr("dateline.doctor.PACKET", packet)
    with fresh_database("mysql", tmp_path) as url:
        monkeypatch.setenv("DATELINE_DATABASE_URL", url)
        assert run_anywhere("db", "upgrade").exit_code == 0
        result = run_anywhere("doctor")

    assert result.exit_code == exit_code, result.stdout
    assert "ok     Clock: that of MySQL differs from ours by " in result.stdout
    fix = f"       put max_allowed_packet={packet} or more under [mysqld]"
    assert (fix in result.stdout.splitlines()) is bool(exit_code)


@pytest.mark.needs("redis")
@pytest.mark.parametrize(
    ("maxmemory", "policy"),
    [("0", "allkeys-lru"), ("64mb", "noeviction"), ("64mb", "volatile-lru")],
)
def test_a_redis_that_would_be_full(
    maxmemory: str, policy: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(RedisServer(tmp_path / "redis").start()) as redis:
        redis.client.config_set("maxmemory", maxmemory)
        redis.client.config_set("maxmemory-policy", policy)
        monkeypatch.setenv("DATELINE_CACHE_URL", redis.url)
        result = run("doctor")

    assert result.exit_code == 1
    assert (
        f", policy {policy}\n       set maxmemory and maxmemory-policy allkeys-lru" in result.stdout
    )


def _as_redis_user(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *rights: str
) -> Result:
    """Examine as a Redis user who may do everything except run scripts, with these rules added."""
    with closing(RedisServer(tmp_path / "redis").start()) as redis:
        redis.client.acl_setuser(
            "ann",
            enabled=True,
            passwords=["+secret"],
            keys=["*"],
            categories=["+@all", "-@scripting"],
            commands=list(rights),
        )
        redis.client.config_set("maxmemory", "64mb")
        redis.client.config_set("maxmemory-policy", "allkeys-lru")
        monkeypatch.setenv("DATELINE_CACHE_URL", redis.url.replace("//", "//ann:secret@"))
        return run("doctor")


@pytest.mark.needs("redis")
@pytest.mark.parametrize("rights", [(), ("+eval", "+evalsha")])
def test_a_redis_user_who_may_not_load_scripts(
    rights: tuple[str, ...], run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = _as_redis_user(run, tmp_path, monkeypatch, *rights)

    assert result.exit_code == 1
    assert "WRONG  Redis: runs no scripts" in result.stdout
    assert "secret" not in result.stdout


@pytest.mark.needs("redis")
def test_a_redis_user_with_the_rights_that_the_documents_name(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = _as_redis_user(run, tmp_path, monkeypatch, "+evalsha", "+script|load")

    assert (result.exit_code, result.stderr) == (0, "")
    assert "ok     Redis: runs scripts" in result.stdout


def test_no_password_is_printed(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "hunter2").touch()
    monkeypatch.setenv("DATELINE_CACHE_URL", "redis://ann:hunter2@127.0.0.1:1/0")
    url = f"mysql+pymysql://ann:hunter2@127.0.0.1:1/d?read_default_file={tmp_path}/hunter2"
    monkeypatch.setenv("DATELINE_DATABASE_URL", url)
    result = run("doctor")

    assert result.exit_code == 1
    assert "hunter2" not in result.stdout + result.stderr


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
    (wrong,) = (finding for finding in examine(services) if finding.fix is not None)
    assert "JSON functions" in wrong.what
