"""Measure how fast a cached answer is sent, compared with a constant and a naive implementation.

All servers run at the same time with the same Gunicorn settings. The two of a pair are loaded one
right after the other, in short turns and in alternating order, so that other load on the machine
affects both equally.
"""

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Final, NamedTuple

import redis

from benchmarks.archives import Archive
from benchmarks.bare import KEY
from benchmarks.clients import CACHE_HEADER, CONNECTIONS, NAME, fetch, load
from benchmarks.results import Line, Piece, Results, rounded, tell
from benchmarks.servers import (
    THREADS,
    WORKERS,
    bare_server,
    dateline_server,
    redis_server,
)

SECONDS: Final = 1.0
"""Duration of a turn."""

TURNS: Final = 4
"""Turns per pair and round: many short ones, because other load on the machine varies."""

TARGET: Final = "/v1/entries?contains=the&limit=20"
UNIT: Final = "answers/s"
GZIP: Final = {"Accept-Encoding": "gzip"}
PLAIN: Final[Mapping[str, str]] = {}


class _Way(NamedTuple):
    """A server, and the headers of the requests to it."""

    name: str
    port: int
    headers: Mapping[str, str]

    def rate(self) -> float:
        """Load the server for one turn; return the responses per second."""
        return load(self.port, TARGET, SECONDS, self.headers)


class _Pair(NamedTuple):
    """What is measured, and its baseline."""

    what: str
    value: str
    floor: str


def measure(results: Results, directory: Path, archive: Archive, rounds: int) -> None:
    """Load all servers, round by round."""
    name = "hits"
    if results.find(name) is not None:
        return
    with ExitStack() as stack:
        started, size = _start(stack, directory, archive)
        ways = {way.name: way for way in started}
        for way in started:
            # Opens connections to Redis, whose leases are not trusted for the first two seconds.
            way.rate()
        turns: dict[_Pair, list[tuple[float, float]]] = {pair: [] for pair in _PAIRS}
        for number in range(rounds * TURNS):
            for pair, rates in turns.items():
                rates.append(_turn(ways[pair.value], ways[pair.floor], floor_first=number % 2 == 1))
            tell(f"{name}: turn {number + 1} of {rounds * TURNS}")
    lines = []
    for pair, rates in turns.items():
        values, floors = zip(*rates, strict=True)
        lines.append(Line(pair.what, UNIT, rounded(values), pair.floor, rounded(floors)))
    notes = [
        f"Hits: one question of {size:,} bytes, {CONNECTIONS} connections by {NAME}, {SECONDS:.0f} "
        f"s per turn, {WORKERS} workers of {THREADS} threads each, across which the system spreads "
        "the connections (--reuse-port); the two of a line right after each other, in alternating "
        "order.",
        "One version check: `PRAGMA data_version`, which shows whether an answer cached in the "
        "process is still current; bare WSGI does not check its answer.",
        "First version: a Flask view that reads a pickled Pydantic object from Redis and passes it "
        "to jsonify.",
    ]
    results.keep(Piece(name, "Cached answers over HTTP", lines, notes))


def _turn(value: _Way, floor: _Way, *, floor_first: bool) -> tuple[float, float]:
    """Return the rates of a pair; whichever runs second may benefit from a warmer machine."""
    if floor_first:
        floor_rate = floor.rate()
        return value.rate(), floor_rate
    return value.rate(), floor.rate()


def _start(stack: ExitStack, directory: Path, archive: Archive) -> tuple[list[_Way], int]:
    """Start all servers; return the ways to query them, and the size of the answer in bytes."""
    url = stack.enter_context(redis_server(directory))
    memory = stack.enter_context(dateline_server(archive.address)).port
    shared = stack.enter_context(dateline_server(archive.address, cache_url=url)).port
    _warm(memory)
    _warm(shared)
    answer, body = fetch(memory, TARGET, PLAIN)
    _, compressed = fetch(memory, TARGET, GZIP)
    etag = answer.getheader("ETag") or ""
    plain_file, gzip_file = directory / "answer.json", directory / "answer.json.gz"
    plain_file.write_bytes(body)
    gzip_file.write_bytes(compressed)
    redis.Redis.from_url(url).set(KEY, body)

    def bare(application: str) -> int:
        return stack.enter_context(bare_server(application)).port

    if_none = {"If-None-Match": etag}
    ways = [
        _Way("Dateline, in-process", memory, PLAIN),
        _Way("bare WSGI", bare(f"wsgi_constant({str(plain_file)!r})"), PLAIN),
        _Way(
            "bare WSGI, one version check",
            bare(f"wsgi_version({archive.url.database!r}, {str(plain_file)!r})"),
            PLAIN,
        ),
        _Way("Dateline, in-process, gzip", memory, GZIP),
        _Way("bare WSGI, gzip", bare(f"wsgi_constant({str(gzip_file)!r})"), GZIP),
        _Way("Dateline, in-process, 304", memory, if_none),
        _Way("Dateline, Redis", shared, PLAIN),
        _Way("bare WSGI, one Redis GET", bare(f"wsgi_redis({url!r})"), PLAIN),
        _Way("Dateline, Redis, gzip", shared, GZIP),
        _Way("Dateline, Redis, 304", shared, if_none),
        _Way("bare Flask", bare(f"flask_constant({str(plain_file)!r})"), PLAIN),
        _Way("first version", bare(f"first_version({url!r}, {str(plain_file)!r})"), PLAIN),
    ]
    return ways, len(body)


_PAIRS: Final = (
    _Pair("in-process", "Dateline, in-process", "bare WSGI"),
    _Pair("in-process", "Dateline, in-process", "bare WSGI, one version check"),
    _Pair("in-process, gzip", "Dateline, in-process, gzip", "bare WSGI, gzip"),
    _Pair("in-process, 304", "Dateline, in-process, 304", "Dateline, in-process"),
    _Pair("in-process", "Dateline, in-process", "bare Flask"),
    _Pair("Redis", "Dateline, Redis", "bare WSGI, one Redis GET"),
    _Pair("Redis, gzip", "Dateline, Redis, gzip", "bare WSGI, one Redis GET"),
    _Pair("Redis, 304", "Dateline, Redis, 304", "Dateline, Redis"),
    _Pair("Redis", "Dateline, Redis", "first version"),
    _Pair("in-process", "Dateline, in-process", "first version"),
)


def _warm(port: int) -> None:
    """Send requests until every worker has cached the answer: many hits in a row."""
    hits = 0
    for _ in range(2_000):
        answer, _body = fetch(port, TARGET, PLAIN)
        hits = hits + 1 if answer.getheader(CACHE_HEADER) == "hit" else 0
        if hits == 20 * WORKERS:
            return
    raise RuntimeError("The answer was never cached")
