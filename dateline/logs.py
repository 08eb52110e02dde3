"""Logs: one line per event on standard output, with the id of its request."""

import logging
import time
from contextvars import ContextVar
from typing import Any, Final

OUTSIDE: Final = "-"
"""The id outside a request."""

request_id: ContextVar[str] = ContextVar("request_id", default=OUTSIDE)
"""The id of the current request."""


class Line(logging.Formatter):
    """Format an event: time (UTC), level, request id, logger and message."""

    def __init__(self) -> None:
        super().__init__(
            "%(asctime)sZ %(levelname)s %(request_id)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S"
        )

    def converter(self, seconds: float | None) -> time.struct_time:
        """Convert times to UTC."""
        return time.gmtime(seconds)

    def format(self, record: logging.LogRecord) -> str:
        """Format the record, with the id of its request."""
        record.request_id = request_id.get()
        return super().format(record)


LOGGING: Final[dict[str, Any]] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": Line}},
    "handlers": {
        "stdout": {
            "class": "logging.StreamHandler",
            "stream": "ext://sys.stdout",
            "formatter": "line",
        }
    },
    "root": {"level": "INFO", "handlers": ["stdout"]},
    # The pool logs a traceback for a lost connection that is not in use; one in use raises an
    # exception anyway.
    "loggers": {"sqlalchemy.pool": {"level": "CRITICAL"}},
}
"""The configuration for `logging.config.dictConfig`."""
