"""compose.yaml: both databases in memory, and edited files take effect without a restart.

How long an edit takes is printed and not asserted: it depends on the machine.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.docker.compose import Compose, ask, seconds_until


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


def _started(development: Compose) -> str:
    [app] = development.containers("app")
    started: str = app["State"]["StartedAt"]
    return started


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


def test_an_edited_python_file_takes_effect(development: Compose) -> None:
    [url] = development.urls()
    started = _started(development)
    file = development.project / "dateline/controllers/health.py"
    assert ask(f"{url}/livez")[0] == 200

    with _edited(file, r'jsonify\(status="ok"\)', 'jsonify(status="edited")'):
        taken = seconds_until(_shown(f"{url}/livez", "edited"))
    undone = seconds_until(_shown(f"{url}/livez", '"ok"'))

    print(f"took effect after {taken:.2f} s, and its undoing after {undone:.2f} s")
    assert _started(development) == started


def test_an_edited_template_takes_effect(development: Compose) -> None:
    [url] = development.urls()
    started = _started(development)
    file = development.project / "dateline/templates/base.html"
    # Makes the worker compile the old one.
    assert ask(f"{url}/")[0] == 200

    with _edited(file, "<main id=", "<p>edited</p><main id="):
        taken = seconds_until(_shown(f"{url}/", "<p>edited</p>"))

    print(f"took effect after {taken:.2f} s")
    assert _started(development) == started


def test_a_mistake_is_shown_and_can_be_fixed(development: Compose) -> None:
    [url] = development.urls()
    started = _started(development)
    # A module that is also imported before Gunicorn has started.
    file = development.project / "dateline/errors.py"

    with _edited(file, r"\A", "import nothing_like_it\n"):
        seconds_until(_shown(f"{url}/livez", "nothing_like_it"))
    seconds_until(lambda: ask(f"{url}/livez")[0] == 200)
    assert _started(development) == started


def test_a_restart_of_everything_makes_the_tables_anew(development: Compose) -> None:
    """MySQL has lost them with its memory, and is not up yet when `migrate` starts."""
    development("restart")

    [url] = development.urls()
    seconds_until(lambda: _is_ready(url))
    [migration] = development.containers("migrate")
    assert migration["State"]["ExitCode"] == 0
