"""compose.prod.yaml: data persists, and secrets stay secret."""

import json
from typing import Any

from tests.docker.compose import Compose, ask, docker

TITLE = "Council votes on the new harbour"
ROW = {"title": TITLE, "url": "https://example.net/council", "date": "3 April 2020"}


def _found(url: str) -> list[str]:
    _status, body = ask(f"{url}/v1/entries?contains=council")
    return [entry["title"] for entry in json.loads(body)["items"]]


def test_what_was_imported_outlives_the_containers(production: Compose) -> None:
    first, *_others = production.urls()
    assert ask(f"{first}/v1/bulk", {"items": [ROW]})[0] == 200

    production("down", "--timeout", "60")
    production("up", "--wait", "--no-build")

    assert [_found(url) for url in production.urls()] == [[TITLE]] * 3


def test_the_image_is_built_once(production: Compose) -> None:
    """Of two concurrent builds, either may get the tag, and Compose then replaces all."""
    services = json.loads(production("config", "--format", "json"))["services"]

    assert [name for name, service in services.items() if "build" in service] == ["app"]
    assert services["migrate"]["image"] == services["app"]["image"]


def test_a_replica_answers_what_another_has_kept(production: Compose) -> None:
    first, second, third = production.urls()
    row = {**ROW, "title": "Fishing quotas agreed", "date": "1985"}

    ask(f"{first}/v1/bulk", {"items": [row]})

    for url in (second, third):
        _status, body = ask(f"{url}/v1/entries?contains=fishing")
        assert json.loads(body)["total"] == 1


def test_only_the_application_is_published_and_to_this_computer(production: Compose) -> None:
    assert all(url.startswith("http://127.0.0.1:") for url in production.urls())
    for service in ("mysql", "redis"):
        [container] = production.containers(service)
        assert not any(container["NetworkSettings"]["Ports"].values())


def test_no_source_is_mounted_and_data_is_in_named_volumes(production: Compose) -> None:
    for service, expected in (("app", []), ("mysql", ["mysql"]), ("redis", ["redis"])):
        for container in production.containers(service):
            mounts = [
                mount
                for mount in container["Mounts"]
                if not mount["Destination"].startswith("/run/secrets/")
            ]
            names = [mount["Name"].removeprefix(f"{production.name}_") for mount in mounts]
            assert names == expected


def test_no_password_stands_in_an_environment(production: Compose) -> None:
    secrets = production.project / "docker/secrets"
    passwords = [file.read_text().strip() for file in secrets.glob("mysql_*")]
    assert len(passwords) == 2

    ids = production("ps", "--all", "--quiet").split()
    said = docker("inspect", *ids) + production("config") + production("logs")

    assert not [password for password in passwords if password in said]


def _host(container: dict[str, Any]) -> dict[str, Any]:
    host: dict[str, Any] = container["HostConfig"]
    return host


def test_the_application_may_do_little(production: Compose) -> None:
    for container in production.containers("app"):
        host = _host(container)
        assert host["ReadonlyRootfs"]
        assert host["CapDrop"] == ["ALL"]
        assert host["SecurityOpt"] == ["no-new-privileges:true"]


def test_everything_is_limited_and_starts_again(production: Compose) -> None:
    for service in ("app", "mysql", "redis"):
        for container in production.containers(service):
            host = _host(container)
            assert host["RestartPolicy"]["Name"] == "unless-stopped"
            assert host["Memory"] > 0
            assert host["NanoCpus"] > 0
    [once] = production.containers("migrate")
    assert _host(once)["RestartPolicy"] == {"Name": "on-failure", "MaximumRetryCount": 8}
