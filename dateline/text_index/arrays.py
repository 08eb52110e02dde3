"""What a block has of each of its entries beside the texts: when it is dated, and its site."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from sqlalchemy import Row

from dateline.models import Entry
from dateline.text_index.runs import Numbers

MOMENT: Final = np.dtype("<i8")
"""A second."""

SITE: Final = np.dtype("<u2")
"""Which of the names of a block; it has fewer entries than this can tell."""

BETWEEN: Final = "\n"
"""Stands between names, none of which has it."""

OF_ARRAYS: Final = (Entry.id, Entry.date_start, Entry.date_end, Entry.site)
"""What must be known of an entry."""


def arrays_of(
    entries: Sequence[Row[*tuple[Any, ...]]], first_id: int, last_id: int
) -> dict[str, str | bytes]:
    """Make the arrays of a block, with a value for each id from the first to the last.

    Args:
        entries: with `OF_ARRAYS`; where there is none with an id, its values mean nothing.
        first_id: of the block.
        last_id: of the block.

    Returns:
        The columns of `Block` that have them.
    """
    places = [entry.id - first_id for entry in entries]
    starts, ends = (np.zeros(last_id - first_id + 1, MOMENT) for _ in range(2))
    starts[places] = [entry.date_start for entry in entries]
    ends[places] = [entry.date_end for entry in entries]
    # Each name once, and for each id which of them.
    names = {name: at for at, name in enumerate(dict.fromkeys(entry.site for entry in entries))}
    sites = np.zeros(last_id - first_id + 1, SITE)
    sites[places] = [names[entry.site] for entry in entries]
    return {
        "starts": starts.tobytes(),
        "ends": ends.tobytes(),
        "site_names": BETWEEN.join(names),
        "sites": sites.tobytes(),
    }


def seconds_at(array: bytes, places: Numbers) -> Numbers:
    """Give the seconds at some places."""
    seconds: Numbers = np.frombuffer(array, MOMENT)[places]
    return seconds


def sites_at(names: str, array: bytes, places: Numbers) -> Counter[str]:
    """Count the sites at some places."""
    all_names = names.split(BETWEEN)
    times = np.bincount(np.frombuffer(array, SITE)[places], minlength=len(all_names))
    return Counter({all_names[at]: int(times[at]) for at in np.flatnonzero(times)})
