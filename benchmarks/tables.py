"""Format results for a terminal and as Markdown."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from statistics import median

from benchmarks.results import MS, Line, Piece

HEADER = ("measured", "median", "p99 or range", "n", "baseline", "median", "ratio", "note")


def show(pieces: Sequence[Piece]) -> None:
    """Print one table of all pieces, followed by their notes."""
    lines: list[tuple[str, ...]] = [HEADER]
    for piece in joined(pieces):
        lines.append((piece.title.upper(), *[""] * (len(HEADER) - 1)))
        lines += map(_cells, piece.lines)
    inner = [cells for cells in lines if cells[1]]
    widths = [max(map(len, column)) for column in zip(*inner, strict=True)]
    for cells in lines:
        print("  ".join(map(str.ljust, cells, widths)).rstrip())
    print()
    for note in dict.fromkeys(note for piece in pieces for note in piece.notes):
        print(f"- {note}")
    for machine in dict.fromkeys(piece.machine for piece in pieces):
        print(f"- {machine}")


def joined(pieces: Sequence[Piece]) -> list[Piece]:
    """Merge pieces with the same title, such as the ten imports of a large archive.

    Pieces of different commands stay separate: they may be from another day and older code.
    """
    found: dict[tuple[str, str], Piece] = {}
    for piece in pieces:
        key = (piece.title, piece.command)
        before = found.get(key)
        lines = [*before.lines, *piece.lines] if before else piece.lines
        found[key] = replace(piece, lines=lines)
    return list(found.values())


def markdown(piece: Piece) -> Iterator[str]:
    """Yield the lines of a piece as Markdown: title, table and notes."""
    yield f"## {piece.title}"
    yield ""
    yield f"| {' | '.join(HEADER)} |"
    yield f"|{'---|' * len(HEADER)}"
    for line in piece.lines:
        yield f"| {' | '.join(cell.replace('|', '/') for cell in _cells(line))} |"
    yield ""
    for note in piece.notes:
        yield f"- {note}"
    yield f"- {piece.at}; `{piece.command}`; {piece.machine}."
    yield ""


def percentile(values: Sequence[float], percent: int) -> float:
    """Return the smallest value that at least `percent` percent of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def _cells(line: Line) -> tuple[str, ...]:
    ratio = line.ratio
    return (
        line.what,
        f"{_number(median(line.values))} {line.unit}",
        _spread(line),
        str(len(line.values)),
        line.beside,
        f"{_number(median(line.floors))} {line.unit}" if line.floors else "",
        "" if ratio is None else f"{ratio:.2f}" if ratio < 10 else f"{ratio:.0f}",
        line.note,
    )


def _spread(line: Line) -> str:
    if line.unit == MS:
        return f"{_number(percentile(line.values, 99))} {MS}"
    if len(line.values) == 1:
        return ""
    return f"{_number(min(line.values))}..{_number(max(line.values))}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
