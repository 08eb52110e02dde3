"""A second process that normalises rows while the first one writes those before them.

Python runs one thread's Python code at a time, so a thread would bring nothing: normalising is all
Python. A process of its own uses the second processor (docs/decisions/0012). It gets rows and gives
outcomes, in pickles over its pipes, and ends when its input does, however the first process ended.
"""

import gc
import os
import pickle
import select
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self, cast

import dateline
from dateline.errors import UnreadableBody
from dateline.imports.outcomes import Outcomes, Reading, outcomes_of
from dateline.imports.read import RawRow

READY: Final = "ready"


class SecondProcess:
    """The process as the first one sees it: it has at most one task at a time."""

    def __init__(self) -> None:
        package = Path(dateline.__file__).parent
        self._process = subprocess.Popen(  # noqa: S603 - our own module, nothing from outside
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(package.parent)},
            # Ctrl-C is for the first process alone, which then closes our input.
            start_new_session=True,
        )
        self._tasks: IO[bytes] = _there(self._process.stdin)
        self._answers: IO[bytes] = _there(self._process.stdout)
        self._ready = False

    def is_ready(self) -> bool:
        """Whether it can be given a task: it takes most of a second to start."""
        if not self._ready and select.select([self._answers], [], [], 0)[0]:
            self._ready = self._answer() == READY
        return self._ready

    def begin(self, rows: Sequence[RawRow], reading: Reading) -> None:
        """Give it a task; the outcomes of the one before must have been taken.

        Args:
            rows: at least one; all of them are of one type, as those of an import are.
            reading: how they are read.
        """
        # Plain tuples are pickled many times faster than named ones.
        task = (type(rows[0]), [tuple(row) for row in rows], reading)
        pickle.dump(task, self._tasks, pickle.HIGHEST_PROTOCOL)
        self._tasks.flush()

    def outcomes(self) -> Outcomes:
        """Wait for the outcomes of the task.

        Raises:
            UnreadableBody: a row shows that the whole body is not what it should be.
        """
        answer = self._answer()
        if isinstance(answer, UnreadableBody):
            raise answer
        return cast(Outcomes, answer)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
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
    _give(READY, answers)
    while True:
        try:
            type_, rows, reading = pickle.load(tasks)  # noqa: S301
        except EOFError:
            return
        try:
            answer: Outcomes | UnreadableBody = outcomes_of(map(type_._make, rows), reading)
        except UnreadableBody as error:
            answer = error
        _give(answer, answers)


def _give(answer: object, answers: IO[bytes]) -> None:
    try:
        pickle.dump(answer, answers, pickle.HIGHEST_PROTOCOL)
        answers.flush()
    except BrokenPipeError:
        # Nobody is there to take it.
        os._exit(0)


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
