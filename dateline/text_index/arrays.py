"""What a block has of each of its entries beside the texts: when it is dated, and its site."""

from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from dateline.models import Entry
from dateline.text_index.runs import Numbers

MOMENT: Final = np.dtype("<i8")
"""A second."""

SINCE: Final = np.dtype("<u4")
"""Seconds after a moment, of which this can tell those of 136 years."""

SITE: Final = np.dtype("<u2")
"""Which of the names of a block; it has fewer entries than this can tell."""

BETWEEN: Final = "\n"
"""Stands between names, none of which has it."""


class Kept(NamedTuple):
    """What a block keeps of its entries: a value of each, in the order of their ids."""

    ids: Sequence[int]
    starts: Sequence[int]
    ends: Sequence[int]
    sites: Sequence[str]


OF_ARRAYS: Final = (Entry.id, Entry.date_start, Entry.date_end, Entry.site)
"""Where these values are."""


def arrays_of(kept: Kept, first_id: int, last_id: int) -> dict[str, str | bytes]:
    """Make the arrays of a block, with a value for each id from the first to the last.

    Args:
        kept: of its entries; where there is none with an id, the values at it mean nothing.
        first_id: of the block.
        last_id: of the block.

    Returns:
        The columns of `Block` that have them.
    """
    places = np.array(kept.ids, np.int64) - first_id
    count = last_id - first_id + 1
    # Each name once, and for each id which of them.
    names = {name: at for at, name in enumerate(dict.fromkeys(kept.sites))}
    sites = np.zeros(count, SITE)
    sites[places] = [names[site] for site in kept.sites]
    return {
        "first_seconds": _packed(kept.starts, places, count),
        "last_seconds": _packed(kept.ends, places, count),
        "site_names": BETWEEN.join(names),
        "sites": sites.tobytes(),
    }


def seconds_at(array: bytes, places: Numbers) -> Numbers:
    """Give the seconds at some places."""
    least, size = np.frombuffer(array, MOMENT, count=2)
    after = np.frombuffer(array, f"<u{size}", offset=2 * MOMENT.itemsize)
    seconds: Numbers = least + after[places].astype(np.int64)
    return seconds


def _packed(seconds: Sequence[int], places: Numbers, count: int) -> bytes:
    """Pack seconds: the least one, the bytes that each takes, and each as it is after the least."""
    values = np.array(seconds, MOMENT)
    least = values.min()
    after = np.zeros(count, MOMENT)
    after[places] = values - least
    packed = after if after.max() > np.iinfo(SINCE).max else after.astype(SINCE)
    header = np.array((least, packed.itemsize), MOMENT)
    return header.tobytes() + packed.tobytes()


def sites_at(names: str, array: bytes, places: Numbers) -> Counter[str]:
    """Count the sites at some places."""
    times = np.bincount(np.frombuffer(array, SITE)[places])
    # Of thousands of names a few dozen are wanted: they are cut out, as to split all takes longer.
    written = f"{names}{BETWEEN}".encode()
    ends = np.flatnonzero(np.frombuffer(written, np.uint8) == ord(BETWEEN))
    begins = np.append(0, ends[:-1] + 1)
    found = np.flatnonzero(times)
    cuts = map(slice, begins[found].tolist(), ends[found].tolist())
    sites = (written[cut].decode() for cut in cuts)
    return Counter(dict(zip(sites, times[found].tolist(), strict=True)))
