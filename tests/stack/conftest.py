"""The whole stack as in production: Gunicorn, a database, a cache."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from tests.servers import THE_REAL_ONE, DatelineServer, RedisServer, fresh_database

WORKERS: Final = 3
"""Possibly more than this machine has processors, so that any of them may be preempted."""


class Stack(NamedTuple):
    """A running service and its Redis."""

    server: DatelineServer
    redis: RedisServer

    @property
    def settings(self) -> dict[str, str]:
        """The settings for other processes of the same service."""
        return self.server.settings


@contextmanager
def running(directory: Path, **settings: str) -> Iterator[DatelineServer]:
    """Run a server with these settings; fail if its log shows an internal error.

    An internal error leaves a traceback in the log, and nothing else may.
    """
    given = {"WORKERS": str(WORKERS), "THREADS": "4", **settings}
    server = DatelineServer(directory, {f"DATELINE_{name}": given[name] for name in given})
    try:
        yield server.start()
    finally:
        server.close()
    assert "Traceback" not in server.said(), server.said()


@contextmanager
def running_with_redis(kind: str, directory: Path) -> Iterator[Stack]:
    """Run a server on an empty database with a separate Redis."""
    redis = RedisServer(directory / "redis").start()
    try:
        with (
            fresh_database(kind, directory) as url,
            running(directory, DATABASE_URL=url, CACHE_URL=redis.url) as server,
        ):
            yield Stack(server, redis)
    finally:
        redis.close()


@pytest.fixture(scope="module", params=THE_REAL_ONE)
def stack(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """Run one stack for all tests of a module."""
    with running_with_redis(request.param, tmp_path_factory.mktemp("stack")) as stack:
        yield stack
