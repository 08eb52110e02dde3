"""After a backup is restored, no cached answer from after the backup is served."""

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from tests.archives import new_settings, opened
from tests.servers import RedisServer
from tests.stack.actor import Actor


@pytest.mark.needs("redis")
def test_answers_of_before_a_restore_are_taken_by_nobody(tmp_path: Path) -> None:
    """The same happens on failover to a replica without the latest writes."""
    archive, backup = tmp_path / "archive.db", tmp_path / "backup.db"
    with opened(new_settings(tmp_path)) as services:
        url = services.settings.database_url
    with closing(RedisServer(tmp_path / "redis").start()) as redis:
        settings = {"DATELINE_DATABASE_URL": url, "DATELINE_CACHE_URL": redis.url}
        shutil.copy(archive, backup)
        with Actor(tmp_path, settings) as lost:
            lost.add("a row that the backup has not")
            assert lost.ask("contains=kept")["totals"] == [0]
            assert lost.ask("contains=backup")["totals"] == [1]
        for file in tmp_path.glob("archive.db*"):
            file.unlink()
        shutil.copy(backup, archive)
        with Actor(tmp_path, settings) as restored:
            restored.add("a row that is kept")
            assert restored.ask("contains=kept")["totals"] == [1]
            assert restored.ask("contains=backup")["totals"] == [0]
