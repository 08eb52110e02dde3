"""A second process that normalises rows while the first one writes those before them.

Python runs one thread's Python code at a time, so a thread would bring nothing: normalising is all
Python. A process of its own uses the second processor (docs/decisions/0012). It gets rows and gives
outcomes, in pickles over its pipes, and ends when its input does, however the first process ended.

It can be given tasks ahead, and works on while nobody takes what it has done: the first process does
not write evenly. Whoever gives tasks keeps count of them, as all wait in memory.
"""

import gc
import os
import pickle
import select
import signal
import subprocess
import sys
from collections.abc import Sequence
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
"""Bytes that wait in a pipe, where the system lets them: some groups, so that neither process has to
be woken in the middle of one."""

_Task = tuple[type[RawRow], list[tuple[Any, ...]], Reading]
"""Some rows, all of one type, each as a plain tuple, and how they are read."""


class SecondProcess:
    """The process as the first one sees it."""

    def __init__(self) -> None:
        package = Path(dateline.__file__).parent
        # Signals are for the first process alone, which ends this one when it needs it no more:
        # systemd sends SIGTERM to all processes of a service, and an import in flight may finish.
        # What a thread blocks, a process that it starts blocks from its first moment.
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own module, nothing from outside
                [sys.executable, "-m", __name__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                pipesize=PIPE,
                env={**os.environ, "PYTHONPATH": str(package.parent)},
                # The same for Ctrl-C.
                start_new_session=True,
            )
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        self._tasks: IO[bytes] = _there(self._process.stdin)
        self._answers: IO[bytes] = _there(self._process.stdout)
        # Not select(2), which fails for a file whose number is above 1,023: a server may have more.
        self._poll = select.poll()
        self._poll.register(self._answers, select.POLLIN)
        self._ready = False

    def is_ready(self) -> bool:
        """Whether it can be given a task: it takes most of a second to start."""
        if not self._ready and self._poll.poll(0):
            self._ready = self._answer() == READY
        return self._ready

    def begin(self, rows: Sequence[RawRow], reading: Reading) -> None:
        """Give it a task, which it begins when it has done those before.

        Args:
            rows: at least one; all of them are of one type, as those of an import are.
            reading: how they are read.
        """
        # Plain tuples are pickled many times faster than named ones.
        task = (type(rows[0]), [tuple(row) for row in rows], reading)
        pickle.dump(task, self._tasks, pickle.HIGHEST_PROTOCOL)
        self._tasks.flush()

    def outcomes(self) -> Outcomes:
        """Wait for the outcomes of the oldest task whose outcomes have not been taken.

        Raises:
            UnreadableBody: a row shows that the whole body is not what it should be.
        """
        answer = self._answer()
        if isinstance(answer, UnreadableBody):
            raise answer
        return cast(Outcomes, answer)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        # It keeps nothing, and may be busy with what nobody waits for, or not even have started.
        self._process.kill()
        self._process.wait()
        self._tasks.close()
        self._answers.close()

    def _answer(self) -> object:
        # What comes is from our own process and holds nothing that was not sent by us.
        return pickle.load(self._answers)  # noqa: S301


def _there(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise RuntimeError("The process has no pipe")
    return stream


def serve(tasks: IO[bytes], answers: IO[bytes]) -> None:
    """Give the outcomes of one task after the other, until there are no more."""
    # Rows come and go by the thousand, and none of them is part of a cycle.
    gc.disable()
    given: SimpleQueue[_Task | None] = SimpleQueue()
    done: SimpleQueue[bytes | None] = SimpleQueue()
    # A task is read at once, whatever is done, so that neither process can wait for the other one
    # to take what it sends.
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
        # The first process has ended, if need be in the middle of a task.
        given.put(None)


def _write(done: SimpleQueue[bytes | None], answers: IO[bytes]) -> None:
    try:
        while answer := done.get():
            answers.write(answer)
            answers.flush()
    except BrokenPipeError:
        # Nobody is there to take it.
        os._exit(0)


def _pickled(answer: object) -> bytes:
    return pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
