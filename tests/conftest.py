"""Shared fixtures: a fresh archive, its application and a client."""

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

# Skips tests whose requirements this machine lacks, and reports them at the end.
pytest_plugins = ["tests.requirements_here"]

# The same examples on every machine, and no failures that depend on its speed.
hypothesis_settings.register_profile("dateline", derandomize=True, deadline=None, database=None)
hypothesis_settings.load_profile("dateline")


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ignore settings in the environment: whoever runs the tests may have an archive."""
    for name in [name for name in os.environ if name.upper().startswith(PREFIX)]:
        monkeypatch.delenv(name)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return the settings of an archive that no other test uses."""
    return new_settings(tmp_path)


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    """Open the services on an archive with all its tables."""
    with opened(settings) as services:
        yield services


@pytest.fixture
def app(services: Services) -> Flask:
    """Return the application on the same archive."""
    return create_app(services)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Return a test client for the API and the page."""
    return app.test_client()
