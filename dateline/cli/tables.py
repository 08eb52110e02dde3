"""Tables of text."""

import re
from collections.abc import Sequence
from typing import Final

import click

# Control characters, line ends, marks of writing direction, and lone surrogates, which cannot be
# encoded. Not joiners and soft hyphens, which occur in titles.
_ORDERS: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def show_table(header: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    """Print lines in columns below a header; nothing if there are no lines."""
    if not lines:
        return
    rows = [header, *([printable(cell) for cell in line] for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(header) - 1)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        click.echo("  ".join([*cells, row[-1]]).rstrip())


def printable(text: str) -> str:
    """Return a text with characters that could control a terminal replaced."""
    return _ORDERS.sub("\N{REPLACEMENT CHARACTER}", text)
