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
    "everything": Bound("", 2, 100, 25, "ix_entries_date_start"),
    "everything, oldest first": Bound("sort=date", 2, 100, 25, "ix_entries_date_start"),
    "everything, page 100": Bound("", 3, 100, 25, "ix_entries_date_start", page=100),
    "everything, last added": Bound("sort=-added", 2, 100, 25, "all ix_entries_date_start"),
    "a year": Bound(
        "after=2014&before=2014",
        4,
        14,
        3.1,
        "ix_entries_date_precision_date_start_date_end ix_entries_date_start",
    ),
    "a year, oldest first": Bound(
        "after=2014&before=2014&sort=date",
        6,
        14,
        3.1,
        "ix_entries_date_precision_date_start_date_end ix_entries_date_start sort",
    ),
    "missing": Bound("contains=commedium", 3, 1.2, 1.3, "id sort title_index"),
    "missing, all its runs usual": Bound(
        "contains=rywhere+common+medium", 3, 1.4, 39, "id sort title_index"
    ),
    "missing, in a year": Bound(
        "contains=commedium&after=2014&before=2014", 9, 2.8, 5, "day_counts id sort title_index"
    ),
    "rare": Bound("contains=seldom", 3, 1.2, 1.3, "id sort title_index"),
    "rare, oldest first": Bound("contains=seldom&sort=date", 3, 1.2, 1.3, "id sort title_index"),
    "rare, last added": Bound("contains=seldom&sort=-added", 3, 1.6, 1.3, "id sort title_index"),
    "medium": Bound("contains=medium", 3, 6.9, 1.9, "id sort title_index"),
    "medium, in a year": Bound(
        "contains=medium&after=2014&before=2014", 9, 3.9, 5, "day_counts id sort title_index"
    ),
    "common": Bound("contains=common", 5, 36, 9.8, "id ix_entries_date_start title_index"),
    "common, oldest first": Bound(
        "contains=common&sort=date", 5, 37, 9.8, "id ix_entries_date_start title_index"
    ),
    "common, in a year": Bound(
        "contains=common&after=2014&before=2014",
        8,
        26,
        3.9,
        "day_counts id ix_entries_date_precision_date_start_date_end ix_entries_date_start title_index",
    ),
    "common, page 100": Bound(
        "contains=common", 7, 36, 9.8, "id ix_entries_date_start title_index", page=100
    ),
    "in every title": Bound(
        "contains=everywhere", 6, 117, 52, "id ix_entries_date_start title_index"
    ),
    "in every title, page 100": Bound(
        "contains=everywhere", 8, 117, 52, "id ix_entries_date_start title_index", page=100
    ),
    "common and medium": Bound(
        "contains=common&contains=medium", 3, 1.9, 1.3, "id sort title_index"
    ),
    "one character, common": Bound(
        "contains=中", 5, 77, 9.8, "id ix_entries_date_start sort title_index_terms"
    ),
    "one character, medium": Bound("contains=國", 3, 7.8, 1.9, "id sort title_index_terms"),
    "one character, rare": Bound("contains=龘", 3, 0.8, 1.3, "id sort title_index_terms"),
    "two characters": Bound("contains=新闻", 3, 7.9, 1.9, "id sort title_index_terms"),
    "two letters, in every title": Bound(
        "contains=wh", 6, 240, 52, "id ix_entries_date_start sort title_index_terms"
    ),
    "URL contains": Bound("url=-12345.html", 3, 1.1, 1.3, "id sort url_index"),
    "URL contains, in all": Bound("url=.html", 6, 102, 52, "id ix_entries_date_start url_index"),
    "large site": Bound(
        "domain=large.example", 4, 102, 22, "ix_entries_site_date_start site_counts"
    ),
    "large site, oldest first": Bound(
        "domain=large.example&sort=date", 4, 102, 22, "ix_entries_site_date_start site_counts"
    ),
    "large site, in a year": Bound(
        "domain=large.example&after=2014&before=2014",
        5,
        7,
        1.4,
        "ix_entries_site_date_start site_counts",
    ),
    "large site, page 100": Bound(
        "domain=large.example", 5, 102, 22, "ix_entries_site_date_start site_counts", page=100
    ),
    "small site": Bound(
        "domain=small.example", 4, 0.2, 0.1, "ix_entries_site_date_start site_counts"
    ),
    "small site, in a year": Bound(
        "domain=small.example&after=2014&before=2014",
        6,
        0.4,
        0.1,
        "ix_entries_site_date_start site_counts",
    ),
    "host": Bound(
        "url=news.large.example&match=host",
        6,
        76,
        16,
        "ix_entries_site_date_start site_counts uq_entries_url_key_identity",
    ),
    "prefix": Bound(
        "url=https://site7.example/ba&match=prefix",
        3,
        0.9,
        0.1,
        "id ix_entries_site_date_start site_counts sort",
    ),
    "exact URL": Bound(
        "url=https://www.small.example/x&match=exact",
        2,
        0.1,
        0.1,
        "id sort uq_entries_url_key_identity",
    ),
    "text on a large site": Bound(
        "contains=medium&domain=large.example", 5, 2.7, 12, "id site_counts sort title_index"
    ),
    "common text on a small site": Bound(
        "contains=common&domain=small.example",
        3,
        0.1,
        0.1,
        "id ix_entries_site_date_start site_counts sort",
    ),
}
