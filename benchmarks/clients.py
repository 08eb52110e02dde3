"""Load on a server: by wrk where there is one, else and for distinct questions by threads."""

import re
import shutil
import subprocess
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import Final

from benchmarks.servers import HOST

CONNECTIONS: Final = 8
"""As many requests are under way at a time."""

CACHE_HEADER: Final = "X-Cache"

WRK: Final = shutil.which("wrk")


def same_question(port: int, target: str, seconds: float) -> float:
    """Ask one question over and over; gives answers per second."""
    if WRK is None:
        return _same_question_by_threads(port, target, seconds)
    said = subprocess.run(
        [WRK, "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", f"http://{HOST}:{port}{target}"],
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


def distinct_questions(port: int, targets: Sequence[str], cache: str | None) -> float:
    """Ask each question once; gives answers per second.

    Args:
        port: of the server.
        targets: paths with query strings.
        cache: what the cache must say to each of them; None where there is no cache.
    """
    shares = [targets[number::CONNECTIONS] for number in range(CONNECTIONS)]
    started = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        # Taking what they give raises what they raised.
        list(threads.map(lambda share: _ask(port, share, cache), shares))
    return len(targets) / (time.perf_counter() - started)


def _same_question_by_threads(port: int, target: str, seconds: float) -> float:
    started = time.perf_counter()

    def until_the_end() -> Iterable[str]:
        while time.perf_counter() - started < seconds:
            yield target

    with ThreadPoolExecutor(CONNECTIONS) as threads:
        answered = sum(threads.map(lambda _: _ask(port, until_the_end(), None), range(CONNECTIONS)))
    return answered / (time.perf_counter() - started)


def _ask(port: int, targets: Iterable[str], cache: str | None) -> int:
    """Ask over one connection; gives how many answers came."""
    answered = 0
    connection = HTTPConnection(HOST, port)
    for target in targets:
        connection.request("GET", target)
        response = connection.getresponse()
        response.read()
        said = response.getheader(CACHE_HEADER)
        if response.status != 200 or cache not in (None, said):
            raise RuntimeError(f"{target}: {response.status}, cache {said}")
        answered += 1
    connection.close()
    return answered
