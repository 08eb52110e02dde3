"""Measure how fast timelines and sites are counted, compared with the same query's page."""

import time
from itertools import pairwise
from pathlib import Path
from typing import Final

from benchmarks.archives import Archive
from benchmarks.questions import questions_of
from benchmarks.results import MS, Line, Piece, Results, rounded, tell
from benchmarks.searches import question_of
from dateline.cache.answers import Cache
from dateline.search.answer import answer_question
from dateline.search.facets import answer_sites, answer_timeline
from dateline.search.question import Question
from dateline.wiring import settle

SITES: Final = 20
NOTES: Final = [
    "Timelines at the interval that Dateline chooses, and the twenty most frequent sites. "
    "Baseline: the first page of the same query, newest first. All without a cache.",
]


def measure(
    results: Results, directory: Path, archive: Archive, rows: int, each: int, rounds: int
) -> None:
    """Measure the facets of all classes of queries."""
    name = f"{archive.kind}-facets-{rows:09}"
    if results.find(name) is not None:
        return
    services = archive.open()
    # As a server does.
    settle()
    lines = []
    for what, asked in questions_of(directory, archive, rows, each).items():
        questions = [question_of(one) for one in asked] * rounds
        if questions:
            tell(f"{name}: {what}")
            lines += _facets(services.cache, what, questions)
    services.close()
    results.keep(Piece(name, f"{archive.kind}: facets at {rows:,} rows", lines, NOTES))


def _facets(cache: Cache, what: str, questions: list[Question]) -> list[Line]:
    timelines: list[float] = []
    sites: list[float] = []
    pages: list[float] = []
    for question in questions:
        times = [time.perf_counter()]
        answer_timeline(cache, question, None)
        times.append(time.perf_counter())
        answer_sites(cache, question, SITES)
        times.append(time.perf_counter())
        answer_question(cache, question)
        times.append(time.perf_counter())
        for values, (start, end) in zip((timelines, sites, pages), pairwise(times), strict=True):
            values.append((end - start) * 1_000)
    beside = rounded(pages)
    return [
        Line(f"timeline, {what}", MS, rounded(timelines), "its first page", beside),
        Line(f"sites, {what}", MS, rounded(sites), "its first page", beside),
    ]
