"""Measure the memory of processes."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psutil

EVERY: Final = 0.05
"""Seconds between two samples."""

STEP: Final = 2**20
"""Growth in bytes that triggers an exact measurement."""


class Peak:
    """The peak memory of a process and its descendants together.

    Attributes:
        mib: the peak in MiB, as proportional set size (PSS): a shared page counts once among all
            processes, because a fork shares most pages with its parent.
    """

    def __init__(self) -> None:
        self.mib = 0.0
        self._resident = 0

    def look(self, process: psutil.Process) -> None:
        """Sample a process and all its descendants."""
        try:
            family = [process, *process.children(recursive=True)]
            # Reading the PSS takes milliseconds of CPU that the watched processes need. So it is
            # read only when their resident memory reaches a new maximum.
            resident = sum(member.memory_info().rss for member in family)
            if resident >= self._resident + STEP:
                self._resident = resident
                held = sum(member.memory_full_info().pss for member in family)
                self.mib = max(self.mib, held / 2**20)
        except psutil.NoSuchProcess:
            # One of them ended during the sample.
            return


@contextmanager
def peak_of(pid: int) -> Iterator[Peak]:
    """Track the peak memory of a process while the block runs."""
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
    """Return the resident memory of this process in MiB."""
    return float(psutil.Process().memory_info().rss) / 2**20
