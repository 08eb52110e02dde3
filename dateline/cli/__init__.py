"""The command line. Its commands call the same functions as the API."""

import signal

# Imported to register the commands.
from dateline.cli import importing, operating, searching
from dateline.cli.group import commands

__all__ = ["commands", "importing", "main", "operating", "searching"]


def main() -> None:
    """Run a command."""
    signal.signal(signal.SIGTERM, _interrupt)
    # Usage messages must show what to type: there is no command `dateline`.
    commands(prog_name="python -m dateline")


def _interrupt(number: int, _frame: object) -> None:
    """End a command as Ctrl-C does: roll back what was not committed, and print a message."""
    raise KeyboardInterrupt(number)
