"""The maintained counts of sites and days: always the same as counting all entries."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from dateline.models import DayCount, Entry, SiteCount
from dateline.wiring import Services
from tests.factories import NDJSON, as_ndjson, make_item, make_items

DAY = 86_400


def kept(services: Services) -> tuple[dict[str, tuple[str, int]], dict[int, int]]:
    with services.database.reading() as session:
        sites = session.execute(select(SiteCount.site, SiteCount.site_key, SiteCount.entries))
        days = session.execute(select(DayCount.day, DayCount.entries))
        return {site: (key, count) for site, key, count in sites}, dict(days.all())


def counted(services: Services) -> tuple[dict[str, tuple[str, int]], dict[int, int]]:
    with services.database.reading() as session:
        entries = session.execute(select(Entry.site, Entry.url_key, Entry.date_start)).all()
        assert session.scalar(select(func.count()).select_from(Entry)) == len(entries)
    sites: dict[str, tuple[str, int]] = {}
    days: dict[int, int] = {}
    for site, url_key, date_start in entries:
        key, count = sites.get(site, (url_key[: len(site) + 1], 0))
        assert url_key.startswith(key)
        assert key.endswith(",")
        sites[site] = key, count + 1
        days[date_start // DAY * DAY] = days.get(date_start // DAY * DAY, 0) + 1
    return sites, days


def test_they_follow_imports_changes_and_deletions(client: FlaskClient, services: Services) -> None:
    urls = (
        "https://edition.cnn.com/a",
        "https://www.bbc.co.uk/news",
        "http://192.0.2.1/x",
        "https://bücher.example/1",
        "http://localhost:8080/",
        "https://someone.github.io/b",
    )
    dates = ("1969-12-31T23:59:59", "1970-01-01", "1492-10-12", "2014", "2014-01-01T00:00:01")
    items = [make_item(url=url, date=date) for url in urls for date in dates]
    for part in (items[:7], items[3:]):
        client.post("/v1/bulk", data=as_ndjson(part), content_type=NDJSON)
        assert kept(services) == counted(services)
    sites, days = kept(services)
    assert sites["bbc.co.uk"] == ("uk,co,bbc,", len(dates))
    assert days[-DAY] == len(urls)
    change = {"url": "https://moved.example/", "date": "1969-12-30"}
    assert client.patch("/v1/entries/1", json=change).status_code == 200
    assert client.delete("/v1/entries/2").status_code == 204
    assert client.post("/v1/entries", json=make_item(date="1999")).status_code == 201
    assert kept(services) == counted(services)
    client.delete("/v1/entries/1")
    assert "moved.example" not in kept(services)[0]
    assert kept(services) == counted(services)


def test_they_are_the_same_however_many_are_counted_at_a_time(
    client: FlaskClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dateline.imports.tallies.AT_A_TIME", 3)
    for part in (make_items(3), make_items(11), make_items(12)):
        client.post("/v1/bulk", data=as_ndjson(part), content_type=NDJSON)
        assert kept(services) == counted(services)
        newest = client.get("/v1/entries?limit=1").get_json()["items"][0]["id"]
        client.delete(f"/v1/entries/{newest}")
    assert kept(services) == counted(services)
