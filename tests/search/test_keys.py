"""URL keys longer than MySQL's index of keys stores, and what that index alone can answer."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl, urlencode

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from dateline.app import create_app
from dateline.errors import Fault
from dateline.fields.url_ranges import host_key, prefix_key
from dateline.fields.urls import read_url
from dateline.models import KEY_START, Entry
from dateline.parameters import read_parameters
from dateline.schemas import SearchParameters
from dateline.search.bound import BoundConnection
from dateline.search.costs import Costs
from dateline.search.facet_counts import count_by_day, count_by_site
from dateline.search.find import find
from dateline.search.paths import Path, path_of_keys
from dateline.search.plan import Plan
from dateline.search.question import TOTAL_LIMIT, Question, read_question
from dateline.wiring import Services
from tests.factories import NDJSON, as_ndjson, make_item
from tests.listening import Statement, listening
from tests.servers import ON_MYSQL, ON_SQLITE, fresh_archive

KEYS: Final = "ix_entries_url_key_start_date_start_date_end"
BASE: Final = "https://long.example/"
LENGTHS: Final = (*range(KEY_START - 1, KEY_START + 4), 300, 600)
ENDS: Final = ("a", "b", "ab", "~", "%E4")


class Long(NamedTuple):
    services: Services
    client: FlaskClient
    keys: dict[str, str]
    """The URL key of each URL."""


def key_of(url: str) -> str:
    found = read_url(url)
    assert not isinstance(found, Fault)
    return found.key


def make_urls() -> Iterator[str]:
    """Yield URLs with keys of all lengths and the longest common beginnings, and a short one."""
    yield BASE
    for length in LENGTHS:
        for end in ENDS:
            url = f"{BASE}{'a' * (length - len(key_of(BASE)) - len(end))}{end}"
            assert len(key_of(url)) == length
            yield url
    yield f"https://www.longer.example/{'a' * 300}"


@pytest.fixture(scope="module", params=[ON_SQLITE, ON_MYSQL])
def long(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Long]:
    """Provide an archive with long keys."""
    directory = tmp_path_factory.mktemp("keys")
    with fresh_archive(request.param, directory) as services:
        client = create_app(services).test_client()
        keys = {url: key_of(url) for url in make_urls()}
        body = as_ndjson([make_item(url=url) for url in keys])
        report = client.post("/v1/bulk", data=body, content_type=NDJSON).get_json()
        assert report["import"]["created"] == len(keys)
        yield Long(services, client, keys)


def ask(long: Long, url: str, match: str) -> set[str]:
    query = urlencode({"url": url, "match": match, "limit": 1_000})
    answer = long.client.get(f"/v1/entries?{query}").get_json()
    assert answer["total"] == len(answer["items"])
    return {item["url"] for item in answer["items"]}


@pytest.fixture
def by_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Offer no other path, and scan none, so that the index of keys finds everything."""

    def only_by_keys(costs: Costs) -> Iterator[tuple[Path, None]]:
        yield path_of_keys(costs._question, costs._connection.database), None

    monkeypatch.setattr(Costs, "_paths", only_by_keys)
    monkeypatch.setattr(Plan, "_steps_worth_scanning", lambda _plan: 0)


@pytest.mark.usefixtures("by_keys")
def test_a_long_page_is_found_by_its_whole_key(long: Long) -> None:
    for url, key in long.keys.items():
        assert ask(long, url, "exact") == {url}
        longer = f"{url}a"
        assert ask(long, longer, "exact") == {longer} & long.keys.keys(), key


@pytest.mark.usefixtures("by_keys")
def test_a_host_has_its_long_pages(long: Long) -> None:
    host = host_key(BASE)
    assert isinstance(host, str)
    expected = {url for url, key in long.keys.items() if key.startswith(host)}
    assert len(expected) == len(long.keys) - 1
    assert ask(long, BASE, "host") == expected


@given(data=st.data())
def test_a_long_prefix_is_compared_to_its_end(long: Long, data: st.DataObject) -> None:
    url = data.draw(st.sampled_from(list(long.keys)))
    # Half of the cuts are where MySQL's index ends.
    end = len(BASE) - len(key_of(BASE)) + KEY_START
    cut = data.draw(st.integers(len(BASE), len(url)) | st.integers(end - 2, end + 2))
    text = url[:cut] + data.draw(st.sampled_from(["", "a", "b", "z"]))
    beginning = prefix_key(text)
    assert isinstance(beginning, str)
    expected = {url for url, key in long.keys.items() if key.startswith(beginning)}
    assert ask(long, text, "prefix") == expected
    # Also through the index alone, because the plan may have taken another path.
    with long.services.database.reading() as session:
        question = _read({"url": text, "match": "prefix"})
        connection = BoundConnection(session.connection(), question)
        (index_range,) = path_of_keys(question, connection.database).ranges
        query = select(Entry.url).where(*index_range.where)
        assert set(connection.scalars(query)) == expected


@pytest.mark.parametrize("database", [ON_SQLITE, ON_MYSQL])
def test_an_entry_is_the_same_in_another_time_zone(database: str, tmp_path: Any) -> None:
    """Its day begins at another second there, but it is still a duplicate."""
    body = as_ndjson([make_item(url=f"{BASE}{'a' * 300}", date="2014-03-08")])
    with fresh_archive(database, tmp_path) as services:
        client = create_app(services).test_client()
        reports = [
            client.post(f"/v1/bulk?timezone={zone}", data=body, content_type=NDJSON).get_json()
            for zone in ("Asia/Tokyo", "America/New_York")
        ]
        (entry,) = client.get("/v1/entries").get_json()["items"]
    assert [report["import"]["created"] for report in reports] == [1, 0]
    assert [report["import"]["duplicate"] for report in reports] == [0, 1]
    assert entry["date_start"] == "2014-03-07T15:00:00Z"


def _read(parameters: dict[str, str]) -> Question:
    return read_question(read_parameters(SearchParameters, parse_qsl(urlencode(parameters))))


@pytest.mark.parametrize("most", [TOTAL_LIMIT, 3])
@pytest.mark.parametrize("dates", [{}, {"after": "2010", "before": "2015-06"}])
@pytest.mark.parametrize("match", ["exact", "prefix", "host"])
@pytest.mark.parametrize("long", [ON_MYSQL], indirect=True)
@pytest.mark.usefixtures("by_keys")
def test_no_row_is_read_to_know_what_is_in_a_range_of_keys(
    long: Long, match: str, dates: dict[str, str], most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dateline.search.plan.TOTAL_LIMIT", most)
    question = _read({"url": BASE, "match": match, **dates})
    with long.services.database.reading() as session:
        with listening(long.services.database.engine) as sent:
            find(session, question)
            count_by_day(session.connection(), question)
            count_by_site(session.connection(), question)
        asked = [statement for statement in sent if statement.is_question]
        lines = [line for one in asked for line in _explained(session, one) if KEYS in line]
    # The page with its total, the timeline, the sites, and the size of the path for each. The page
    # is read once more, in order, if not all of its entries were gathered.
    assert len(lines) == (7 if match != "exact" and most == 3 else 6)
    reading = [line for line in lines if "Covering index" not in line]
    # The site of an exact URL is not known until one of its entries is read.
    assert len(reading) == (1 if match == "exact" else 0), reading


def _explained(session: Session, asked: Statement) -> list[str]:
    explained = f"EXPLAIN FORMAT=TREE {asked.text}"
    rows = session.connection().exec_driver_sql(explained, asked.parameters)
    return [line for row in rows for line in str(row[0]).splitlines()]
