"""The page of one entry: reading, changing, deleting, and related searches."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dateline.app import create_app
from dateline.wiring import Services, open_services
from tests.api.forms import Page, confirm, counts, faults, send, total
from tests.archives import new_settings
from tests.factories import JSON, as_json, make_item, make_items


def keep(client: FlaskClient, *items: dict[str, object]) -> None:
    assert client.post("/v1/bulk", data=as_json(items), content_type=JSON).status_code == 200


def entry(client: FlaskClient, entry_id: int = 1) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/v1/entries/{entry_id}").get_json()
    return found


def save(client: FlaskClient, entry_id: int = 1, **changes: str) -> TestResponse:
    """Change fields of the form, and submit all of it as a browser does."""
    form = client.get(f"/entries/{entry_id}/edit")
    assert form.status_code == 200
    return client.post(f"/entries/{entry_id}/edit", data={**Page(form.text).fields, **changes})


def test_it_shows_the_entry_and_where_it_comes_from(client: FlaskClient) -> None:
    keep(
        client, make_item(title="O confórto", url="https://www.example.org/a?b=c", date="Mar 2014")
    )
    response = client.get("/entries/1")
    assert response.status_code == 200
    page = Page(response.text)
    assert page.links["https://www.example.org/a?b=c"] == "https://www.example.org/a?b=c"
    assert page.links["Import 1"] == "/imports/1"
    assert page.links["example.org"] == "/?domain=example.org"
    assert "2014-03 known to the month: 2014-03-01 00:00:00 to 2014-03-31 23:59:59" in page.text
    assert "Date as sent Mar 2014" in page.text
    assert 'rel="noopener noreferrer"' in response.text


def test_it_shows_others_of_the_same_url_and_site(client: FlaskClient) -> None:
    keep(
        client,
        make_item(title="This", url="https://example.org/a"),
        make_item(title="Same URL", url="http://www.example.org/a?utm_source=x"),
        make_item(title="Same site", url="https://news.example.org/b"),
        make_item(title="Another site", url="https://example.net/a"),
    )
    page = Page(client.get("/entries/1").text)
    same_url, _, same_site = page.text.partition("Newest other entries from")
    assert "Same URL" in same_url
    assert "Same site" not in same_url
    assert "Same site" in same_site
    assert "Another site" not in page.text
    assert page.links["Same URL"] == "/entries/2"


def test_a_date_of_an_hour_has_its_minutes_where_html_asks_for_them(client: FlaskClient) -> None:
    keep(client, make_item(date="2014-03-08T15"), make_item(date="2014-03"))
    for path in ("/entries/1", "/entries/2", "/"):
        page = client.get(path).text
        assert 'datetime="2014-03-08T15:00:00Z"' in page
        assert 'datetime="2014-03"' in page
        assert 'datetime="2014-03-08T15Z"' not in page


def test_where_there_are_more_it_leads_to_the_search(client: FlaskClient) -> None:
    url = "https://example.org/?q=a b&c"
    keep(client, *(make_item(url=url) for _ in range(8)))
    page = Page(client.get("/entries/1").text)
    assert "All 7 others" in page.links
    for link in (page.links["All entries with this URL"], page.links["All 7 others"]):
        found = client.get(f"/v1/entries{link.removeprefix('/')}")
        assert found.get_json()["total"] == 8


@pytest.mark.parametrize(
    ("url", "address"),
    [
        (" //example.org/a", "https://example.org/a"),
        ("http://[::1]/a", "http://[::1]/a"),
        ("http://localhost/", "http://localhost/"),
        (" https://example.org/a ", "https://example.org/a"),
    ],
)
def test_any_url_that_is_kept_can_be_shown_and_cited(
    client: FlaskClient, url: str, address: str
) -> None:
    keep(client, make_item(title="T", url=url))
    page = client.get("/entries/1").text
    assert f'href="{address}"' in page
    assert f"[T](&lt;{address}&gt;)" in client.get("/").text


def test_an_entry_whose_url_is_too_long_to_search_for_has_a_page(client: FlaskClient) -> None:
    keep(client, make_item(title="Long", url="https://example.org/" + 900 * "長"))
    response = client.get("/entries/1")
    assert response.status_code == 200
    assert "Other entries with this URL The URL is too long" in Page(response.text).text


def test_changed_fields_are_changed_and_no_others(client: FlaskClient) -> None:
    keep(client, make_item(title="Befor &amp;amp; after", date="12 de março de 2014"))
    before = entry(client)
    response = save(client, title="Before &amp; after")
    assert (response.status_code, response.location) == (303, "/entries/1")
    assert entry(client) == {**before, "title": "Before &amp; after"}
    assert save(client, date="03/04/2020", date_order="DMY").status_code == 303
    assert entry(client)["date"] == "2020-04-03"
    assert save(client, date="2014-03-08 12:00", timezone="Europe/Paris").status_code == 303
    assert entry(client)["date"] == "2014-03-08T11:00Z"


@pytest.mark.parametrize("path", ["/entries/1/edit", "/entries/1/delete"])
def test_a_form_is_no_longer_than_one_can_be(client: FlaskClient, path: str) -> None:
    keep(client, make_item())
    too_long = client.post(path, data={"title": "x" * 100_000})
    assert too_long.status_code == 413
    assert "The body is larger than 65,536 bytes; no valid entry is that long." in too_long.text
    assert client.get("/entries/1").status_code == 200


def test_a_form_without_a_change_writes_nothing(client: FlaskClient) -> None:
    keep(client, make_item(date="12 de março de 2014", url=" https://example.org/a"))
    before = entry(client)
    assert save(client).status_code == 303
    assert entry(client) == before


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", " "),
        ("title", "x" * 1_001),
        ("url", "/about"),
        ("url", "javascript:alert(1)"),
        ("date", "May 23"),
        ("date", "03/04/2020"),
        ("date", "<script>"),
    ],
)
def test_a_fault_stands_above_and_beside_its_field(
    client: FlaskClient, field: str, value: str
) -> None:
    keep(client, make_item())
    before = entry(client)
    told = client.patch("/v1/entries/1", json={field: value}).get_json()["detail"]
    response = save(client, 1, **{field: value})
    assert response.status_code == 422
    assert faults(response.text) == [told]
    assert f'id="{field}-fault"' in response.text
    assert f'aria-describedby="{field}-fault {field}-hint"' in response.text
    assert Page(response.text).fields[field] == value
    assert "<script>" not in response.text
    assert entry(client) == before


def test_all_faults_are_told_at_once(client: FlaskClient) -> None:
    keep(client, make_item())
    response = save(client, title="", url="", date="")
    assert response.status_code == 422
    assert len(faults(response.text)) == 3
    assert save(client, date="2014", timezone="Mars").status_code == 400


def test_a_change_by_somebody_else_is_said_and_not_overwritten(client: FlaskClient) -> None:
    keep(client, make_item(title="First"))
    fields = Page(client.get("/entries/1/edit").text).fields
    client.patch("/v1/entries/1", json={"title": "Theirs"})
    response = client.post("/entries/1/edit", data={**fields, "title": "Mine"})
    assert response.status_code == 412
    assert faults(response.text) == ["Entry 1 has been changed since; read it again."]
    page = Page(response.text)
    assert "Now: Theirs" in page.text
    assert page.fields["title"] == "Mine"
    assert entry(client)["title"] == "Theirs"
    assert client.post("/entries/1/edit", data=page.fields).status_code == 303
    assert entry(client)["title"] == "Mine"


def test_a_change_by_somebody_else_is_not_overwritten_by_who_fixes_a_fault(
    client: FlaskClient,
) -> None:
    keep(client, make_item(title="First"))
    fields = Page(client.get("/entries/1/edit").text).fields
    client.patch("/v1/entries/1", json={"title": "Theirs"})
    refused = client.post("/entries/1/edit", data={**fields, "date": "2014", "timezone": "Mars"})
    assert refused.status_code == 400
    mended = {**Page(refused.text).fields, "timezone": "UTC"}
    response = client.post("/entries/1/edit", data=mended)
    assert response.status_code == 412
    assert "Now: Theirs" in Page(response.text).text
    assert entry(client)["title"] == "Theirs"


def test_a_form_without_an_etag_overwrites_nothing(client: FlaskClient) -> None:
    keep(client, make_item(title="First"))
    assert client.post("/entries/1/edit", data={"title": "Mine"}).status_code == 412
    assert client.post("/entries/1/delete").status_code == 412
    assert entry(client)["title"] == "First"


def test_what_was_typed_for_an_entry_that_somebody_deletes_can_be_imported(
    client: FlaskClient,
) -> None:
    keep(client, make_item(title="First", url="https://example.org/a", date="2014"))
    fields = Page(client.get("/entries/1/edit").text).fields
    client.delete("/v1/entries/1")
    mine = {"title": 'My "&amp;" <b>', "date": "03/04/2020", "date_order": "DMY"}
    response = client.post("/entries/1/edit", data={**fields, **mine})
    assert response.status_code == 404
    assert "It has been deleted since you opened it" in Page(response.text).text
    assert total(client) == 0
    preview = send(client, **Page(response.text).fields)
    assert counts(preview.text) == [1, 1, 0, 0]
    assert confirm(client, preview).status_code == 303
    (kept,) = client.get("/v1/entries").get_json()["items"]
    assert (kept["title"], kept["url"]) == ('My "&amp;" <b>', "https://example.org/a")
    assert kept["date"] == "2020-04-03"


def test_a_twin_is_named(client: FlaskClient) -> None:
    keep(client, make_item(title="A", url="https://example.org/a"))
    keep(client, make_item(title="B", url="https://example.org/a"))
    response = save(client, 2, title="A")
    assert response.status_code == 409
    assert "Entry 1 already has this URL" in faults(response.text)[0]
    assert Page(response.text).links["Look at entry 1"] == "/entries/1"


def test_it_is_deleted_after_a_question(client: FlaskClient) -> None:
    keep(client, make_item(title="Gone"))
    question = client.get("/entries/1/delete")
    assert "Delete this entry?" in question.text
    assert entry(client)["title"] == "Gone"
    response = client.post("/entries/1/delete", data=Page(question.text).fields)
    assert response.status_code == 200
    assert "Entry 1 is deleted" in response.text
    assert client.get("/v1/entries/1").status_code == 404


def test_an_entry_that_has_changed_is_not_deleted(client: FlaskClient) -> None:
    keep(client, make_item())
    fields = Page(client.get("/entries/1/delete").text).fields
    client.patch("/v1/entries/1", json={"title": "Theirs"})
    response = client.post("/entries/1/delete", data=fields)
    assert response.status_code == 412
    assert "Theirs" in response.text
    assert "was not deleted" in response.text
    again = client.post("/entries/1/delete", data=Page(response.text).fields)
    assert again.status_code == 200


@pytest.mark.parametrize("path", ["/entries/9", "/entries/9/edit", "/entries/9/delete"])
def test_an_entry_that_there_is_not_is_a_page(client: FlaskClient, path: str) -> None:
    for path_ in (path, path.replace("9", str(2**70))):
        response = client.get(path_, headers={"Accept": "text/html"})
        assert response.status_code == 404
        assert "<h1>Not Found</h1>" in response.text


@pytest.mark.parametrize(
    "evil", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7 * 7 }}"]
)
def test_what_was_sent_is_text_and_never_markup(client: FlaskClient, evil: str) -> None:
    keep(client, *(make_item(title=evil, url=f"https://example.org/?{evil}") for _ in range(2)))
    keep(client, make_item(title=f"{evil}!", url=f"https://example.org/?{evil}"))
    pages = [client.get(f"/entries/1{rest}").text for rest in ("", "/edit", "/delete")]
    pages.append(save(client, title=evil, url=evil, date=evil).text)
    for page in pages:
        assert "<script>" not in page
        assert "<img" not in page
    assert evil in Page(pages[0]).text


@pytest.fixture
def away(tmp_path: Path) -> Iterator[FlaskClient]:
    """Return a client of an application whose database has no tables."""
    settings = new_settings(tmp_path, database_url=f"sqlite:///{tmp_path}/no/such/folder.db")
    with closing(open_services(settings)) as services:
        yield create_app(services).test_client()


@pytest.mark.parametrize("path", ["/entries/1", "/entries/1/edit", "/imports", "/imports/1"])
def test_where_the_database_is_away_a_page_says_so(away: FlaskClient, path: str) -> None:
    response = away.get(path, headers={"Accept": "text/html"})
    assert response.status_code == 503
    told = away.get(path.replace("/edit", "").replace("/", "/v1/", 1)).get_json()
    assert told["detail"] in Page(response.text).text
    # Only the log contains the path and the original message.
    assert "folder" not in told["detail"]
    assert "unable" not in told["detail"]


def test_where_the_database_goes_away_what_was_typed_is_still_there(
    client: FlaskClient,
    services: Services,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    keep(client, make_item(title="Before", date="2014"))
    fields = Page(client.get("/entries/1/edit").text).fields
    typed = {"title": "After", "date": "03/04/2020", "date_order": "DMY"}
    services.database.close()
    file = tmp_path / "archive.db"
    file.rename(tmp_path / "elsewhere.db")
    file.mkdir()
    response = client.post("/entries/1/edit", data={**fields, **typed})
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"
    (fault,) = faults(response.text)
    assert fault.startswith("The database file cannot be opened")
    assert Page(response.text).fields == {**fields, **typed}
    assert any("POST /entries/1/edit" in message for message in caplog.messages)
    file.rmdir()
    (tmp_path / "elsewhere.db").rename(file)
    assert client.post("/entries/1/edit", data=Page(response.text).fields).status_code == 303
    assert (entry(client)["title"], entry(client)["date"]) == ("After", "2020-04-03")


def test_a_url_that_ends_with_its_line_is_not_changed_by_who_changes_the_title(
    client: FlaskClient,
) -> None:
    keep(client, make_item(title="Old", url="https://example.org/a \r\n"))
    fields = Page(client.get("/entries/1/edit").text).fields
    # A browser's single-line field has no line breaks.
    fields |= {"title": "New", "url": fields["url"].replace("\r", "").replace("\n", "")}
    assert client.post("/entries/1/edit", data=fields).status_code == 303
    kept = entry(client)
    assert (kept["title"], kept["url"]) == ("New", "https://example.org/a \r\n")


def test_nothing_is_lost_of_a_long_entry(client: FlaskClient) -> None:
    item = make_items(1, title="長" * 1_000, url=f"https://example.org/{'a' * 1_970}")[0]
    keep(client, item)
    page = Page(client.get("/entries/1").text)
    assert item["title"] in page.text
    assert item["url"] in page.text
