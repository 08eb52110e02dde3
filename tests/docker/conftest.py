"""Fixtures of the Docker tests: a copy of the project, its image, and both compositions."""

import shutil
import socket
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.docker.compose import Compose, docker

# Not collected by `make test`; they run only if the files of this directory are named.
collect_ignore_glob = ["*"]

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session", autouse=True)
def _engine() -> None:
    """Report once what is missing if there is no Docker engine."""
    for words in (["version"], ["compose", "version"]):
        try:
            subprocess.run(["docker", *words], capture_output=True, text=True, check=True)
        except FileNotFoundError:
            pytest.exit("The Docker tests need the program `docker`; it is not there.", 1)
        except subprocess.CalledProcessError as error:
            pytest.exit(f"The Docker tests need a running engine: {error.stderr.strip()}", 1)


@pytest.fixture(scope="session")
def image(project: Path) -> Iterator[str]:
    """Build the image as a user would."""
    name = f"dateline-test-{uuid.uuid4().hex[:8]}"
    with _let_nobody_else_read(project):
        docker("build", "--tag", name, "--build-arg", "VERSION=1.2.3", str(project))
    yield name
    docker("image", "rm", name)


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the project, because the tests edit it."""
    copy = tmp_path_factory.mktemp("project")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, copy / name)
    return copy


@pytest.fixture(scope="module")
def development(project: Path, image: str) -> Iterator[Compose]:
    """Bring up the composition for development."""
    with Compose.new(project, ["compose.yaml"], {"IMAGE": image, "PORT": "0"}).running() as up:
        yield up


@pytest.fixture(scope="module")
def production(project: Path, image: str) -> Iterator[Compose]:
    """Bring up the composition for production."""
    for name in ("mysql_password", "mysql_root_password"):
        # Characters that a URL or a shell would interpret.
        (project / "docker/secrets" / name).write_text(f"p@ss/w:rd%40 ${uuid.uuid4()}\n")
    first = _free_ports(3)
    environment = {"IMAGE": image, "PORTS": f"{first}-{first + 2}"}
    files = ["compose.yaml", "compose.prod.yaml"]
    with Compose.new(project, files, environment).running() as up:
        yield up


@contextmanager
def _let_nobody_else_read(project: Path) -> Iterator[None]:
    """Give the files the permissions of a checkout with umask 077."""
    modes = {path: path.stat().st_mode for path in project.rglob("*")}
    for path, mode in modes.items():
        path.chmod(mode & 0o700)
    yield
    for path, mode in modes.items():
        path.chmod(mode)


def _free_ports(count: int) -> int:
    """Return the first of `count` consecutive free ports."""
    for first in range(20_000, 30_000, count):
        try:
            for port in range(first, first + count):
                with socket.create_server(("127.0.0.1", port)):
                    pass
        except OSError:
            continue
        return first
    raise AssertionError("no free ports")
