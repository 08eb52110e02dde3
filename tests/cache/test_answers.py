"""Cached answers: served where allowed, and never stale."""

import gzip
import threading
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dateline.app import create_app
from dateline.cache.answers import SHAPE, Answer
from dateline.config import Settings
from dateline.wiring import Services
from tests.archives import new_settings, opened, version_of
from tests.factories import JSON, as_json, make_item, make_items
from tests.listening import listening

LINKS = [
    "/v1/entries",
    "/v1/entries?contains=comfort&sort=added&limit=5",
    "/v1/entries/1",
    "/v1/imports",
    "/v1/imports/1",
    "/v1/imports/1/rejected",
]


@pytest.fixture
def client(client: FlaskClient) -> FlaskClient:
    """Return a client of an archive with forty entries and a rejected row."""
    keep(client, [*make_items(40), make_item(date="May 23")])
    return client


def keep(client: FlaskClient, items: list[dict[str, object]]) -> None:
    assert client.post("/v1/bulk", data=as_json(items), content_type=JSON).status_code < 300


def outcome(response: TestResponse) -> str:
    assert response.status_code in (200, 304), response.text
    return response.headers["X-Cache"]


@pytest.mark.parametrize("link", LINKS)
def test_it_answers_a_second_time_from_the_cache(client: FlaskClient, link: str) -> None:
    first, second = client.get(link), client.get(link)
    assert (outcome(first), outcome(second)) == ("miss", "hit")
    assert second.data == first.data
    assert second.headers["ETag"] == first.headers["ETag"]
    assert second.headers.get("Link") == first.headers.get("Link")


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("condition", ["", "*"])
def test_a_hit_has_the_headers_of_a_miss(client: FlaskClient, link: str, condition: str) -> None:
    asked = {"X-Request-ID": "the-same", "If-None-Match": condition}
    miss, hit = client.get(link, headers=asked), client.get(link, headers=asked)
    assert (outcome(miss), outcome(hit)) == ("miss", "hit")
    assert hit.status == miss.status
    told = [(name, value) for name, value in miss.headers if name != "X-Cache"]
    assert sorted((name, value) for name, value in hit.headers if name != "X-Cache") == sorted(told)
    assert hit.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("link", LINKS)
def test_a_hit_touches_no_database(services: Services, client: FlaskClient, link: str) -> None:
    etag = client.get(link).headers["ETag"]
    with listening(services.database.engine) as seen:
        client.get(link)
        client.get(link, headers={"Accept-Encoding": "gzip"})
        client.get(link, headers={"If-None-Match": etag})
        client.head(link)
    assert seen == []


def test_a_question_in_other_words_is_a_hit(client: FlaskClient) -> None:
    client.get("/v1/entries?contains=comfort&after=2014")
    other = {"from": "2014", "contains": "CÓMFORT"}
    assert outcome(client.get("/v1/", query_string=other)) == "hit"


@pytest.mark.parametrize("question", ["", "&contains=comfort", "&domain=example.org", "&url=pages"])
def test_a_miss_costs_the_same_for_any_number_of_rows(
    services: Services, client: FlaskClient, question: str
) -> None:
    counts = []
    for limit in (1, 10, 39):
        with listening(services.database.engine) as seen:
            assert outcome(client.get(f"/v1/entries?limit={limit}{question}")) == "miss"
        counts.append(len(seen))
    assert len(set(counts)) == 1
    assert 1 <= counts[0] <= 6


def test_reading_writes_nothing(services: Services, client: FlaskClient) -> None:
    version = version_of(services)
    with listening(services.database.engine) as seen:
        for link in LINKS:
            client.get(link)
    assert seen
    writes = {"INSERT", "UPDATE", "DELETE", "REPLACE"} & {sent.text.split()[0] for sent in seen}
    assert not writes
    assert version_of(services) == version


# --- Never stale -------------------------------------------------------------------------------


def test_a_write_is_seen_by_the_next_question(client: FlaskClient) -> None:
    link = "/v1/entries?contains=comfort"
    for expected in range(40, 45):
        assert client.get(link).get_json()["total"] == expected
        assert outcome(client.get(link)) == "hit"
        client.post("/v1/entries", json=make_item())


def test_another_process_is_never_behind(settings: Settings, client: FlaskClient) -> None:
    """Two sets of services on one archive share as little as two processes."""
    with opened(settings) as services:
        other = create_app(services).test_client()
        for number in range(5):
            writer, reader = (client, other) if number % 2 else (other, client)
            entry = writer.post("/v1/entries", json=make_item()).get_json()
            link = f"/v1/entries/{entry['id']}"
            for door in (reader, writer):
                assert door.get("/v1/entries").get_json()["total"] == 41 + number
                assert door.get(link).get_json() == entry
                assert door.get("/v1/imports").get_json()["total"] == 2 + number
                assert outcome(door.get(link)) == "hit"
            writer.patch(link, json={"title": f"Changed {number}"})
            assert reader.get(link).get_json()["title"] == f"Changed {number}"
        other.delete(link)
        assert client.get(link).status_code == 404


def test_what_is_not_there_is_not_remembered(client: FlaskClient) -> None:
    assert client.get("/v1/entries/41").status_code == 404
    client.post("/v1/entries", json=make_item())
    assert client.get("/v1/entries/41").status_code == 200


def test_a_dry_run_spoils_no_answer(client: FlaskClient) -> None:
    client.get("/v1/entries")
    items = as_json(make_items(1))
    client.post("/v1/bulk?dry_run=true", data=items, content_type=JSON)
    assert outcome(client.get("/v1/entries")) == "hit"


# --- Tags and compression ----------------------------------------------------------------------


def test_equal_content_has_an_equal_tag(client: FlaskClient) -> None:
    link = "/v1/entries?contains=comfort"
    before = client.get(link).headers["ETag"]
    client.post("/v1/entries", json=make_item(title="Nothing like it"))
    after = client.get(link, headers={"If-None-Match": before})
    assert after.status_code == 304
    assert after.headers["ETag"] == before


def test_other_content_has_another_tag(client: FlaskClient) -> None:
    before = client.get("/v1/entries").headers["ETag"]
    client.post("/v1/entries", json=make_item())
    after = client.get("/v1/entries", headers={"If-None-Match": before})
    assert after.status_code == 200
    assert after.headers["ETag"] != before


def test_it_sends_gzip_to_whoever_takes_it(client: FlaskClient) -> None:
    plain = client.get("/v1/entries")
    assert "Content-Encoding" not in plain.headers
    packed = client.get("/v1/entries", headers={"Accept-Encoding": "br, gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data)
    # Two encodings are two representations (RFC 9110, 8.8.3.3).
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"
    for tag in (plain.headers["ETag"], packed.headers["ETag"]):
        for encoding in ("gzip", "identity"):
            headers = {"If-None-Match": tag, "Accept-Encoding": encoding}
            assert client.get("/v1/entries", headers=headers).status_code == 304


@pytest.mark.parametrize(
    "accept",
    ["identity", "br", "gzip;q=0", "gzip; q=0.0, br", "*;q=0", "gzip;q=0.5, identity;q=0.8"],
)
def test_it_sends_no_gzip_to_whoever_refuses_it_or_likes_it_less(
    client: FlaskClient, accept: str
) -> None:
    response = client.get("/v1/entries", headers={"Accept-Encoding": accept})
    assert "Content-Encoding" not in response.headers
    assert response.get_json()["total"] == 40


@pytest.mark.parametrize("accept", ["*", "gzip;q=0.1", "gzip, identity", "gzip;q=0.5, *;q=0.5"])
def test_it_sends_gzip_to_whoever_likes_it_as_well(client: FlaskClient, accept: str) -> None:
    response = client.get("/v1/entries", headers={"Accept-Encoding": accept})
    assert response.headers["Content-Encoding"] == "gzip"


def test_a_small_answer_is_not_compressed(client: FlaskClient) -> None:
    headers = {"Accept-Encoding": "gzip"}
    response = client.get("/v1/entries?contains=nothing-like-it", headers=headers)
    assert "Content-Encoding" not in response.headers


def test_a_client_may_keep_an_answer_but_must_ask(client: FlaskClient) -> None:
    assert client.get("/v1/entries").headers["Cache-Control"] == "no-cache"


# --- Stored outside the process ------------------------------------------------------------------

SMALL = Answer.of(b'{"items":[]}')
LARGE = Answer.of(b"[" + b"1," * 1_000 + b"1]", "/v1/entries?cursor=x")


@pytest.mark.parametrize("answer", [SMALL, LARGE])
def test_an_answer_comes_back_as_it_was_packed(answer: Answer) -> None:
    for stamp in ("a:1", "a:2"):
        assert Answer.unpack(answer.pack(stamp)) == (stamp, answer)


@pytest.mark.parametrize(
    "packed",
    [
        b"",
        b"\n",
        b"hello",
        b"{}\n",
        b"[]\n{}",
        b"\xff\n{}",
        LARGE.pack("a:1")[:-1],
        LARGE.pack("a:1") + b"x",
        LARGE.pack("a:1").replace(b'"shape": %d' % SHAPE, b'"shape": 0'),
        LARGE.pack("a:1").replace(b'"shape"', b'"form"'),
        SMALL.pack("a:1").replace(b'"body": 12', b'"body": "12"'),
    ],
)
def test_what_was_not_packed_here_is_no_answer(packed: bytes) -> None:
    assert Answer.unpack(packed) is None


# --- Memory, threads, and no cache at all ------------------------------------------------------


def test_memory_is_bounded_and_what_is_asked_often_stays(tmp_path: Path) -> None:
    with opened(new_settings(tmp_path, cache_bytes=20_000)) as services:
        client = create_app(services).test_client()
        keep(client, make_items(5))
        client.get("/v1/entries?contains=often")
        client.get("/v1/entries?contains=once")
        for number in range(50):
            client.get(f"/v1/entries?contains={number}")
            assert outcome(client.get("/v1/entries?contains=often")) == "hit"
        assert outcome(client.get("/v1/entries?contains=once")) == "miss"


def test_a_long_question_counts_as_its_answer_does(tmp_path: Path) -> None:
    with opened(new_settings(tmp_path, cache_bytes=20_000)) as services:
        client = create_app(services).test_client()
        links = [f"/v1/entries?contains={number}{'x' * 900}" for number in range(20)]
        for link in links:
            client.get(link)
        assert outcome(client.get(links[-1])) == "hit"
        assert outcome(client.get(links[0])) == "miss"


@pytest.mark.parametrize("cache_bytes", [0, 100])
def test_an_answer_that_does_not_fit_is_still_given(tmp_path: Path, cache_bytes: int) -> None:
    with opened(new_settings(tmp_path, cache_bytes=cache_bytes)) as services:
        client = create_app(services).test_client()
        keep(client, make_items(5))
        for _ in range(2):
            response = client.get("/v1/entries")
            assert outcome(response) == "miss"
            assert response.get_json()["total"] == 5


def test_without_a_cache_every_answer_is_made(tmp_path: Path) -> None:
    with opened(new_settings(tmp_path, cache_url="none://")) as services:
        client = create_app(services).test_client()
        keep(client, make_items(5))
        with listening(services.database.engine) as seen:
            for expected in ("bypass", "bypass"):
                before = len(seen)
                response = client.get("/v1/entries")
                assert outcome(response) == expected
                assert len(seen) > before
        etag = response.headers["ETag"]
        assert client.get("/v1/entries", headers={"If-None-Match": etag}).status_code == 304


THREADS = 20


def test_one_cold_question_is_answered_once(services: Services, client: FlaskClient) -> None:
    keep(client, make_items(2_500))
    link = "/v1/entries?contains=nothing+like+it"
    with listening(services.database.engine) as alone:
        client.get(link)
    client.post("/v1/entries", json=make_item())

    app = create_app(services)
    everybody_is_here = threading.Barrier(THREADS, timeout=60)

    @app.before_request
    def wait_for_the_others() -> None:
        everybody_is_here.wait()

    answers: list[TestResponse] = []
    # Every thread has its own client.
    threads = [
        threading.Thread(target=lambda: answers.append(app.test_client().get(link)))
        for _ in range(THREADS)
    ]
    with listening(services.database.engine) as together:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert [sent.text for sent in together] == [sent.text for sent in alone]
    assert sorted(outcome(answer) for answer in answers) == ["hit"] * (THREADS - 1) + ["miss"]
    assert len({answer.data for answer in answers}) == 1
