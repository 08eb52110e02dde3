"""The commands for imports."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, Final, get_args

import click

from dateline.cache.answers import Cache
from dateline.cli.group import FAILED, commands, open_archive
from dateline.cli.tables import printable, show_table
from dateline.errors import DatelineError, Fault
from dateline.fields.dates import DateOrder
from dateline.imports.ledger import (
    answer_import,
    answer_imports,
    answer_rejected,
    read_rejected,
)
from dateline.imports.options import Options, read_zone
from dateline.imports.read import Format, read_rows
from dateline.imports.run import Report, run_import
from dateline.schemas import MAX_ID, MAX_LIMIT, ImportPage, ImportView, RejectedRowView
from dateline.wiring import Services, settle

BATCH: Final = 80_000
"""Most rows in a committed batch of an import from a file; after a block of the text index was
written, half of them are enough. Each commit writes nearly every page of the indexes with random
keys once more, and an interrupted import has to repeat one batch."""

FORMATS: Final = {
    ".json": Format.JSON,
    ".ndjson": Format.NDJSON,
    ".jsonl": Format.NDJSON,
    ".csv": Format.CSV,
}

SOME_REJECTED: Final = 1

MOST_SHOWN: Final = 1_000_000
"""Most imports, or rejected rows, to show."""


@commands.command("import")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--dry-run", is_flag=True, help="Show what would happen, but write nothing.")
@click.option(
    "--date-order",
    type=click.Choice(get_args(DateOrder)),
    help="The order of day and month in dates like 03/04/2020.",
)
@click.option(
    "--timezone", default="UTC", show_default=True, help="Time zone of dates that name none."
)
@click.option(
    "--format",
    "kind",
    type=click.Choice(Format, case_sensitive=False),
    help="Format of all files; by default, from their names (.json .ndjson .jsonl .csv, .gz).",
)
def import_files(
    files: tuple[str, ...],
    *,
    dry_run: bool,
    date_order: DateOrder | None,
    timezone: str,
    kind: Format | None,
) -> None:
    """Import FILEs ('-' is standard input), and report what is wrong with rejected rows.

    Rows are committed in batches; importing a file again creates nothing twice. The exit code is 0
    if no row was rejected, 1 if some were, 2 if a file could not be read.
    """
    zone = read_zone(timezone)
    if isinstance(zone, Fault):
        raise click.BadParameter(zone.message, param_hint="--timezone")
    options = Options(
        date_order=date_order,
        zone=zone,
        dry_run=dry_run,
        commit_every=None if dry_run else BATCH,
    )
    # All names are checked before the first file is imported.
    kinds = [kind or _format_of(name) for name in files]
    services = open_archive()
    settle()
    worst = 0
    for name, format_ in zip(files, kinds, strict=True):
        shown = click.format_filename(name)
        try:
            report = _import_file(services, name, format_, options)
        except OSError as error:
            click.echo(f"{shown}: {error.strerror or error}", err=True)
            worst = FAILED
        except DatelineError as error:
            click.echo(printable(f"{shown}: {error}"), err=True)
            worst = FAILED
        except KeyboardInterrupt:
            if not dry_run:
                click.echo(
                    f"\n{shown}: not finished; its batches that were committed are kept, and "
                    "nothing else; see: python -m dateline imports. Import it again for the rest.",
                    err=True,
                )
            raise
        else:
            _show_report(shown, report)
            worst = max(worst, SOME_REJECTED if report.rejected else 0)
    sys.exit(worst)


def _format_of(name: str) -> Format:
    endings = [ending.lower() for ending in Path(name).suffixes if ending.lower() != ".gz"]
    if not endings or endings[-1] not in FORMATS:
        raise click.UsageError(
            f"{click.format_filename(name)}: the name does not show the format; "
            "add --format json, ndjson or csv."
        )
    return FORMATS[endings[-1]]


def _import_file(services: Services, name: str, kind: Format, options: Options) -> Report:
    path = Path(name)
    gzipped = path.suffix.lower() == ".gz"
    options = replace(options, source=click.format_filename(path, shorten=True))
    with click.open_file(name, "rb") as file, _progress(file, path) as progress:
        rows = read_rows(file, kind, gzipped=gzipped, limit=None)
        return run_import(services.database, rows, options, progress)


@contextmanager
def _progress(file: IO[bytes], path: Path) -> Iterator[Callable[[int], None]]:
    """Show a progress bar on a terminal, by the bytes read; nothing elsewhere."""

    def show(received: int | None) -> str | None:
        return f"{received:,} rows" if received else None

    length = path.stat().st_size if path.is_file() else 0
    with click.progressbar(
        length=length,
        label=click.format_filename(path, shorten=True),
        file=sys.stderr,
        hidden=not (length and sys.stderr.isatty()),
        item_show_func=show,
    ) as bar:

        def progress(received: int) -> None:
            if length:
                bar.update(file.tell() - bar.pos, received)

        yield progress


def _show_report(name: str, report: Report) -> None:
    ending = "; nothing was written (dry run)" if report.dry_run else ""
    click.echo(f"{name}: {_counts(report)}{ending}")
    _show_decided(report)
    _show_rejected(
        (shown.row, fault["code"], fault["message"])
        for shown in report.shown
        for fault in json.loads(shown.faults)
    )
    more = report.rejected - len(report.shown)
    if more:
        where = "" if report.dry_run else f"; see: python -m dateline imports {report.import_id}"
        click.echo(f"... and {more:,} more rejected rows{where}")


@commands.command()
@click.argument("import_id", type=click.IntRange(1, MAX_ID), required=False)
@click.option(
    "--limit",
    default=20,
    show_default=True,
    type=click.IntRange(1, MOST_SHOWN),
    help="Number of imports or rejected rows to show.",
)
def imports(import_id: int | None, limit: int) -> None:
    """List imports, newest first, or the rejected rows of the one with IMPORT_ID."""
    cache = open_archive().cache
    if import_id is None:
        _list_imports(cache, limit)
    else:
        _show_import(cache, import_id, limit)


def _list_imports(cache: Cache, limit: int) -> None:
    answer, _outcome = answer_imports(cache, limit, None)
    lines = [
        (
            str(kept.id),
            kept.started_at,
            f"{kept.received:,}",
            f"{kept.created:,}",
            f"{kept.duplicate:,}",
            f"{kept.rejected:,}",
            kept.source + ("" if kept.finished_at else " (not finished)"),
        )
        for kept in ImportPage.model_validate_json(answer.body).items
    ]
    header = ("id", "started", "received", "created", "duplicate", "rejected", "source")
    show_table(header, lines)


def _show_import(cache: Cache, import_id: int, limit: int) -> None:
    answer, _outcome = answer_import(cache, import_id)
    kept = ImportView.model_validate_json(answer.body)
    click.echo(printable(f"{kept.source}: {_counts(kept)}"))
    _show_decided(kept)
    shown = 0
    # Without the rows themselves, each of which may be long.
    lines = []
    for row in _rejected_rows(cache, import_id, limit):
        shown += 1
        lines += [(row.row, error.code, error.message) for error in row.errors]
    _show_rejected(lines)
    if shown < kept.rejected:
        click.echo(f"... of {kept.rejected:,} rejected rows; show more with --limit")


def _rejected_rows(cache: Cache, import_id: int, limit: int) -> Iterator[RejectedRowView]:
    """Yield up to this number of rejected rows, page by page."""
    after: int | None = None
    while limit:
        answer, _outcome = answer_rejected(cache, import_id, min(limit, MAX_LIMIT), after)
        page = read_rejected(answer)
        yield from page.items
        if page.next is None:
            return
        limit -= len(page.items)
        after = page.items[-1].row


def _show_decided(of: Report | ImportView) -> None:
    """Print what applied to the whole import, if anything."""
    if of.date_order:
        click.echo(f"Order of day and month: {of.date_order}")
    if of.ignored_columns:
        click.echo(printable(f"Ignored columns: {', '.join(of.ignored_columns)}"))


def _show_rejected(lines: Iterable[tuple[int, str, str]]) -> None:
    show_table(("row", "code", "why"), [(str(row), code, why) for row, code, why in lines])


def _counts(of: Report | ImportView) -> str:
    return (
        f"{of.received:,} received, {of.created:,} created, "
        f"{of.duplicate:,} duplicate, {of.rejected:,} rejected"
    )
