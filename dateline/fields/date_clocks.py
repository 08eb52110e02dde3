"""The time of day inside a date's text, and its zone."""

import re
from functools import lru_cache
from typing import NamedTuple

from dateline.fields.date_names import JOINERS, MONTHS, WEEKDAYS, ZONES, folded
from dateline.fields.date_spans import Refusal

# `Z`, `EST`, `+01:00`, `-0330`, `UTC+1`, and the remark that mail and JavaScript put after them.
_ZONE_NAMES = "|".join(re.escape(name) for name in sorted(ZONES, key=len, reverse=True))
ZONE = rf"""
    (?P<zone> (?:utc|gmt)\ ?[+-][0-9]{{1,2}} (?: :?[0-9]{{2}} )?
            | [+-][0-9]{{2}} (?: :?[0-9]{{2}} (?: :[0-9]{{2}} )? )?
            | \(? (?:{_ZONE_NAMES}) \)?
    )
    (?: \ \( [^()]* \) )?
"""
# `12:30 am 8. März` is half past noon in German and past midnight in English, so not read as either.
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
"""Seconds: no zone was ever so far from Greenwich (Manila was 15:56 behind it until 1844)."""

_OFFSET = re.compile(r"(?:utc|gmt)? ?([+-])([0-9]{1,2}):?([0-9]{2})?:?([0-9]{2})?")


# What stands where a zone would: `4:05 p.m. ET`, `15:04 MEZ`, `15:04 M` (a military letter).
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
    """A time of day as written; None where nothing was written."""

    hour: int
    minute: int | None
    second: int | None
    offset: int | None


def split_clock(text: str) -> tuple[str, Clock | None]:
    """Take the time of day out of `text`.

    Args:
        text: a date's text, white space collapsed.

    Returns:
        The rest of the text and the time; the whole text and None when there is no time in it.

    Raises:
        ValueError: when there is a time that no clock shows, such as 15:04 PM.
        TwoTimes: when there may be two times.
    """
    # Without accents, so that `à 15:04` is found; folding keeps every character's place only for
    # composed text, and where it does not, nothing is cut out.
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
    """Whether a time and its zone may be two times as well, as in `15:00-18:00` and `10-12`.

    The second is then written as the first is, and is later.

    Args:
        found: with the groups `hour`, `minute`, `second` and `zone`.
    """
    zone, minute = found["zone"], found["minute"]
    if zone is None or zone[0] != "-" or found["second"] is not None:
        return False
    if found.string[found.start("zone") - 1] == " " or (":" in zone) != (minute is not None):
        return False
    return zone[1:].split(":") > [found["hour"].zfill(2), *([minute] if minute else [])]


def two_times(text: str) -> Refusal:
    """Refuse a text whose zone may be a second time."""
    return Refusal(
        "date.ambiguous",
        f"'{text}' may have a time and its zone, or two times; write one time, with its seconds "
        "if there is a zone behind it.",
    )


def uncertain_zone(text: str) -> Refusal | None:
    """Refuse a text whose zone is an abbreviation that is not certain; None where it has none."""
    found = _LETTERS_BEHIND.search(text)
    if found is None or folded(found[1]) in _NO_ZONES:
        return None
    return Refusal(
        "date.unrecognised",
        f"'{text}' has a time and then {found[1]}, which is no certain time zone; write the offset "
        "in its place, as in 2014-03-08T15:04-05:00.",
    )


@lru_cache(maxsize=1024)
def zone_offset(zone: str) -> int:
    """Return the seconds east of UTC that `zone` names; ValueError when no offset is so."""
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
