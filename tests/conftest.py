"""What tests share: a fresh archive, and its doors."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings as hypothesis_settings

from dateline.app import create_app
from dateline.config import PREFIX, Settings
from dateline.wiring import Services
from tests.archives import new_settings, opened

# Tests that need what this machine has not are left out, and named at the end.
pytest_plugins = ["tests.requirements_here"]

# Equal runs on every computer, and no verdict that depends on how fast it is.
hypothesis_settings.register_profile("dateline", derandomize=True, deadline=None, database=None)
hypothesis_settings.load_profile("dateline")


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests may have an archive of their own."""
    for name in [name for name in os.environ if name.upper().startswith(PREFIX)]:
        monkeypatch.delenv(name)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an archive that nobody else has."""
    return new_settings(tmp_path)


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    """The parts, on an archive with all its tables."""
    with opened(settings) as services:
        yield services


@pytest.fixture
def app(services: Services) -> Flask:
    """The application, on the same archive."""
    return create_app(services)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """The API and the page."""
    return app.test_client()
