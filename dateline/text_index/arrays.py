"""The arrays of a block that hold the dates and sites of its entries."""

import sys
from collections import Counter
from collections.abc import MutableSequence, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dateline.models import Entry
from dateline.text_index.array_types import Mask, Numbers

MOMENT: Final = np.dtype("<i8")
"""Unix seconds."""

SINCE: Final = np.dtype("<u4")
"""Seconds since the earliest of a block; 32 bits hold up to 136 years."""

SITE: Final = np.dtype("<u2")
"""Index of a site in the names of a block, which never has more entries than 16 bits can number."""

BETWEEN: Final = "\n"
"""Separator of names; no name contains it."""


class Kept(NamedTuple):
    """Dates and sites of the entries of a block: one value for each, in the order of their ids."""

    ids: MutableSequence[int]
    starts: MutableSequence[int]
    ends: MutableSequence[int]
    sites: MutableSequence[str]

    def extend(self, more: "Kept") -> None:
        """Append the values of the entries that follow."""
        self.ids.extend(more.ids)
        self.starts.extend(more.starts)
        self.ends.extend(more.ends)
        self.sites.extend(map(sys.intern, more.sites))


class Value(NamedTuple):
    """Date and site of one entry."""

    start: int
    end: int
    site: str


OF_ARRAYS: Final = (Entry.id, Entry.date_start, Entry.date_end, Entry.site)
"""The columns that hold the fields of `Kept`."""


def arrays_of(kept: Kept, first_id: int, last_id: int) -> dict[str, str | bytes]:
    """Build the arrays of a block, with a value for each id from the first to the last.

    Args:
        kept: the values of its entries; those of ids without an entry are meaningless.
        first_id: of the block.
        last_id: of the block.

    Returns:
        The columns of `Block` that hold the arrays.
    """
    places = np.array(kept.ids, np.int64) - first_id
    count = last_id - first_id + 1
    # Each name once, and the index of its name for each id.
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
    """Replace the value at one place in the arrays of a block.

    Args:
        first_seconds: column of `Block`.
        last_seconds: column of `Block`.
        site_names: column of `Block`.
        site_numbers: column of `Block`.
        place: of the entry.
        value: of the entry.

    Returns:
        The changed columns.
    """
    names = site_names.split(BETWEEN)
    if value.site not in names:
        names.append(value.site)
    which = np.frombuffer(site_numbers, SITE).astype(np.int64)
    which[place] = names.index(value.site)
    # Drop unused names, so that there are never more than 16 bits can number.
    used, which = np.unique(which, return_inverse=True)
    return {
        "first_seconds": _with_second(first_seconds, place, value.start),
        "last_seconds": _with_second(last_seconds, place, value.end),
        "site_names": BETWEEN.join(names[at] for at in used.tolist()),
        "site_numbers": which.astype(SITE).tobytes(),
    }


def seconds_at(array: bytes, places: Numbers) -> Numbers:
    """Return the seconds at some places."""
    least, after = _unpacked(array)
    seconds: Numbers = np.add(after.take(places), least, dtype=MOMENT)
    return seconds


def are_between(array: bytes, first: int, last: int) -> Mask:
    """Return for each place whether its second is between `first` and `last`, both inclusive."""
    least, after = _unpacked(array)
    first, last = max(first - least, 0), min(last - least, np.iinfo(after.dtype).max)
    if first > last:
        return np.zeros(len(after), np.bool_)
    # One comparison for both ends: in unsigned arithmetic, values before the first wrap around and
    # become greater than all others.
    between: Mask = after - after.dtype.type(first) <= last - first
    return between


def _with_second(array: bytes, place: int, second: int) -> bytes:
    least, after = _unpacked(array)
    seconds = least + after.astype(MOMENT)
    seconds[place] = second
    return _packed(seconds, np.arange(len(seconds)), len(seconds))


def _unpacked(array: bytes) -> tuple[int, NDArray[Any]]:
    """Return the least second, and for each place the difference from it."""
    least, size = np.frombuffer(array, MOMENT, count=2)
    return int(least), np.frombuffer(array, f"<u{size}", offset=2 * MOMENT.itemsize)


def _packed(seconds: Sequence[int] | Numbers, places: Numbers, count: int) -> bytes:
    """Pack seconds: the least, the bytes per value, and the difference of each from the least."""
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
    # Only a few dozen of thousands of names are needed, and splitting all would take longer.
    written = f"{names}{BETWEEN}".encode()
    ends = np.flatnonzero(np.frombuffer(written, np.uint8) == ord(BETWEEN))
    begins = np.append(0, ends[:-1] + 1)
    found = np.flatnonzero(times)
    cuts = map(slice, begins[found].tolist(), ends[found].tolist())
    sites = (written[cut].decode() for cut in cuts)
    return Counter(dict(zip(sites, times[found].tolist(), strict=True)))
