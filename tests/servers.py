"""Real servers for tests: Redis, databases on MySQL, and Dateline under Gunicorn.

Signals go only to processes that were started here, by id.
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
"""Seconds to wait for anything; reached only if something is wrong."""

STEP: Final = 0.01
"""Seconds between two checks of a condition."""

PORTS: Final = range(10_000, 32_000)
"""Systems give clients higher ones, so nobody takes the port of a server that is being restarted."""

ON_SQLITE: Final = pytest.param("sqlite", id="sqlite")
ON_MYSQL: Final = pytest.param("mysql", id="mysql", marks=pytest.mark.needs("mysql"))

THE_REAL_ONE: Final = [ON_MYSQL] if os.environ.get(MYSQL_URL) else [ON_SQLITE, ON_MYSQL]
"""For faults outside the database: MySQL as in production, or SQLite if MySQL is unavailable (the
MySQL test is then reported as skipped)."""


def wait_until(
    condition: Callable[[], object], what: str, seconds: float = DEADLINE, step: float = STEP
) -> None:
    """Wait until the condition holds; fail if it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"in {seconds:g} s it never came true: {what}"
        time.sleep(step)


def free_port() -> int:
    """Return a port that nothing uses."""
    while True:
        port = secrets.choice(PORTS)
        with socket.socket() as listening, suppress(OSError):
            listening.bind(("127.0.0.1", port))
            return port


def is_stopped(pid: int) -> bool:
    """Whether a process is stopped by SIGSTOP."""
    stat = Path(f"/proc/{pid}/stat").read_text()
    # The program name, in parentheses, may contain spaces.
    return stat.rpartition(")")[2].split()[0] == "T"


# --- Redis -------------------------------------------------------------------------------------


class RedisServer:
    """A real redis-server for one test, which can be killed, frozen, emptied and so on."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.client: redis.Redis = redis.Redis(port=self.port, socket_timeout=DEADLINE)

    @property
    def pid(self) -> int:
        """The process id of the server."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> Self:
        """Start with the contents of the dump, or empty if there is none."""
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
        """Kill it with SIGKILL, like a power cut."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(DEADLINE)
        self._process = None
        self.client.connection_pool.disconnect()

    def freeze(self) -> None:
        """Stop it with SIGSTOP: connections stay open, but it does not reply."""
        os.kill(self.pid, signal.SIGSTOP)
        wait_until(lambda: is_stopped(self.pid), "Redis stands still")

    def thaw(self) -> None:
        """Resume it with SIGCONT."""
        os.kill(self.pid, signal.SIGCONT)
        wait_until(self._answers, "Redis answers again")

    def save(self) -> None:
        """Write its contents to its dump, and keep a copy as the old dump."""
        self.client.save()
        shutil.copy(self._directory / "dump.rdb", self._directory / "old.rdb")

    def restart_with_old_dump(self) -> None:
        """Restart with the contents of the last `save`."""
        self.kill()
        shutil.copy(self._directory / "old.rdb", self._directory / "dump.rdb")
        self.start()

    def restart_empty(self) -> None:
        """Restart without any contents."""
        self.kill()
        (self._directory / "dump.rdb").unlink(missing_ok=True)
        self.start()

    def count(self, name: str) -> int:
        """Return a number from INFO."""
        found: Any = self.client.info()
        return int(found[name])

    def calls(self, command: str) -> int:
        """Return how often it has received a command."""
        found: Any = self.client.info("commandstats")
        return int(found.get(f"cmdstat_{command}", {"calls": 0})["calls"])

    def close(self) -> None:
        """Stop it, whatever state it is in."""
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
    """A server that accepts and counts connections, but never sends anything."""

    def __init__(self, port: int = 0) -> None:
        self._listening = socket.create_server(("127.0.0.1", port), backlog=128)
        self.port: int = self._listening.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.connections = 0
        self._taken: list[socket.socket] = []
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        """Stop listening, and close all connections."""
        # Closing alone would leave `accept` blocked.
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
        """Send nothing."""


class GatheringServer(SilentServer):
    """A server that sends nothing, and hangs up on all clients once so many are connected."""

    def __init__(self, clients: int) -> None:
        self._clients = clients
        super().__init__()

    def talk(self, connection: socket.socket) -> None:
        """Hang up if this is the last client that was missing."""
        if self.connections == self._clients:
            for taken in self._taken:
                taken.close()


class RubbishServer(SilentServer):
    """A server that replies to everything with the same garbage."""

    def __init__(self, rubbish: bytes, port: int) -> None:
        self._rubbish = rubbish
        super().__init__(port)

    def talk(self, connection: socket.socket) -> None:
        """Reply until the client disconnects."""
        threading.Thread(target=self._answer, args=[connection], daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with suppress(OSError):
            while connection.recv(65_536):
                connection.sendall(self._rubbish)


# --- MySQL -------------------------------------------------------------------------------------


@contextmanager
def fresh_mysql_database(server_url: str) -> Iterator[str]:
    """Create an empty database on the server, yield its URL, and drop it afterwards."""
    name = f"test_{secrets.token_hex(6)}"
    # Connect without a database, so that the one named in the URL need not exist.
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
    """Yield the URL of an empty database that is dropped afterwards."""
    if kind == "sqlite":
        yield f"sqlite:///{directory}/archive.db"
        return
    with fresh_mysql_database(os.environ[MYSQL_URL]) as url:
        yield url


@contextmanager
def fresh_archive(kind: str, directory: Path) -> Iterator[Services]:
    """Open the services of one process on a new archive.

    Args:
        kind: the database, `sqlite` or `mysql`.
        directory: an empty directory.
    """
    with (
        fresh_database(kind, directory) as url,
        opened(new_settings(directory, database_url=url)) as services,
    ):
        yield services


class MysqlServer:
    """A MySQL server that tests may stop and kill, and the command that starts it."""

    def __init__(self, url: str, start_command: str) -> None:
        self.url = url
        self._start_command = start_command

    def start(self) -> None:
        """Start it if it is not running, and wait until it accepts connections."""
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
        """Kill it with SIGKILL."""
        process = self._process()
        process.kill()
        self._wait_for_end(process)

    def stop(self) -> None:
        """Stop it with SIGTERM, as an operator does."""
        process = self._process()
        process.terminate()
        self._wait_for_end(process)

    def answers(self) -> bool:
        """Whether it accepts connections."""
        engine = create_engine(make_url(self.url).set(database=None), poolclass=NullPool)
        try:
            engine.connect().close()
        except DBAPIError:
            return False
        return True

    def _process(self) -> psutil.Process:
        """Return the process that listens on the server's port."""
        port = make_url(self.url).port
        (pid,) = {
            found.pid
            for found in psutil.net_connections("tcp")
            if found.status == psutil.CONN_LISTEN and found.laddr and found.laddr.port == port
        }
        assert pid is not None
        return psutil.Process(pid)

    def _wait_for_end(self, process: psutil.Process) -> None:
        # Not our child, so it cannot be reaped here: a zombie counts as ended.
        wait_until(
            lambda: not process.is_running() or process.status() == psutil.STATUS_ZOMBIE,
            "MySQL has ended",
        )


# --- Dateline ----------------------------------------------------------------------------------


class Reply(NamedTuple):
    """The response to a request."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float

    @property
    def json(self) -> Any:
        """The parsed body."""
        return json.loads(self.body)


class Browser:
    """One persistent connection to a server, for one thread."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=DEADLINE)

    def get(self, path: str) -> Reply:
        """Send a GET request."""
        return self.send("GET", path)

    def post(self, path: str, body: bytes, media_type: str = JSON) -> Reply:
        """Send a POST request."""
        return self.send("POST", path, body, media_type)

    def send(
        self, method: str, path: str, body: bytes | None = None, media_type: str = JSON
    ) -> Reply:
        """Send any request."""
        headers = {} if body is None else {"Content-Type": media_type}
        begun = time.monotonic()
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        content = answer.read()
        seconds = time.monotonic() - begun
        return Reply(answer.status, dict(answer.getheaders()), content, seconds)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


def environment_of(settings: Mapping[str, str]) -> dict[str, str]:
    """Return an environment with these settings of Dateline and no others."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("DATELINE_")}
    return {**own, "PYTHONPATH": str(CODE), **settings}


def run_dateline(
    directory: Path, settings: Mapping[str, str], *words: str
) -> subprocess.Popen[bytes]:
    """Start a command of Dateline in a separate process."""
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
        """The process id of Gunicorn's master."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> Self:
        """Start it, and wait until it is ready and all workers run."""
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
        """Return the process ids of the workers."""
        return sorted(child.pid for child in psutil.Process(self.pid).children())

    def browser(self) -> Browser:
        """Return a new connection to the server."""
        return Browser(self.port)

    def get(self, path: str) -> Reply:
        """Send a GET request over a new connection."""
        with self.browser() as browser:
            return browser.get(path)

    def post(self, path: str, body: bytes, media_type: str = JSON) -> Reply:
        """Send a POST request over a new connection."""
        with self.browser() as browser:
            return browser.post(path, body, media_type)

    def terminate(self) -> None:
        """Send SIGTERM: it finishes the requests in flight, then exits."""
        os.kill(self.pid, signal.SIGTERM)

    def wait(self) -> int:
        """Wait until it exits; return the exit code."""
        assert self._process is not None
        return self._process.wait(DEADLINE)

    def close(self) -> None:
        """Stop it with all its processes."""
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
        """Return everything that it has logged."""
        return self._log.read_text()

    def _is_ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"the server has ended:\n{self.said()}"
        try:
            return self.get("/readyz").status == 200
        except (ConnectionError, HTTPException):
            return False
