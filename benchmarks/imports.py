"""Measure import rates over HTTP and on the command line, compared with a bare database."""

import json
import subprocess
import sys
import time
from collections.abc import Iterable
from http.client import HTTPConnection
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.archives import Archive
from benchmarks.floor import insert_ready
from benchmarks.memory import peak_of
from benchmarks.results import Line, Piece, Results, rounded, tell
from benchmarks.rows import ndjson
from benchmarks.servers import HOST, dateline_server, environment
from dateline.config import MIB, Settings
from dateline.sample import sample_rows

WARM_UP: Final = 2_000
"""Rows of a dry run before the clock starts: a real server has parsed dates in all languages."""

PATIENT: Final = "600"
"""Seconds MySQL may take to respond: the commit indexes the text of the whole body."""

UNIT: Final = "rows/s"
BARE: Final = {"sqlite": "bare sqlite3", "mysql": "bare PyMySQL"}
NOTES: Final = [
    "Command line: includes process start; commits in batches, and its floor commits as often. "
    "HTTP: one transaction, response after the commit; its floor is one transaction too; "
    "DATELINE_DATABASE_TIMEOUT=600.",
    "The floors insert the same prepared rows with executemany and a text index of the database "
    "itself (FTS5 with trigrams, FULLTEXT with ngrams): no other index, no parsing, no ledger.",
    "Memory: all processes together; a shared page is counted once (PSS).",
]


class _Imported(NamedTuple):
    received: int
    seconds: float
    peak_mib: float


def fill(results: Results, directory: Path, archive: Archive, rows: int, part: int) -> None:
    """Import rows on the command line, part by part, and each part into the floor too.

    Parts that are already measured are skipped. So an interrupted run resumes, and an archive of
    one million rows can be searched before it grows to ten.
    """
    for number in range(1, rows // part + 1):
        name = f"{archive.kind}-import-{number * part:09}"
        if results.find(name) is not None:
            continue
        before = results.find(f"{archive.kind}-import-{(number - 1) * part:09}")
        archive.open().close()
        clean = archive.last_id() == (before.facts["last_id"] if before else 0)
        file = _rows_file(directory, number, part)
        tell(f"{name}: importing by command line")
        done = _by_command(archive, file)
        file.unlink()
        tell(f"{name}: {done.received / done.seconds:,.0f} rows/s; now the floor")
        floor = insert_ready(archive, in_blocks=True)
        rate = Line(
            f"rows {(number - 1) * part:,} to {number * part:,}",
            UNIT,
            rounded([done.received / done.seconds]),
            BARE[archive.kind],
            rounded([floor]),
            "" if clean else "part of it was already imported: not a fair figure",
        )
        memory = Line("  peak memory of all its processes", "MiB", rounded([done.peak_mib]))
        title = f"{archive.kind}: import by command line"
        facts = {"last_id": archive.last_id()}
        results.keep(Piece(name, title, [rate, memory, *_sizes(archive)], NOTES, facts))


def measure_http(results: Results, archive: Archive, rows: int | None, rounds: int) -> None:
    """Import over HTTP into a new archive: rows of `dateline sample`, or as many as fit a body.

    Args:
        results: where to store the result.
        archive: the new archive is created next to this one.
        rows: rows of the sample; None for the largest body that the default settings allow.
        rounds: the number of repetitions.
    """
    name = f"{archive.kind}-http"
    if results.find(name) is not None:
        return
    tell(f"{name}: making the body")
    body = b"".join(_sample(rows) if rows else _largest())
    fresh = archive.beside("http")
    done: list[_Imported] = []
    floors: list[float] = []
    for number in range(rounds):
        for used in (fresh, fresh.beside("floor")):
            used.drop()
        fresh.open().close()
        tell(f"{name}: round {number + 1}, {len(body) / MIB:,.0f} MiB")
        done.append(_by_http(fresh, body))
        floors.append(insert_ready(fresh, in_blocks=False))
    rates = rounded([each.received / each.seconds for each in done])
    what = f"NDJSON, {done[0].received:,} rows, {len(body) / MIB:,.0f} MiB"
    lines = [
        Line(what, UNIT, rates, BARE[archive.kind], rounded(floors)),
        Line(
            "  peak memory of all Gunicorn processes",
            "MiB",
            rounded([each.peak_mib for each in done]),
        ),
    ]
    results.keep(Piece(name, f"{archive.kind}: import over HTTP", lines, NOTES))
    for used in (fresh, fresh.beside("floor")):
        used.drop()


def _sizes(archive: Archive) -> list[Line]:
    mib = rounded([archive.mib()])
    return [
        Line("  size of the archive", "MiB", mib, "bare", rounded([archive.beside("floor").mib()]))
    ]


# --- Rows --------------------------------------------------------------------------------------


def _rows_file(directory: Path, number: int, part: int) -> Path:
    path = directory / f"rows-{number}.ndjson"
    written = path.with_suffix(".part")
    started = time.perf_counter()
    with written.open("w", encoding="utf-8") as file:
        file.writelines(ndjson(part, seed=number))
    written.replace(path)
    tell(f"{path.name}: made at {part / (time.perf_counter() - started):,.0f} rows/s")
    return path


def _sample(rows: int) -> Iterable[bytes]:
    return (f"{json.dumps(row, ensure_ascii=False)}\n".encode() for row in sample_rows(rows, 1))


def _largest() -> Iterable[bytes]:
    """Yield the rows of the largest body that is accepted by default."""
    left = Settings.model_fields["max_body_bytes"].default
    for line in ndjson(10_000_000, seed=0):
        row = line.encode()
        left -= len(row)
        if left < 0:
            return
        yield row


# --- Ways --------------------------------------------------------------------------------------


def _by_command(archive: Archive, file: Path) -> _Imported:
    """Import on the command line; the time includes process start, as in every such import."""
    command = [sys.executable, "-m", "dateline", "import", str(file)]
    started = time.perf_counter()
    process = subprocess.Popen(
        command, env=environment(archive.address), stdout=subprocess.PIPE, text=True
    )
    with peak_of(process.pid) as peak:
        said, _ = process.communicate()
    seconds = time.perf_counter() - started
    # Exit status 1: some rows were rejected, as in every sample.
    if process.returncode != 1:
        raise RuntimeError(f"The import ended with {process.returncode}: {said[-500:]}")
    received = said.partition(": ")[2].partition(" received")[0]
    return _Imported(int(received.replace(",", "")), seconds, peak.mib)


def _by_http(archive: Archive, body: bytes) -> _Imported:
    # One request uses one worker.
    with dateline_server(archive.address, workers="1", database_timeout=PATIENT) as server:
        _post(server.port, "/v1/bulk?dry_run=true", b"".join(_lines(body)))
        with peak_of(server.pid) as peak:
            started = time.perf_counter()
            received = _post(server.port, "/v1/bulk", body)
            seconds = time.perf_counter() - started
    return _Imported(received, seconds, peak.mib)


def _lines(body: bytes) -> Iterable[bytes]:
    end = 0
    for _ in islice(range(WARM_UP), body.count(b"\n", 0, 2**20)):
        start, end = end, body.index(b"\n", end) + 1
        yield body[start:end]


def _post(port: int, target: str, body: bytes) -> int:
    """Post rows; return how many were received."""
    connection = HTTPConnection(HOST, port)
    connection.request("POST", target, body, {"Content-Type": "application/x-ndjson"})
    answer = connection.getresponse()
    said = json.loads(answer.read())
    connection.close()
    if answer.status != 207:
        raise RuntimeError(f"{target}: {answer.status} {said}")
    received: int = said["import"]["received"]
    return received
