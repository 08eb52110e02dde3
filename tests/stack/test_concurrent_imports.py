"""Concurrent imports of overlapping rows: all succeed, and every row has one outcome."""

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import pytest

from tests.factories import Item, as_json, as_ndjson, make_item, make_items
from tests.servers import (
    DEADLINE,
    ON_MYSQL,
    ON_SQLITE,
    DatelineServer,
    Reply,
    fresh_database,
    run_dateline,
)
from tests.stack.conftest import running

ROWS: Final = 2_000
SENT: Final = 1_200
"""Rows per import; any two imports share some."""


@pytest.mark.parametrize("kind", [ON_SQLITE, ON_MYSQL])
def test_overlapping_imports_at_the_same_time_keep_every_row_once(
    kind: str, tmp_path: Path
) -> None:
    rows = make_items(ROWS)
    # From both ends and in both directions, so that row locks could deadlock.
    parts = [rows[:SENT], rows[:SENT][::-1], rows[-SENT:], rows[-SENT:][::-1]]
    bad = make_item(date="May 23")
    with (
        fresh_database(kind, tmp_path) as url,
        running(tmp_path, DATABASE_URL=url, CACHE_URL="memory://") as server,
    ):
        with ThreadPoolExecutor(len(parts)) as clients:
            together = threading.Barrier(len(parts))
            sent = list(clients.map(lambda part: _send(server, [*part, bad], together), parts))
        reports = [_report(reply) for _begun, _ended, reply in sent]
        kept = Counter(item["url"] for item in _all_items(server))
        ledger = server.get("/v1/imports").json["items"]

    assert max(begun for begun, _ended, _reply in sent) < min(ended for _, ended, _ in sent)
    assert kept == Counter(row["url"] for row in rows)
    assert sum(report["created"] for report in reports) == ROWS
    for report in reports:
        assert report["received"] == SENT + 1
        assert report["rejected"] == 1
        assert report["created"] + report["duplicate"] + report["rejected"] == SENT + 1
    told = {(report["id"], report["created"], report["duplicate"]) for report in reports}
    assert {(one["id"], one["created"], one["duplicate"]) for one in ledger} == told


@pytest.mark.parametrize("kind", [ON_SQLITE, ON_MYSQL])
def test_commands_and_requests_import_at_the_same_time(kind: str, tmp_path: Path) -> None:
    """Four processes, two of them commands that commit in batches."""
    rows = make_items(ROWS)
    with (
        fresh_database(kind, tmp_path) as url,
        running(tmp_path, DATABASE_URL=url, CACHE_URL="memory://", WORKERS="2") as server,
    ):
        commands = []
        for number, part in enumerate((rows, rows[::-1])):
            (tmp_path / f"{number}.ndjson").write_bytes(as_ndjson(part))
            commands.append(run_dateline(tmp_path, server.settings, "import", f"{number}.ndjson"))
        requests = 0
        while requests < 2 or any(command.poll() is None for command in commands):
            start = requests * 100 % ROWS
            reply = server.post("/v1/bulk", as_json(rows[start : start + 100]))
            assert reply.status == 200, reply.body
            requests += 1
        codes = [command.wait(DEADLINE) for command in commands]
        kept = Counter(item["url"] for item in _all_items(server))
        ledger = server.get("/v1/imports?limit=1000").json["items"]

    assert codes == [0, 0]
    assert kept == Counter(row["url"] for row in rows)
    assert sum(one["created"] for one in ledger) == ROWS
    assert len(ledger) == requests + len(commands)
    assert all(one["finished_at"] for one in ledger)


def _send(
    server: DatelineServer, rows: list[Item], together: threading.Barrier
) -> tuple[float, float, Reply]:
    body = as_json(rows)
    together.wait(DEADLINE)
    begun = time.monotonic()
    reply = server.post("/v1/bulk", body)
    return begun, time.monotonic(), reply


def _report(reply: Reply) -> dict[str, Any]:
    assert reply.status == 207, reply.body[:500]
    report: dict[str, Any] = reply.json["import"]
    return report


def _all_items(server: DatelineServer) -> list[Item]:
    items: list[Item] = []
    link: str | None = "/v1/entries?sort=added&limit=1000"
    while link is not None:
        page = server.get(link).json
        items += page["items"]
        link = page["next"]
    return items
