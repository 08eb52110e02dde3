"""The `dateline` command: every command calls the function that the API calls."""

# Imported to be registered.
from dateline.cli import importing, operating, searching
from dateline.cli.group import commands

__all__ = ["commands", "importing", "main", "operating", "searching"]


def main() -> None:
    """Run a command."""
    commands(prog_name="dateline")
