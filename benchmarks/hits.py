"""How fast a ready-made answer is sent, beside a constant and beside the plain way to write it.

All servers run at the same time under the same Gunicorn settings. What is compared is loaded
directly after each other, in short turns and in either order, so that whatever else the machine
does falls on both alike.
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
"""Of each turn."""

TURNS: Final = 4
"""Of each pair in each round: many short ones, as what else the machine does comes and goes."""

TARGET: Final = "/v1/entries?contains=the&limit=20"
UNIT: Final = "answers/s"
GZIP: Final = {"Accept-Encoding": "gzip"}
PLAIN: Final[Mapping[str, str]] = {}


class _Way(NamedTuple):
    """One way to answer: a server, and what it is asked with."""

    name: str
    port: int
    headers: Mapping[str, str]

    def rate(self) -> float:
        """Load it for one turn."""
        return load(self.port, TARGET, SECONDS, self.headers)


class _Pair(NamedTuple):
    """What is measured, and what it stands beside."""

    what: str
    value: str
    floor: str


def measure(results: Results, directory: Path, archive: Archive, rounds: int) -> None:
    """Load every server, round after round."""
    name = "hits"
    if results.find(name) is not None:
        return
    with ExitStack() as stack:
        started, size = _start(stack, directory, archive)
        ways = {way.name: way for way in started}
        for way in started:
            # Connections to Redis are made, and for two seconds no lease is believed over them.
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
        f"s a turn, {WORKERS} workers of {THREADS} threads each, between which the system spreads "
        "the connections (--reuse-port); the two of a line directly after each other, in either "
        "order.",
        "One look at the version: `PRAGMA data_version`, by which an answer in the process is known to "
        "be current; the answer of bare WSGI is never asked whether it is.",
        "First version: a Flask view that takes a pickled Pydantic object from Redis and gives it "
        "to jsonify.",
    ]
    results.keep(Piece(name, "Ready-made answers over HTTP", lines, notes))


def _turn(value: _Way, floor: _Way, *, floor_first: bool) -> tuple[float, float]:
    """The rates of a pair; who comes second may find the machine warmer."""
    if floor_first:
        floor_rate = floor.rate()
        return value.rate(), floor_rate
    return value.rate(), floor.rate()


def _start(stack: ExitStack, directory: Path, archive: Archive) -> tuple[list[_Way], int]:
    """Start all servers; gives the ways to ask them, and the bytes of the answer."""
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
            "bare WSGI, one look at the version",
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
    _Pair("in-process", "Dateline, in-process", "bare WSGI, one look at the version"),
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
    """Ask until every worker has the answer: many hits after each other come from all of them."""
    hits = 0
    for _ in range(2_000):
        answer, _body = fetch(port, TARGET, PLAIN)
        hits = hits + 1 if answer.getheader(CACHE_HEADER) == "hit" else 0
        if hits == 20 * WORKERS:
            return
    raise RuntimeError("The cache never had the answer")
