"""Helpers for Docker, Compose and HTTP."""

import json
import os
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

SECONDS = 600


def docker(*words: str, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> str:
    """Run `docker`, and show its output if it fails."""
    done = subprocess.run(
        ["docker", *words],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"docker {' '.join(words)}\n{done.stdout}\n{done.stderr}"
    return done.stdout.strip()


@dataclass(frozen=True)
class Compose:
    """A composition of the project, under a unique name."""

    project: Path
    name: str
    files: Sequence[str]
    environment: Mapping[str, str]

    @classmethod
    def new(cls, project: Path, files: Sequence[str], environment: Mapping[str, str]) -> "Compose":
        """Return a composition that is not up yet."""
        return cls(project, f"dateline-test-{uuid.uuid4().hex[:8]}", files, environment)

    def __call__(self, *words: str) -> str:
        """Run `docker compose`."""
        files = [word for file in self.files for word in ("--file", file)]
        return docker(
            "compose",
            *("--project-name", self.name),
            *files,
            *words,
            cwd=self.project,
            env=self.environment,
        )

    @contextmanager
    def running(self) -> Iterator["Compose"]:
        """Bring it up while the block runs, then remove everything."""
        try:
            self("up", "--wait", "--no-build")
            yield self
        except BaseException:
            print(self("ps", "--all"), self("logs", "--tail", "50"), sep="\n")
            raise
        finally:
            self("down", "--volumes", "--remove-orphans", "--timeout", "60")

    def containers(self, service: str) -> list[dict[str, Any]]:
        """Return what the engine reports about a service's containers."""
        ids = self("ps", "--all", "--quiet", service).split()
        found: list[dict[str, Any]] = json.loads(docker("inspect", *ids))
        return found

    def urls(self) -> list[str]:
        """Return the URLs of the application, one per replica."""
        return [
            f"http://{published['HostIp']}:{published['HostPort']}"
            for container in self.containers("app")
            for published in container["NetworkSettings"]["Ports"]["8000/tcp"]
        ]


def ask(url: str, body: object = None) -> tuple[int, str]:
    """Get a page, or post a body as JSON if there is one."""
    data = None if body is None else json.dumps(body).encode()
    request = Request(url, data, {"Content-Type": "application/json"})
    try:
        with urlopen(request, timeout=SECONDS) as response:
            return response.status, response.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()


def seconds_until(happened: Callable[[], bool]) -> float:
    """Poll until it has happened; return the seconds it took."""
    began = time.monotonic()
    while not happened():
        assert time.monotonic() - began < SECONDS, f"not within {SECONDS} s"
    return time.monotonic() - began
