"""The command line of the benchmarks."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from benchmarks import facets, hits, imports, peer, searches
from benchmarks.archives import Archive, mysql_archive, sqlite_archive
from benchmarks.plans import write_plans
from benchmarks.report import write_report
from benchmarks.results import Results
from benchmarks.rows import ndjson
from benchmarks.tables import show

DIRECTORY = click.option(
    "--directory",
    default="build/bench",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Where archives and results are kept; existing results are not measured again.",
)

MYSQL = click.option(
    "--mysql",
    envvar="BENCH_MYSQL_URL",
    help="mysql+pymysql://USER:PASSWORD@HOST:PORT/DATABASE of a user who may create databases; "
    "without it, only SQLite is measured.",
)


def _to(document: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return the `--to` option of a command that writes a document."""
    return click.option(
        "--to",
        default=document,
        show_default=True,
        type=click.Path(path_type=Path, dir_okay=False),
        help="The document to write.",
    )


@click.group()
def main() -> None:
    """Measure Dateline against a baseline, the minimum cost of the same work."""


@main.command()
@DIRECTORY
@click.option(
    "--rows",
    "sizes",
    multiple=True,
    default=(100_000,),
    show_default=True,
    type=click.IntRange(1_000),
    help="Rows in the archive when it is searched; repeatable, the archive grows.",
)
@click.option("--part", default=50_000, show_default=True, help="Rows of each import.")
@MYSQL
@click.option("--only", type=click.Choice(["sqlite", "mysql"]), help="Measure only one database.")
@click.option("--each", default=40, show_default=True, help="Distinct questions of each class.")
@click.option("--rounds", default=3, show_default=True, help="How often each is measured.")
@click.option(
    "--sample", type=int, help="Rows of `dateline sample` to send over HTTP, not the largest body."
)
@click.option("--peers", is_flag=True, help="Also measure Datasette, installed in build/peer.")
def run(
    *,
    directory: Path,
    sizes: tuple[int, ...],
    part: int,
    mysql: str | None,
    only: str | None,
    each: int,
    rounds: int,
    sample: int | None,
    peers: bool,
) -> None:
    """Measure everything that has no result in the directory yet, and print one table of all."""
    if any(rows % part for rows in sizes):
        raise click.BadParameter("every --rows must be a multiple of it", param_hint="--part")
    directory = directory.absolute()
    results = Results(directory / "results")
    sqlite = sqlite_archive(directory)
    for archive in _archives(sqlite, mysql):
        if only not in (None, archive.kind):
            continue
        imports.measure_http(results, archive, sample, rounds)
        for rows in sorted(sizes):
            imports.fill(results, directory, archive, rows, part)
            searches.measure(results, directory, archive, rows, each, rounds)
            facets.measure(results, directory, archive, rows, each, rounds)
            # Before the archive grows: most of the peer's queries scan every row.
            if peers and archive is sqlite and rows == min(sizes):
                peer.measure(results, directory, archive, rows, each, rounds)
    if only in (None, "sqlite"):
        hits.measure(results, directory, sqlite, rounds)
    show(results.all())


def _archives(sqlite: Archive, mysql: str | None) -> list[Archive]:
    return [sqlite, mysql_archive(mysql)] if mysql else [sqlite]


@main.command()
@DIRECTORY
@_to("docs/performance.md")
def report(*, directory: Path, to: Path) -> None:
    """Write docs/performance.md from the results in the directory."""
    write_report(Results(directory / "results").all(), to)


@main.command()
@DIRECTORY
@MYSQL
@click.option("--rows", default=100_000, show_default=True, help="Rows in the archives.")
@_to("docs/plans.md")
def plans(*, directory: Path, mysql: str | None, rows: int, to: Path) -> None:
    """Write docs/plans.md from the archives in the directory."""
    directory = directory.absolute()
    directory.mkdir(parents=True, exist_ok=True)
    archives = _archives(sqlite_archive(directory), mysql)
    for archive in archives:
        if not archive.last_id():
            raise click.UsageError(
                f"The archive {archive.url} has no rows; create them with "
                "`python -m benchmarks run` and the same --directory, --rows and --mysql."
            )
    write_plans(directory, archives, rows, to)


@main.command()
@click.option("--rows", default=1_000_000, show_default=True, help="How many.")
@click.option("--seed", default=1, show_default=True, help="Other seeds give other rows.")
def rows(*, rows: int, seed: int) -> None:
    """Write rows for a large archive to standard output as NDJSON."""
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # a text file
    sys.stdout.writelines(ndjson(rows, seed))


if __name__ == "__main__":
    main()
