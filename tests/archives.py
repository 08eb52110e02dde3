"""Open archives: the only place that knows which database the tests use."""

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from sqlalchemy import make_url, select

from dateline.config import Settings
from dateline.models import Archive
from dateline.wiring import Services, open_services


def new_settings(directory: Path, **changes: Any) -> Settings:
    """Return the settings of a separate archive in an empty directory."""
    return Settings(**{"database_url": f"sqlite:///{directory}/archive.db", **changes})


@contextmanager
def opened(settings: Settings) -> Iterator[Services]:
    """Open the services of one process, on an archive with all its tables."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite":
        _make(Path(str(url.database)))
    services = open_services(settings)
    try:
        if not services.database.is_current():
            services.database.upgrade()
        yield services
    finally:
        services.close()


def _make(file: Path) -> None:
    """Make an archive, if there is none, from a copy of an empty one, under its own name."""
    if file.exists():
        return
    file.write_bytes(_empty_archive())
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE archive SET name = ?", [secrets.token_hex(16)])


@cache
def _empty_archive() -> bytes:
    """Return the file of a new archive: running all migrations takes longer than most tests."""
    with TemporaryDirectory() as directory:
        settings = new_settings(Path(directory))
        with closing(open_services(settings)) as services:
            services.database.upgrade()
        return (Path(directory) / "archive.db").read_bytes()


@contextmanager
def small_blocks(ids: int) -> Iterator[None]:
    """Make imports write many small text index blocks, and leave some entries in no block."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dateline.text_index.writing.FULL", ids)
        yield


def version_of(services: Services) -> int:
    """Return the version of the archive, which every write transaction raises."""
    with services.database.reading() as session:
        return session.scalars(select(Archive.version)).one()
