"""How much memory processes take."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psutil

EVERY: Final = 0.05
"""Seconds between two looks."""

STEP: Final = 2**20
"""Bytes of growth that are worth a closer look."""


class Peak:
    """The most that the processes of a family have held at a time.

    Attributes:
        mib: their memory; a page that several processes share counts once among all of them
            (Linux calls it the proportional set size), as a fork shares most with its parent.
    """

    def __init__(self) -> None:
        self.mib = 0.0
        self._resident = 0

    def look(self, process: psutil.Process) -> None:
        """Look at a process and at all that it has started."""
        try:
            family = [process, *process.children(recursive=True)]
            # To find out what is shared takes milliseconds, which the processes that are watched
            # need themselves: it is asked only when they hold more than ever.
            resident = sum(member.memory_info().rss for member in family)
            if resident >= self._resident + STEP:
                self._resident = resident
                held = sum(member.memory_full_info().pss for member in family)
                self.mib = max(self.mib, held / 2**20)
        except psutil.NoSuchProcess:
            # One of them ended while it was looked at.
            return


@contextmanager
def peak_of(pid: int) -> Iterator[Peak]:
    """Watch a process for as long as the block runs."""
    peak = Peak()
    ended = threading.Event()
    process = psutil.Process(pid)

    def watch() -> None:
        while not ended.wait(EVERY):
            peak.look(process)

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    try:
        yield peak
    finally:
        ended.set()
        watching.join()


def own_mib() -> float:
    """The resident memory of this process."""
    return float(psutil.Process().memory_info().rss) / 2**20
