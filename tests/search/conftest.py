"""The archive in many scripts that every proof of correctness searches."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from flask.testing import FlaskClient

from dateline.app import create_app
from tests.archives import small_blocks
from tests.factories import NDJSON, as_ndjson
from tests.search.corpus import SIZE, TOTAL_LIMIT, Asked, Made, Oracle, make_corpus
from tests.servers import ON_MYSQL, ON_SQLITE, fresh_archive

QUESTIONS = {"sqlite": 50, "mysql": 10}
"""Questions per test; MySQL is slower with questions that have very many matches."""


class Proof(NamedTuple):
    client: FlaskClient
    questions: int
    corpus: list[Made]
    oracle: Oracle
    kept: dict[int, dict[str, Any]]
    """Each entry as the API returns it, by id."""


@pytest.fixture(scope="session", params=[ON_SQLITE, ON_MYSQL])
def proof(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Proof]:
    """Provide the whole corpus, in an archive on each database and in the oracle."""
    corpus = make_corpus()
    directory = tmp_path_factory.mktemp("corpus")
    with fresh_archive(request.param, directory) as services:
        client = create_app(services).test_client()
        body = as_ndjson([entry.item for entry in corpus])
        with small_blocks(700):
            report = client.post("/v1/bulk", data=body, content_type=NDJSON).get_json()
        assert report["import"]["created"] == SIZE, report
        # Ids are assigned in the order of the import.
        kept = [
            item for page in pages(client, "/v1/entries?sort=added&limit=1000") for item in page
        ]
        sent = [entry.item for entry in corpus]
        assert [{name: item[name] for name in ("title", "url", "date")} for item in kept] == sent
        by_id = {item["id"]: entry for item, entry in zip(kept, corpus, strict=True)}
        questions = QUESTIONS[request.param]
        yield Proof(client, questions, corpus, Oracle(by_id), {item["id"]: item for item in kept})


def pages(client: FlaskClient, link: str | None) -> Iterator[list[dict[str, Any]]]:
    """Yield the entries of each page of a search, to the last page."""
    while link is not None:
        page = client.get(link).get_json()
        yield page["items"]
        link = page["next"]


def compare(client: FlaskClient, asked: Asked, expected: list[int]) -> None:
    """Check pages, totals and links of the answer to a question."""
    link: str | None = str(asked)
    total = len(expected) if asked.exact_total else min(len(expected), TOTAL_LIMIT)
    for number in range(asked.pages):
        assert link is not None
        answer = client.get(link)
        assert answer.status_code == 200, f"{asked}\n{answer.text}"
        page = answer.get_json()
        start = number * asked.limit
        here = expected[start : start + asked.limit]
        assert [item["id"] for item in page["items"]] == here, f"page {number + 1} of {asked}"
        assert page["total"] == total, f"page {number + 1} of {asked}"
        relation = "eq" if total == len(expected) else "gte"
        assert page["total_relation"] == relation, f"page {number + 1} of {asked}"
        link = page["next"]
        is_last = start + asked.limit >= len(expected)
        assert (link is None) == is_last, f"page {number + 1} of {asked}"
        if is_last:
            return
