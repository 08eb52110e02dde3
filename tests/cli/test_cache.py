"""`dateline cache`: the state of the cache."""

from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from dateline.cache.answers import Answer
from dateline.config import Settings
from dateline.wiring import open_services
from tests.cli.conftest import Run
from tests.servers import RedisServer


@pytest.mark.needs("redis")
def test_what_is_being_made_is_no_answer_yet(
    run: Run, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answers() -> int:
        lines = run("cache", "status").stdout.splitlines()
        (line,) = [line for line in lines if line.startswith("answers")]
        return int(line.split()[-1])

    def make(_session: Session) -> Answer:
        assert len(list(redis.client.scan_iter("dateline:answer:*:lock"))) == 1
        assert answers() == 0
        return Answer.of(b"{}")

    with closing(RedisServer(tmp_path / "redis").start()) as redis:
        monkeypatch.setenv("DATELINE_CACHE_URL", redis.url)
        kept = settings.model_copy(update={"cache_url": redis.url})
        with closing(open_services(kept)) as services:
            services.cache.get_or_make("a question", make)
        assert answers() == 1
