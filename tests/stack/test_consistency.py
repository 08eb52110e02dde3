"""After a write is acknowledged, no reader ever sees the archive without it."""

from pathlib import Path

import pytest

from tests.servers import ON_MYSQL, ON_SQLITE, fresh_database
from tests.stack.conftest import running, running_with_redis
from tests.stack.hammer import hammering

READS = 1_000
WRITES = 150
"""What is judged, however long it takes."""


@pytest.mark.needs("redis")
@pytest.mark.parametrize("kind", [ON_SQLITE, ON_MYSQL])
def test_a_hammer_of_writers_and_readers_finds_no_stale_answer_with_redis(
    kind: str, tmp_path: Path
) -> None:
    with running_with_redis(kind, tmp_path) as stack:
        with hammering(stack.server, "k") as hammer:
            hammer.run_on(READS, WRITES)
        # Cached answers are what is being tested.
        assert hammer.judge.outcomes["hit"] > 10
        assert hammer.judge.outcomes["bypass"] == 0


@pytest.mark.parametrize("kind", [ON_SQLITE, ON_MYSQL])
def test_a_hammer_finds_no_stale_answer_with_nothing_installed(kind: str, tmp_path: Path) -> None:
    """Each worker has its own cache, and still none is stale."""
    with (
        fresh_database(kind, tmp_path) as url,
        running(tmp_path, DATABASE_URL=url, CACHE_URL="memory://") as server,
    ):
        with hammering(server, "k") as hammer:
            hammer.run_on(READS, WRITES)
        assert hammer.judge.outcomes["hit"] > 10
