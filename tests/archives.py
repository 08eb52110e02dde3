"""Opening archives: the one place that knows on which database the tests run."""

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
    """Settings of an archive of its own, below an empty directory."""
    return Settings(**{"database_url": f"sqlite:///{directory}/archive.db", **changes})


@contextmanager
def opened(settings: Settings) -> Iterator[Services]:
    """The parts of one process, on an archive that has all its tables."""
    services = open_services(settings)
    try:
        services.database.upgrade()
        yield services
    finally:
        services.close()


@contextmanager
def small_blocks(ids: int) -> Iterator[None]:
    """Have imports make many blocks of the text index, and leave some entries behind them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dateline.text_index.writing.FULL", ids)
        yield


def version_of(services: Services) -> int:
    """The version of the archive, which every transaction that writes raises."""
    with services.database.reading() as session:
        return session.scalars(select(Archive.version)).one()
