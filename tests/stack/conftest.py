"""The whole stack, as it runs in production: Gunicorn, a database, a cache."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from tests.servers import THE_REAL_ONE, DatelineServer, RedisServer, fresh_database

WORKERS: Final = 3
"""More than this machine may have processors, so that none is ever sure of its turn."""


class Stack(NamedTuple):
    """A running service, the Redis that it uses, and its settings."""

    server: DatelineServer
    redis: RedisServer

    @property
    def settings(self) -> dict[str, str]:
        """What any other process of the same service is given."""
        return self.server.settings


@contextmanager
def running(directory: Path, **settings: str) -> Iterator[DatelineServer]:
    """A server with these settings of Dateline, which must never have failed at its end.

    A fault of ours has a traceback in the log, and nothing else may have one.
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
    """A server on an empty database with a Redis of its own."""
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
    """One stack for all tests of a module."""
    with running_with_redis(request.param, tmp_path_factory.mktemp("stack")) as stack:
        yield stack
