"""Parse the time of day in the text of a date, and its time zone."""

import re
from functools import lru_cache
from typing import NamedTuple

from dateline.fields.date_names import JOINERS, MONTHS, WEEKDAYS, ZONES, folded
from dateline.fields.date_spans import Refusal

# `Z`, `EST`, `+01:00`, `-0330`, `UTC+1`, and the comment that mail and JavaScript append.
_ZONE_NAMES = "|".join(re.escape(name) for name in sorted(ZONES, key=len, reverse=True))
ZONE = rf"""
    (?P<zone> (?:utc|gmt)\ ?[+-][0-9]{{1,2}} (?: :?[0-9]{{2}} )?
            | [+-][0-9]{{2}} (?: :?[0-9]{{2}} (?: :[0-9]{{2}} )? )?
            | \(? (?:{_ZONE_NAMES}) \)?
    )
    (?: \ \( [^()]* \) )?
"""
# `12:30 am 8. März` is 12:30 in German and 00:30 in English, so it is not read as either.
_HALF = r"(?: p\.?\ ?m\b\.? | a\.\ ?m\b\.? | a\ ?m\b(?!\ [0-9]) )"
_CLOCK = re.compile(
    rf"""
    (?: (?<![^ ,]) (?: at | a | as | a\ las | um | alle | alle\ ore | kl\.? ) \  )?
    (?<![^ ,])
    (?P<hour>[0-9]{{1,2}})
    (?: (?: : | \ ?h\ ? ) (?P<minute>[0-9]{{2}}) (?: :(?P<second>[0-9]{{2}}) (?: [.,][0-9]+ )? )?
        (?: \ ?(?P<half>{_HALF}) )?
      | \ ?(?P<lone_half>{_HALF})
      | \ ?h(?![a-z])
    )
    (?: \ uhr\b )?
    (?: \ ? {ZONE} )?
    (?![^ ,])
    """,
    re.VERBOSE,
)
_FARTHEST = 16 * 3600
"""In seconds. No zone was ever this far from Greenwich (Manila was 15:56 behind it until 1844)."""

_OFFSET = re.compile(r"(?:utc|gmt)? ?([+-])([0-9]{1,2}):?([0-9]{2})?:?([0-9]{2})?")


# Letters in the place of a zone: `4:05 p.m. ET`, `15:04 MEZ`, `15:04 M` (a military letter).
_LETTERS_BEHIND = re.compile(
    r"""
    [0-9] (?: [:h][0-9]{2} (?: [.,][0-9]+ )? | \ ?h | \ ?[ap]\.?m\b\.? ) (?: \ [ap]\.?m\b\.? )?
    ,?\ \(?(?-i:([A-Z]{1,5}))\b (?! \.?\ ?m\b )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_NO_ZONES = {*ZONES, *MONTHS, *WEEKDAYS, *JOINERS, "am", "pm", "uhr"}


class TwoTimes(Exception):
    """What looks like a zone may be a second time."""


class Clock(NamedTuple):
    """A time of day as written; parts that were not written are None."""

    hour: int
    minute: int | None
    second: int | None
    offset: int | None


def split_clock(text: str) -> tuple[str, Clock | None]:
    """Split the time of day from the rest of `text`.

    Args:
        text: the text of a date, white space collapsed.

    Returns:
        The rest of the text and the time, or the whole text and None if it has no time.

    Raises:
        ValueError: the time is impossible, such as 15:04 PM.
        TwoTimes: there may be two times.
    """
    # Without accents, so that `à 15:04` is found. Folding preserves positions only in composed
    # text; if the lengths differ, nothing is split off.
    plain = folded(text)
    match = _CLOCK.search(plain)
    if match is None or len(plain) != len(text):
        return text, None
    hour = int(match["hour"])
    if half := match["half"] or match["lone_half"]:
        if not 1 <= hour <= 12:
            raise ValueError(match[0])
        hour = hour % 12 + (12 if half[0] == "p" else 0)
    if is_range(match):
        raise TwoTimes(match[0])
    clock = Clock(
        hour,
        _number(match["minute"]),
        _number(match["second"]),
        None if match["zone"] is None else zone_offset(match["zone"]),
    )
    return f"{text[:match.start()]} {text[match.end():]}".strip(" ,"), clock


def is_range(found: re.Match[str]) -> bool:
    """Return whether a time and its zone may also be two times: `15:00-18:00`, `10-12`.

    The second time then has the same form as the first, and is later; but `15-04` may be 15:04.

    Args:
        found: a match with the groups `hour`, `minute`, `second` and `zone`.
    """
    zone, minute = found["zone"], found["minute"]
    if zone is None or zone[0] != "-" or found["second"] is not None:
        return False
    if found.string[found.start("zone") - 1] == " " or (":" in zone) != (minute is not None):
        return False
    first = [found["hour"].zfill(2), *([minute] if minute else [])]
    return len(zone) == 3 or zone[1:].split(":") > first


def two_times(text: str) -> Refusal:
    """Return the refusal of a text whose zone may be a second time."""
    return Refusal(
        "date.ambiguous",
        f"'{text}' could have a time and its zone, or two times; write one time, with seconds if "
        "a zone follows it.",
    )


def uncertain_zone(text: str) -> Refusal | None:
    """Return the refusal of a text with an uncertain zone abbreviation; None if it has none."""
    found = _LETTERS_BEHIND.search(text)
    if found is None or folded(found[1]) in _NO_ZONES:
        return None
    return Refusal(
        "date.unrecognised",
        f"'{text}' has a time and then {found[1]}, which is not an unambiguous time zone; "
        "write the offset instead, as in 2014-03-08T15:04-05:00.",
    )


@lru_cache(maxsize=1024)
def zone_offset(zone: str) -> int:
    """Return the offset of `zone` in seconds east of UTC; raise ValueError if it is impossible."""
    match = _OFFSET.fullmatch(zone)
    if match is None:
        return ZONES[folded(zone).strip("()")]
    hours, minutes, seconds = (int(group or 0) for group in match.groups()[1:])
    if minutes > 59 or seconds > 59:
        raise ValueError(zone)
    east = hours * 3600 + minutes * 60 + seconds
    if east >= _FARTHEST:
        raise ValueError(zone)
    return -east if match[1] == "-" else east


def _number(digits: str | None) -> int | None:
    return None if digits is None else int(digits)
