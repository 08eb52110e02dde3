"""The `dateline` command: every command calls the function that the API calls."""

import signal

# Imported to be registered.
from dateline.cli import importing, operating, searching
from dateline.cli.group import commands

__all__ = ["commands", "importing", "main", "operating", "searching"]


def main() -> None:
    """Run a command."""
    signal.signal(signal.SIGTERM, _interrupt)
    # As it is typed: there is no command `dateline` to try what a mistake's message proposes.
    commands(prog_name="python -m dateline")


def _interrupt(number: int, _frame: object) -> None:
    """End a command as Ctrl-C does: what was not committed is put back, and it is said."""
    raise KeyboardInterrupt(number)
