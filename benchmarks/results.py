"""Results of measurements, kept as one JSON file per piece of work.

A piece that has a file is not measured again, so an interrupted run of hours can resume.
"""

import json
import os
import platform
import re
import sqlite3
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Final

MS: Final = "ms"
"""The only unit where less is better; the others are rates and sizes."""


@dataclass(frozen=True, slots=True)
class Line:
    """One measurement and its baseline, taken in turn.

    Attributes:
        what: what is measured.
        unit: the unit of values and floors.
        values: all measured values.
        beside: the name of the baseline; empty if there is none.
        floors: the values of the baseline in the same turns.
        note: a note, such as how many entries were found.
    """

    what: str
    unit: str
    values: list[float]
    beside: str = ""
    floors: list[float] = field(default_factory=list)
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """The median of value / floor over all turns; None without a baseline."""
        if not self.floors:
            return None
        pairs = zip(self.values, self.floors, strict=True)
        return median(value / floor for value, floor in pairs)


@dataclass(frozen=True, slots=True)
class Piece:
    """The result of one piece of work.

    Attributes:
        name: the name of its file.
        title: the heading of its table.
        lines: the measurements.
        notes: explanations for the reader.
        facts: values that later pieces need.
        machine: hardware and software versions.
        command: the command line.
        at: when it ended.
    """

    name: str
    title: str
    lines: list[Line]
    notes: list[str] = field(default_factory=list)
    facts: dict[str, int] = field(default_factory=dict)
    machine: str = field(default_factory=lambda: machine())
    command: str = field(default_factory=lambda: _command())
    at: str = field(default_factory=lambda: datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"))


class Results:
    """The pieces stored in a directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        directory.mkdir(parents=True, exist_ok=True)

    def find(self, name: str) -> Piece | None:
        """Return a piece, or None if it has not been measured."""
        path = self._directory / f"{name}.json"
        return _read(path) if path.exists() else None

    def keep(self, piece: Piece) -> None:
        """Store a piece atomically."""
        path = self._directory / f"{piece.name}.json"
        written = path.with_suffix(".part")
        written.write_text(json.dumps(asdict(piece), indent=1, ensure_ascii=False) + "\n")
        written.replace(path)

    def all(self) -> list[Piece]:
        """Return all pieces, sorted by name."""
        return [_read(path) for path in sorted(self._directory.glob("*.json"))]


def _read(path: Path) -> Piece:
    data = json.loads(path.read_text())
    return Piece(**{**data, "lines": [Line(**line) for line in data["lines"]]})


def rounded(values: Sequence[float]) -> list[float]:
    """Return the values rounded to four significant digits."""
    return [float(f"{value:.4g}") for value in values]


def machine() -> str:
    """Return the hardware and software versions that the figures depend on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} CPUs ({_cpu()}), {memory:.0f} GiB; {platform.system()}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    )


def _cpu() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _command() -> str:
    words = ["python -m benchmarks", *sys.argv[1:]]
    # Keep passwords out of the document.
    return " ".join(re.sub("//.*@.*/", "//USER:PASSWORD@HOST:PORT/", word) for word in words)


def tell(text: str) -> None:
    """Print progress to standard error."""
    print(f"{datetime.now(UTC):%H:%M:%S} {text}", file=sys.stderr, flush=True)
