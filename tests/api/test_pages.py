"""The page for people: form, results, next page, faults; and nothing of it is markup."""

import html
import re

import pytest
from flask.testing import FlaskClient

from tests.factories import JSON, as_json, make_item, make_items


def keep(client: FlaskClient, *items: dict[str, object]) -> None:
    assert client.post("/v1/bulk", data=as_json(items), content_type=JSON).status_code == 200


def titles(page: str) -> list[str]:
    return [html.unescape(title) for title in re.findall(r'class="title"[^>]*>([^<]*)</a>', page)]


def test_it_shows_the_form_and_the_newest_entries(client: FlaskClient) -> None:
    keep(client, make_item(title="Older", date="2013"), make_item(title="Newer", date="2014"))
    response = client.get("/")
    assert response.status_code == 200
    assert response.mimetype == "text/html"
    assert titles(response.text) == ["Newer", "Older"]
    for name in ("contains", "url", "match", "domain", "after", "before", "sort"):
        assert f'name="{name}"' in response.text


def test_it_finds_what_the_api_finds(client: FlaskClient) -> None:
    keep(client, make_item(title="O confórto"), make_item(title="Another"))
    assert titles(client.get("/?contains=CONFORTO").text) == ["O confórto"]


def test_it_takes_the_empty_fields_of_a_form(client: FlaskClient) -> None:
    keep(client, make_item(title="A"))
    form = "contains=&url=&match=contains&domain=&after=&before=&sort=-date"
    assert titles(client.get(f"/?{form}").text) == ["A"]


def test_it_shows_the_form_as_it_was_filled_in(client: FlaskClient) -> None:
    page = client.get("/?contains=a%22b&url=x&match=contains&sort=added").text
    assert 'name="contains" value="a&#34;b"' in page
    assert re.search(r'value="added" selected', page)


def test_a_walk_by_the_next_link_sees_every_entry(client: FlaskClient) -> None:
    items = make_items(45)
    keep(client, *items)
    seen, link = [], "/?sort=added"
    while link:
        response = client.get(link)
        assert response.status_code == 200
        seen += titles(response.text)
        following = re.search(r'rel="next" href="([^"]*)"', response.text)
        link = html.unescape(following[1]) if following else ""
        assert not link or link.startswith("/?")
    assert seen == [item["title"] for item in items]


@pytest.mark.parametrize(
    "query", ["after=May+23", "limit=x", "foo=1", "url=/a&match=exact", "cursor=x", "sort=title"]
)
def test_a_fault_is_shown_beside_the_form(client: FlaskClient, query: str) -> None:
    keep(client, make_item())
    response = client.get(f"/?{query}")
    assert response.status_code == 400
    assert response.mimetype == "text/html"
    told = client.get(f"/v1/entries?{query}").get_json()["errors"]
    shown = [html.unescape(text) for text in re.findall(r'role="alert">([^<]*)<', response.text)]
    assert shown == [error["detail"] for error in told]
    assert '<form action="/"' in response.text


@pytest.mark.parametrize(
    "evil",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "{{ 7 * 7 }}",
        "</title><svg onload=alert(1)>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
    ],
)
def test_what_was_sent_is_text_and_never_markup(client: FlaskClient, evil: str) -> None:
    keep(client, make_item(title=evil, url='https://example.org/?"><script>alert(2)</script>'))
    response = client.get("/", query_string={"contains": html.unescape(evil)})
    assert titles(response.text) == [html.unescape(evil)]
    assert "<script>" not in response.text
    assert "<img" not in response.text
    assert "<svg" not in response.text
    assert "49" not in titles(response.text)


@pytest.mark.parametrize("name", ["contains", "url", "domain", "after", "before", "sort", "limit"])
def test_what_was_asked_is_text_and_never_markup(client: FlaskClient, name: str) -> None:
    response = client.get("/", query_string={name: '"><script>alert(1)</script>'})
    assert "<script>" not in response.text


def test_links_of_entries_lead_to_the_web_alone(client: FlaskClient) -> None:
    keep(client, make_item(url="HTTPS://example.org/a"))
    links = re.findall(r'class="title"[^>]*href="([^"]*)"', client.get("/").text)
    assert links == ["HTTPS://example.org/a"]


@pytest.mark.parametrize("query", ["contains=%FF", "contains=%00", "contains=%ED%A0%80"])
def test_a_question_that_is_no_text_breaks_nothing(client: FlaskClient, query: str) -> None:
    assert client.get(f"/?{query}").status_code == 400


def test_the_documents_are_served_from_our_own_files(client: FlaskClient) -> None:
    response = client.get("/docs")
    assert response.status_code == 200
    for link in re.findall(r'(?:src|href)="([^"]*)"', response.text):
        assert link.startswith("/"), link
        assert client.get(link, buffered=True).status_code == 200, link


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_it_tells_that_it_is_well(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    assert response.get_json() == {"status": "ok"}
