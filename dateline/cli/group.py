"""The group of all commands, and how they open the archive."""

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
"""Exit code of a command that failed."""

SIGNALLED: Final = 128
"""Added to the number of the signal that ended a command, for its exit code, as shells do."""


class _Failure(click.ClickException):
    exit_code = FAILED


class _Commands(click.Group):
    """Group that prints errors as a message, without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except DatelineError as error:
            raise _Failure(str(error)) from error
        except OSError as error:
            # A reader that closes its end early (`| head`) is no error: Click exits silently.
            if error.errno == errno.EPIPE:
                raise
            # Otherwise Python would try to flush the rest of the output at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            # Errors of standard output have no file name.
            where = f"{error.filename}: " if error.filename else ""
            raise _Failure(f"{where}{error.strerror or error}") from error
        except KeyboardInterrupt as error:
            click.echo("\nInterrupted.", err=True)
            # Click's own exit code is 1, which would mean that some rows were rejected. Ctrl-C is
            # raised by Python itself, without a signal number.
            (number,) = error.args or (signal.SIGINT,)
            ctx.exit(SIGNALLED + number)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="dateline")
def commands() -> None:
    """Keep and search source metadata: what was published, where and when."""


def open_archive(*, current: bool = True) -> Services:
    """Open the archive named in the settings, and close it when the command ends.

    Args:
        current: whether the tables must be those of this release.
    """
    services = open_services(load_settings())
    click.get_current_context().call_on_close(services.close)
    if current and not services.database.is_current():
        raise _Failure(OTHER_TABLES)
    return services
