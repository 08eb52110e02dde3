"""Leaving a dead server alone for a while, and saying so once."""

import logging
import threading
import time
from typing import Final

PAUSE: Final = 3.0
"""Seconds for which a server that has failed is not asked again."""

_log = logging.getLogger(__name__)


class Breaker:
    """Opens when a call fails, closes when one succeeds after the pause."""

    def __init__(self, what: str) -> None:
        """Begin closed.

        Args:
            what: what it means when it opens, for the log.
        """
        self._what = what
        self._lock = threading.Lock()
        self._failed = False
        self._again_at = 0.0

    def is_open(self) -> bool:
        """Whether the server is to be left alone now."""
        return self._failed and time.monotonic() < self._again_at

    def fail(self, error: Exception) -> None:
        """Note that a call has failed."""
        with self._lock:
            first = not self._failed
            self._failed = True
            self._again_at = time.monotonic() + PAUSE
        if first:
            _log.warning("%s: %s", self._what, error)

    def succeed(self) -> None:
        """Note that a call has succeeded."""
        if not self._failed:
            return
        with self._lock:
            back, self._failed = self._failed, False
        if back:
            _log.warning("%s: no longer", self._what)
