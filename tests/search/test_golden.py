"""The golden set: a question returns the same ids on every database."""

import json
from collections.abc import Iterator
from typing import Final

import pytest
from flask.testing import FlaskClient

from dateline.app import create_app
from tests.archives import small_blocks
from tests.factories import NDJSON, as_ndjson
from tests.search.golden import FILE, QUESTIONS, compute, make_entries, query_of
from tests.servers import ON_MYSQL, ON_SQLITE, fresh_archive

EXPECTED: Final[dict[str, list[int]]] = json.loads(FILE.read_text())


@pytest.fixture(scope="module", params=[ON_SQLITE, ON_MYSQL])
def golden(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FlaskClient]:
    """Provide an archive of the golden entries; the id of each is its position."""
    directory = tmp_path_factory.mktemp("golden")
    entries = make_entries()
    with fresh_archive(request.param, directory) as services:
        client = create_app(services).test_client()
        body = as_ndjson([entry.item for entry in entries])
        with small_blocks(40):
            report = client.post("/v1/bulk", data=body, content_type=NDJSON).get_json()
        assert report["import"]["created"] == len(entries), report
        kept = client.get("/v1/entries?sort=added&limit=1000").get_json()["items"]
        assert [item["id"] for item in kept] == list(range(1, len(entries) + 1))
        sent = [entry.item for entry in entries]
        assert [{name: item[name] for name in sent[0]} for item in kept] == sent
        yield client


STEPS: Final = "dateline.search.plan.Plan._steps_worth_scanning"
NARROW: Final = "dateline.search.plan.NARROW"
SOONER: Final = "dateline.search.plan.OCCURRENCES_PER_ENTRY"
FEW: Final = "dateline.search.block_search.FEW"
A_BLOCK: Final = "dateline.search.block_search.A_BLOCK"
WORTH: Final = "dateline.search.block_search.OCCURRENCES_PER_ENTRY"
BEGIN_WITHIN: Final = "dateline.search.block_search.MANY_TIMES"
AT_ONCE: Final = "dateline.search.block_search.AT_ONCE"
CUT: Final = "dateline.text_index.lookup.MANY_TIMES"
LEFT_OUT: Final = "dateline.text_index.lookup.MANY_OCCURRENCES"
DATES_FIRST: Final = "dateline.search.block_search.DATES_FIRST"
VERY_MANY: Final = 1_000_000

WAYS: Final[dict[str, dict[str, object]]] = {
    "as planned": {},
    "seek at once": {STEPS: lambda _plan: 0, NARROW: VERY_MANY},
    "scan in vain": {STEPS: lambda _plan: 1, NARROW: VERY_MANY},
    "scan along all": {STEPS: lambda _plan: VERY_MANY, NARROW: VERY_MANY},
    "by the text index alone": {
        NARROW: -1,
        SOONER: VERY_MANY,
        FEW: 0,
        A_BLOCK: 0,
        WORTH: VERY_MANY,
    },
    "by the text index, a block at a time": {
        NARROW: -1,
        SOONER: VERY_MANY,
        FEW: 0,
        A_BLOCK: 0,
        WORTH: VERY_MANY,
        AT_ONCE: 0,
    },
    "by the text index, within a path": {
        NARROW: -1,
        SOONER: VERY_MANY,
        FEW: 0,
        A_BLOCK: 0,
        WORTH: VERY_MANY,
        BEGIN_WITHIN: 0,
        CUT: 0,
    },
    "by the text index, dates first": {
        NARROW: -1,
        SOONER: VERY_MANY,
        FEW: 0,
        A_BLOCK: 0,
        WORTH: VERY_MANY,
        DATES_FIRST: -1,
        LEFT_OUT: 0,
    },
    "by the text index, and tested where it may reach into the time": {
        NARROW: -1,
        SOONER: VERY_MANY,
        FEW: 0,
        A_BLOCK: 1,
        WORTH: VERY_MANY,
    },
    "by the text index, and tested": {NARROW: -1, SOONER: VERY_MANY, FEW: VERY_MANY, WORTH: 0},
}
"""Constants that decide which path is taken; each way must return the same answers."""


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Force one way to find answers."""
    for name, value in WAYS[request.param].items():
        monkeypatch.setattr(name, value)
    assert isinstance(request.param, str)
    return request.param


def test_every_question_has_its_golden_answer(golden: FlaskClient, way: str) -> None:
    wrong = []
    for query, expected in EXPECTED.items():
        # A different limit for each way, so that no answer is cached from another way.
        limit = 1_000 - list(WAYS).index(way)
        answer = golden.get(f"/v1/entries?{query}&limit={limit}")
        assert answer.status_code == 200, f"{query}: {answer.text}"
        page = answer.get_json()
        found = [item["id"] for item in page["items"]]
        if found != expected or page["total"] != len(expected) or page["next"] is not None:
            wrong.append(f"{query}: {found} of {page['total']}, expected {expected}")
    assert not wrong, "\n".join(wrong)


def test_the_golden_answers_are_those_of_a_loop_over_all_entries() -> None:
    assert compute() == EXPECTED
    assert list(EXPECTED) == [query_of(question) for question in QUESTIONS]


def test_the_golden_questions_are_many_and_most_find_something() -> None:
    found = sum(bool(ids) for ids in EXPECTED.values())
    assert len(EXPECTED) >= 200
    assert found >= 0.9 * len(EXPECTED)
