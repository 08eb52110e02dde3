"""A second process that normalises rows while the first one writes earlier ones.

Python runs Python code in one thread at a time, so a thread would gain nothing: normalising is all
Python. A separate process uses the second processor (docs/decisions/0012). It receives rows and
returns outcomes, pickled, over its pipes, and exits when its input ends, however the first process
ended.

Tasks can be queued, and it continues while their outcomes are not read yet, because the first
process does not write evenly. The caller must limit the number of tasks: all wait in memory.
"""

import gc
import logging
import os
import pickle
import select
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import IO, Any, Final, Self, cast

import dateline
from dateline.errors import UnreadableBody
from dateline.imports.outcomes import Outcomes, Reading, outcomes_of
from dateline.imports.read import RawRow

READY: Final = "ready"

PIPE: Final = 2**20
"""Bytes that a pipe can hold, if the system allows it: several groups, so that neither process has
to be woken in the middle of one."""

_Task = tuple[type[RawRow], list[tuple[Any, ...]], Reading]
"""The type of the rows, the rows as plain tuples, and how to read them."""


_log = logging.getLogger(__name__)


class SecondProcess:
    """The second process, as seen by the first, which does its tasks itself if it ends early."""

    def __init__(self) -> None:
        package = Path(dateline.__file__).parent
        # Only the first process handles signals, and it kills the second when it is done with it:
        # systemd sends SIGTERM to all processes of a service, and a running import may finish.
        # A child process inherits the signals that the thread blocks, from its first moment.
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own module, nothing from outside
                [sys.executable, "-m", __name__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                pipesize=PIPE,
                env={**os.environ, "PYTHONPATH": str(package.parent)},
                # Protects it from Ctrl-C.
                start_new_session=True,
            )
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        self._tasks: IO[bytes] = _there(self._process.stdin)
        self._answers: IO[bytes] = _there(self._process.stdout)
        # Not select(2), which fails for file descriptors above 1,023: a server may have more.
        self._poll = select.poll()
        self._poll.register(self._answers, select.POLLIN)
        self._ready = False
        self._given: deque[tuple[Sequence[RawRow], Reading]] = deque()

    def is_ready(self) -> bool:
        """Return whether it accepts tasks: it takes most of a second to start."""
        if not self._ready and self._poll.poll(0):
            self._ready = self._answer() == READY
        return self._ready

    def begin(self, rows: Sequence[RawRow], reading: Reading) -> None:
        """Queue a task, which it begins when it has finished those before.

        Args:
            rows: at least one; all of the same type, as the rows of an import are.
            reading: how to read them.
        """
        # Plain tuples are pickled many times faster than named tuples.
        task = (type(rows[0]), [tuple(row) for row in rows], reading)
        with suppress(BrokenPipeError):
            pickle.dump(task, self._tasks, pickle.HIGHEST_PROTOCOL)
            self._tasks.flush()
        self._given.append((rows, reading))

    def outcomes(self) -> Outcomes:
        """Wait for the outcomes of the oldest task that has not been returned yet.

        Raises:
            UnreadableBody: a row shows that the whole body is malformed.
        """
        given = self._given.popleft()
        answer = self._answer()
        if answer is None:
            return outcomes_of(*given)
        if isinstance(answer, UnreadableBody):
            raise answer
        return cast(Outcomes, answer)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._process.poll() is not None:
            code = self._process.returncode
            _log.warning("The second process of an import has ended by itself: %s", code)
        # It keeps no state, and may be busy with unneeded tasks, or still starting.
        self._process.kill()
        self._process.wait()
        # Part of a task may be left that it has not read.
        with suppress(BrokenPipeError):
            self._tasks.close()
        self._answers.close()

    def _answer(self) -> object:
        """Return the next answer; None if the process has ended, as when memory is short."""
        try:
            # The data comes from our own process and contains only what we sent.
            return pickle.load(self._answers)  # noqa: S301
        except (EOFError, pickle.UnpicklingError):
            return None


def _there(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise RuntimeError("The process has no pipe")
    return stream


def serve(tasks: IO[bytes], answers: IO[bytes]) -> None:
    """Answer tasks, one after the other, until there are no more."""
    # Thousands of rows are created and freed, and none is part of a reference cycle.
    gc.disable()
    given: SimpleQueue[_Task | None] = SimpleQueue()
    done: SimpleQueue[bytes | None] = SimpleQueue()
    # A separate thread reads tasks at once, so that the two processes cannot block each other, each
    # waiting for the other to read.
    reading = Thread(target=_read, args=(tasks, given), daemon=True)
    writing = Thread(target=_write, args=(done, answers), daemon=True)
    reading.start()
    writing.start()
    done.put(_pickled(READY))
    while task := given.get():
        done.put(_pickled(_done(*task)))
    done.put(None)
    writing.join()


def _done(type_: type[RawRow], rows: list[tuple[Any, ...]], reading: Reading) -> object:
    try:
        return outcomes_of(map(type_._make, rows), reading)
    except UnreadableBody as error:
        return error


def _read(tasks: IO[bytes], given: SimpleQueue[_Task | None]) -> None:
    try:
        while True:
            given.put(pickle.load(tasks))  # noqa: S301
    except (EOFError, pickle.UnpicklingError):
        # The first process has ended, perhaps in the middle of a task.
        given.put(None)


def _write(done: SimpleQueue[bytes | None], answers: IO[bytes]) -> None:
    try:
        while answer := done.get():
            answers.write(answer)
            answers.flush()
    except BrokenPipeError:
        # The first process no longer reads.
        os._exit(0)


def _pickled(answer: object) -> bytes:
    return pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
