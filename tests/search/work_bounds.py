"""What each question may cost, on the rows of `work_rows`.

The bounds are a quarter above what was counted when they were written. A change that costs more
has to say so here; one that costs less may make them tighter.
"""

from typing import Final, NamedTuple


class Bound(NamedTuple):
    """A question, and what it may cost.

    Attributes:
        question: as a query string.
        statements: SELECTs.
        steps: of SQLite's virtual machine, in thousands.
        reads: rows that MySQL reads, in thousands.
        ways: by what SQLite may find rows: names of indexes and of tables of the text index;
            `id`; `all` for the table itself from end to end, unless a limit ends it; `sort` for
            sorting what was found.
        page: of twenty entries.
    """

    question: str
    statements: int
    steps: float
    reads: float
    ways: str
    page: int = 1


BOUNDS: Final[dict[str, Bound]] = {
    "everything": Bound("", 2, 101, 25, "ix_entries_date_start_id"),
    "everything, oldest first": Bound("sort=date", 2, 101, 25, "ix_entries_date_start_id"),
    "everything, page 100": Bound("", 2, 101, 25, "ix_entries_date_start_id", page=100),
    "everything, last added": Bound("sort=-added", 2, 101, 25, "all ix_entries_date_start_id"),
    "a year": Bound("after=2014&before=2014", 2, 27, 4.5, "ix_entries_date_start_id"),
    "a year, oldest first": Bound(
        "after=2014&before=2014&sort=date", 2, 34, 6.0, "ix_entries_date_start_id"
    ),
    "missing": Bound(
        "contains=commedium", 4, 234, 5.0, "id ix_entries_date_start_id sort title_index"
    ),
    "missing, all its runs usual": Bound(
        "contains=rywhere+common+medium",
        4,
        236,
        5.2,
        "id ix_entries_date_start_id sort title_index",
    ),
    "missing, in a year": Bound(
        "contains=commedium&after=2014&before=2014", 4, 73, 12.0, "ix_entries_date_start_id"
    ),
    "rare": Bound("contains=seldom", 4, 234, 5.0, "id ix_entries_date_start_id sort title_index"),
    "rare, oldest first": Bound(
        "contains=seldom&sort=date", 4, 234, 5.0, "id ix_entries_date_start_id sort title_index"
    ),
    "rare, last added": Bound("contains=seldom&sort=-added", 4, 21, 5.0, "all id title_index"),
    "medium": Bound("contains=medium", 4, 237, 5.3, "id ix_entries_date_start_id sort title_index"),
    "medium, in a year": Bound(
        "contains=medium&after=2014&before=2014", 4, 73, 12.0, "ix_entries_date_start_id"
    ),
    "common": Bound("contains=common", 5, 303, 63, "all id ix_entries_date_start_id title_index"),
    "common, oldest first": Bound(
        "contains=common&sort=date", 5, 303, 63, "all id ix_entries_date_start_id title_index"
    ),
    "common, in a year": Bound(
        "contains=common&after=2014&before=2014", 4, 57, 9.4, "ix_entries_date_start_id"
    ),
    "common, page 100": Bound(
        "contains=common", 5, 309, 63, "all id ix_entries_date_start_id title_index", page=100
    ),
    "in every title": Bound("contains=everywhere", 4, 269, 53, "all ix_entries_date_start_id"),
    "in every title, page 100": Bound(
        "contains=everywhere", 4, 274, 53, "all ix_entries_date_start_id", page=100
    ),
    "common and medium": Bound(
        "contains=common&contains=medium",
        4,
        234,
        5.0,
        "id ix_entries_date_start_id sort title_index",
    ),
    "one character, common": Bound(
        "contains=中", 5, 318, 63, "all id ix_entries_date_start_id title_index_terms"
    ),
    "one character, medium": Bound(
        "contains=國", 4, 238, 5.3, "id ix_entries_date_start_id sort title_index_terms"
    ),
    "one character, rare": Bound(
        "contains=龘", 4, 233, 5.0, "id ix_entries_date_start_id sort title_index_terms"
    ),
    "two characters": Bound(
        "contains=新闻", 4, 237, 5.3, "id ix_entries_date_start_id sort title_index_terms"
    ),
    "two letters, in every title": Bound("contains=wh", 4, 269, 53, "all ix_entries_date_start_id"),
    "URL contains": Bound(
        "url=-12345.html", 4, 234, 5.0, "id ix_entries_date_start_id sort url_index"
    ),
    "URL contains, in all": Bound("url=.html", 4, 268, 53, "all ix_entries_date_start_id"),
    "large site": Bound(
        "domain=large.example", 5, 503, 83, "all ix_entries_date_start_id ix_entries_url_key"
    ),
    "large site, oldest first": Bound(
        "domain=large.example&sort=date",
        5,
        503,
        83,
        "all ix_entries_date_start_id ix_entries_url_key",
    ),
    "large site, in a year": Bound(
        "domain=large.example&after=2014&before=2014", 4, 62, 9.7, "ix_entries_date_start_id"
    ),
    "large site, page 100": Bound(
        "domain=large.example",
        5,
        508,
        83,
        "all ix_entries_date_start_id ix_entries_url_key",
        page=100,
    ),
    "small site": Bound(
        "domain=small.example", 4, 233, 5.0, "ix_entries_date_start_id ix_entries_url_key sort"
    ),
    "small site, in a year": Bound(
        "domain=small.example&after=2014&before=2014", 4, 73, 12.0, "ix_entries_date_start_id"
    ),
    "host": Bound(
        "url=news.large.example&match=host",
        5,
        359,
        63,
        "all ix_entries_date_start_id ix_entries_url_key",
    ),
    "prefix": Bound(
        "url=https://site7.example/ba&match=prefix",
        4,
        233,
        5.0,
        "ix_entries_date_start_id ix_entries_url_key sort",
    ),
    "exact URL": Bound(
        "url=https://www.small.example/x&match=exact", 2, 0.2, 0.2, "ix_entries_url_key sort"
    ),
    "text on a large site": Bound(
        "contains=medium&domain=large.example",
        4,
        245,
        5.2,
        "id ix_entries_date_start_id sort title_index",
    ),
    "common text on a small site": Bound(
        "contains=common&domain=small.example",
        4,
        316,
        13,
        "id ix_entries_date_start_id sort title_index",
    ),
}
