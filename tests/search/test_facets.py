"""Timelines and sites: the counts are those of a loop over the matches."""

from collections import Counter
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from tests.factories import NDJSON, as_ndjson, make_item, make_items
from tests.search.conftest import Proof
from tests.search.corpus import TOTAL_LIMIT, make_questions

LENGTHS = {"year": 4, "month": 7, "day": 10}
NOT_FILTERS = {"sort", "limit", "total"}


@pytest.mark.parametrize("seed", range(100, 110))
def test_they_count_what_is_found(proof: Proof, seed: int) -> None:
    for number, asked in enumerate(make_questions(proof.corpus, proof.questions, seed)):
        found = [proof.kept[entry_id] for entry_id in proof.oracle.answer(asked)]
        filters = [pair for pair in asked.parameters if pair[0] not in NOT_FILTERS]
        interval = ("year", "month")[number % 2]
        by_time = Counter(item["date_start"][: LENGTHS[interval]] for item in found)
        _compare(
            proof.client,
            f"/v1/timeline?{urlencode([*filters, ('interval', interval)])}",
            "start",
            by_time,
        )
        by_site = Counter(item["site"] for item in found)
        _compare(
            proof.client, f"/v1/sites?{urlencode([*filters, ('limit', '1000')])}", "site", by_site
        )


def _compare(client: FlaskClient, link: str, key: str, expected: Counter[str]) -> None:
    answer = client.get(link)
    assert answer.status_code == 200, f"{link}\n{answer.text}"
    body = answer.get_json()
    given = {one[key]: one["count"] for one in body.get("buckets") or body.get("items") or []}
    assert body["total"] == sum(given.values()), link
    if body["total_relation"] == "eq":
        assert {name: count for name, count in given.items() if count} == expected, link
    else:
        # A part of the matches, and nothing else.
        assert body["total"] == TOTAL_LIMIT < expected.total(), link
        assert not Counter(given) - expected, link


def keep(client: FlaskClient, *dates: str, **changes: str) -> None:
    items = [make_item(date=date, **changes) for date in dates]
    assert client.post("/v1/bulk", data=as_ndjson(items), content_type=NDJSON).status_code == 200


def timeline(client: FlaskClient, query: str = "") -> tuple[str, dict[str, int], int]:
    body = client.get(f"/v1/timeline?{query}").get_json()
    counts = {bucket["start"]: bucket["count"] for bucket in body["buckets"]}
    return body["interval"], counts, body["total"]


def test_an_empty_archive_has_no_buckets_and_no_sites(client: FlaskClient) -> None:
    assert timeline(client) == ("year", {}, 0)
    body = client.get("/v1/sites").get_json()
    assert body == {
        "items": [],
        "total_sites": 0,
        "total_sites_relation": "eq",
        "total": 0,
        "total_relation": "eq",
    }


def test_what_is_without_entries_is_counted_as_zero(client: FlaskClient) -> None:
    keep(client, "2014-10-30", "2015-02-01T23:59:59", "2015-02")
    expected = {"2014-10": 1, "2014-11": 0, "2014-12": 0, "2015-01": 0, "2015-02": 2}
    assert timeline(client) == ("month", expected, 3)
    assert timeline(client, "interval=year") == ("year", {"2014": 1, "2015": 2}, 3)


@pytest.mark.parametrize(
    ("dates", "interval"),
    [
        (("2014-03-08",), "day"),
        (("2014-01-01", "2014-04-02"), "day"),
        (("2014-01-01", "2014-04-03"), "month"),
        (("2014-01-01", "2022-01-06"), "month"),
        (("2014-01-01", "2022-01-07"), "year"),
        (("1492-10-12", "1969-12-31"), "year"),
    ],
)
def test_the_interval_suits_the_time(
    client: FlaskClient, dates: tuple[str, ...], interval: str
) -> None:
    keep(client, *dates)
    chosen, counts, total = timeline(client)
    assert chosen == interval
    assert total == sum(counts.values()) == len(dates)
    assert next(iter(counts)) == dates[0][: LENGTHS[interval]]
    assert list(counts)[-1] == dates[-1][: LENGTHS[interval]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        # A year that overlaps the requested time is counted where it begins.
        ("after=2014-06&before=2014-07&interval=month", {"2014-01": 1, "2014-06": 2}),
        ("after=2014-06-01T12&before=2014-06-30T12", {"2014-01-01": 1, "2014-06-02": 2}),
        ("after=2014-06-02T10&before=2014-06-02T14", {"2014-01-01": 1, "2014-06-02": 2}),
        ("after=2014-06-02T11&before=2014-06-02T11", {"2014-01-01": 1, "2014-06-02": 1}),
        ("after=2014-06-02T12&before=2014-06-03T11", {"2014-01-01": 1, "2014-06-02": 2}),
        ("after=2014-06-03&before=2014-06-03", {"2014-01-01": 1}),
        ("after=2020", {}),
        ("after=2014-06-03&before=2014-06-01", {"2014-01-01": 1}),
    ],
)
def test_the_ends_of_the_requested_time_are_respected(
    client: FlaskClient, query: str, expected: dict[str, int]
) -> None:
    keep(client, "2014", "2014-06-02T12", "2014-06-02")
    interval = "" if "interval" in query else "&interval=day"
    _interval, counts, total = timeline(client, query + interval)
    assert {start: count for start, count in counts.items() if count} == expected
    assert total == sum(expected.values())


def test_too_many_buckets_are_refused_by_name(client: FlaskClient) -> None:
    keep(client, "1492-10-12", "2014-03-08")
    answer = client.get("/v1/timeline?interval=day")
    assert answer.status_code == 400
    (error,) = answer.get_json()["errors"]
    assert (error["parameter"], error["code"]) == ("interval", "interval.too_short")
    assert client.get("/v1/timeline?interval=day&after=2014").status_code == 200


def test_sites_come_by_their_counts_and_then_by_name(client: FlaskClient) -> None:
    for url, count in (("https://b.example/", 2), ("https://a.example/", 2), ("https://c.org/", 3)):
        items = [make_item(url=f"{url}{number}") for number in range(count)]
        client.post("/v1/bulk", data=as_ndjson(items), content_type=NDJSON)
    body = client.get("/v1/sites?limit=2").get_json()
    assert body["items"] == [{"site": "c.org", "count": 3}, {"site": "a.example", "count": 2}]
    assert (body["total_sites"], body["total"]) == (3, 7)
    body = client.get("/v1/sites?domain=example").get_json()
    assert [item["site"] for item in body["items"]] == ["a.example", "b.example"]


@pytest.mark.parametrize(
    ("path", "most", "total", "relation"),
    [
        ("timeline?contains=comfort", 5, 5, "gte"),
        ("sites?contains=comfort", 5, 5, "gte"),
        ("timeline?q=-storm", 6, 6, "gte"),
        ("sites?q=-storm", 6, 6, "gte"),
        ("sites?after=2000", 6, 6, "gte"),
        ("timeline?q=-storm", 7, 7, "eq"),
        ("sites?q=-storm", 7, 7, "eq"),
        ("sites?contains=comfort", 7, 7, "eq"),
        # For these there are maintained counts.
        ("timeline?after=2000", 5, 7, "eq"),
        ("timeline", 5, 7, "eq"),
        ("sites", 5, 7, "eq"),
    ],
)
def test_a_count_that_stops_early_is_marked(
    client: FlaskClient,
    path: str,
    most: int,
    total: int,
    relation: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("dateline.search.plan.TOTAL_LIMIT", most)
    client.post("/v1/bulk", data=as_ndjson(make_items(7)), content_type=NDJSON)
    body = client.get(f"/v1/{path}").get_json()
    assert (body["total"], body["total_relation"]) == (total, relation)


def test_order_and_page_do_not_belong_to_a_facet(client: FlaskClient) -> None:
    for query in ("timeline?sort=date", "timeline?limit=3", "sites?cursor=x", "sites?sort=date"):
        assert client.get(f"/v1/{query}").status_code == 400
