"""Every command and every option has a help text."""

from collections.abc import Iterator

import click
import pytest

from dateline import __version__
from dateline.cli import commands
from tests.cli.conftest import Run


def _every(command: click.Command, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield words
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            yield from _every(below, (*words, name))


def _find(words: tuple[str, ...]) -> click.Command:
    command: click.Command = commands
    for word in words:
        assert isinstance(command, click.Group)
        command = command.commands[word]
    return command


@pytest.mark.parametrize("words", list(_every(commands)), ids=" ".join)
def test_every_command_has_help(words: tuple[str, ...], run_anywhere: Run) -> None:
    command = _find(words)

    for option in ("--help", "-h"):
        result = run_anywhere(*words, option)
        assert result.exit_code == 0
        assert result.stdout.startswith(f"Usage: commands {' '.join(words)}".rstrip())
    assert command.help
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name


def test_version(run_anywhere: Run) -> None:
    assert run_anywhere("--version").stdout.endswith(f"version {__version__}\n")


@pytest.mark.parametrize("words", [["nonsense"], ["import"], ["db", "nonsense"], ["import", "-x"]])
def test_a_wrong_command_line_shows_how_it_is_used(words: list[str], run_anywhere: Run) -> None:
    result = run_anywhere(*words)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("Usage: ")
