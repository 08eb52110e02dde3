"""What a block has of each of its entries beside the texts: when it is dated, and its site."""

import sys
from collections import Counter
from collections.abc import MutableSequence, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dateline.models import Entry
from dateline.text_index.array_types import Mask, Numbers

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

    ids: MutableSequence[int]
    starts: MutableSequence[int]
    ends: MutableSequence[int]
    sites: MutableSequence[str]

    def extend(self, more: "Kept") -> None:
        """Add those of the entries behind them."""
        self.ids.extend(more.ids)
        self.starts.extend(more.starts)
        self.ends.extend(more.ends)
        self.sites.extend(map(sys.intern, more.sites))


class Value(NamedTuple):
    """What a block keeps of one entry."""

    start: int
    end: int
    site: str


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
        "site_numbers": sites.tobytes(),
    }


def with_value(
    first_seconds: bytes,
    last_seconds: bytes,
    site_names: str,
    site_numbers: bytes,
    place: int,
    value: Value,
) -> dict[str, str | bytes]:
    """Change the arrays of a block at one place.

    Args:
        first_seconds: its column of `Block`, as are the next three.
        last_seconds: as above.
        site_names: as above.
        site_numbers: as above.
        place: of the entry.
        value: of the entry.

    Returns:
        These columns.
    """
    names = site_names.split(BETWEEN)
    if value.site not in names:
        names.append(value.site)
    which = np.frombuffer(site_numbers, SITE).astype(np.int64)
    which[place] = names.index(value.site)
    # Without names that nothing has any more, so that they never are more than can be told.
    used, which = np.unique(which, return_inverse=True)
    return {
        "first_seconds": _with_second(first_seconds, place, value.start),
        "last_seconds": _with_second(last_seconds, place, value.end),
        "site_names": BETWEEN.join(names[at] for at in used.tolist()),
        "site_numbers": which.astype(SITE).tobytes(),
    }


def seconds_at(array: bytes, places: Numbers) -> Numbers:
    """Give the seconds at some places."""
    least, after = _unpacked(array)
    seconds: Numbers = np.add(after.take(places), least, dtype=MOMENT)
    return seconds


def are_between(array: bytes, first: int, last: int) -> Mask:
    """Tell for each place whether its second is between two, both inclusive."""
    least, after = _unpacked(array)
    first, last = max(first - least, 0), min(last - least, np.iinfo(after.dtype).max)
    if first > last:
        return np.zeros(len(after), np.bool_)
    # One comparison for both ends: what is before the first becomes greater than all.
    between: Mask = after - after.dtype.type(first) <= last - first
    return between


def _with_second(array: bytes, place: int, second: int) -> bytes:
    least, after = _unpacked(array)
    seconds = least + after.astype(MOMENT)
    seconds[place] = second
    return _packed(seconds, np.arange(len(seconds)), len(seconds))


def _unpacked(array: bytes) -> tuple[int, NDArray[Any]]:
    """Give the least second, and for each how it is after that."""
    least, size = np.frombuffer(array, MOMENT, count=2)
    return int(least), np.frombuffer(array, f"<u{size}", offset=2 * MOMENT.itemsize)


def _packed(seconds: Sequence[int] | Numbers, places: Numbers, count: int) -> bytes:
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
