"""How fast rows come in, by HTTP and by command line, beside bare SQLite."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from typing import Final

from benchmarks.floor import insert_ready, read_ready
from benchmarks.servers import HOST, dateline_server, environment
from benchmarks.tables import Comparison
from dateline.sample import sample_rows
from dateline.text_index.sqlite import FILLERS

WARM_UP: Final = 2_000
"""Rows of a dry run before the clock starts: a server has read dates of all languages before."""

BESIDE: Final = "bare SQLite"
UNIT: Final = "rows"

Measure = Callable[[Path], float]
"""Imports the rows into an archive that is not there yet; gives rows per second."""


class Imports:
    """The rows of all measurements, in the forms in which they are sent."""

    def __init__(self, directory: Path, rows: int) -> None:
        self._directory = directory
        self._numbers = count(1)
        self._rows = rows
        self._file = directory / "rows.ndjson"
        items = list(sample_rows(rows, seed=1))
        self._ndjson = _ndjson(items)
        self._json = json.dumps({"items": items}, ensure_ascii=False).encode()
        self._file.write_bytes(self._ndjson)
        self._warm_up = _ndjson(items[:WARM_UP])

    def compare(self, rounds: int) -> tuple[list[Comparison], Path]:
        """Measure each way and then bare SQLite, in turn, round after round.

        Returns:
            What was measured, and an archive of all rows.
        """
        ways: dict[str, Measure] = {
            "import, HTTP, NDJSON": self._by_ndjson,
            "import, HTTP, JSON": self._by_json,
            "import, command line": self._by_command,
        }
        values: dict[str, list[float]] = {name: [] for name in ways}
        floors: dict[str, list[float]] = {name: [] for name in ways}
        filled = self._directory
        for _ in range(rounds):
            for name, measure in ways.items():
                filled = self._new_database()
                values[name].append(measure(filled))
                bare = insert_ready(self._new_database(), read_ready(filled), FILLERS)
                floors[name].append(bare)
        return [Comparison(name, BESIDE, UNIT, values[name], floors[name]) for name in ways], filled

    def _by_ndjson(self, database: Path) -> float:
        return self._by_http(database, self._ndjson, "application/x-ndjson")

    def _by_json(self, database: Path) -> float:
        return self._by_http(database, self._json, "application/json")

    def _by_http(self, database: Path, body: bytes, media_type: str) -> float:
        # One request is the work of one worker.
        with dateline_server(database, workers=1, threads=4) as port:
            _post(port, "/v1/bulk?dry_run=true", self._warm_up, "application/x-ndjson")
            started = time.perf_counter()
            received = _post(port, "/v1/bulk", body, media_type)
            return received / (time.perf_counter() - started)

    def _by_command(self, database: Path) -> float:
        """With the start of the process, which every import from a file pays."""
        settings = environment(database, workers=1, threads=1)
        dateline = [sys.executable, "-m", "dateline"]
        subprocess.run([*dateline, "db", "upgrade"], env=settings, check=True)
        started = time.perf_counter()
        done = subprocess.run(
            [*dateline, "import", str(self._file)], env=settings, stdout=subprocess.DEVNULL
        )
        seconds = time.perf_counter() - started
        # 1: some rows were rejected, as in every sample.
        if done.returncode != 1:
            raise RuntimeError(f"The import ended with {done.returncode}")
        return self._rows / seconds

    def _new_database(self) -> Path:
        return self._directory / f"{next(self._numbers)}.db"


def _post(port: int, target: str, body: bytes, media_type: str) -> int:
    """Send rows; gives how many were received."""
    connection = HTTPConnection(HOST, port)
    connection.request("POST", target, body, {"Content-Type": media_type})
    answer = connection.getresponse()
    said = json.loads(answer.read())
    connection.close()
    if answer.status != 207:
        raise RuntimeError(f"{target}: {answer.status} {said}")
    received: int = said["import"]["received"]
    return received


def _ndjson(items: list[dict[str, object]]) -> bytes:
    return "".join(f"{json.dumps(item, ensure_ascii=False)}\n" for item in items).encode()
