"""The sites that a question for a domain, a host or a prefix concerns."""

from typing import Final, NamedTuple

from sqlalchemy import Connection, bindparam, func, or_, select

from dateline.models import SITE_COUNT
from dateline.search.bound import BoundConnection
from dateline.search.conditions import begins_in_ranges, begins_with, values_of_range
from dateline.search.question import Question

_BELOW_OR_ABOVE: Final = (
    select(SITE_COUNT.site_key, SITE_COUNT.site, SITE_COUNT.entries)
    .where(
        or_(
            begins_with(SITE_COUNT.site_key, "below"),
            SITE_COUNT.site_key.in_(bindparam("above", expanding=True)),
        )
    )
    .limit(2)
)


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
    below = values_of_range("below", narrowest)
    found = connection.execute(_BELOW_OR_ABOVE, below | {"above": keys_above(narrowest)}).all()
    if len(found) != 1:
        return None
    ((site_key, name, entries),) = found
    whole = question.key is None and all(map(site_key.startswith, question.key_ranges))
    return Site(name, entries, whole)


def entries_of_sites(connection: BoundConnection, question: Question) -> int:
    """Count the entries of the sites whose keys are all in the requested ranges."""
    entries = select(func.coalesce(func.sum(SITE_COUNT.entries), 0)).where(
        *begins_in_ranges(question, SITE_COUNT.site_key)
    )
    return int(connection.scalars(entries).one())


def keys_above(beginning: str) -> list[str]:
    """Return the keys of parent domains: for `com,cnn,edition,`, those of `com` and `cnn.com`."""
    return [beginning[: end + 1] for end, mark in enumerate(beginning[:-1]) if mark == ","]
