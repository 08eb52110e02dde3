"""Lines of text in columns."""

import re
from collections.abc import Sequence
from typing import Final

import click

# Controls, ends of lines, marks of writing direction, and lone surrogates, which no output takes.
# Joiners and soft hyphens are none of them: titles have them.
_ORDERS: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


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
    return _ORDERS.sub("\N{REPLACEMENT CHARACTER}", text)
