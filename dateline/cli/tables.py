"""Lines of text in columns."""

from collections.abc import Sequence

import click


def show_table(header: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    """Print lines in columns, below a header; nothing where there are none."""
    if not lines:
        return
    rows = [header, *([printable(cell) for cell in line] for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(header) - 1)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        click.echo("  ".join([*cells, row[-1]]).rstrip())


def printable(text: str) -> str:
    """What people sent, without the characters that would be orders to a terminal."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
