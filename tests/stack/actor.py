"""A process of the service that does what it is told, and can be hurt at a chosen place.

It runs the real code on the real servers, as a worker does. The one thing added is a signal that
the process sends to itself when it comes to a place: SIGSTOP, to be held there, or SIGKILL, to die
there. `Actor` is its other end, in the test.
"""

import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import parse_qsl

from sqlalchemy import event

from dateline.cache import answers
from dateline.cache.lease import SECONDS
from dateline.cache.redis_cache import RedisCache
from dateline.config import load_settings
from dateline.errors import DatabaseAway
from dateline.imports.options import Options
from dateline.imports.single import add_entry
from dateline.parameters import read_parameters
from dateline.schemas import SearchParameters
from dateline.search.answer import answer_question
from dateline.search.question import read_question
from dateline.wiring import Services, open_services
from tests.servers import DEADLINE, environment_of, is_stopped, wait_until

PLACES: Final = ("believing", "putting", "ending", "storing")
"""Believing a lease that was read; putting a lease on a stamp that was read; ending the lease
after a commit; storing an answer that was made."""


# --- In the test -------------------------------------------------------------------------------


class Actor:
    """One such process. Everything that it is told is done by its one thread, in order."""

    def __init__(self, directory: Path, settings: Mapping[str, str]) -> None:
        self._untold = 0
        with (directory / "actors.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.stack.actor"],
                env=environment_of(settings),
                cwd=directory,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def ask(self, query: str, times: int = 1) -> dict[str, Any]:
        """Ask a question, so many threads at the same time; see `_ask` for what comes back."""
        self.begin_to_ask(query, times)
        return self.result()

    def begin_to_ask(self, query: str, times: int = 1) -> None:
        """The same, without waiting for `result`."""
        self._tell("ask", query, times)

    def add(self, title: str) -> dict[str, Any]:
        """Add an entry; returns when it is acknowledged."""
        self.begin_to_add(title)
        return self.result()

    def begin_to_add(self, title: str) -> None:
        """The same, without waiting for `result`."""
        self._tell("add", title)

    def hold_before(self, place: str) -> None:
        """Have it stop itself when it comes to a place the next time."""
        self._tell("signal", place, signal.SIGSTOP)
        self.result()

    def die_before(self, place: str) -> None:
        """Have it kill itself when it comes to a place the next time."""
        self._tell("signal", place, signal.SIGKILL)
        self.result()

    def wait_until_held(self) -> None:
        """Wait until it stands where it was told to stop."""
        wait_until(lambda: is_stopped(self._process.pid), "the actor stands still")

    def go_on(self) -> None:
        """Let it go on from there."""
        self._process.send_signal(signal.SIGCONT)

    def wait_until_dead(self) -> None:
        """Wait until it has died where it was told to."""
        assert self._process.wait(DEADLINE) == -signal.SIGKILL

    def is_free(self) -> bool:
        """Whether it lives and waits to be told something: after a failed test it may not."""
        return self._process.poll() is None and self._untold == 0

    def result(self) -> dict[str, Any]:
        """What came of what it was told."""
        assert self._process.stdout is not None
        # There is one line for each word, so nothing waits in a buffer.
        ready, _, _ = select.select([self._process.stdout], [], [], DEADLINE)
        assert ready, f"the actor has said nothing for {DEADLINE:g} s"
        line = self._process.stdout.readline()
        assert line, "the actor has ended"
        self._untold -= 1
        result: dict[str, Any] = json.loads(line)
        return result

    def _tell(self, *words: object) -> None:
        assert self._process.stdin is not None
        self._untold += 1
        self._process.stdin.write(json.dumps(words) + "\n")
        self._process.stdin.flush()

    def close(self) -> None:
        """End it, wherever it is."""
        self._process.kill()
        # What it was told last may not have reached it.
        with suppress(BrokenPipeError):
            self._process.communicate(timeout=DEADLINE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


# --- In the process ----------------------------------------------------------------------------


class _Told:
    """Does what comes in, line by line."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._searches = 0
        self._armed: dict[str, signal.Signals] = {}
        event.listen(services.database.engine, "before_cursor_execute", self._note_search)
        assert isinstance(services.cache, RedisCache)
        self._lease = services.cache._lease
        self._pass("believing", self._lease, "believe")
        self._pass("putting", self._lease, "_put")
        self._pass("ending", self._lease, "end")
        self._pass("storing", answers.Answer, "pack")

    def obey(self) -> None:
        """Until nobody says anything any more."""
        for line in sys.stdin:
            word, *rest = json.loads(line)
            print(json.dumps(getattr(self, f"_{word}")(*rest)), flush=True)

    def _ask(self, query: str, times: int) -> dict[str, Any]:
        """Ask, and tell what came of it.

        Gives totals, what the cache did, how often the database was searched, the seconds of it
        all, and whether a lease would be believed now.
        """
        question = read_question(read_parameters(SearchParameters, parse_qsl(query)))
        totals: list[int | None] = []
        outcomes: list[str] = []

        def ask() -> None:
            try:
                answer, outcome = answer_question(self._services.cache, question)
            except DatabaseAway:
                totals.append(None)
                outcomes.append("away")
                return
            totals.append(json.loads(answer.body)["total"])
            outcomes.append(outcome.value)

        self._searches = 0
        begun = time.monotonic()
        if times == 1:
            ask()
        else:
            threads = [threading.Thread(target=ask) for _ in range(times)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        return {
            "totals": totals,
            "outcomes": outcomes,
            "searches": self._searches,
            "seconds": time.monotonic() - begun,
            "believes": time.monotonic() - self._lease._connected_at > SECONDS,
        }

    def _add(self, title: str) -> dict[str, Any]:
        row = {"title": title, "url": "https://example.org/", "date": "2014-03-08"}
        begun = time.monotonic()
        added = add_entry(self._services.database, row, Options())
        return {"created": added.created, "seconds": time.monotonic() - begun}

    def _signal(self, place: str, number: int) -> dict[str, Any]:
        assert place in PLACES, place
        self._armed[place] = signal.Signals(number)
        return {}

    def _note_search(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        # A question that is answered from the database asks once for its page, and maybe again
        # for its total; the columns are those of the page.
        self._searches += "title" in statement and statement.lstrip().startswith("SELECT")

    def _pass(self, place: str, owner: Any, name: str) -> None:
        """Come through a place on the way to what is really done there."""
        real = getattr(owner, name)

        def through(*given: Any, **named: Any) -> Any:
            armed = self._armed.pop(place, None)
            if armed is not None:
                os.kill(os.getpid(), armed)
            return real(*given, **named)

        setattr(owner, name, through)


if __name__ == "__main__":
    _Told(open_services(load_settings())).obey()
