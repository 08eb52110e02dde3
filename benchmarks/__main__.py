"""Measure imports and searches, and print one table."""

import json
import tempfile
import time
from pathlib import Path

import click

from benchmarks import searches
from benchmarks.clients import CONNECTIONS, WRK
from benchmarks.imports import WARM_UP, Imports
from benchmarks.searches import QUESTIONS, SECONDS, THREADS, WORKERS
from benchmarks.tables import as_data, machine, show


@click.command()
@click.option(
    "--rows",
    default=100_000,
    show_default=True,
    type=click.IntRange(WARM_UP),
    help="Rows of each import, and of the archive that is searched.",
)
@click.option(
    "--rounds",
    default=3,
    show_default=True,
    type=click.IntRange(1),
    help="Each measures everything once, in turn.",
)
@click.option("--json", "kept", type=click.Path(path_type=Path), help="File to keep all rounds in.")
def main(rows: int, rounds: int, kept: Path | None) -> None:
    """Measure imports and searches beside the least that they can cost."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        of_imports, filled = Imports(directory, rows).compare(rounds)
        comparisons = [*of_imports, *searches.compare(directory, filled, rounds)]
    client = "wrk" if WRK else "threads of this program, since there is no wrk"
    notes = [
        f"Medians of {rounds} rounds, in turn with what they stand beside; {rows:,} rows, "
        "rejected ones and duplicates included.",
        "HTTP: one transaction, answered when it is safe. Command line: with its start, in "
        "batches. Bare SQLite: rows ready-made, text index alike, no other index, no ledger.",
        f"Searches: {CONNECTIONS} connections, {WORKERS} workers of {THREADS} threads; cached: "
        f"one question for {SECONDS} s by {client}; uncached: {QUESTIONS} distinct ones.",
        f"{machine()}. Took {time.monotonic() - started:.0f} s.",
    ]
    show(comparisons, notes)
    if kept is not None:
        kept.write_text(json.dumps(as_data(comparisons, notes), indent=2) + "\n")


if __name__ == "__main__":
    main()
