"""A process of the service that runs commands, and can be stopped or killed at a chosen point.

It runs the real code on the real servers, as a worker does. Only one thing is added: at a chosen
point, the process sends itself a signal, SIGSTOP to be held there or SIGKILL to die there.
`Actor` controls it from the test.
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

from redis.exceptions import TimeoutError as RedisTimeoutError
from sqlalchemy import event

from dateline.cache import answers, redis_cache
from dateline.cache.breaker import Breaker
from dateline.cache.lease import SECONDS
from dateline.cache.redis_cache import TIMEOUT, RedisCache
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
"""Before trusting a lease that was read; before putting a lease on a stamp that was read; before
ending the lease after a commit; before storing an answer."""


# --- In the test -------------------------------------------------------------------------------


class Actor:
    """The test's handle on one such process, which runs its commands in order in one thread."""

    def __init__(
        self, directory: Path, settings: Mapping[str, str], timeout: float = TIMEOUT
    ) -> None:
        """Start it.

        Args:
            directory: its working directory.
            settings: its settings in the environment.
            timeout: how long it waits for Redis, in seconds.
        """
        self._untold = 0
        with (directory / "actors.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.stack.actor", str(timeout)],
                env=environment_of(settings),
                cwd=directory,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def ask(self, query: str, times: int = 1) -> dict[str, Any]:
        """Run a query in `times` threads at once; return what `_ask` returns."""
        self.begin_to_ask(query, times)
        return self.result()

    def begin_to_ask(self, query: str, times: int = 1) -> None:
        """Like `ask`, without waiting for the result."""
        self._tell("ask", query, times)

    def add(self, title: str) -> dict[str, Any]:
        """Add an entry; return when it is acknowledged."""
        self.begin_to_add(title)
        return self.result()

    def begin_to_add(self, title: str) -> None:
        """Like `add`, without waiting for the result."""
        self._tell("add", title)

    def hold_before(self, place: str) -> None:
        """Make it stop itself the next time it reaches a place."""
        self._tell("signal", place, signal.SIGSTOP)
        self.result()

    def die_before(self, place: str) -> None:
        """Make it kill itself the next time it reaches a place."""
        self._tell("signal", place, signal.SIGKILL)
        self.result()

    def wait_until_held(self) -> None:
        """Wait until it has stopped at the chosen place."""
        wait_until(lambda: is_stopped(self._process.pid), "the actor stands still")

    def go_on(self) -> None:
        """Resume it."""
        self._process.send_signal(signal.SIGCONT)

    def wait_until_dead(self) -> None:
        """Wait until it has died at the chosen place."""
        assert self._process.wait(DEADLINE) == -signal.SIGKILL

    def is_free(self) -> bool:
        """Whether it is alive and idle, which it may not be after a failed test."""
        return self._process.poll() is None and self._untold == 0

    def result(self) -> dict[str, Any]:
        """Wait for the result of the oldest pending command, and return it."""
        assert self._process.stdout is not None
        # One line per command, so none is left in a buffer.
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
        """Kill it, whatever it is doing."""
        self._process.kill()
        # The last command may still be in the pipe's buffer.
        with suppress(BrokenPipeError):
            self._process.communicate(timeout=DEADLINE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


# --- In the process ----------------------------------------------------------------------------


class _Told:
    """Runs the commands that arrive on standard input, one per line."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._searches = 0
        self._timeouts = 0
        self._armed: dict[str, signal.Signals] = {}
        event.listen(services.database.engine, "before_cursor_execute", self._note_search)
        assert isinstance(services.cache, RedisCache)
        self._count_timeouts(services.cache._breaker)
        self._lease = services.cache._lease
        self._pass("believing", self._lease, "believe")
        self._pass("putting", self._lease, "_put")
        self._pass("ending", self._lease, "end")
        self._pass("storing", answers.Answer, "pack")

    def obey(self) -> None:
        """Run commands until standard input ends."""
        for line in sys.stdin:
            word, *rest = json.loads(line)
            print(json.dumps(getattr(self, f"_{word}")(*rest)), flush=True)

    def _ask(self, query: str, times: int) -> dict[str, Any]:
        """Run a query in `times` threads.

        Return the totals, the cache outcomes, the number of database searches, how often Redis did
        not reply in time, and whether a lease would be trusted now.
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

        self._searches = self._timeouts = 0
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
            "timeouts": self._timeouts,
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
        # A search runs one statement for its page, and possibly another for its total. Only that
        # of the page selects the title.
        self._searches += "title" in statement and statement.lstrip().startswith("SELECT")

    def _count_timeouts(self, breaker: Breaker) -> None:
        real = breaker.fail

        def fail(error: Exception) -> None:
            # Every thread that finds the breaker open reports that too, without having waited.
            self._timeouts += isinstance(error, RedisTimeoutError)
            real(error)

        breaker.fail = fail  # type: ignore[method-assign]

    def _pass(self, place: str, owner: Any, name: str) -> None:
        """Wrap a method so that an armed signal is sent before it is called."""
        real = getattr(owner, name)

        def through(*given: Any, **named: Any) -> Any:
            armed = self._armed.pop(place, None)
            if armed is not None:
                os.kill(os.getpid(), armed)
            return real(*given, **named)

        setattr(owner, name, through)


if __name__ == "__main__":
    vars(redis_cache).update(TIMEOUT=float(sys.argv[1]))
    _Told(open_services(load_settings())).obey()
