"""Put load on a server, with wrk if it is installed, otherwise with threads."""

import re
import shutil
import subprocess
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPResponse
from typing import Final

from benchmarks.servers import HOST

CONNECTIONS: Final = 16
"""The number of concurrent requests."""

CACHE_HEADER: Final = "X-Cache"

WRK: Final = shutil.which("wrk")

NAME: Final = "wrk" if WRK else "threads of this program (wrk is not installed)"


def load(port: int, target: str, seconds: float, headers: Mapping[str, str]) -> float:
    """Send the same request repeatedly; return the responses per second."""
    if WRK is None:
        return _load_by_threads(port, target, seconds, headers)
    given = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    said = subprocess.run(
        [
            WRK,
            "-t1",
            f"-c{CONNECTIONS}",
            f"-d{seconds:.0f}s",
            *given,
            f"http://{HOST}:{port}{target}",
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(said)
    found = re.search(r"Requests/sec:\s+([0-9.]+)", said)
    if found is None:
        raise RuntimeError(said)
    return float(found[1])


def fetch(port: int, target: str, headers: Mapping[str, str]) -> tuple[HTTPResponse, bytes]:
    """Send one request over a new connection."""
    connection = HTTPConnection(HOST, port)
    connection.request("GET", target, headers=dict(headers))
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


def _load_by_threads(port: int, target: str, seconds: float, headers: Mapping[str, str]) -> float:
    started = time.perf_counter()

    def ask(_number: int) -> int:
        answered = 0
        connection = HTTPConnection(HOST, port)
        while time.perf_counter() - started < seconds:
            connection.request("GET", target, headers=dict(headers))
            answer = connection.getresponse()
            answer.read()
            if answer.status >= 400:
                raise RuntimeError(f"{target}: {answer.status}")
            answered += 1
        connection.close()
        return answered

    with ThreadPoolExecutor(CONNECTIONS) as threads:
        answers = sum(threads.map(ask, range(CONNECTIONS)))
    return answers / (time.perf_counter() - started)
