"""Fixtures that run the command line on the archive of a test."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dateline.cli import commands
from dateline.config import Settings
from dateline.wiring import Services

Run = Callable[..., Result]


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the directory in which commands run; it has no `.env`."""
    directory = tmp_path / "files"
    directory.mkdir()
    monkeypatch.chdir(directory)
    return directory


@pytest.fixture
def run_anywhere(directory: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on an archive that may not have its tables yet.

    Any exception other than SystemExit fails the test, because users would see a traceback.
    """
    monkeypatch.setenv("DATELINE_DATABASE_URL", settings.database_url)

    def run(*arguments: str | Path, given: bytes | None = None) -> Result:
        words = [str(argument) for argument in arguments]
        return CliRunner().invoke(commands, words, input=given, catch_exceptions=False)

    return run


@pytest.fixture
def run(run_anywhere: Run, services: Services) -> Run:
    """Run a command on the archive of `services`."""
    assert services.database.is_current()
    return run_anywhere
