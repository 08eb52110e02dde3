"""One entry: adding, reading, changing, deleting."""

import json

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.factories import JSON, Item, make_item

MERGE_PATCH = "application/merge-patch+json"


def add(client: FlaskClient, **changes: object) -> TestResponse:
    return client.post("/v1/entries", json=make_item(**changes))


def total(client: FlaskClient) -> int:
    return int(client.get("/v1/entries").get_json()["total"])


def pointers(response: TestResponse) -> dict[str, str]:
    return {error["pointer"]: error["code"] for error in response.get_json()["errors"]}


# --- Adding ------------------------------------------------------------------------------------


def test_it_adds_an_entry(client: FlaskClient) -> None:
    item = make_item()
    response = client.post("/v1/entries", json=item)
    assert response.status_code == 201
    entry = response.get_json()
    assert {name: entry[name] for name in item} == item
    assert response.headers["Location"] == f"/v1/entries/{entry['id']}"
    again = client.get(response.headers["Location"])
    assert again.get_json() == entry
    assert again.headers["ETag"] == response.headers["ETag"]


def test_it_gives_the_entry_that_was_there(client: FlaskClient) -> None:
    item = make_item(url="https://example.org/a")
    first = client.post("/v1/entries", json=item)
    same = {**item, "url": "http://www.example.org/a#top"}
    second = client.post("/v1/entries", json=same)
    assert second.status_code == 200
    assert second.get_json() == first.get_json()
    assert "Location" not in second.headers
    assert total(client) == 1


def test_a_fault_has_the_name_that_was_sent(client: FlaskClient) -> None:
    body = {"title": "T", "link": "ftp://example.org/", "pubDate": "May 23"}
    refused = client.post("/v1/entries", json=body)
    assert pointers(refused) == {"/link": "url.scheme", "/pubDate": "date.no_year"}


def test_a_name_given_twice_is_refused(client: FlaskClient) -> None:
    client.post("/v1/entries", json=make_item())
    body = '{"title": "A", "title": "B", "url": "https://example.org/", "date": "2014"}'
    for refused in (
        client.post("/v1/entries", data=body, content_type=JSON),
        client.patch("/v1/entries/1", data=body, content_type=JSON),
    ):
        assert refused.status_code == 400
        detail = refused.get_json()["detail"]
        assert detail == "The body has 'title' more than once; keep one of them."
    assert total(client) == 1


def test_a_byte_order_mark_is_passed_over_as_in_imports(client: FlaskClient) -> None:
    body = b"\xef\xbb\xbf" + json.dumps(make_item()).encode()
    assert client.post("/v1/entries", data=body, content_type=JSON).status_code == 201
    assert client.patch("/v1/entries/1", data=body, content_type=JSON).status_code == 200


@pytest.mark.parametrize("number", ["1e400", "[-1e400]"])
def test_a_number_beyond_all_is_told_as_it_is(client: FlaskClient, number: str) -> None:
    body = json.dumps(make_item(date="@")).replace('"@"', number)
    refused = client.post("/v1/entries", data=body, content_type=JSON)
    assert refused.status_code == 400
    detail = refused.get_json()["detail"]
    assert detail == "The body has a number beyond 1.8e308; put it in quotes."


@pytest.mark.parametrize("encoding", ["gzip", "br"])
def test_an_encoding_is_not_passed_over(client: FlaskClient, encoding: str) -> None:
    headers = {"Content-Encoding": encoding}
    refused = client.post("/v1/entries", json=make_item(), headers=headers)
    assert refused.status_code == 415
    assert total(client) == 0


def test_it_knows_other_names_of_fields(client: FlaskClient) -> None:
    item = {"title": "A", "link": "https://example.org/", "pubDate": 1394294645}
    response = client.post("/v1/entries", json=item)
    assert response.status_code == 201
    assert response.get_json()["date"] == "2014-03-08T16:04:05Z"


def test_an_unsound_entry_is_refused_with_every_fault(client: FlaskClient) -> None:
    response = add(client, title=" ", url="file:///x", date="May 23")
    assert response.status_code == 422
    assert response.mimetype == "application/problem+json"
    assert pointers(response) == {
        "/title": "title.missing",
        "/url": "url.scheme",
        "/date": "date.no_year",
    }
    assert total(client) == 0
    assert client.get("/v1/imports").get_json()["total"] == 0


def test_an_unknown_field_is_refused(client: FlaskClient) -> None:
    response = add(client, author="x", tags=[])
    assert response.status_code == 422
    assert pointers(response) == {"/author": "field.unknown", "/tags": "field.unknown"}
    assert total(client) == 0


def test_a_pointer_escapes_what_means_something_in_pointers(client: FlaskClient) -> None:
    """RFC 6901, 3: `~` is `~0`, `/` is `~1`."""
    response = add(client, **{"a/b~c": 1})
    assert pointers(response) == {"/a~1b~0c": "field.unknown"}


@pytest.mark.parametrize("missing", ["title", "url", "date"])
def test_a_missing_field_is_refused(client: FlaskClient, missing: str) -> None:
    item = make_item()
    del item[missing]
    response = client.post("/v1/entries", json=item)
    assert response.status_code == 422
    assert pointers(response) == {f"/{missing}": f"{missing}.missing"}


@pytest.mark.parametrize("field", ["title", "url", "date"])
def test_a_lone_surrogate_is_refused(client: FlaskClient, field: str) -> None:
    response = add(client, **{field: "https://example.org/\ud800"})
    assert response.status_code == 400, response.text
    assert total(client) == 0


def test_a_lone_surrogate_in_a_name_is_refused(client: FlaskClient) -> None:
    assert add(client, **{"\ud800": 1}).status_code == 400


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b"1", b'"x"', b"{", b"\xff", b"[" * 30_000, b'{"date": NaN}']
)
def test_a_body_that_is_no_object_is_refused(client: FlaskClient, body: bytes) -> None:
    assert client.post("/v1/entries", data=body, content_type=JSON).status_code == 400
    created = add(client).headers["Location"]
    assert client.patch(created, data=body, content_type=JSON).status_code == 400


def test_an_ambiguous_date_is_refused(client: FlaskClient) -> None:
    assert pointers(add(client, date="03/04/2020")) == {"/date": "date.ambiguous"}


@pytest.mark.parametrize("media_type", ["text/csv", "application/x-ndjson", "", MERGE_PATCH])
def test_an_entry_in_another_form_is_unsupported(client: FlaskClient, media_type: str) -> None:
    response = client.post("/v1/entries", data=b"{}", content_type=media_type)
    assert response.status_code == 415


def test_parameters_are_refused_where_there_are_none(client: FlaskClient) -> None:
    response = client.post("/v1/entries?dry_run=true", json=make_item())
    assert response.status_code == 400
    assert response.get_json()["errors"][0]["parameter"] == "dry_run"
    assert total(client) == 0


# --- Reading -----------------------------------------------------------------------------------


def test_it_reads_an_entry_by_its_short_form(client: FlaskClient) -> None:
    entry = add(client).get_json()
    assert client.get(f"/v1/{entry['id']}").get_json() == entry
    assert client.get(f"/v1/entries/{entry['id']}").get_json() == entry


def test_it_answers_304_to_whoever_has_the_entry(client: FlaskClient) -> None:
    link = add(client).headers["Location"]
    etag = client.get(link).headers["ETag"]
    for condition in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        response = client.get(link, headers={"If-None-Match": condition})
        assert response.status_code == 304
        assert response.data == b""
        assert response.headers["ETag"] == etag
    assert client.get(link, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("entry_id", ["1", "0", str(2**63 - 1), str(2**63), "9" * 50, "x", "-1"])
@pytest.mark.parametrize("path", ["/v1/entries/", "/v1/"])
def test_an_entry_that_is_not_there_is_not_found(
    client: FlaskClient, path: str, entry_id: str
) -> None:
    response = client.get(path + entry_id)
    assert response.status_code == 404
    assert response.mimetype == "application/problem+json"


# --- Changing ----------------------------------------------------------------------------------


CHANGES: list[tuple[Item, Item]] = [
    ({"title": "New  title"}, {"title": "New title"}),
    (
        {"url": "https://Other.example/x"},
        {"url": "https://Other.example/x", "site": "other.example"},
    ),
    (
        {"date": "March 1999"},
        {
            "date": "1999-03",
            "date_raw": "March 1999",
            "date_precision": "month",
            "date_start": "1999-03-01T00:00:00Z",
            "date_end": "1999-03-31T23:59:59Z",
        },
    ),
    ({}, {}),
]


@pytest.mark.parametrize(("changes", "expected"), CHANGES)
@pytest.mark.parametrize("media_type", [MERGE_PATCH, JSON])
def test_it_changes_what_is_named_and_nothing_else(
    client: FlaskClient, changes: Item, expected: Item, media_type: str
) -> None:
    before = add(client).get_json()
    link = f"/v1/entries/{before['id']}"
    response = client.patch(link, json=changes, content_type=media_type)
    assert response.status_code == 200
    assert response.get_json() == {**before, **expected}
    assert client.get(link).get_json() == {**before, **expected}


def test_a_changed_entry_is_found_by_what_it_is_now(client: FlaskClient) -> None:
    link = add(client, title="Before", url="https://before.example/").headers["Location"]
    client.patch(link, json={"title": "After", "url": "https://after.example/"})
    for question, found in (
        ("contains=before", 0),
        ("contains=after", 1),
        ("url=before", 0),
        ("url=after", 1),
        ("domain=before.example", 0),
        ("domain=after.example", 1),
    ):
        assert client.get(f"/v1/entries?{question}").get_json()["total"] == found, question


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"title": None}, {"/title": "title.missing"}),
        ({"url": None, "date": None}, {"/url": "url.missing", "/date": "date.missing"}),
        ({"date": "yesterday"}, {"/date": "date.relative"}),
        ({"id": 5}, {"/id": "field.unknown"}),
        ({"uri": "https://example.org/"}, {"/uri": "field.unknown"}),
    ],
)
def test_an_unsound_change_is_refused(
    client: FlaskClient, changes: Item, expected: dict[str, str]
) -> None:
    before = add(client).get_json()
    response = client.patch(f"/v1/entries/{before['id']}", json=changes)
    assert response.status_code == 422
    assert pointers(response) == expected
    assert client.get(f"/v1/entries/{before['id']}").get_json() == before


def test_a_change_to_what_another_entry_is_conflicts(client: FlaskClient) -> None:
    item = make_item()
    first = client.post("/v1/entries", json=item).get_json()
    second = client.post("/v1/entries", json={**item, "title": "Another"}).get_json()
    response = client.patch(f"/v1/entries/{second['id']}", json={"title": item["title"]})
    assert response.status_code == 409
    assert str(first["id"]) in response.get_json()["detail"]
    assert client.get(f"/v1/entries/{second['id']}").get_json() == second


def test_a_change_of_spelling_is_no_conflict_with_itself(client: FlaskClient) -> None:
    link = add(client, url="https://example.org/a").headers["Location"]
    response = client.patch(link, json={"url": "http://www.example.org/a"})
    assert response.status_code == 200
    assert response.get_json()["url"] == "http://www.example.org/a"


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_it_writes_only_over_the_entry_that_was_seen(client: FlaskClient, method: str) -> None:
    link = add(client).headers["Location"]
    seen = client.get(link).headers["ETag"]
    client.patch(link, json={"title": "Changed by somebody else"})
    stale = client.open(link, method=method, json={"title": "x"}, headers={"If-Match": seen})
    assert stale.status_code == 412
    assert client.get(link).get_json()["title"] == "Changed by somebody else"
    now = client.get(link).headers["ETag"]
    fresh = client.open(link, method=method, json={"title": "x"}, headers={"If-Match": now})
    assert fresh.status_code == (200 if method == "PATCH" else 204)


@pytest.mark.parametrize("condition", ["*", '"other", {}', "{}"])
def test_it_takes_every_form_of_if_match(client: FlaskClient, condition: str) -> None:
    response = add(client)
    headers = {"If-Match": condition.format(response.headers["ETag"])}
    changed = client.patch(response.headers["Location"], json={"title": "x"}, headers=headers)
    assert changed.status_code == 200


def test_a_weak_tag_never_matches_a_write(client: FlaskClient) -> None:
    """RFC 9110, 13.1.1: If-Match compares strongly."""
    response = add(client)
    headers = {"If-Match": f"W/{response.headers['ETag']}"}
    changed = client.patch(response.headers["Location"], json={"title": "x"}, headers=headers)
    assert changed.status_code == 412


def test_the_tag_of_the_compressed_entry_matches_too(client: FlaskClient) -> None:
    link = add(client, title="long " * 199).headers["Location"]
    tag = client.get(link, headers={"Accept-Encoding": "gzip"}).headers["ETag"]
    assert client.delete(link, headers={"If-Match": tag}).status_code == 204


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
@pytest.mark.parametrize("condition", ["*", '"other", {}', "W/{}"])
def test_it_does_not_write_over_an_entry_that_must_not_be_there(
    client: FlaskClient, method: str, condition: str
) -> None:
    """RFC 9110, 13.1.2: If-None-Match compares weakly, and gives 412 unless it is a read."""
    response = add(client)
    link, tag = response.headers["Location"], response.headers["ETag"]
    headers = {"If-None-Match": condition.format(tag)}
    refused = client.open(link, method=method, json={"title": "x"}, headers=headers)
    assert refused.status_code == 412
    assert refused.get_json()["detail"].startswith("Entry 1 is one that If-None-Match names")
    assert client.get(link).headers["ETag"] == tag
    other = client.open(
        link, method=method, json={"title": "x"}, headers={"If-Match": tag, "If-None-Match": '"x"'}
    )
    assert other.status_code == (200 if method == "PATCH" else 204)


# --- Deleting ----------------------------------------------------------------------------------


def test_it_deletes_an_entry(client: FlaskClient) -> None:
    item = make_item(title="To be deleted")
    link = client.post("/v1/entries", json=item).headers["Location"]
    response = client.delete(link)
    assert response.status_code == 204
    assert response.data == b""
    assert client.get(link).status_code == 404
    assert client.get("/v1/entries?contains=deleted").get_json()["total"] == 0
    assert client.delete(link).status_code == 404


def test_a_deleted_entry_may_come_again_under_another_id(client: FlaskClient) -> None:
    item = make_item()
    first = client.post("/v1/entries", json=item)
    client.delete(first.headers["Location"])
    second = client.post("/v1/entries", json=item)
    assert second.status_code == 201
    # An id is never reused for another entry.
    assert second.get_json()["id"] != first.get_json()["id"]


def test_a_deleted_entry_stays_in_the_ledger_of_its_import(client: FlaskClient) -> None:
    link = add(client).headers["Location"]
    client.delete(link)
    assert client.get("/v1/imports/1").get_json()["created"] == 1


@pytest.mark.parametrize("entry_id", [1, 2**63 - 1, 2**63, 10**30])
@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_what_is_not_there_is_not_found(client: FlaskClient, method: str, entry_id: int) -> None:
    response = client.open(f"/v1/entries/{entry_id}", method=method, json={"title": "x"})
    assert response.status_code == 404
