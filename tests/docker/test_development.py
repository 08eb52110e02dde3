"""compose.yaml: both databases in memory, and edited files take effect at once."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.docker.compose import Compose, ask, seconds_until

AT_ONCE = 2.0
"""Seconds within which a change must be seen, as documented."""


@contextmanager
def _edited(file: Path, pattern: str, instead: str) -> Iterator[None]:
    before = file.read_text()
    after, count = re.subn(pattern, instead, before, count=1)
    assert count == 1
    file.write_text(after)
    try:
        yield
    finally:
        file.write_text(before)


def _shown(url: str, text: str) -> Callable[[], bool]:
    return lambda: text in ask(url)[1]


def _is_ready(url: str) -> bool:
    try:
        return ask(f"{url}/readyz")[0] == 200
    except OSError:
        # Nothing listens yet.
        return False


def test_it_imports_and_finds(development: Compose) -> None:
    [url] = development.urls()
    row = {"title": "Harbour reopens", "url": "https://example.net/a", "date": "2014-03-08"}

    status, _body = ask(f"{url}/v1/bulk", {"items": [row]})
    assert status == 200

    _status, body = ask(f"{url}/v1/entries?contains=harbour")
    assert [entry["title"] for entry in json.loads(body)["items"]] == ["Harbour reopens"]


def test_migrations_run_once_and_before_the_application(development: Compose) -> None:
    [migration] = development.containers("migrate")
    [app] = development.containers("app")

    assert migration["State"]["ExitCode"] == 0
    assert migration["State"]["FinishedAt"] <= app["State"]["StartedAt"]
    assert "dateline" not in app["Config"]["Entrypoint"]


def test_the_databases_keep_nothing(development: Compose) -> None:
    for service, directory in (("mysql", "/var/lib/mysql"), ("redis", "/data")):
        [container] = development.containers(service)
        assert [mount["Type"] for mount in container["Mounts"]] == ["tmpfs"]
        assert container["Mounts"][0]["Destination"] == directory
        assert not any(container["NetworkSettings"]["Ports"].values())


def test_a_full_cache_forgets_what_is_old(development: Compose) -> None:
    said = development("exec", "-T", "redis", "redis-cli", "CONFIG", "GET", "maxmemory*")
    values = said.split()

    assert values[values.index("maxmemory-policy") + 1] == "allkeys-lru"
    assert int(values[values.index("maxmemory") + 1]) > 0


def test_it_starts_without_a_warning_from_a_library(development: Compose) -> None:
    said = development("logs", "app")

    assert "Booting worker" in said
    assert "Warning:" not in said


def test_an_edited_python_file_is_seen_at_once(development: Compose) -> None:
    [url] = development.urls()
    file = development.project / "dateline/controllers/health.py"
    assert ask(f"{url}/livez")[0] == 200

    with _edited(file, r'jsonify\(status="ok"\)', 'jsonify(status="edited")'):
        taken = seconds_until(_shown(f"{url}/livez", "edited"))
    mended = seconds_until(_shown(f"{url}/livez", '"ok"'))

    print(f"seen after {taken:.2f} s, and taken back after {mended:.2f} s")
    assert max(taken, mended) < AT_ONCE


def test_an_edited_template_is_seen_at_once(development: Compose) -> None:
    [url] = development.urls()
    file = development.project / "dateline/templates/base.html"
    # Makes the worker compile the old one.
    assert ask(f"{url}/")[0] == 200

    with _edited(file, "<main id=", "<p>edited</p><main id="):
        taken = seconds_until(_shown(f"{url}/", "<p>edited</p>"))

    print(f"seen after {taken:.2f} s")
    assert taken < AT_ONCE


def test_a_mistake_is_shown_and_can_be_fixed(development: Compose) -> None:
    [url] = development.urls()
    [before] = development.containers("app")
    # A module that is also imported before Gunicorn has started.
    file = development.project / "dateline/errors.py"

    with _edited(file, r"\A", "import nothing_like_it\n"):
        seconds_until(_shown(f"{url}/livez", "nothing_like_it"))
    seconds_until(lambda: ask(f"{url}/livez")[0] == 200)

    [after] = development.containers("app")
    assert after["State"]["StartedAt"] == before["State"]["StartedAt"]


def test_a_restart_of_everything_makes_the_tables_anew(development: Compose) -> None:
    """MySQL has lost them with its memory, and is not up yet when `migrate` starts."""
    development("restart")

    [url] = development.urls()
    seconds_until(lambda: _is_ready(url), limit=120)
    [migration] = development.containers("migrate")
    assert migration["State"]["ExitCode"] == 0
