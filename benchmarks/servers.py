"""Real servers on free ports of this machine, each stopped by its own process id."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Final

from dateline.cli.operating import GUNICORN_CONFIG
from dateline.config import PREFIX

HOST: Final = "127.0.0.1"
READY_WITHIN: Final = 60
"""Seconds in which a server must answer."""

ENDS_WITHIN: Final = 40
"""Seconds in which a server must end: longer than Gunicorn gives to what is in flight."""


def environment(database: Path, workers: int, threads: int) -> dict[str, str]:
    """What a Dateline process finds: these settings, and none from outside."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return {
        **outside,
        "DATELINE_DATABASE_URL": f"sqlite:///{database}",
        "DATELINE_WORKERS": str(workers),
        "DATELINE_THREADS": str(threads),
    }


@contextmanager
def dateline_server(database: Path, workers: int, threads: int) -> Iterator[int]:
    """Run Dateline's own command to serve an archive; gives the port."""
    port = _free_port()
    command = [sys.executable, "-m", "dateline", "serve", "--port", str(port)]
    with _running(command, environment(database, workers, threads), port, "/livez"):
        yield port


@contextmanager
def bare_server(database: Path, body: Path, workers: int, threads: int) -> Iterator[int]:
    """Run the bare route under the same Gunicorn settings; gives the port."""
    port = _free_port()
    gunicorn = [sys.executable, "-m", "gunicorn", "--config", str(GUNICORN_CONFIG)]
    command = [*gunicorn, "--bind", f"{HOST}:{port}", f"benchmarks.bare:create_app({str(body)!r})"]
    with _running(command, environment(database, workers, threads), port, "/v1/entries"):
        yield port


@contextmanager
def _running(
    command: Sequence[str], settings: dict[str, str], port: int, path: str
) -> Iterator[None]:
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, env=settings, stdout=log, stderr=log)
        try:
            if not _begins(process, port, path):
                log.seek(0)
                raise RuntimeError(f"The server does not answer:\n{log.read().decode()}")
            yield
        finally:
            process.terminate()
            try:
                process.wait(ENDS_WITHIN)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _begins(process: subprocess.Popen[bytes], port: int, path: str) -> bool:
    """Wait until a server answers; whether it does."""
    deadline = time.monotonic() + READY_WITHIN
    while not _answers(port, path):
        if process.poll() is not None or time.monotonic() > deadline:
            return False
        time.sleep(0.05)
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


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind((HOST, 0))
        port: int = listening.getsockname()[1]
        return port
