"""The sites that a question for a domain, a host or a prefix concerns."""

from typing import Final, NamedTuple

from sqlalchemy import Connection, func, or_, select

from dateline.models import SITE_COUNT
from dateline.search.conditions import begins_with
from dateline.search.question import Question

_SITES: Final = select(SITE_COUNT.site_key, SITE_COUNT.site, SITE_COUNT.entries)


class Site(NamedTuple):
    """A site with entries.

    Attributes:
        name: its registrable domain.
        entries: number of its entries.
        whole: whether all of them have a requested key.
    """

    name: str
    entries: int
    whole: bool


def only_site_of(connection: Connection, question: Question) -> Site | None:
    """Return the only site with entries in the requested ranges of keys; None if not exactly one.

    A site can be below another domain: `github.io` is not a site, but each of its subdomains is.
    """
    if not question.key_ranges:
        return None
    narrowest = max(question.key_ranges, key=len)
    key = SITE_COUNT.site_key
    below_or_above = or_(begins_with(key, narrowest), key.in_(keys_above(narrowest)))
    found = connection.execute(_SITES.where(below_or_above).limit(2)).all()
    if len(found) != 1:
        return None
    ((site_key, name, entries),) = found
    whole = question.key is None and all(map(site_key.startswith, question.key_ranges))
    return Site(name, entries, whole)


def entries_of_sites(connection: Connection, question: Question) -> int:
    """Count the entries of the sites whose keys are all in the requested ranges."""
    entries = select(func.coalesce(func.sum(SITE_COUNT.entries), 0)).where(
        *(begins_with(SITE_COUNT.site_key, beginning) for beginning in question.key_ranges)
    )
    return int(connection.scalars(entries).one())


def keys_above(beginning: str) -> list[str]:
    """Return the keys of parent domains: for `com,cnn,edition,`, those of `com` and `cnn.com`."""
    return [beginning[: end + 1] for end, mark in enumerate(beginning[:-1]) if mark == ","]
