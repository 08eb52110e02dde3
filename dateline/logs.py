"""Logs: one line an event, to standard output, each with the id of its request."""

import logging
import time
from contextvars import ContextVar
from typing import Any, Final

OUTSIDE: Final = "-"
"""What stands for the id outside of a request."""

request_id: ContextVar[str] = ContextVar("request_id", default=OUTSIDE)
"""The id of the request that is being handled."""


class Line(logging.Formatter):
    """One event: when (UTC), how grave, in which request, where, what."""

    def __init__(self) -> None:
        super().__init__(
            "%(asctime)sZ %(levelname)s %(request_id)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S"
        )

    def converter(self, seconds: float | None) -> time.struct_time:
        """Tell times in UTC."""
        return time.gmtime(seconds)

    def format(self, record: logging.LogRecord) -> str:
        """Write the record as text."""
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
    # It tells by a traceback of a lost connection that nobody needs any more; whoever needs one is
    # told by an exception.
    "loggers": {"sqlalchemy.pool": {"level": "CRITICAL"}},
}
"""What `logging.config.dictConfig` is given."""
