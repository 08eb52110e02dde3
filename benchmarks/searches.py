"""How fast searches are answered, ready-made and anew, beside a route that answers a constant."""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from itertools import islice
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlencode

from benchmarks.clients import CACHE_HEADER, WRK, distinct_questions, same_question
from benchmarks.servers import HOST, bare_server, dateline_server
from benchmarks.tables import Comparison

WORKERS: Final = 2
THREADS: Final = 4
SECONDS: Final = 2
"""Of asking the same question, in each round."""

QUESTIONS: Final = 200
"""Distinct ones, in each round."""

BESIDE: Final = "bare Flask route"
UNIT: Final = "searches"
CACHED: Final = "/v1/entries?contains=conforto&limit=20"


def compare(directory: Path, filled: Path, rounds: int) -> list[Comparison]:
    """Measure cached and uncached searches, each in turn with the bare route."""
    questions = _questions(filled)
    cached: list[float] = []
    bare_of_cached: list[float] = []
    uncached: list[float] = []
    bare_of_uncached: list[float] = []
    body = directory / "answer.json"
    with dateline_server(filled, WORKERS, THREADS) as port:
        body.write_bytes(_answer(port))
        with bare_server(filled, body, WORKERS, THREADS) as bare:
            for _ in range(rounds):
                cached.append(same_question(port, CACHED, SECONDS))
                bare_of_cached.append(same_question(bare, CACHED, SECONDS))
                asked = list(islice(questions, QUESTIONS))
                uncached.append(distinct_questions(port, asked, "miss"))
                bare_of_uncached.append(distinct_questions(bare, asked, None))
    client = "wrk" if WRK else "threads"
    return [
        Comparison(f"search, cached, by {client}", BESIDE, UNIT, cached, bare_of_cached),
        Comparison("search, uncached, by threads", BESIDE, UNIT, uncached, bare_of_uncached),
    ]


def _answer(port: int) -> bytes:
    """The answer to the question that will be asked over and over, after it was kept."""
    for _ in range(100):
        connection = HTTPConnection(HOST, port)
        connection.request("GET", CACHED)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        if answer.getheader(CACHE_HEADER) == "hit":
            return body
    raise RuntimeError("The cache never had the answer")


def _questions(filled: Path) -> Iterator[str]:
    """Questions that people may ask of the archive, never the same twice."""
    with closing(sqlite3.connect(filled)) as connection:
        entries = connection.execute("SELECT title, url, site, date FROM entries").fetchall()
    rng = random.Random(1)
    asked: set[str] = set()
    while True:
        title, url, site, date = rng.choice(entries)
        words = title.split()
        question = rng.choice(
            (
                {"contains": rng.choice(words)},
                {"contains": " ".join(words[:2]), "sort": "date"},
                {"contains": rng.choice(words), "after": date[:4]},
                {"domain": site, "before": date[:10]},
                {"url": url, "match": "exact"},
                {"url": url.partition("?")[0].removesuffix("/")[-12:]},
                {"after": date[:7], "before": date[:7]},
            )
        )
        target = f"/v1/entries?{urlencode(question, quote_via=quote)}"
        if target not in asked:
            asked.add(target)
            yield target
