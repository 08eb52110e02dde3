"""GET /v1/imports: the ledger."""

import pytest
from flask.testing import FlaskClient

from tests.factories import JSON, as_json, make_item, make_items


def send(client: FlaskClient, items: list[dict[str, object]]) -> None:
    assert client.post("/v1/bulk", data=as_json(items), content_type=JSON).status_code < 500


def test_it_reads_one_import(client: FlaskClient) -> None:
    twice = make_item()
    send(client, [twice, twice, make_item(date="May 23"), make_item(note="x")])
    kept = client.get("/v1/imports/1").get_json()
    assert kept.pop("started_at") <= kept.pop("finished_at")
    assert kept == {
        "id": 1,
        "source": "api",
        "received": 4,
        "created": 2,
        "duplicate": 1,
        "rejected": 1,
        "date_order": None,
        "timezone": "UTC",
        "ignored_columns": ["note"],
        "url": "/v1/imports/1",
        "rejected_url": "/v1/imports/1/rejected",
    }


def test_it_lists_the_newest_import_first(client: FlaskClient) -> None:
    for _ in range(3):
        send(client, make_items(1))
    page = client.get("/v1/imports").get_json()
    assert [kept["id"] for kept in page["items"]] == [3, 2, 1]
    assert page["items"][2] == client.get("/v1/imports/1").get_json()
    assert (page["total"], page["total_relation"], page["next"]) == (3, "eq", None)


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 6])
def test_a_walk_through_the_ledger_sees_every_import_once(client: FlaskClient, limit: int) -> None:
    for _ in range(5):
        send(client, make_items(1))
    seen = []
    link = f"/v1/imports?limit={limit}"
    while link:
        answer = client.get(link)
        page = answer.get_json()
        assert 1 <= len(page["items"]) <= limit
        assert page["total"] >= 5
        seen += [kept["id"] for kept in page["items"]]
        link = page["next"]
        assert answer.headers.get("Link") == (f'<{link}>; rel="next"' if link else None)
        send(client, make_items(1))
    assert seen == [5, 4, 3, 2, 1]


@pytest.mark.parametrize("limit", [1, 3, 4, 7, 8])
def test_a_walk_through_rejected_rows_sees_each_once(client: FlaskClient, limit: int) -> None:
    send(client, make_items(3))
    items = [make_item(date="May 23", place=number) for number in range(1, 8)]
    send(client, [make_item(), *items])
    seen = []
    link = f"/v1/imports/2/rejected?limit={limit}"
    while link:
        page = client.get(link).get_json()
        assert (page["total"], page["total_relation"]) == (7, "eq")
        seen += [(row["row"], row["raw"]) for row in page["items"]]
        link = page["next"]
    assert seen == list(enumerate(items, 2))


def test_an_import_without_faults_has_no_rejected_rows(client: FlaskClient) -> None:
    send(client, make_items(1))
    page = client.get("/v1/imports/1/rejected").get_json()
    assert page == {"items": [], "total": 0, "total_relation": "eq", "next": None}


def test_an_empty_ledger_is_an_empty_list(client: FlaskClient) -> None:
    page = client.get("/v1/imports").get_json()
    assert page == {"items": [], "total": 0, "total_relation": "eq", "next": None}


def test_a_single_entry_is_an_import_too(client: FlaskClient) -> None:
    entry = client.post("/v1/entries", json=make_item()).get_json()
    assert client.get(f"/v1/imports/{entry['import_id']}").get_json()["received"] == 1


@pytest.mark.parametrize("path", ["/v1/imports/7", "/v1/imports/7/rejected", "/v1/imports/x"])
def test_an_import_that_is_not_there_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=x", "limit"),
        ("cursor=0", "cursor"),
        ("cursor=x", "cursor"),
        (f"cursor={2**63}", "cursor"),
        (f"cursor={'9' * 5000}", "cursor"),
        ("page=2", "page"),
        ("limit=1&limit=2", "limit"),
    ],
)
@pytest.mark.parametrize("path", ["/v1/imports", "/v1/imports/1/rejected"])
def test_a_bad_parameter_is_named(client: FlaskClient, path: str, query: str, name: str) -> None:
    send(client, make_items(1))
    response = client.get(f"{path}?{query}")
    assert response.status_code == 400
    assert [error["parameter"] for error in response.get_json()["errors"]] == [name]
