"""The maximum cost of each question, on the rows of `work_rows`.

The bounds are a quarter above the counts at the time of writing. A change that costs more must
raise them here; one that costs less may lower them.
"""

from typing import Final, NamedTuple


class Bound(NamedTuple):
    """A question, and its maximum cost.

    Attributes:
        question: the query string.
        statements: SELECTs.
        steps: steps of SQLite's virtual machine, in thousands.
        reads: rows that MySQL reads, in thousands.
        occurrences: occurrences read from the text index, in thousands.
        ways: what SQLite may use to find rows: names of indexes and of tables of the text index;
            `id`; `all` for a scan of the whole table, unless a limit ends it; `sort` for sorting
            the results.
        page: the page number, at twenty entries per page.
    """

    question: str
    statements: int
    steps: float
    reads: float
    occurrences: float
    ways: str
    page: int = 1


BOUNDS: Final[dict[str, Bound]] = {
    "everything": Bound("", 2, 101, 25, 0.1, "ix_entries_date_start"),
    "everything, oldest first": Bound("sort=date", 2, 101, 25, 0.1, "ix_entries_date_start"),
    "everything, page 100": Bound("", 3, 101, 25, 0.1, "ix_entries_date_start", page=100),
    "everything, last added": Bound("sort=-added", 2, 101, 25, 0.1, "all ix_entries_date_start"),
    "a year": Bound(
        "after=2014&before=2014",
        4,
        15,
        3.2,
        0.1,
        "ix_entries_date_precision_date_start_date_end ix_entries_date_start",
    ),
    "a year, oldest first": Bound(
        "after=2014&before=2014&sort=date",
        6,
        15,
        3.2,
        0.1,
        "id ix_entries_date_precision_date_start_date_end ix_entries_date_start sort",
    ),
    "most years": Bound("after=2005", 2, 99, 25, 0.1, "ix_entries_date_start"),
    "most years, oldest first, page 100": Bound(
        "after=2005&sort=date", 3, 111, 25, 0.1, "ix_entries_date_start", page=100
    ),
    "missing": Bound("contains=commedium", 4, 0.7, 0.1, 0.1, "blocks id postings sort"),
    "missing, all its trigrams usual": Bound(
        "contains=rywhere+common+medium", 5, 2.5, 0.3, 0.2, "blocks id postings sort"
    ),
    "missing, in a year": Bound(
        "contains=commedium&after=2014&before=2014",
        6,
        3.0,
        0.5,
        0.1,
        "blocks day_counts id ix_entries_date_precision_date_start_date_end postings sort",
    ),
    "rare": Bound("contains=seldom", 8, 0.9, 0.1, 0.4, "blocks id postings sort"),
    "rare, oldest first": Bound(
        "contains=seldom&sort=date", 8, 0.9, 0.1, 0.4, "blocks id postings sort"
    ),
    "rare, last added": Bound(
        "contains=seldom&sort=-added", 8, 0.9, 0.1, 0.4, "blocks id postings sort"
    ),
    "medium": Bound("contains=medium", 7, 2.0, 0.2, 0.4, "blocks id postings sort"),
    "medium, in a year": Bound(
        "contains=medium&after=2014&before=2014",
        9,
        4.1,
        0.7,
        0.4,
        "blocks day_counts id ix_entries_date_precision_date_start_date_end postings sort",
    ),
    "common": Bound("contains=common", 7, 1.2, 0.2, 7.9, "blocks id postings sort"),
    "common, oldest first": Bound(
        "contains=common&sort=date", 7, 1.4, 0.2, 7.9, "blocks id postings sort"
    ),
    "common, in a year": Bound(
        "contains=common&after=2014&before=2014",
        10,
        3.5,
        0.5,
        7.9,
        "blocks day_counts id ix_entries_date_precision_date_start_date_end postings sort",
    ),
    "common, page 100": Bound(
        "contains=common", 7, 1.4, 0.2, 7.9, "blocks id postings sort", page=100
    ),
    "in every title": Bound("contains=everywhere", 9, 1.8, 0.2, 151, "blocks id postings sort"),
    "in every title, page 100": Bound(
        "contains=everywhere", 9, 1.7, 0.2, 151, "blocks id postings sort", page=100
    ),
    "common and medium": Bound(
        "contains=common&contains=medium", 7, 1.9, 0.2, 0.4, "blocks id postings sort"
    ),
    "one character, common": Bound("contains=中", 6, 0.8, 0.1, 3.8, "blocks id postings"),
    "one character, medium": Bound("contains=國", 6, 1.5, 0.2, 0.2, "blocks id postings"),
    "one character, rare": Bound("contains=龘", 6, 0.5, 0.1, 0.1, "blocks id postings"),
    "two characters": Bound("contains=新闻", 7, 1.8, 0.2, 0.2, "blocks id postings sort"),
    "two letters, in every title": Bound("contains=wh", 6, 0.9, 0.1, 38, "blocks id postings sort"),
    "URL contains": Bound("url=-12345.html", 8, 0.9, 0.2, 1.5, "blocks id postings sort"),
    "URL contains, in all": Bound("url=.html", 7, 1.2, 0.1, 75, "blocks id postings sort"),
    "large site": Bound(
        "domain=large.example",
        4,
        102,
        23,
        0.1,
        "ix_entries_site_date_start site_counts",
    ),
    "large site, oldest first": Bound(
        "domain=large.example&sort=date",
        4,
        102,
        23,
        0.1,
        "ix_entries_site_date_start site_counts",
    ),
    "large site, in a year": Bound(
        "domain=large.example&after=2014&before=2014",
        6,
        5.0,
        1.0,
        0.1,
        "ix_entries_site_date_precision_date_start_date_end ix_entries_site_date_start site_counts",
    ),
    "large site, in a year, oldest first": Bound(
        "domain=large.example&after=2014&before=2014&sort=date",
        8,
        5.4,
        1.2,
        0.1,
        "id ix_entries_site_date_precision_date_start_date_end ix_entries_site_date_start site_counts "
        "sort",
    ),
    "large site, page 100": Bound(
        "domain=large.example",
        5,
        102,
        23,
        0.1,
        "ix_entries_site_date_start site_counts",
        page=100,
    ),
    "small site": Bound(
        "domain=small.example",
        4,
        0.2,
        0.1,
        0.1,
        "ix_entries_site_date_start site_counts",
    ),
    "small site, in a year": Bound(
        "domain=small.example&after=2014&before=2014",
        8,
        0.5,
        0.1,
        0.1,
        "id ix_entries_site_date_precision_date_start_date_end ix_entries_site_date_start site_counts "
        "sort",
    ),
    "host": Bound(
        "url=news.large.example&match=host",
        6,
        70,
        16,
        0.1,
        "ix_entries_site_date_start site_counts uq_entries_url_key_identity",
    ),
    "host, in most years": Bound(
        "url=news.large.example&match=host&after=2005",
        13,
        168,
        42,
        0.1,
        "blocks day_counts id ix_entries_site_date_precision_date_start_date_end "
        "ix_entries_site_date_start site_counts uq_entries_url_key_identity",
    ),
    "prefix": Bound(
        "url=https://site7.example/ba&match=prefix",
        3,
        0.9,
        0.2,
        0.1,
        "id ix_entries_site_date_start site_counts sort",
    ),
    "exact URL": Bound(
        "url=https://www.small.example/x&match=exact",
        2,
        0.2,
        0.1,
        0.1,
        "id sort uq_entries_url_key_identity",
    ),
    "text on a large site": Bound(
        "contains=medium&domain=large.example",
        8,
        1.7,
        0.2,
        0.4,
        "blocks id postings site_counts sort",
    ),
    "common text on a small site": Bound(
        "contains=common&domain=small.example",
        3,
        0.2,
        0.1,
        0.1,
        "id ix_entries_site_date_start site_counts sort",
    ),
}
