"""The command as a real process: exit codes, both outputs, signals and settings."""

import gzip
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import IO

import pytest

from dateline.config import Settings
from dateline.imports.options import Options
from dateline.imports.read import Row
from dateline.imports.run import run_import
from dateline.wiring import Services
from tests.cli.conftest import Run
from tests.factories import as_json, as_ndjson, make_item, make_items
from tests.servers import free_port, wait_until

Dateline = Callable[..., subprocess.CompletedProcess[str]]

SECONDS = 60
COMMAND = [sys.executable, "-m", "dateline"]


@pytest.fixture
def environment(services: Services, settings: Settings) -> dict[str, str]:
    """Return the environment of a process; the archive has its tables."""
    assert services.database.is_current()
    # In any directory, use the code next to these tests.
    code = str(Path(__file__).parents[2])
    return {**os.environ, "DATELINE_DATABASE_URL": settings.database_url, "PYTHONPATH": code}


@pytest.fixture
def dateline(environment: dict[str, str], tmp_path: Path) -> Dateline:
    """Run `python -m dateline`."""

    def run(*words: str, given: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
        return run_to_end([*COMMAND, *words], tmp_path, {**environment, **settings}, given)

    return run


def run_to_end(
    command: list[str], directory: Path, environment: dict[str, str], given: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a program in a directory until it ends, whatever its exit code."""
    return subprocess.run(
        command,
        input=given,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment,
        cwd=directory,
        timeout=SECONDS,
        check=False,
    )


def test_exit_codes_and_both_outputs(dateline: Dateline, tmp_path: Path) -> None:
    (tmp_path / "sound.json").write_bytes(as_json(make_items(2)))
    (tmp_path / "some.json").write_bytes(as_json([make_item(), make_item(date="May 23")]))

    sound = dateline("import", "sound.json")
    some = dateline("import", "some.json")
    none = dateline("import", "nowhere.json", "sound.json")

    assert (sound.returncode, some.returncode, none.returncode) == (0, 1, 2)
    assert (sound.stderr, some.stderr) == ("", "")
    assert "date.no_year" in some.stdout
    assert none.stderr == "nowhere.json: No such file or directory\n"
    assert none.stdout == "sound.json: 2 received, 0 created, 2 duplicate, 0 rejected\n"


def test_what_a_mistake_proposes_can_be_typed(dateline: Dateline) -> None:
    result = dateline("search", "harbour")

    assert "Try 'python -m dateline search --help' for help." in result.stderr


@pytest.fixture
def print_to(
    services: Services, environment: dict[str, str], tmp_path: Path
) -> Callable[..., tuple[int, str]]:
    """Run a command that prints to a file, on an archive of one entry."""
    run_import(services.database, [Row(1, make_item())], Options())

    def run(file: IO[bytes], *words: str) -> tuple[int, str]:
        ended = subprocess.run(
            [*COMMAND, *words],
            stdout=file,
            stderr=subprocess.PIPE,
            text=True,
            # Output is buffered, as in a shell.
            env={**environment, "PYTHONUNBUFFERED": ""},
            cwd=tmp_path,
            timeout=SECONDS,
            check=False,
        )
        return ended.returncode, ended.stderr

    return run


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has /dev/full")
@pytest.mark.parametrize("command", ["search", "export", "imports", "sample --rows 1"])
def test_a_full_disk_under_what_is_printed_is_a_sentence(
    print_to: Callable[..., tuple[int, str]], command: str
) -> None:
    with Path("/dev/full").open("wb") as full:
        ended = print_to(full, *command.split())

    assert ended == (2, "Error: No space left on device\n")


def test_a_directory_that_is_gone_is_not_taken_for_what_is_printed(
    environment: dict[str, str], tmp_path: Path
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    program = f"import os; os.rmdir({str(gone)!r}); import dateline.cli; dateline.cli.main()"
    ended = run_to_end(
        [sys.executable, "-c", program, "search"],
        gone,
        {**environment, "DATELINE_DATABASE_URL": "sqlite:///archive.db"},
    )

    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "Error: No such file or directory\n"


@pytest.mark.parametrize("command", ["search", "export", "sample --rows 1"])
def test_a_reader_who_has_seen_enough_is_told_nothing(
    print_to: Callable[..., tuple[int, str]], command: str
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as pipe:
        ended = print_to(pipe, *command.split())

    assert ended == (1, "")


KEPT = (
    "\n-: not finished; its batches that were committed are kept, and nothing else; see: "
    "python -m dateline imports. Import it again for the rest.\n"
)


@pytest.mark.parametrize(
    ("number", "options", "kept"),
    [
        (signal.SIGINT, [], KEPT),
        (signal.SIGTERM, [], KEPT),
        (signal.SIGTERM, ["--dry-run"], ""),
    ],
)
def test_an_import_that_is_ended_says_what_is_kept(
    number: signal.Signals,
    options: list[str],
    kept: str,
    environment: dict[str, str],
    tmp_path: Path,
) -> None:
    # If the tests run in the background, SIGINT is ignored in all their child processes.
    program = (
        "import runpy, signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "runpy.run_module('dateline', run_name='__main__')"
    )
    command = [sys.executable, "-c", program, "import", "-", "--format", "ndjson", *options]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, cwd=tmp_path
    ) as process:
        assert process.stdin is not None
        # More than a pipe holds: when all is written, the import has started to read.
        process.stdin.write(as_ndjson(make_items(20_000)))
        process.send_signal(number)
        # A signal just before Python waits for input is noticed when the input goes on or ends.
        process.stdin.close()
        # Not 1, which would mean that some rows were rejected.
        assert process.wait(SECONDS) == 128 + number
        assert process.stderr is not None
        assert process.stderr.read().decode() == f"{kept}\nInterrupted.\n"


def test_an_archive_on_a_disk_that_takes_nothing_is_not_waited_for(
    services: Services, environment: dict[str, str], tmp_path: Path
) -> None:
    """A backup is not in WAL mode yet; only when another process writes it, trying again helps."""
    file = services.settings.database_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(file)) as archive:
        archive.execute("VACUUM INTO ?", [str(tmp_path / "backup.db")])
    ended = run_to_end(
        ["sh", "-c", 'ulimit -f 0; exec "$@"', "sh", *COMMAND, "search"],
        tmp_path,
        {**environment, "DATELINE_DATABASE_URL": f"sqlite:///{tmp_path}/backup.db"},
    )

    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("Error: ")


def test_an_import_shows_on_a_terminal_how_far_it_is(
    environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "rows.ndjson.gz").write_bytes(gzip.compress(as_ndjson(make_items(20_000))))
    terminal, other_end = os.openpty()
    with subprocess.Popen(
        [*COMMAND, "import", "rows.ndjson.gz"],
        stdout=subprocess.PIPE,
        stderr=other_end,
        env=environment,
        cwd=tmp_path,
    ) as process:
        os.close(other_end)
        shown = b""
        # Linux reports the end of a terminal as an error.
        with os.fdopen(terminal, "rb", buffering=0) as file, suppress(OSError):
            while some := file.read(65_536):
                shown += some

    assert process.returncode == 0
    parts = [int(part) for part in re.findall(rb"(\d+)%  [\d,]+,000 rows", shown)]
    # It is read some rows ahead.
    assert 30 < parts[len(parts) // 2] < 80
    assert parts[-1] == 100


def test_sample_import_export(dateline: Dateline) -> None:
    rows = dateline("sample", "--rows", "200").stdout
    imported = dateline("import", "-", "--format", "ndjson", given=rows)
    exported = dateline("export").stdout

    created = len(exported.splitlines())
    assert f" {created} created" in imported.stdout
    assert f" 0 created, {created} duplicate" in (
        dateline("import", "-", "--format", "ndjson", given=exported).stdout
    )


@pytest.mark.parametrize(
    ("command", "wrong", "sentence"),
    [
        (
            ["search"],
            {"DATELINE_WORKER": "4"},
            "DATELINE_WORKER: no such setting; did you mean",
        ),
        (["serve", "--port", "1"], {"DATELINE_WORKERS": "none"}, "DATELINE_WORKERS=none: "),
        (
            ["db", "upgrade"],
            {"DATELINE_DATABASE_URL": "sqlite://"},
            "DATELINE_DATABASE_URL: an in-memory SQLite database",
        ),
        (
            ["db", "upgrade"],
            {"DATELINE_DATABASE_URL": "mysql+pymysql://ann:secret@127.0.0.1"},
            "DATELINE_DATABASE_URL: it names no database; write it after the host, ",
        ),
    ],
)
def test_a_wrong_setting_stops_the_start(
    command: list[str], wrong: dict[str, str], sentence: str, dateline: Dateline
) -> None:
    stopped = dateline(*command, **wrong)

    assert (stopped.returncode, stopped.stdout) == (2, "")
    assert stopped.stderr.startswith(f"Error: {sentence}")
    assert "Traceback" not in stopped.stderr


@pytest.mark.parametrize(
    ("option", "why"),
    [
        ("ssl_ca=nowhere.pem", "No such file or directory: 'nowhere.pem'"),
        ("ssl_ca=notes.txt", "no certificate or crl found"),
        ("ssl_check_hostname=perhaps", "'perhaps'"),
        ("read_default_file=nowhere.cnf", "No such file or directory: 'nowhere.cnf'"),
        ("read_default_file=notes.txt", "read_default_file is not in the format of MySQL option"),
    ],
)
def test_what_stands_behind_a_url_of_mysql_and_cannot_be_used_stops_the_start(
    option: str, why: str, dateline: Dateline, tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").write_text("password = s3cret")

    stopped = dateline(
        "doctor", DATELINE_DATABASE_URL=f"mysql+pymysql://ann@127.0.0.1:1/d?{option}"
    )

    assert (stopped.returncode, stopped.stdout) == (2, "")
    assert stopped.stderr.startswith("Error: DATELINE_DATABASE_URL: correct what follows the ?")
    assert why in stopped.stderr
    assert "s3cret" not in stopped.stderr


def test_gunicorn_alone_stops_at_wrong_settings_too(environment: dict[str, str]) -> None:
    stopped = run_to_end(
        [sys.executable, "-m", "gunicorn", "--bind", "127.0.0.1:1"],
        Path(environment["PYTHONPATH"]),
        {**environment, "DATELINE_WORKERS": "none", "DATELINE_THREAD": "4"},
    )

    first, second = stopped.stderr.splitlines()
    assert (stopped.returncode, stopped.stdout) == (2, "")
    assert first.startswith("Error: DATELINE_THREAD: no such setting; did you mean")
    assert second.startswith("DATELINE_WORKERS=none: ")


def test_a_setting_in_the_env_file_is_minded(dateline: Dateline, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DATELINE_THREAD=4\n")

    stopped = dateline("search")

    assert stopped.returncode == 2
    assert "DATELINE_THREAD: no such setting; did you mean DATELINE_THREADS?" in stopped.stderr


@pytest.mark.parametrize(
    ("line", "code", "told"),
    [
        ("DATELINE_WORKERS: 4", 2, "Error: .env, line 1: not a setting; write it as NAME=VALUE"),
        ("FOR COMPOSE: 4", 0, ""),
    ],
)
def test_only_our_own_lines_of_the_env_file_are_reported(
    dateline: Dateline, tmp_path: Path, line: str, code: int, told: str
) -> None:
    (tmp_path / ".env").write_text(f"{line}\n")

    checked = dateline("db", "check")

    assert (checked.returncode, checked.stderr.partition(", and")[0]) == (code, told)


def test_a_bad_question_is_a_sentence(dateline: Dateline) -> None:
    asked = dateline("search", "--after", "May 23")

    assert (asked.returncode, asked.stdout) == (2, "")
    assert asked.stderr == "Error: --after: 'May 23' has no year; write it out, as in 2014-03-08.\n"


def test_a_command_loads_no_client_that_it_does_not_use(environment: dict[str, str]) -> None:
    """Loading them would delay the start of every command."""
    program = (
        "import sys; import dateline.cli; "
        "dateline.cli.commands.main(['search'], standalone_mode=False); "
        "print(*({'alembic', 'redis'} & sys.modules.keys()), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == "\n"


def test_a_reader_that_goes_away_is_no_traceback(environment: dict[str, str]) -> None:
    with subprocess.Popen(
        [*COMMAND, "sample", "--rows", "1000000"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert json.loads(process.stdout.readline())
        process.stdout.close()
        said = process.stderr.read()
        process.wait(SECONDS)

    assert b"Traceback" not in said


def test_serve_answers_and_stops_when_it_is_told(
    environment: dict[str, str], tmp_path: Path
) -> None:
    port = free_port()
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [*COMMAND, "serve", "--port", str(port)],
            env={**environment, "DATELINE_WORKERS": "1"},
            stdout=log,
            stderr=log,
        )
    try:
        assert _status(port, "/livez", process) == 200
        assert _status(port, "/v1/entries", process) == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(SECONDS) == 0
    finally:
        process.kill()
        process.wait()
    assert b"Traceback" not in (tmp_path / "log").read_bytes()


def test_a_hang_up_reads_nothing_and_leaves_the_log_in_its_form(
    environment: dict[str, str], tmp_path: Path
) -> None:
    """The settings are those at the start, whatever the file contains by now."""
    port, log, env_file = free_port(), tmp_path / "log", tmp_path / ".env"
    env_file.write_text("DATELINE_WORKERS=1\n")
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*COMMAND, "serve", "--port", str(port)],
            env=environment,
            cwd=tmp_path,
            stdout=out,
            stderr=subprocess.DEVNULL,
        )
    try:
        assert _status(port, "/livez", process) == 200
        env_file.write_text("DATELINE_WORKERS=3\nDATELINE_WORKRES=1\n")
        process.send_signal(signal.SIGHUP)
        wait_until(lambda: log.read_text().count("Booting worker") == 2, "two workers booted")
        process.send_signal(signal.SIGTERM)
        assert process.wait(SECONDS) == 0
    finally:
        process.kill()
        process.wait()

    lines = log.read_text().splitlines()
    assert "Shutting down: Master" in lines[-1]
    assert [line for line in lines if " gunicorn.error: " not in line] == []


@pytest.mark.parametrize(
    ("host", "bind"),
    [("127.0.0.1", "127.0.0.1:8000"), ("::1", "[::1]:8000"), ("[::1]", "[::1]:8000")],
)
def test_serve_tells_gunicorn_the_address(
    host: str, bind: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[str] = []
    monkeypatch.setattr(os, "execv", lambda _program, words: given.extend(words))

    assert run("serve", "--host", host).exit_code == 0

    assert given[-2:] == ["--bind", bind]


def test_an_empty_address_is_not_every_address(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "execv", lambda *_words: pytest.fail("it would serve"))

    refused = run("serve", "--host", "")

    assert refused.exit_code == 2
    assert refused.stderr.endswith(
        "Error: Invalid value for --host: it is empty; name an address.\n"
    )


def test_serve_says_what_to_do_where_its_port_is_taken(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It still starts Gunicorn, which retries: a server shutting down may hold the port a while."""
    given: list[str] = []
    monkeypatch.setattr(os, "execv", lambda _program, words: given.extend(words))
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        taken = run("serve", "--port", str(port))
    free = run("serve", "--port", str(port))

    assert taken.stderr == (
        f"127.0.0.1, port {port}: Address already in use; stop what is listening there, or "
        "choose another with --host and --port.\n"
    )
    assert (free.exit_code, free.stderr) == (0, "")
    assert given.count(f"127.0.0.1:{port}") == 2


def _status(port: int, path: str, process: subprocess.Popen[bytes]) -> int:
    """Send requests until there is a response; return its status."""
    deadline = time.monotonic() + SECONDS
    while True:
        connection = HTTPConnection("127.0.0.1", port, timeout=SECONDS)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except ConnectionRefusedError:
            assert process.poll() is None, "the server has ended"
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.05)
        finally:
            connection.close()
