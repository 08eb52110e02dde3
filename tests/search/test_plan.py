"""What a plan may not do, on archives in which it would."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from dateline.app import create_app
from dateline.search.plan import Plan
from tests.archives import new_settings, opened
from tests.factories import NDJSON, as_ndjson
from tests.servers import ON_MYSQL, ON_SQLITE, fresh_database


@contextmanager
def archive_of(
    items: Sequence[tuple[str, str]], database: str, directory: Path
) -> Iterator[FlaskClient]:
    """The API on an archive with these titles and dates, added in this order."""
    body = as_ndjson(
        [
            {"title": title, "url": f"https://example.org/{number}", "date": date}
            for number, (title, date) in enumerate(items)
        ]
    )
    with (
        fresh_database(database, directory) as url,
        opened(new_settings(directory, database_url=url)) as services,
    ):
        client = create_app(services).test_client()
        assert client.post("/v1/bulk", data=body, content_type=NDJSON).status_code == 200
        yield client


@pytest.mark.parametrize("database", [ON_SQLITE, ON_MYSQL])
def test_a_walk_that_is_given_up_is_no_page(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond the days that were not walked to their end there are whole years, with a page full."""
    items = [
        *(("storm", f"2014-12-{day:02}") for day in range(1, 11)),
        *(("harbour", f"2014-11-{day:02}") for day in range(1, 11)),
        *(("harbour", "2014") for _ in range(10)),
    ]
    monkeypatch.setattr(Plan, "_steps_worth_walking", lambda _plan, _narrowest: 5)
    with archive_of(items, database, tmp_path) as client:
        answer = client.get("/v1/entries?contains=harbour&after=2014-06&limit=3").get_json()
        dates = [item["date"] for item in answer["items"]]
        assert dates == ["2014-11-10", "2014-11-09", "2014-11-08"]
        assert answer["total"] == 20


@pytest.mark.parametrize("database", [ON_SQLITE, ON_MYSQL])
def test_a_walk_through_pages_sees_more_than_is_gathered_at_once(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The text index gives the first added first; they are the latest, so later pages lack them."""
    items = [("harbour", f"2014-01-{31 - day:02}") for day in range(20)]
    monkeypatch.setattr("dateline.search.plan.TOTAL_LIMIT", 5)
    monkeypatch.setattr(Plan, "_steps_worth_walking", lambda _plan, _narrowest: 0)
    with archive_of(items, database, tmp_path) as client:
        days, following = [], "/v1/entries?contains=harbour&limit=3"
        while following:
            answer = client.get(following).get_json()
            days += [item["date"] for item in answer["items"]]
            following = answer["next"]
    assert days == [f"2014-01-{31 - day:02}" for day in range(20)]
