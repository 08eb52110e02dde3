"""The proof of correctness: the archive returns what a loop over all entries returns."""

import pytest

from tests.search.conftest import Proof, compare, pages
from tests.search.corpus import SIZE, Asked, make_questions


@pytest.mark.parametrize("seed", range(30))
def test_it_answers_as_a_loop_over_all_entries_does(proof: Proof, seed: int) -> None:
    for asked in make_questions(proof.corpus, proof.questions, seed):
        expected = proof.oracle.answer(asked)
        compare(proof.client, asked, expected)


def test_questions_are_a_fair_sample(proof: Proof) -> None:
    """Questions that all match nothing, or everything, would prove little."""
    counts = [
        len(proof.oracle.answer(asked))
        for seed in range(200 // proof.questions)
        for asked in make_questions(proof.corpus, proof.questions, seed)
    ]
    assert sum(count == 0 for count in counts) > 5
    assert sum(0 < count <= 50 for count in counts) > 50
    assert sum(50 < count <= 2_000 for count in counts) > 30
    assert sum(2_000 < count < SIZE for count in counts) > 5
    assert sum(count == SIZE for count in counts) >= 1


@pytest.mark.parametrize("sort", ["-date", "date", "-added", "added"])
def test_a_walk_through_all_pages_sees_every_entry_once(proof: Proof, sort: str) -> None:
    link = f"/v1/entries?sort={sort}&limit=997"
    walked = [item["id"] for page in pages(proof.client, link) for item in page]
    assert walked == proof.oracle.answer(Asked(sort=sort))
    assert len(walked) == SIZE
