"""The commands for operators."""

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click
from pydantic_core import to_json

from dateline.cli.group import commands, open_archive
from dateline.cli.tables import show_table
from dateline.sample import sample_rows

GUNICORN_CONFIG: Final = Path(__file__).parent.parent.parent / "gunicorn.conf.py"


@commands.command()
@click.option(
    "--rows", default=1_000, show_default=True, type=click.IntRange(0), help="Number of rows."
)
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same rows.")
def sample(rows: int, seed: int) -> None:
    """Print made-up source metadata as NDJSON, including faulty rows."""
    out = sys.stdout.buffer
    out.writelines(to_json(row) + b"\n" for row in sample_rows(rows, seed))
    # Flushed here, where errors are reported, and not at exit.
    out.flush()


@commands.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    default=8000,
    show_default=True,
    type=click.IntRange(1, 65535),
    help="Port to listen on.",
)
def serve(host: str, port: int) -> None:
    """Serve the API and the page with Gunicorn, after migrating the database."""
    # For an empty host, Gunicorn would listen on every address.
    if not host:
        raise click.BadParameter("it is empty; name an address.", param_hint="--host")
    services = open_archive(current=False)
    services.database.upgrade()
    services.close()
    _warn_if_in_use(host.strip("[]"), port)
    # Otherwise Gunicorn takes what follows the first colon as the port.
    host = f"[{host}]" if ":" in host and not host.startswith("[") else host
    gunicorn = [sys.executable, "-m", "gunicorn", "--config", str(GUNICORN_CONFIG)]
    os.execv(sys.executable, [*gunicorn, "--bind", f"{host}:{port}"])  # noqa: S606


def _warn_if_in_use(host: str, port: int) -> None:
    """Print what to do if the address is in use; Gunicorn retries for some seconds."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as tried:
        # As Gunicorn does, so that connections of a server that has just ended do not matter.
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
        except OSError as error:
            click.echo(
                f"{host}, port {port}: {error.strerror}; stop what is listening there, or "
                "choose another with --host and --port.",
                err=True,
            )


@commands.group()
def db() -> None:
    """Manage the database tables."""


@db.command()
def upgrade() -> None:
    """Migrate the tables to this release."""
    open_archive(current=False).database.upgrade()


@db.command()
def check() -> None:
    """Check that the tables are those of this release; the exit code is 1 if not."""
    if not open_archive(current=False).database.is_current():
        raise click.ClickException("Migrations are behind; run: python -m dateline db upgrade")
    click.echo("The tables are those of this release.")


@commands.group()
def cache() -> None:
    """Manage the cached answers."""


@cache.command()
def status() -> None:
    """Show the state of the cache; the exit code is 1 if it cannot be reached."""
    with _redis_errors():
        show_table(("what", "how"), list(open_archive().cache.status().items()))


@cache.command()
def clear() -> None:
    """Delete all cached answers, for example to free memory in Redis; never necessary."""
    services = open_archive()
    with _redis_errors():
        services.cache.clear()
    if not services.settings.cache_url.startswith("redis"):
        click.echo("Nothing to clear: only answers in Redis outlive their process.")


@contextmanager
def _redis_errors() -> Iterator[None]:
    # Imported here as in wiring.py.
    from redis.exceptions import RedisError

    try:
        yield
    except RedisError as error:
        raise click.ClickException(f"Redis cannot be reached: {error}") from error


@commands.command()
def doctor() -> None:
    """Check the set-up and say how to fix it; the exit code is 1 if anything is wrong."""
    # Slow to load: it imports the Redis client, which no other command needs without Redis.
    from dateline.doctor import examine

    wrong = False
    for finding in examine(open_archive(current=False)):
        if finding.fix is None:
            click.echo(f"ok     {finding.what}")
        else:
            wrong = True
            click.echo(f"WRONG  {finding.what}\n       {finding.fix}")
    raise SystemExit(1 if wrong else 0)
