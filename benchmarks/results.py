"""What was measured, and where it is kept: one JSON file for each piece of work.

A piece that is there is not measured again, so a run of hours that was cut off goes on.
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
"""The unit of what should be small; every other unit is of what should be large, or of sizes."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing beside the least that it can cost, measured turn by turn.

    Attributes:
        what: the thing.
        unit: of both.
        values: all that was measured.
        beside: the least; empty where there is nothing to compare with.
        floors: those of the least, of the same turns.
        note: such as how many entries were found.
    """

    what: str
    unit: str
    values: list[float]
    beside: str = ""
    floors: list[float] = field(default_factory=list)
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """The middle of value by floor, turn by turn."""
        if not self.floors:
            return None
        pairs = zip(self.values, self.floors, strict=True)
        return median(value / floor for value, floor in pairs)


@dataclass(frozen=True, slots=True)
class Piece:
    """What one piece of work has measured.

    Attributes:
        name: of its file.
        title: for people.
        lines: what was measured.
        notes: what one must know to read it.
        facts: what later pieces need to know.
        machine: what the figures depend on.
        command: how it was called.
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
    """The pieces that are kept in a directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        directory.mkdir(parents=True, exist_ok=True)

    def find(self, name: str) -> Piece | None:
        """Give a piece, if it was measured."""
        path = self._directory / f"{name}.json"
        return _read(path) if path.exists() else None

    def keep(self, piece: Piece) -> None:
        """Keep a piece, whole or not at all."""
        path = self._directory / f"{piece.name}.json"
        written = path.with_suffix(".part")
        written.write_text(json.dumps(asdict(piece), indent=1, ensure_ascii=False) + "\n")
        written.replace(path)

    def all(self) -> list[Piece]:
        """All pieces, by their names."""
        return [_read(path) for path in sorted(self._directory.glob("*.json"))]


def _read(path: Path) -> Piece:
    data = json.loads(path.read_text())
    return Piece(**{**data, "lines": [Line(**line) for line in data["lines"]]})


def rounded(values: Sequence[float]) -> list[float]:
    """Values with as many digits as a measurement has."""
    return [float(f"{value:.4g}") for value in values]


def machine() -> str:
    """What the figures depend on."""
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
    # Nobody's password comes into a document.
    return " ".join(re.sub("//.*@.*/", "//USER:PASSWORD@HOST:PORT/", word) for word in words)


def tell(text: str) -> None:
    """Say on standard error how far the work is."""
    print(f"{datetime.now(UTC):%H:%M:%S} {text}", file=sys.stderr, flush=True)
