"""The proof of correctness over time: after any history, answers are those of a loop over entries.

Hypothesis makes up histories of imports and of changes to single entries. Two sets of services, as
two processes have them, share the archive; each of them writes, and each is asked right after.
"""

from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from dateline.app import create_app
from tests.archives import opened
from tests.factories import NDJSON, as_ndjson
from tests.search.conftest import compare
from tests.search.corpus import SORTS, Asked, Made, Oracle, make_corpus, make_questions
from tests.servers import ON_MYSQL, ON_SQLITE, fresh_archive

HISTORIES: Final = {"sqlite": 8, "mysql": 2}
"""Histories per test; on MySQL, making an archive for each takes longer than all its steps."""

STEPS: Final = 30

CONSTANTS: Final = {
    "text_index.writing.FULL": 16,
    "text_index.writing.PIECE": 8,
    "text_index.writing.TAIL": 3,
    "search.plan.NARROW": -1,
    "search.plan.OCCURRENCES_PER_ENTRY": 1_000_000,
    "search.block_search.FEW": 0,
    "search.block_search.A_BLOCK": 0,
    "search.block_search.OCCURRENCES_PER_ENTRY": 1_000_000,
}
"""Small blocks of the text index, so that they are often merged, and always searched."""

FIELDS: Final = ("title", "url", "date")
NAMES: Final = st.sampled_from(FIELDS)
CORPUS: Final = make_corpus(20)


def _mixed(title: Made, url: Made, date: Made) -> Made:
    """Return an entry with the title, the URL and the date of three others."""
    return replace(url, title=title.title, folded_title=title.folded_title, date=date.date)


# Five values are common, so that many rows are duplicates, and many entries have equal dates.
VALUES: Final = st.sampled_from([*range(5)] * 5 + [*range(20)]).map(lambda at: CORPUS[at])
ROWS: Final = st.builds(_mixed, VALUES, VALUES, VALUES)
PROCESSES: Final = st.integers(0, 1)
NUMBERS: Final = st.integers(0, 9_999)


@dataclass(slots=True)
class Walk:
    """A walk through all pages, while entries change.

    Attributes:
        link: to the next page; None after the last one.
        by_date: whether an entry moves if its date changes.
        due: ids of the entries at its start that are not deleted.
        moved: ids of entries whose date has changed.
        seen: ids of entries that have appeared.
    """

    link: str | None
    by_date: bool
    due: set[int]
    moved: set[int] = field(default_factory=set)
    seen: list[int] = field(default_factory=list)


class History(RuleBasedStateMachine):
    """One archive, and a dictionary with the entries that it must have."""

    kind: str = "sqlite"
    """Of the database."""

    def __init__(self) -> None:
        super().__init__()
        self._stack = ExitStack()
        directory = Path(self._stack.enter_context(TemporaryDirectory()))
        first = self._stack.enter_context(fresh_archive(self.kind, directory))
        second = self._stack.enter_context(opened(first.settings))
        self._clients = [create_app(services).test_client() for services in (first, second)]
        self._entries: dict[int, Made] = {}
        self._last_id = 0
        self._latest = CORPUS
        self._steps = 0
        self._walk = Walk(None, by_date=False, due=set())

    def teardown(self) -> None:
        """Delete the archive."""
        self._stack.close()

    def _import(self, process: int, rows: list[Made]) -> None:
        """Of equal rows, only the first is created, and none that is there."""
        created: dict[tuple[str, ...], Made] = {}
        for row in rows:
            if self._twin(row) is None:
                created.setdefault(_identity(row), row)
        body = as_ndjson([row.item for row in rows])
        answer = self._clients[process].post("/v1/bulk", data=body, content_type=NDJSON)
        assert answer.get_json()["import"]["created"] == len(created)
        if created:
            page = self._get(process, f"/v1/entries?sort=-added&limit={len(created)}")
            for item, row in zip(reversed(page["items"]), created.values(), strict=True):
                self._keep(item["id"], row)
        self._latest = rows

    begin = initialize(process=PROCESSES, rows=st.lists(ROWS, min_size=20, max_size=40))(_import)
    import_rows = rule(process=PROCESSES, rows=st.lists(ROWS, min_size=1, max_size=12))(_import)

    @rule(process=PROCESSES, row=ROWS)
    def add(self, process: int, row: Made) -> None:
        """An entry that is there is not created again, but one that was deleted is."""
        twin = self._twin(row)
        answer = self._clients[process].post("/v1/entries", json=row.item)
        assert answer.status_code == (201 if twin is None else 200)
        if twin is None:
            self._keep(answer.get_json()["id"], row)
        else:
            assert answer.get_json()["id"] == twin
        self._latest = [row]

    @rule(process=PROCESSES, number=NUMBERS, row=st.none() | ROWS, names=st.sets(NAMES))
    def change(self, process: int, number: int, row: Made | None, names: set[str]) -> None:
        """An entry may be changed to anything but another entry."""
        for entry_id in self._some_id(number):
            before = self._entries[entry_id]
            row = row or next(iter(self._entries.values()))
            after = _mixed(*(row if name in names else before for name in FIELDS))
            changes = {name: row.item[name] for name in names}
            answer = self._clients[process].patch(f"/v1/entries/{entry_id}", json=changes)
            is_free = self._twin(after) in (None, entry_id)
            assert answer.status_code == (200 if is_free else 409)
            if is_free:
                self._entries[entry_id] = after
                self._latest = [before, after]
                if after.date != before.date:
                    self._walk.moved.add(entry_id)

    @rule(process=PROCESSES, number=NUMBERS)
    def delete(self, process: int, number: int) -> None:
        """An entry that was deleted is gone for all processes."""
        for entry_id in self._some_id(number):
            path = f"/v1/entries/{entry_id}"
            assert self._clients[process].delete(path).status_code == 204
            assert self._clients[1 - process].get(path).status_code == 404
            self._latest = [self._entries.pop(entry_id)]
            self._walk.due.discard(entry_id)

    @invariant()
    def answers_are_those_of_a_loop(self) -> None:
        """Each process returns every entry as it is now, and finds what was written last."""
        self._steps += 1
        process = self._steps % 2
        # Every URL has a slash, so this is answered by the arrays of the text index.
        page = self._get(process, "/v1/entries?url=/&sort=date&limit=1000")
        shown = {item["id"]: {name: item[name] for name in FIELDS} for item in page["items"]}
        assert shown == {entry_id: entry.item for entry_id, entry in self._entries.items()}
        assert list(shown) == Oracle(self._entries).answer(Asked(sort="date"))
        for asked in make_questions(self._latest, 2, self._steps):
            compare(self._clients[process], asked, Oracle(self._entries).answer(asked))

    @rule(process=PROCESSES)
    def count(self, process: int) -> None:
        """Timelines and sites add up to what is found, and to the whole archive."""
        for asked in (Asked(), *make_questions(self._latest, 1, self._steps)):
            pairs = [pair for pair in asked.parameters if pair[0] not in ("sort", "limit", "total")]
            asked_for = urlencode([*pairs, ("limit", "1000")])
            found = self._get(process, f"/v1/entries?{asked_for}")["items"]
            sites = self._get(process, f"/v1/sites?{asked_for}")["items"]
            counts = {one["site"]: one["count"] for one in sites}
            assert counts == Counter(item["site"] for item in found), asked
            by_month = urlencode([*pairs, ("interval", "month")])
            buckets = self._get(process, f"/v1/timeline?{by_month}")["buckets"]
            months = Counter({bucket["start"]: bucket["count"] for bucket in buckets})
            assert +months == Counter(item["date_start"][:7] for item in found), asked

    @rule(process=PROCESSES, sort=st.sampled_from(SORTS), by_index=st.booleans())
    def walk(self, process: int, sort: str, by_index: bool) -> None:
        """A walk returns what was there at its start exactly once, whatever changes meanwhile."""
        if self._walk.link is None:
            link = f"/v1/entries?sort={sort}&limit=3{'&url=/' if by_index else ''}"
            self._walk = Walk(link, by_date="date" in sort, due=set(self._entries))
        walk = self._walk
        assert walk.link is not None
        page = self._get(process, walk.link)
        walk.link = page["next"]
        walk.seen += [item["id"] for item in page["items"]]
        if walk.link is None:
            times = Counter(walk.seen)
            sure = (walk.due | set(walk.seen)) - (walk.moved if walk.by_date else set())
            assert all(times[entry_id] == 1 for entry_id in sure)

    def _get(self, process: int, path: str) -> Any:
        answer = self._clients[process].get(path)
        assert answer.status_code == 200, f"{path}: {answer.text}"
        return answer.get_json()

    def _keep(self, entry_id: int, entry: Made) -> None:
        assert entry_id > self._last_id, "ids are never reused"
        self._last_id = entry_id
        self._entries[entry_id] = entry

    def _twin(self, row: Made) -> int | None:
        for entry_id, entry in self._entries.items():
            if _identity(entry) == _identity(row):
                return entry_id
        return None

    def _some_id(self, number: int) -> list[int]:
        """Return the id of one entry, if there are any."""
        ids = list(self._entries)
        return [ids[number % len(ids)]] if ids else []


def _identity(entry: Made) -> tuple[str, ...]:
    return entry.title, entry.key, entry.date.text


@pytest.mark.parametrize("kind", [ON_SQLITE, ON_MYSQL])
def test_after_any_history_it_answers_as_a_loop_does(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in CONSTANTS.items():
        monkeypatch.setattr(f"dateline.{name}", value)
    monkeypatch.setattr(History, "kind", kind)
    run_state_machine_as_test(
        History,
        settings=settings(
            max_examples=HISTORIES[kind],
            stateful_step_count=STEPS,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
