"""Real servers for tests: Redis, databases on MySQL, and Dateline under Gunicorn.

Signals go only to processes that were started here, by their ids.
"""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

import psutil
import pytest
import redis
from sqlalchemy import create_engine, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from dateline.wiring import Services
from tests.archives import new_settings, opened
from tests.factories import JSON
from tests.requirements_here import MYSQL_URL

CODE: Final = Path(__file__).parents[1]

DEADLINE: Final = 60.0
"""Seconds for anything that must happen; reached only where something is wrong."""

STEP: Final = 0.01
"""Seconds between two looks at a condition."""

ON_SQLITE: Final = pytest.param("sqlite", id="sqlite")
ON_MYSQL: Final = pytest.param("mysql", id="mysql", marks=pytest.mark.needs("mysql"))

THE_REAL_ONE: Final = [ON_MYSQL] if os.environ.get(MYSQL_URL) else [ON_SQLITE, ON_MYSQL]
"""For faults that are not the database's: MySQL as in production; SQLite only where that is not
there, and then MySQL is still named among what was left out."""


def wait_until(
    condition: Callable[[], object], what: str, seconds: float = DEADLINE, step: float = STEP
) -> None:
    """Return as soon as the condition holds, and fail where it never does."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"in {seconds:g} s it never came true: {what}"
        time.sleep(step)


def free_port() -> int:
    """A port on which nobody listens now."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


def is_stopped(pid: int) -> bool:
    """Whether a process stands still after SIGSTOP."""
    stat = Path(f"/proc/{pid}/stat").read_text()
    # The name of the program, in brackets, may have spaces.
    return stat.rpartition(")")[2].split()[0] == "T"


# --- Redis -------------------------------------------------------------------------------------


class RedisServer:
    """A real redis-server of the test's own, which can be hurt in every way."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.client: redis.Redis = redis.Redis(port=self.port, socket_timeout=DEADLINE)

    @property
    def pid(self) -> int:
        """The id of the server's process."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> Self:
        """Start with what the dump has, or empty where there is none."""
        assert self._process is None
        where = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self._directory)]
        with (self._directory / "log").open("ab") as log:
            self._process = subprocess.Popen(
                ["redis-server", *where, "--save", "", "--dbfilename", "dump.rdb"],
                stdout=log,
                stderr=log,
            )
        wait_until(self._answers, "Redis answers")
        return self

    def kill(self) -> None:
        """End it with SIGKILL, as a power cut would."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(DEADLINE)
        self._process = None
        self.client.connection_pool.disconnect()

    def freeze(self) -> None:
        """Stop it with SIGSTOP: connections stay, and nothing answers."""
        os.kill(self.pid, signal.SIGSTOP)
        wait_until(lambda: is_stopped(self.pid), "Redis stands still")

    def thaw(self) -> None:
        """Let it go on."""
        os.kill(self.pid, signal.SIGCONT)
        wait_until(self._answers, "Redis answers again")

    def save(self) -> None:
        """Write what it has now to its dump, and keep that as the old dump."""
        self.client.save()
        shutil.copy(self._directory / "dump.rdb", self._directory / "old.rdb")

    def restart_with_old_dump(self) -> None:
        """Come back with the memory of the last `save`."""
        self.kill()
        shutil.copy(self._directory / "old.rdb", self._directory / "dump.rdb")
        self.start()

    def restart_empty(self) -> None:
        """Come back with no memory."""
        self.kill()
        (self._directory / "dump.rdb").unlink(missing_ok=True)
        self.start()

    def count(self, name: str) -> int:
        """A number of INFO."""
        found: Any = self.client.info()
        return int(found[name])

    def calls(self, command: str) -> int:
        """How often it was given a command."""
        found: Any = self.client.info("commandstats")
        return int(found.get(f"cmdstat_{command}", {"calls": 0})["calls"])

    def close(self) -> None:
        """End it, whatever was done to it."""
        if self._process is not None:
            self.kill()
        self.client.close()

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, "redis-server has ended"
        try:
            return bool(self.client.ping())
        except redis.RedisError:
            return False


class SilentServer:
    """Takes every connection, counts it, and never says a word."""

    def __init__(self, port: int = 0) -> None:
        self._listening = socket.create_server(("127.0.0.1", port), backlog=128)
        self.port: int = self._listening.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.connections = 0
        self._taken: list[socket.socket] = []
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        """Stop listening, and hang up."""
        # Closing alone would leave `accept` waiting.
        self._listening.shutdown(socket.SHUT_RDWR)
        self._thread.join(DEADLINE)
        self._listening.close()
        for taken in self._taken:
            taken.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _address = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            self._taken.append(connection)
            self.talk(connection)

    def talk(self, connection: socket.socket) -> None:
        """Say nothing."""


class RubbishServer(SilentServer):
    """Answers whatever it is told with the same rubbish."""

    def __init__(self, rubbish: bytes, port: int) -> None:
        self._rubbish = rubbish
        super().__init__(port)

    def talk(self, connection: socket.socket) -> None:
        """Answer until the other side has had enough."""
        threading.Thread(target=self._answer, args=[connection], daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with suppress(OSError):
            while connection.recv(65_536):
                connection.sendall(self._rubbish)


# --- MySQL -------------------------------------------------------------------------------------


@contextmanager
def fresh_mysql_database(server_url: str) -> Iterator[str]:
    """Make an empty database on the server, give its URL, and drop it at the end."""
    name = f"test_{secrets.token_hex(6)}"
    # Made without a schema, so that the database named in the URL need not be there.
    engine = create_engine(make_url(server_url).set(database=None), poolclass=NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    try:
        url = make_url(server_url).set(database=name)
        yield url.render_as_string(hide_password=False)
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name}")


@contextmanager
def fresh_database(kind: str, directory: Path) -> Iterator[str]:
    """The URL of an empty database, gone at the end."""
    if kind == "sqlite":
        yield f"sqlite:///{directory}/archive.db"
        return
    with fresh_mysql_database(os.environ[MYSQL_URL]) as url:
        yield url


@contextmanager
def fresh_archive(kind: str, directory: Path) -> Iterator[Services]:
    """The parts of one process, on a new archive.

    Args:
        kind: which database, `sqlite` or `mysql`.
        directory: an empty one.
    """
    with (
        fresh_database(kind, directory) as url,
        opened(new_settings(directory, database_url=url)) as services,
    ):
        yield services


class MysqlServer:
    """A MySQL server that may be stopped and killed, and the command that starts it."""

    def __init__(self, url: str, start_command: str) -> None:
        self.url = url
        self._start_command = start_command

    def start(self) -> None:
        """Start it, if it does not run, and wait until it answers."""
        subprocess.run(
            self._start_command,
            shell=True,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            timeout=2 * DEADLINE,
        )
        wait_until(self.answers, "MySQL answers", step=0.05)

    def kill(self) -> None:
        """End it with SIGKILL."""
        process = self._process()
        process.kill()
        self._wait_for_end(process)

    def stop(self) -> None:
        """End it as an operator does."""
        process = self._process()
        process.terminate()
        self._wait_for_end(process)

    def answers(self) -> bool:
        """Whether it takes connections."""
        engine = create_engine(make_url(self.url).set(database=None), poolclass=NullPool)
        try:
            engine.connect().close()
        except DBAPIError:
            return False
        return True

    def _process(self) -> psutil.Process:
        """The process that listens on the server's port."""
        port = make_url(self.url).port
        (pid,) = {
            found.pid
            for found in psutil.net_connections("tcp")
            if found.status == psutil.CONN_LISTEN and found.laddr and found.laddr.port == port
        }
        assert pid is not None
        return psutil.Process(pid)

    def _wait_for_end(self, process: psutil.Process) -> None:
        # Not our child, so a zombie is as ended as it gets.
        wait_until(
            lambda: not process.is_running() or process.status() == psutil.STATUS_ZOMBIE,
            "MySQL has ended",
        )


# --- Dateline ----------------------------------------------------------------------------------


class Reply(NamedTuple):
    """What came back for a request."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float

    @property
    def json(self) -> Any:
        """The body, read."""
        return json.loads(self.body)


class Browser:
    """One kept connection to a server, for one thread."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=DEADLINE)

    def get(self, path: str) -> Reply:
        """Ask."""
        return self.send("GET", path)

    def post(self, path: str, body: bytes, media_type: str = JSON) -> Reply:
        """Send a body."""
        return self.send("POST", path, body, media_type)

    def send(
        self, method: str, path: str, body: bytes | None = None, media_type: str = JSON
    ) -> Reply:
        """Make any request."""
        headers = {} if body is None else {"Content-Type": media_type}
        begun = time.monotonic()
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        content = answer.read()
        seconds = time.monotonic() - begun
        return Reply(answer.status, dict(answer.getheaders()), content, seconds)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


def environment_of(settings: Mapping[str, str]) -> dict[str, str]:
    """The environment of a process with these settings, and no others of Dateline's."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("DATELINE_")}
    return {**own, "PYTHONPATH": str(CODE), **settings}


def run_dateline(
    directory: Path, settings: Mapping[str, str], *words: str
) -> subprocess.Popen[bytes]:
    """Start a command in a process of its own."""
    with (directory / "command.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "dateline", *words],
            env=environment_of(settings),
            cwd=directory,
            stdout=log,
            stderr=log,
        )


class DatelineServer:
    """Dateline under Gunicorn, as `python -m dateline serve` starts it."""

    def __init__(self, directory: Path, settings: Mapping[str, str]) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self.settings = dict(settings)
        self.port = free_port()
        self._log = directory / "server.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The id of Gunicorn's master process."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> Self:
        """Start, and wait until all workers are there and it is ready."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "dateline", "serve", "--port", str(self.port)],
                env=environment_of(self.settings),
                cwd=self.directory,
                stdout=log,
                stderr=log,
            )
        wait_until(self._is_ready, "Dateline is ready", step=0.05)
        wanted = int(self.settings["DATELINE_WORKERS"])
        wait_until(lambda: len(self.worker_pids()) == wanted, "all workers are there")
        return self

    def worker_pids(self) -> list[int]:
        """The ids of the worker processes."""
        return sorted(child.pid for child in psutil.Process(self.pid).children())

    def browser(self) -> Browser:
        """A new connection to it."""
        return Browser(self.port)

    def get(self, path: str) -> Reply:
        """Ask on a connection of its own."""
        with self.browser() as browser:
            return browser.get(path)

    def post(self, path: str, body: bytes, media_type: str = JSON) -> Reply:
        """Send on a connection of its own."""
        with self.browser() as browser:
            return browser.post(path, body, media_type)

    def terminate(self) -> None:
        """Tell it to end when what is in flight has been answered."""
        os.kill(self.pid, signal.SIGTERM)

    def wait(self) -> int:
        """Wait for its end; gives the exit code."""
        assert self._process is not None
        return self._process.wait(DEADLINE)

    def close(self) -> None:
        """End it, and let nothing of it stay."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self.terminate()
            try:
                self._process.wait(DEADLINE)
            except subprocess.TimeoutExpired:
                for child in psutil.Process(self.pid).children(recursive=True):
                    child.kill()
                self._process.kill()
                self._process.wait(DEADLINE)
        self._process = None

    def said(self) -> str:
        """All that it has written."""
        return self._log.read_text()

    def _is_ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"the server has ended:\n{self.said()}"
        try:
            return self.get("/readyz").status == 200
        except (ConnectionError, HTTPException):
            return False
