"""A circuit breaker: stop calling a failed server for a while, and log the failure once."""

import logging
import threading
import time
from typing import Final

PAUSE: Final = 3.0
"""Seconds without calls to the server after a failure."""

_log = logging.getLogger(__name__)


class Breaker:
    """Opens when a call fails, and closes when a call succeeds after the pause."""

    def __init__(self, what: str) -> None:
        """Start closed.

        Args:
            what: what to log when it opens.
        """
        self._what = what
        self._lock = threading.Lock()
        self._failed = False
        self._again_at = 0.0

    def is_open(self) -> bool:
        """Return whether the server must not be called now."""
        return self._failed and time.monotonic() < self._again_at

    def fail(self, error: Exception) -> None:
        """Record that a call has failed."""
        with self._lock:
            first = not self._failed
            self._failed = True
            self._again_at = time.monotonic() + PAUSE
        if first:
            _log.warning("%s: %s", self._what, error)

    def succeed(self) -> None:
        """Record that a call has succeeded."""
        if not self._failed:
            return
        with self._lock:
            back, self._failed = self._failed, False
        if back:
            _log.warning("%s: no longer", self._what)
