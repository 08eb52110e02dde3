"""Real servers on free local ports, each stopped through its own process."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import IO, Final, NamedTuple

from dateline.cli.operating import GUNICORN_CONFIG
from dateline.config import PREFIX

HOST: Final = "127.0.0.1"
READY_WITHIN: Final = 60
"""Seconds within which a server must respond."""

ENDS_WITHIN: Final = 40
"""Seconds within which a server must exit: longer than Gunicorn's graceful timeout."""


WORKERS: Final = 2
THREADS: Final = 4


class Server(NamedTuple):
    """A running server.

    Attributes:
        port: the port it listens on.
        pid: the id of the started process, which may have children.
    """

    port: int
    pid: int


def environment(database_url: str, **changes: str) -> dict[str, str]:
    """Return the environment of a Dateline process: only these settings, none inherited."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    # Otherwise one worker may accept every connection, and its threads then contend for the GIL
    # on every response, so that a turn measures this rather than the code.
    outside["GUNICORN_CMD_ARGS"] = "--reuse-port"
    settings = {"database_url": database_url, "workers": str(WORKERS), "threads": str(THREADS)}
    named = {f"{PREFIX}{name.upper()}": value for name, value in {**settings, **changes}.items()}
    return {**outside, **named}


@contextmanager
def dateline_server(database_url: str, **changes: str) -> Iterator[Server]:
    """Serve an archive with `dateline serve`."""
    port = free_port()
    command = [sys.executable, "-m", "dateline", "serve", "--port", str(port)]
    with running(command, environment(database_url, **changes), port, "/livez") as server:
        yield server


@contextmanager
def bare_server(application: str) -> Iterator[Server]:
    """Run an application of `benchmarks.bare` with the same Gunicorn settings."""
    port = free_port()
    gunicorn = [sys.executable, "-m", "gunicorn", "--config", str(GUNICORN_CONFIG)]
    command = [*gunicorn, "--bind", f"{HOST}:{port}", f"benchmarks.bare:{application}"]
    with running(command, environment("sqlite:///unused.db"), port, "/v1/entries") as server:
        yield server


@contextmanager
def redis_server(directory: Path) -> Iterator[str]:
    """Run a Redis without persistence; yield its URL."""
    port = free_port()
    command = ["redis-server", "--port", str(port), "--save", "", "--appendonly", "no"]
    with started([*command, "--dir", str(directory)], dict(os.environ)) as (process, log):
        _wait(process, log, lambda: _listens(port))
        yield f"redis://{HOST}:{port}/0"


@contextmanager
def running(
    command: Sequence[str], settings: dict[str, str], port: int, path: str
) -> Iterator[Server]:
    """Run an HTTP server while the block runs."""
    with started(command, settings) as (process, log):
        _wait(process, log, lambda: _answers(port, path))
        yield Server(port, process.pid)


@contextmanager
def started(
    command: Sequence[str], settings: dict[str, str]
) -> Iterator[tuple["subprocess.Popen[bytes]", IO[bytes]]]:
    """Run a process while the block runs; yield it and its log."""
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, env=settings, stdout=log, stderr=log)
        try:
            yield process, log
        finally:
            process.terminate()
            try:
                process.wait(ENDS_WITHIN)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(process: "subprocess.Popen[bytes]", log: IO[bytes], is_ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while not is_ready():
        if process.poll() is not None or time.monotonic() > deadline:
            log.seek(0)
            raise RuntimeError(f"The server does not respond:\n{log.read().decode()}")
        time.sleep(0.05)


def _listens(port: int) -> bool:
    try:
        socket.create_connection((HOST, port)).close()
    except ConnectionError:
        return False
    return True


def _answers(port: int, path: str) -> bool:
    connection = HTTPConnection(HOST, port, timeout=READY_WITHIN)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except ConnectionError:
        return False
    finally:
        connection.close()


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as listening:
        listening.bind((HOST, 0))
        port: int = listening.getsockname()[1]
        return port
