"""Open archives: the only place that knows which database the tests use."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from dateline.config import Settings
from dateline.models import Archive
from dateline.wiring import Services, open_services


def new_settings(directory: Path, **changes: Any) -> Settings:
    """Return the settings of a separate archive in an empty directory."""
    return Settings(**{"database_url": f"sqlite:///{directory}/archive.db", **changes})


@contextmanager
def opened(settings: Settings) -> Iterator[Services]:
    """Open the services of one process, on an archive with all its tables."""
    services = open_services(settings)
    try:
        services.database.upgrade()
        yield services
    finally:
        services.close()


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
