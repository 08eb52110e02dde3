"""Mistakes that a plan must not make, on archives that would provoke them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from flask.testing import FlaskClient

from dateline.app import create_app
from dateline.controllers.current import services
from dateline.parameters import read_parameters
from dateline.schemas import SearchParameters
from dateline.search.conditions import Filter
from dateline.search.costs import FEW
from dateline.search.plan import Plan
from dateline.search.question import read_question
from dateline.text_index.array_types import Numbers
from dateline.text_index.occurrences import joined
from tests.factories import NDJSON, as_ndjson, make_items
from tests.listening import listening
from tests.servers import ON_MYSQL, ON_SQLITE, fresh_archive


@contextmanager
def archive_of(
    items: Sequence[tuple[str, str]], database: str, directory: Path
) -> Iterator[FlaskClient]:
    """Provide a client of an archive with these titles and dates, added in this order."""
    body = as_ndjson(
        [
            {"title": title, "url": f"https://example.org/{number}", "date": date}
            for number, (title, date) in enumerate(items)
        ]
    )
    with fresh_archive(database, directory) as services:
        client = create_app(services).test_client()
        assert client.post("/v1/bulk", data=body, content_type=NDJSON).status_code == 200
        yield client


@pytest.mark.parametrize("database", [ON_SQLITE, ON_MYSQL])
def test_a_scan_that_gives_up_returns_no_page(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond the days, whose scan is not finished, whole years would fill a page."""
    items = [
        *(("storm", f"2014-12-{day:02}") for day in range(1, 11)),
        *(("harbour", f"2014-11-{day:02}") for day in range(1, 11)),
        *(("harbour", "2014") for _ in range(10)),
    ]
    monkeypatch.setattr("dateline.search.plan.NARROW", 1_000_000)
    monkeypatch.setattr(Plan, "_steps_worth_scanning", lambda _plan: 5)
    with archive_of(items, database, tmp_path) as client:
        answer = client.get("/v1/entries?contains=harbour&after=2014-06&limit=3").get_json()
        dates = [item["date"] for item in answer["items"]]
        assert dates == ["2014-11-10", "2014-11-09", "2014-11-08"]
        assert answer["total"] == 20


@pytest.mark.parametrize("sort", ["-date", "date", "-added", "added"])
def test_a_scan_for_one_url_passes_over_others(client: FlaskClient, sort: str) -> None:
    page = "https://example.org/live"
    pairs = zip(make_items(1_000, url=page), make_items(1_000), strict=True)
    items = [item for pair in pairs for item in pair]
    client.post("/v1/bulk", data=as_ndjson(items), content_type=NDJSON)
    query = {"url": page, "match": "exact", "sort": sort}
    found = client.get("/v1/entries", query_string=query).get_json()
    assert found["total"] == 1_000
    assert {item["url"] for item in found["items"]} == {page}


@pytest.mark.parametrize("database", [ON_SQLITE, ON_MYSQL])
@pytest.mark.parametrize("sort", ["-date", "date", "-added", "added"])
def test_a_scan_of_few_steps_gives_the_first_of_equal_dates(
    database: str, sort: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = [("harbour", "2014-03-08")] * 8
    monkeypatch.setattr("dateline.search.plan.NARROW", 1_000_000)
    monkeypatch.setattr(Plan, "_steps_worth_scanning", lambda _plan: 4)
    with archive_of(items, database, tmp_path) as client:
        ids = [*range(1, 9)] if sort in ("date", "added") else [*range(8, 0, -1)]
        link = f"/v1/entries?contains=harbour&after=2014&sort={sort}&limit=2"
        for place in range(0, 8, 2):
            answer = client.get(link).get_json()
            assert [item["id"] for item in answer["items"]] == ids[place : place + 2]
            link = answer["next"]
        assert link is None


@pytest.mark.parametrize("database", [ON_SQLITE, ON_MYSQL])
def test_a_walk_through_pages_sees_more_than_is_gathered_at_once(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The path returns the first added first; they have the latest dates, so are on early pages."""
    items = [("harbour", f"2014-01-{31 - day:02}") for day in range(20)]
    monkeypatch.setattr("dateline.search.plan.TOTAL_LIMIT", 5)
    monkeypatch.setattr("dateline.search.plan.NARROW", 1_000_000)
    monkeypatch.setattr(Plan, "_steps_worth_scanning", lambda _plan: 0)
    with archive_of(items, database, tmp_path) as client:
        days, following = [], "/v1/entries?contains=harbour&limit=3"
        while following:
            answer = client.get(following).get_json()
            days += [item["date"] for item in answer["items"]]
            following = answer["next"]
    assert days == [f"2014-01-{31 - day:02}" for day in range(20)]


@pytest.mark.parametrize("database", [ON_SQLITE, ON_MYSQL])
def test_a_page_whose_entries_were_deleted_has_the_total_of_those_before(
    database: str, tmp_path: Path
) -> None:
    """It has no row that could tell the total."""
    items = [("harbour", f"2014-01-{day:02}") for day in range(1, 6)]
    with archive_of(items, database, tmp_path) as client:
        link = "/v1/entries?url=example.org&match=host&after=2014-01-02&sort=date&limit=2"
        following = client.get(link).get_json()["next"]
        for entry_id in (4, 5):
            assert client.delete(f"/v1/entries/{entry_id}").status_code == 204
        page = client.get(following).get_json()
    assert (page["items"], page["total"], page["next"]) == ([], 2, None)


@pytest.mark.parametrize("more", ["", "&after=2013", "&before=2015"])
@pytest.mark.parametrize("database", [ON_SQLITE, ON_MYSQL])
def test_a_word_that_excludes_all_that_has_another_leaves_nothing(
    database: str, more: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The text index is certain of both, so there is no entry left whose date could be read."""
    monkeypatch.setattr("dateline.search.plan.NARROW", -1)
    monkeypatch.setattr("dateline.text_index.writing.FULL", 1_000)
    with archive_of([("harbour", "2014")] * 1_000, database, tmp_path) as client:
        found = client.get(f"/v1/entries?q=harbour+-harb{more}")
    assert (found.status_code, found.get_json()["total"]) == (200, 0)


@pytest.mark.parametrize("scanned_as_soon", [0, 1_000_000])
@pytest.mark.parametrize("sort", ["-date", "date", "-added", "added"])
@pytest.mark.parametrize("database", [ON_SQLITE, ON_MYSQL])
def test_what_is_common_is_met_along_the_order_or_found_in_all_blocks(
    database: str, sort: str, scanned_as_soon: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The latest dates are in the oldest blocks, which a limited total does not need."""
    items = [("harbour" if number % 2 else "storm", f"{2000 - number}") for number in range(300)]
    monkeypatch.setattr("dateline.search.plan.TOTAL_LIMIT", 10)
    monkeypatch.setattr("dateline.search.plan.NARROW", -1)
    monkeypatch.setattr("dateline.search.plan.SCANNED_AS_SOON", scanned_as_soon)
    monkeypatch.setattr("dateline.search.block_search.FIRST", 20)
    monkeypatch.setattr("dateline.text_index.writing.FULL", 20)
    years = [date for title, date in items if title == "harbour"]
    expected = sorted(years) if sort == "date" else years
    if sort == "-added":
        expected = years[::-1]
    with archive_of(items, database, tmp_path) as client:
        found, following = [], f"/v1/entries?contains=harbour&limit=7&sort={sort}"
        while following:
            answer = client.get(following).get_json()
            assert (answer["total"], answer["total_relation"]) == (10, "gte")
            found += [item["date"] for item in answer["items"]]
            following = answer["next"]
        exact = client.get("/v1/entries?contains=harbour&total=exact").get_json()
    assert found == expected
    assert (exact["total"], exact["total_relation"]) == (len(years), "eq")


@pytest.mark.parametrize("database", [ON_SQLITE, ON_MYSQL])
def test_no_array_grows_with_the_archive(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All 300 entries, in blocks of 20, contain the text; an exact total searches each block."""
    items = [("harbour", f"{2000 - number}") for number in range(300)]
    monkeypatch.setattr("dateline.search.plan.NARROW", -1)
    monkeypatch.setattr("dateline.search.block_search.FIRST", 20)
    monkeypatch.setattr("dateline.search.block_search.AT_ONCE", 70)
    monkeypatch.setattr("dateline.text_index.writing.FULL", 20)
    monkeypatch.setattr("dateline.text_index.writing.TAIL", 0)
    lengths = []

    def measured(blocks: Sequence[int], stored: Sequence[bytes]) -> Numbers:
        occurrences = joined(blocks, stored)
        lengths.append(len(occurrences))
        return occurrences

    monkeypatch.setattr("dateline.text_index.lookup.joined", measured)
    with archive_of(items, database, tmp_path) as client:
        answer = client.get("/v1/entries?contains=harbour&total=exact").get_json()
    assert answer["total"] == 300
    assert max(lengths) == 60


@pytest.mark.parametrize(("an_entry", "reads_occurrences"), [(4, False), (8, True)])
@pytest.mark.parametrize("database", [ON_SQLITE, ON_MYSQL])
def test_what_most_entries_of_a_time_have_is_tested_where_it_has_too_many_occurrences(
    database: str,
    *,
    an_entry: int,
    reads_occurrences: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Three trigrams in 300 entries each, and 150 entries in the time."""
    items = [("harbour", f"{2000 + number % 20}") for number in range(300)]
    monkeypatch.setattr("dateline.search.plan.NARROW", -1)
    monkeypatch.setattr("dateline.search.plan.OCCURRENCES_PER_ENTRY", an_entry)
    monkeypatch.setattr("dateline.text_index.writing.TAIL", 0)
    with archive_of(items, database, tmp_path) as client:
        with client.application.app_context():
            engine = services().database.engine
        with listening(engine) as statements:
            answer = client.get("/v1/entries?contains=harbour&after=2005&before=2014").get_json()
    assert answer["total"] == 150
    assert any("occurrences" in statement.text for statement in statements) is reads_occurrences


LONG = "a harbour that was closed for years by sand"


@pytest.mark.parametrize("query", [f'q="{LONG} and mud"', f'q=harbour -"{LONG} and mud"'])
@pytest.mark.parametrize("database", [ON_SQLITE, ON_MYSQL])
def test_the_end_of_a_long_text_counts_too(
    database: str, query: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The text index is searched only for its beginning."""
    items = [(f"{LONG} and {'mud' if number % 3 else 'wind'}", "2014") for number in range(60)]
    monkeypatch.setattr("dateline.search.block_search.FEW", 0)
    monkeypatch.setattr("dateline.search.block_search.A_BLOCK", 0)
    monkeypatch.setattr("dateline.text_index.writing.FULL", 20)
    with archive_of(items, database, tmp_path) as client:
        answer = client.get(f"/v1/entries?{query}&limit=100").get_json()
    ends = {item["title"].split()[-1] for item in answer["items"]}
    assert (ends, answer["total"]) == (({"wind"}, 20) if " -" in query else ({"mud"}, 40))


@pytest.mark.parametrize("counted", [100, 10_001])
def test_blocks_tell_the_dates_of_a_range_of_keys(
    counted: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite, whose index of keys lacks the dates, rows are read only for the page.

    This holds for a page in a time and for a timeline, whether or not the count stops early.
    """
    items = [("harbour", f"{2000 + number % 20}-03-08") for number in range(300)]
    monkeypatch.setattr("dateline.search.plan.NARROW", -1)
    monkeypatch.setattr("dateline.search.costs.FEW", -1)
    monkeypatch.setattr("dateline.search.costs.PROBE", counted)
    monkeypatch.setattr("dateline.search.plan.TOTAL_LIMIT", counted - 1)
    monkeypatch.setattr("dateline.search.block_search.FEW", 0)
    monkeypatch.setattr("dateline.search.block_search.A_BLOCK", 0)
    monkeypatch.setattr("dateline.text_index.writing.FULL", 50)
    monkeypatch.setattr("dateline.text_index.writing.TAIL", 0)
    # 111 entries, most of which are in the time.
    keys = "url=https://example.org/1&match=prefix"
    with archive_of(items, "sqlite", tmp_path) as client:
        with client.application.app_context():
            engine = services().database.engine
        with listening(engine) as statements:
            timeline = client.get(f"/v1/timeline?{keys}&interval=year").get_json()
            page = client.get(f"/v1/entries?{keys}&after=2001&before=2018&limit=3").get_json()
    assert page["total"] == min(100, counted - 1)
    assert [item["date"] for item in page["items"]] == ["2018-03-08"] * 3
    assert timeline["total"] == min(111, counted - 1)
    assert sum(bucket["count"] for bucket in timeline["buckets"]) == timeline["total"]
    # Only entries in no block are tested row by row; here there are none.
    by_rows = [one.text for one in statements if "url_key" in one.text and "date_" in one.text]
    assert [text for text in by_rows if "entries.id > ?" not in text] == []


@pytest.mark.parametrize(("most", "read"), [(100, 21), (1_000, 300)])
def test_a_domain_is_not_read_where_its_sites_have_too_much(
    most: int, read: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its ids would be discarded. SQLite only: MySQL's index has the dates."""
    items = [
        {"title": "harbour", "url": f"https://s{number % 3}.example/{number}", "date": "2014"}
        for number in range(300)
    ]
    monkeypatch.setattr("dateline.search.costs.FEW", -1)
    monkeypatch.setattr("dateline.search.costs.PROBE", 21)
    monkeypatch.setattr("dateline.search.costs.PROBE_BY_BLOCKS", most)
    with fresh_archive("sqlite", tmp_path) as services:
        client = create_app(services).test_client()
        body = as_ndjson(items)
        assert client.post("/v1/bulk", data=body, content_type=NDJSON).status_code == 200
        with listening(services.database.engine) as statements:
            page = client.get("/v1/entries?domain=example&after=2014&before=2014").get_json()
    assert page["total"] == 300
    (ids,) = (one for one in statements if "json_group_array" in one.text)
    assert min(ids.parameters[-2], 300) == read


def test_ids_are_read_without_a_limit_that_they_cannot_reach(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite only: a LIMIT keeps it from merging the query of the ids into the one around it."""
    items = [
        {"title": "harbour", "url": f"https://{host}.example.org/{number}", "date": "2014"}
        for number, host in enumerate(150 * ["a", "b"])
    ]
    monkeypatch.setattr("dateline.search.costs.FEW", -1)
    with fresh_archive("sqlite", tmp_path) as services:
        client = create_app(services).test_client()
        body = as_ndjson(items)
        assert client.post("/v1/bulk", data=body, content_type=NDJSON).status_code == 200
        with listening(services.database.engine) as statements:
            asked = "url=a.example.org&match=host&after=2014&before=2014"
            page = client.get(f"/v1/entries?{asked}").get_json()
    assert page["total"] == 150
    (ids,) = (one for one in statements if "json_group_array" in one.text)
    assert "LIMIT" not in ids.text


@pytest.mark.parametrize(
    ("more", "is_scanned"),
    [("", False), ("&domain=a.example", True), ("&after=2013&before=2013", True)],
)
def test_a_scan_is_expected_to_pass_only_entries_of_its_site_or_time(
    more: str, is_scanned: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Matches are one in five of all entries, but all of the site and of the time."""
    items = [
        (
            {"title": "harbour", "url": f"https://a.example/{number}", "date": "2013-01-02"}
            if number % 5 == 0
            else {"title": "storm", "url": f"https://b.example/{number}", "date": "2014-01-02"}
        )
        for number in range(300)
    ]
    monkeypatch.setattr("dateline.search.plan.TOTAL_LIMIT", 10)
    monkeypatch.setattr("dateline.search.plan.NARROW", -1)
    monkeypatch.setattr("dateline.search.plan.SCANNED_AS_SOON", 1)
    monkeypatch.setattr("dateline.search.plan.A_RANGE", 0)
    monkeypatch.setattr("dateline.search.block_search.FIRST", 20)
    monkeypatch.setattr("dateline.text_index.writing.FULL", 20)
    monkeypatch.setattr("dateline.text_index.writing.PIECE", 20)
    with fresh_archive("sqlite", tmp_path) as services:
        client = create_app(services).test_client()
        # One block for each import.
        for at in range(0, 300, 20):
            body = as_ndjson(items[at : at + 20])
            assert client.post("/v1/bulk", data=body, content_type=NDJSON).status_code == 200
        with listening(services.database.engine) as statements:
            found = client.get(f"/v1/entries?contains=harbour&limit=2{more}").get_json()
    assert [item["id"] for item in found["items"]] == [296, 291]
    *_, page = (one.text for one in statements if "entries.title," in one.text)
    assert ("ORDER BY" in page) is is_scanned


@pytest.mark.parametrize("without", ["", "q=-harbour&"])
@pytest.mark.parametrize("match", ["host", "prefix"])
@pytest.mark.parametrize("way", ["rows", "blocks"])
@pytest.mark.parametrize("database", [ON_SQLITE, ON_MYSQL])
def test_facets_of_a_range_of_keys_count_what_is_found(
    database: str,
    way: str,
    match: str,
    without: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    items = [
        ("storm" if number % 7 else "harbour", f"{2000 + number % 20}-{1 + number % 12:02}")
        for number in range(300)
    ]
    found = [
        date
        for number, (title, date) in enumerate(items)
        if (title == "storm" or not without) and "2001-06" <= date <= "2018-02"
        if match == "host" or str(number).startswith("1")
    ]
    monkeypatch.setattr("dateline.search.plan.NARROW", -1 if way == "blocks" else 1_000_000)
    monkeypatch.setattr("dateline.search.costs.FEW", -1)
    monkeypatch.setattr("dateline.search.block_search.FEW", 0)
    monkeypatch.setattr("dateline.search.block_search.A_BLOCK", 0)
    monkeypatch.setattr("dateline.text_index.writing.FULL", 50)
    url = "url=example.org" if match == "host" else "url=https://example.org/1"
    query = f"{without}{url}&match={match}&after=2001-06&before=2018-02"
    with archive_of(items, database, tmp_path) as client:
        with client.application.app_context():
            engine = services().database.engine
        with listening(engine) as statements:
            timeline = client.get(f"/v1/timeline?{query}&interval=month").get_json()
            counts = {bucket["start"]: bucket["count"] for bucket in timeline["buckets"]}
            sites = client.get(f"/v1/sites?{query}").get_json()
            pages, following = [], f"/v1/entries?{query}&limit=7"
            while following:
                page = client.get(following).get_json()
                assert page["total"] == len(found)
                pages += [item["date"] for item in page["items"]]
                following = page["next"]
        is_sqlite = engine.dialect.name == "sqlite"
    assert {month: count for month, count in counts.items() if count} == Counter(found)
    assert sites["items"] == [{"site": "example.org", "count": len(found)}]
    assert pages == sorted(found, reverse=True)
    # The host is the whole site, whose index has the dates; testing words requires the rows.
    by_blocks = is_sqlite and (way, match, without) == ("blocks", "prefix", "")
    assert any("first_seconds" in one.text for one in statements) is by_blocks


@pytest.mark.parametrize("database", [ON_SQLITE, ON_MYSQL])
def test_years_that_reach_into_a_time_make_its_path_wide(database: str, tmp_path: Path) -> None:
    """No entry begins in the time, so by that count alone its path would be the cheapest."""
    items = [("harbour", "2014") for _ in range(FEW + 1)]
    asked = "url=example.org/7&match=exact&after=2014-06-01&before=2014-06-02"
    with archive_of(items, database, tmp_path) as client:
        assert client.get(f"/v1/entries?{asked}").get_json()["total"] == 1
        with client.application.app_context(), services().database.reading() as session:
            question = read_question(read_parameters(SearchParameters, parse_qsl(asked)))
            cheapest = Plan(session.connection(), question)._cheapest
    assert cheapest is not None
    assert (cheapest.size, cheapest.path.assures) == (1, frozenset({Filter.KEYS}))


@pytest.mark.parametrize("database", [ON_SQLITE, ON_MYSQL])
def test_what_reaches_into_a_time_is_found_wherever_it_begins(
    database: str, tmp_path: Path
) -> None:
    """Days and hours in any zone, months, years; around midnights and the first second of 1970."""
    days = ("1969-12-30", "1969-12-31", "1970-01-01", "1970-01-02", "2014-03-01", "2014-03-02")
    dates = [f"{day}{clock}" for day in days for clock in ("", "T05", "T23:59", "T12:00:00")]
    dates += ["1582", "1969", "1969-12", "1970-01", "1970", "2014-02", "2014-03", "2014"]
    with fresh_archive(database, tmp_path) as services:
        client = create_app(services).test_client()
        for zone in ("UTC", "Pacific/Kiritimati", "America/New_York", "Asia/Kathmandu"):
            rows = [{"title": zone, "url": "https://example.org/a", "date": date} for date in dates]
            body = as_ndjson(rows)
            answer = client.post(f"/v1/bulk?timezone={zone}", data=body, content_type=NDJSON)
            assert answer.get_json()["import"]["created"] == len(dates)
        entries = client.get("/v1/entries?sort=date&limit=1000").get_json()["items"]
        for second in [f"{day}T{clock}Z" for day in days for clock in ("00:00:00", "09:59:59")]:
            reaching = [entry["id"] for entry in entries if entry["date_end"] >= second]
            for more in ("", "&domain=example.org"):
                asked = f"/v1/entries?after={second}{more}&limit=1000&sort="
                for sort, expected in (("date", reaching), ("-date", reaching[::-1])):
                    found = client.get(f"{asked}{sort}").get_json()["items"]
                    assert [entry["id"] for entry in found] == expected, asked
