"""What was measured, and how it is shown: medians, and how far the rounds lay apart."""

import os
import platform
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Comparison:
    """One thing beside the least that it can cost, measured turn by turn.

    Attributes:
        what: the thing.
        beside: the least.
        unit: of both.
        values: one of each round.
        floors: those of the least, of the same rounds.
    """

    what: str
    beside: str
    unit: str
    values: list[float]
    floors: list[float]

    @property
    def ratios(self) -> list[float]:
        """How much of the speed of the least is left, round by round."""
        return [value / floor for value, floor in zip(self.values, self.floors, strict=True)]


def show(comparisons: Sequence[Comparison], notes: Sequence[str]) -> None:
    """Print one table, and below it what one must know to read it."""
    header = ("measured", "per second", "min..max", "beside", "per second", "min..max", "ratio")
    lines = [header, *(_line(comparison) for comparison in comparisons)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for number, line in enumerate(lines):
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)))
        if number == 0:
            print("  ".join("-" * width for width in widths))
    print()
    for note in notes:
        print(note)


def as_data(comparisons: Sequence[Comparison], notes: Sequence[str]) -> dict[str, Any]:
    """All rounds, to keep."""
    return {
        "comparisons": [
            {**asdict(comparison), "ratios": comparison.ratios} for comparison in comparisons
        ],
        "notes": list(notes),
    }


def machine() -> str:
    """What the figures depend on."""
    return (
        f"{os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}; "
        f"Python {platform.python_version()}; SQLite {sqlite3.sqlite_version}"
    )


def _line(comparison: Comparison) -> tuple[str, ...]:
    ratios = comparison.ratios
    return (
        f"{comparison.what} ({comparison.unit})",
        *_middle_and_ends(comparison.values),
        comparison.beside,
        *_middle_and_ends(comparison.floors),
        f"{median(ratios):.2f} ({min(ratios):.2f}..{max(ratios):.2f})",
    )


def _middle_and_ends(values: Sequence[float]) -> tuple[str, str]:
    return f"{median(values):,.0f}", f"{min(values):,.0f}..{max(values):,.0f}"
