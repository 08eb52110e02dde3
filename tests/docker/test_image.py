"""The image: what is in it, how large it is, and what it may do."""

import json
from typing import Any

import pytest

from tests.docker.compose import docker

BASE = "python:3.12-slim"
MOST = 120_000_000


@pytest.fixture(scope="module")
def inspected(image: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(docker("image", "inspect", image))[0]
    return found


def _run(image: str, *words: str) -> str:
    """Run a command in the image as compose.yaml does: read-only and without privileges."""
    entrypoint, *arguments = words
    return docker(
        *("run", "--rm", "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL"),
        *("--network", "none", "--entrypoint", entrypoint, image, *arguments),
    )


def test_it_adds_less_than_120_mb_to_its_base(inspected: dict[str, Any]) -> None:
    added = inspected["Size"] - int(docker("image", "inspect", "--format", "{{.Size}}", BASE))

    print(f"added to {BASE}: {added / 1e6:.1f} MB")
    assert added < MOST


def test_it_says_what_it_is(inspected: dict[str, Any]) -> None:
    labels = inspected["Config"]["Labels"]

    prefix = "org.opencontainers.image."
    assert labels[f"{prefix}title"] == "Dateline"
    assert labels[f"{prefix}licenses"] == "Apache-2.0"
    assert labels[f"{prefix}version"] == "1.2.3"
    assert labels[f"{prefix}base.name"] == BASE


def test_it_is_not_root_and_knows_whether_it_works(inspected: dict[str, Any]) -> None:
    assert inspected["Config"]["User"] == "10001:10001"
    assert inspected["Config"]["StopSignal"] == "SIGTERM"
    assert "/readyz" in " ".join(inspected["Config"]["Healthcheck"]["Test"])


def test_there_is_the_package_its_environment_and_nothing_else(image: str) -> None:
    assert _run(image, "ls", "-A", "/app").split() == ["LICENSE", "dateline", "gunicorn.conf.py"]
    assert "pip" not in _run(image, "ls", "/opt/venv/bin").split()
    # With sh, which reports a missing command only by its exit code.
    assert _run(image, "sh", "-c", "command -v gcc cc || echo none") == "none"
    assert _run(image, "sh", "-c", "ls -d /.cache /tmp/* 2>/dev/null || echo none") == "none"


def test_its_modules_are_compiled(image: str) -> None:
    # With -v, Python reports for each module whether it was found compiled.
    said = _run(image, "sh", "-c", "python -v -c 'import dateline.app' 2>&1")

    assert "matches /app/dateline/app.py" in said
    assert "matches /opt/venv/lib/python3.12/site-packages/flask/app.py" in said


def test_every_command_works_without_a_place_to_write(image: str) -> None:
    rows = _run(image, "python", "-m", "dateline", "sample", "--rows", "3").splitlines()

    assert len(rows) == 3
    assert "usage" in _run(image, "python", "-m", "dateline", "--help").lower()
