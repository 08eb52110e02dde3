"""Concurrent writers and readers, and a judge that counts answers older than an acknowledged write.

A writer tells the judge of every acknowledged write (2xx) at once. A reader notes what is
acknowledged *before* it sends a request, so an answer without that is stale without any doubt. All
clients are threads of this process and share its memory; the service runs in other processes.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from http.client import HTTPException
from typing import Final
from urllib.parse import quote

from tests.factories import as_json
from tests.servers import Browser, DatelineServer, Reply, wait_until

COMMON: Final = "hammered"
"""A word in every title, and so the hot query that all readers share."""

IN_AN_IMPORT: Final = 4
"""Rows per import."""

FEW_READS: Final = 50
FEW_WRITES: Final = 5
"""A hammer that was stopped after so few would show nothing."""

PAUSE: Final = 0.06
"""Maximum seconds between two writes of a writer, so that there are cache hits to judge too."""


@dataclass
class Judge:
    """What has been acknowledged, and what readers saw.

    Attributes:
        away_is_fair: whether 503 is acceptable, because the database may be unavailable.
        rows: the number of acknowledged rows per writer; rows are numbered from 1.
        imports: the number of acknowledged imports.
        changed: the entry of each changer, and the number in its acknowledged title.
        removed: ids of entries whose removal is acknowledged, newest last.
        reads: the number of judged answers.
        writes: the number of acknowledged writes.
        outcomes: answers by cache outcome.
        away: the number of answers with 503.
        stale: answers that lack what was acknowledged before the request.
        failures: answers that no client should get.
        slowest_read: seconds of the slowest answer to a reader.
    """

    away_is_fair: bool = False
    rows: dict[str, int] = field(default_factory=dict)
    imports: int = 0
    changed: dict[str, tuple[int, int]] = field(default_factory=dict)
    removed: list[int] = field(default_factory=list)
    reads: int = 0
    writes: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    away: int = 0
    stale: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    slowest_read: float = 0.0

    def is_fair(self, what: str, reply: Reply, *expected: HTTPStatus) -> bool:
        """Return whether a reply can be judged; record one that no client should get."""
        if reply.status in expected:
            return True
        if self.away_is_fair and reply.status == HTTPStatus.SERVICE_UNAVAILABLE:
            self.away += 1
            headers = reply.headers
            if headers["Content-Type"] != "application/problem+json" or not headers["Retry-After"]:
                self.failures.append(f"{what}: 503 with {headers}")
        else:
            self.failures.append(f"{what}: {reply.status} {reply.body[:300]!r}")
        return False

    def must_be_satisfied(self) -> None:
        """Assert that nothing was stale, nothing failed, and enough was judged."""
        assert not self.stale, f"{len(self.stale)} of {self.reads} stale: {self.stale[:5]}"
        assert not self.failures, f"{len(self.failures)} failures: {self.failures[:5]}"
        assert self.reads > FEW_READS
        assert self.writes > FEW_WRITES

    def __str__(self) -> str:
        return (
            f"{self.reads} reads judged, {len(self.stale)} stale; {self.writes} writes "
            f"acknowledged; {dict(self.outcomes)}; {self.away} answers of 503; "
            f"{len(self.failures)} failures; slowest read {self.slowest_read:.2f} s"
        )


class Hammer:
    """Clients of one server, each in a thread, running until stopped."""

    def __init__(self, server: DatelineServer, judge: Judge, name: str) -> None:
        self._server = server
        self._name = name
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []
        self._counting = threading.Lock()
        self.judge = judge

    def start(self) -> None:
        """Start one writer of each kind and six readers."""
        jobs = [self._add, self._import, self._change, self._remove, *[self._read] * 6]
        for number, job in enumerate(jobs):
            thread = threading.Thread(target=self._work, args=[job, f"{self._name}{number}"])
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """Stop all clients, and wait for them."""
        self._over.set()
        for thread in self._threads:
            thread.join()

    def run_on(self, reads: int = 40, writes: int = 8) -> None:
        """Wait for this many more reads and writes."""
        first_read, first_write = self.judge.reads, self.judge.writes
        self._wait_for("reads", first_read + reads)
        self._wait_for("writes", first_write + writes)

    def run_enough(self) -> None:
        """Wait until enough is judged, however little the test has waited for."""
        self._wait_for("reads", FEW_READS + 1)
        self._wait_for("writes", FEW_WRITES + 1)

    def run_into(self, answers: int) -> None:
        """Wait for this many more answers with 503."""
        self._wait_for("away", self.judge.away + answers)

    def _wait_for(self, what: str, wanted: int) -> None:
        """Wait until the judge has counted so many; each of them has the whole deadline."""
        judge = self.judge

        def is_past(count: int) -> bool:
            return bool(judge.failures) or getattr(judge, what) > count

        for count in range(getattr(judge, what), wanted):
            wait_until(partial(is_past, count), f"{what} go on")

    def _work(self, job: Callable[[str, Browser, random.Random], Iterator[None]], me: str) -> None:
        """Run one job until stopped, and record connection errors."""
        chance = random.Random(me)
        with self._server.browser() as browser:
            try:
                for _done in job(me, browser, chance):
                    if self._over.is_set():
                        return
            except (OSError, HTTPException) as error:
                self.judge.failures.append(f"{me}: {error!r}")

    # --- Writers: each tells the judge as soon as a write is acknowledged.

    def _acknowledged(self) -> None:
        with self._counting:
            self.judge.writes += 1

    def _add(self, me: str, browser: Browser, chance: random.Random) -> Iterator[None]:
        """Add one entry after another, repeating each until it is acknowledged."""
        number = 1
        while True:
            reply = browser.post("/v1/entries", _entry(me, number))
            if self.judge.is_fair(f"add {number}", reply, HTTPStatus.CREATED, HTTPStatus.OK):
                self.judge.rows[me] = number
                with self._counting:
                    self.judge.imports += reply.status == HTTPStatus.CREATED
                self._acknowledged()
                number += 1
            yield
            time.sleep(chance.uniform(0, PAUSE))

    def _import(self, me: str, browser: Browser, chance: random.Random) -> Iterator[None]:
        """Import a few rows at a time."""
        number = 1
        while True:
            items = [_item(me, number + place) for place in range(IN_AN_IMPORT)]
            reply = browser.post("/v1/bulk", as_json(items))
            if self.judge.is_fair(f"import {number}", reply, HTTPStatus.OK):
                number += IN_AN_IMPORT
                self.judge.rows[me] = number - 1
                with self._counting:
                    self.judge.imports += 1
                self._acknowledged()
            yield
            time.sleep(chance.uniform(0, PAUSE))

    def _change(self, me: str, browser: Browser, chance: random.Random) -> Iterator[None]:
        """Change the title of one entry, over and over."""
        reply = browser.post("/v1/entries", _entry(me, 1))
        if not self.judge.is_fair("add an entry to change", reply, HTTPStatus.CREATED):
            return
        entry_id = reply.json["id"]
        number = 1
        while True:
            number += 1
            body = f'{{"title": "{_title(me, number)}"}}'.encode()
            reply = browser.send("PATCH", f"/v1/entries/{entry_id}", body)
            if self.judge.is_fair(f"change {number}", reply, HTTPStatus.OK):
                self.judge.changed[me] = (entry_id, number)
                self._acknowledged()
            yield
            time.sleep(chance.uniform(0, PAUSE))

    def _remove(self, me: str, browser: Browser, chance: random.Random) -> Iterator[None]:
        """Add entries, read them, and remove them."""
        number = 1
        while True:
            body = _entry(me, number).replace(COMMON.encode(), b"removed")
            reply = browser.post("/v1/entries", body)
            if self.judge.is_fair(f"add {number}", reply, HTTPStatus.CREATED, HTTPStatus.OK):
                address = f"/v1/entries/{reply.json['id']}"
                self.judge.is_fair(f"read {number}", browser.get(address), HTTPStatus.OK)
                gone = browser.send("DELETE", address)
                if self.judge.is_fair(f"remove {number}", gone, HTTPStatus.NO_CONTENT):
                    self.judge.removed.append(reply.json["id"])
                    self._acknowledged()
                    number += 1
            yield
            time.sleep(chance.uniform(0, PAUSE))

    # --- Readers: each notes what is acknowledged, sends a request, and compares.

    def _read(self, _me: str, browser: Browser, chance: random.Random) -> Iterator[None]:
        asks = [self._ask_total, self._ask_total, self._ask_one, self._ask_changed]
        asks += [self._ask_removed, self._ask_imports]
        while True:
            chance.choice(asks)(browser, chance)
            yield

    def _ask_total(self, browser: Browser, _chance: random.Random) -> None:
        """Run the hot query: all rows of all writers."""
        due = sum(list(self.judge.rows.values()))
        reply = browser.get(f"/v1/entries?contains={COMMON}&limit=1")
        if self.judge.is_fair("total", reply, HTTPStatus.OK):
            total = reply.json["total"]
            self._judged(reply, total >= due, f"{total} rows where {due} are acknowledged")

    def _ask_one(self, browser: Browser, chance: random.Random) -> None:
        """Search for the newest row of one writer, by its unique text."""
        known = list(self.judge.rows.items())
        if not known:
            return
        writer, number = chance.choice(known)
        reply = browser.get(f"/v1/entries?contains={quote(_token(writer, number))}")
        if self.judge.is_fair("one row", reply, HTTPStatus.OK):
            found = reply.json["total"]
            self._judged(reply, found == 1, f"{found} of row {number} by {writer}")

    def _ask_changed(self, browser: Browser, chance: random.Random) -> None:
        known = list(self.judge.changed.values())
        if not known:
            return
        entry_id, number = chance.choice(known)
        reply = browser.get(f"/v1/entries/{entry_id}")
        if self.judge.is_fair("changed entry", reply, HTTPStatus.OK):
            seen = int(reply.json["title"].rpartition("n")[2].removesuffix("e"))
            self._judged(reply, seen >= number, f"change {seen} where {number} is acknowledged")

    def _ask_removed(self, browser: Browser, _chance: random.Random) -> None:
        if not self.judge.removed:
            return
        entry_id = self.judge.removed[-1]
        reply = browser.get(f"/v1/entries/{entry_id}")
        if self.judge.is_fair("removed entry", reply, HTTPStatus.OK, HTTPStatus.NOT_FOUND):
            self._judged(reply, reply.status == HTTPStatus.NOT_FOUND, f"{entry_id} is still there")

    def _ask_imports(self, browser: Browser, _chance: random.Random) -> None:
        """Read the ledger, which has one import per bulk import and per added entry."""
        due = self.judge.imports
        reply = browser.get("/v1/imports?limit=1")
        if self.judge.is_fair("imports", reply, HTTPStatus.OK):
            total = reply.json["total"]
            self._judged(reply, total >= due, f"{total} imports where {due} are acknowledged")

    def _judged(self, reply: Reply, is_current: bool, otherwise: str) -> None:
        with self._counting:
            self.judge.reads += 1
            self.judge.slowest_read = max(self.judge.slowest_read, reply.seconds)
            self.judge.outcomes[reply.headers.get("X-Cache", "none")] += 1
            if not is_current:
                self.judge.stale.append(f"{otherwise} ({reply.headers.get('X-Cache')})")


@contextmanager
def hammering(server: DatelineServer, name: str, *, away_is_fair: bool = False) -> Iterator[Hammer]:
    """Hammer a server while the block runs; fail at its end if the judge is not satisfied.

    Args:
        server: the server.
        name: unique among the hammers on the same archive; letters only.
        away_is_fair: whether 503 is acceptable.
    """
    hammer = Hammer(server, Judge(away_is_fair=away_is_fair), name)
    hammer.start()
    try:
        yield hammer
        hammer.run_enough()
    finally:
        hammer.stop()
        print(hammer.judge)  # shown if a test fails, or with -s
    hammer.judge.must_be_satisfied()


def _token(writer: str, number: int) -> str:
    return f"{writer}n{number}e"


def _title(writer: str, number: int) -> str:
    return f"{COMMON} {_token(writer, number)}"


def _item(writer: str, number: int) -> dict[str, str]:
    return {
        "title": _title(writer, number),
        "url": f"https://example.org/{writer}/{number}",
        "date": "2014-03-08",
    }


def _entry(writer: str, number: int) -> bytes:
    return as_json([_item(writer, number)]).removeprefix(b'{"items": [').removesuffix(b"]}")
