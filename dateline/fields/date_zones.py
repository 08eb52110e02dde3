"""Convert local times to Unix times, in zones whose clocks jump.

PEP 495: of a local time that occurs twice, `fold=0` is the first. In a gap, `fold=0` uses the
offset before the jump, and `fold=1` the offset after it.
"""

from datetime import UTC, datetime, timedelta, tzinfo


def offsets_at(wall: datetime, zone: tzinfo) -> tuple[int, int]:
    """Return the offsets of `zone` at naive `wall` for fold 0 and fold 1, in seconds east of UTC.

    If they are equal, the local time occurs once. If the second is smaller, it occurs twice; if the
    second is larger, it is in a gap.
    """
    return _offset(wall, zone, 0), _offset(wall, zone, 1)


def first_second(wall: datetime, zone: tzinfo) -> int:
    """Return the first Unix second at which the clocks of `zone` show `wall` or later."""
    before, after = offsets_at(wall, zone)
    if before < after:
        return _jump(wall, zone, before, after)
    return _unix(wall, before)


def last_second(wall: datetime, zone: tzinfo) -> int:
    """Return the last Unix second at which the clocks of `zone` show `wall` or earlier."""
    before, after = offsets_at(wall, zone)
    if before < after:
        return _jump(wall, zone, before, after) - 1
    return _unix(wall, after)


def _offset(wall: datetime, zone: tzinfo, fold: int) -> int:
    # A zone without an offset for a time is read as UTC, like a text without a zone.
    offset = wall.replace(tzinfo=zone, fold=fold).utcoffset() or timedelta()
    return int(offset.total_seconds())


def _unix(wall: datetime, offset: int) -> int:
    return int(wall.replace(tzinfo=UTC).timestamp()) - offset


def _jump(wall: datetime, zone: tzinfo, before: int, after: int) -> int:
    """Return the second at which the clocks jumped over `wall`: the first with the new offset.

    It is between the two readings of `wall`, and need not be on the hour.
    """
    low, high = _unix(wall, after), _unix(wall, before)
    while low < high:
        middle = (low + high) // 2
        offset = datetime.fromtimestamp(middle, zone).utcoffset() or timedelta()
        if offset.total_seconds() < after:
            low = middle + 1
        else:
            high = middle
    return low
