"""The documents name every setting, command and parameter."""

import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from flask import Flask

from dateline.cli import commands
from dateline.config import PREFIX, Settings
from dateline.controllers.pages import FACETS

DOCS = Path(__file__).parents[2] / "docs"
CODE = Path(__file__).parents[2] / "dateline"
CLI = (DOCS / "cli.md").read_text(encoding="utf-8")


def read(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_documented(name: str) -> None:
    assert f"{PREFIX}{name.upper()}`" in read("configuration.md")


def test_no_setting_is_documented_that_there_is_not() -> None:
    written = set(re.findall(rf"`{PREFIX}([A-Z_]+)`", read("configuration.md")))
    assert written <= {name.upper() for name in Settings.model_fields}


def test_every_route_is_documented(app: Flask) -> None:
    text = read("api.md")
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/v1"):
            path = re.sub(r"<(?:[^:<>]*:)?([^<>]*)>", r"{\1}", rule.rule)
            assert path in text, path
    for path in FACETS:
        assert f"GET /facets/{path}`" in text, path


@pytest.mark.parametrize("command", re.findall(r"^\$ python -m dateline (.*--help)$", CLI, re.M))
def test_help_is_documented_as_it_is_printed(command: str) -> None:
    # A terminal of 80 columns, of which Click leaves two unused.
    result = CliRunner().invoke(
        commands, command.split(), prog_name="python -m dateline", terminal_width=78
    )
    assert f"$ python -m dateline {command}\n{result.stdout}```" in CLI


def test_every_module_has_its_place_among_the_rooms() -> None:
    rooms = read("data-flow.md").partition("## The rooms")[2].partition("\n## ")[0]
    modules = {path.name for path in CODE.rglob("*.py") if path.parent.name != "versions"}
    # Named together: date_*.py.
    modules = {name for name in modules if not name.startswith(("__", "date_"))} - {"env.py"}
    written = set(re.findall(r"[a-z_]+\.py", rooms)) - {"__main__.py"}
    assert written == modules


def _commands(group: click.Group, before: str = "") -> list[str]:
    names = []
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            names += _commands(command, f"{before}{name} ")
        else:
            names.append(f"{before}{name}")
    return names


@pytest.mark.parametrize("name", _commands(commands))
def test_every_command_is_documented(name: str) -> None:
    assert f"dateline {name}" in read("cli.md")


@pytest.mark.parametrize("name", sorted(path.name for path in (DOCS / "decisions").iterdir()))
def test_every_decision_has_its_form_and_is_listed_by_its_title(name: str) -> None:
    text, number = read(f"decisions/{name}"), name[:4]
    title = text.partition("\n")[0].removeprefix(f"# {number} ")
    assert f"| [{number}](decisions/{name}) | {title} " in read("index.md")
    assert re.findall(r"^## .+", text, re.M)[:2] == ["## Question", "## Decision"]
