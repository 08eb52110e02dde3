"""The group that all commands belong to, and how they reach the archive."""

import errno
import os
import signal
import sys
from typing import Any, Final

import click

from dateline import __version__
from dateline.config import load_settings
from dateline.database import OTHER_TABLES
from dateline.errors import DatelineError
from dateline.wiring import Services, open_services

FAILED: Final = 2
"""Exit code of a command that could not do what it was asked."""

SIGNALLED: Final = 128
"""What shells add to the number of the signal that has ended a command, for its exit code."""


class _Failure(click.ClickException):
    exit_code = FAILED


class _Commands(click.Group):
    """Commands that say in a sentence, without a traceback, what went wrong."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except DatelineError as error:
            raise _Failure(str(error)) from error
        except OSError as error:
            # A reader who has seen enough (`| head`) is no mistake: Click ends without a word.
            if error.errno == errno.EPIPE:
                raise
            # Else Python would try once more to print what is left, while it ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            # What cannot be printed has no name.
            where = f"{error.filename}: " if error.filename else ""
            raise _Failure(f"{where}{error.strerror or error}") from error
        except KeyboardInterrupt as error:
            click.echo("\nInterrupted.", err=True)
            # Click's own code is 1, which would say that some rows were rejected. Ctrl-C, which is
            # told by Python itself, comes without its number.
            (number,) = error.args or (signal.SIGINT,)
            ctx.exit(SIGNALLED + number)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="dateline")
def commands() -> None:
    """Keep and search source metadata: what was published, where and when."""


def open_archive(*, current: bool = True) -> Services:
    """Open the archive that the settings name, and close it when the command ends.

    Args:
        current: whether the tables must be those of this release.
    """
    services = open_services(load_settings())
    click.get_current_context().call_on_close(services.close)
    if current and not services.database.is_current():
        raise _Failure(OTHER_TABLES)
    return services
