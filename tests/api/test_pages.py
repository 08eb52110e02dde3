"""The search page: form, results, next page, faults; and no data is read as markup."""

import html
import re
from html.parser import HTMLParser
from itertools import accumulate

import pytest
from flask.testing import FlaskClient

from tests.factories import JSON, as_json, make_item, make_items

TYPING = {"HX-Request": "true"}


def keep(client: FlaskClient, *items: dict[str, object]) -> None:
    assert client.post("/v1/bulk", data=as_json(items), content_type=JSON).status_code == 200


def titles(page: str) -> list[str]:
    found = re.findall(r'class="title"[^>]*>(.*?)</a>', page)
    return [html.unescape(re.sub(r"</?mark>", "", title)) for title in found]


def told(page: str) -> str:
    """Return all text, without the markup."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page)))


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
    response = client.get(f"/?{form}", follow_redirects=True)
    assert titles(response.text) == ["A"]
    assert response.request.url == "http://localhost/"


def test_what_people_share_has_no_empty_fields(client: FlaskClient) -> None:
    form = "q=a+b&contains=&url=x&match=contains&from=2014&sort=-date&limit=20"
    response = client.get(f"/?{form}")
    assert response.status_code == 302
    assert response.headers["Location"] == "/?q=a+b&url=x&after=2014"
    assert client.get(response.headers["Location"]).status_code == 200


def test_while_typing_the_shared_address_is_told_without_a_detour(client: FlaskClient) -> None:
    response = client.get("/?q=a&contains=&sort=-date", headers=TYPING)
    assert response.status_code == 200
    assert response.headers["HX-Push-Url"] == "/?q=a"


def test_it_shows_the_form_as_it_was_filled_in(client: FlaskClient) -> None:
    page = client.get("/?contains=a%22b&url=x&match=prefix&sort=added").text
    assert 'name="contains" value="a&#34;b"' in page
    assert re.search(r'value="added" selected', page)
    assert "<option selected>prefix" in page


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
    "query",
    ["after=May+23", "limit=x", "foo=1", "url=/a&match=exact", "cursor=x", "sort=title", "q=%22a"],
)
def test_a_fault_is_shown_beside_the_form(client: FlaskClient, query: str) -> None:
    keep(client, make_item())
    response = client.get(f"/?{query}")
    assert response.status_code == 400
    assert response.mimetype == "text/html"
    errors = client.get(f"/v1/entries?{query}").get_json()["errors"]
    shown = [html.unescape(text) for text in re.findall(r'role="alert">([^<]*)<', response.text)]
    assert shown == [error["detail"] for error in errors]
    assert 'role="search"' in response.text


def test_a_fault_is_tied_to_its_field(client: FlaskClient) -> None:
    keep(client, make_item())
    page = client.get("/?q=a&after=May+23").text
    tie = 'aria-describedby="after-wrong" aria-invalid="true"'
    assert re.search(rf'<input name="after" [^>]*{tie}', page)
    assert page.count("aria-invalid") == 1
    assert re.search(r'id="after-wrong"><p class="fault" role="alert">[^<]*has no year', page)
    assert 'id="q-wrong"></div>' in page


@pytest.mark.parametrize("query", ["limit=x", "foo=1", "cursor=x"])
def test_a_fault_of_no_field_stands_above_the_results(client: FlaskClient, query: str) -> None:
    keep(client, make_item())
    page = client.get(f"/?{query}").text
    assert "aria-invalid" not in page
    assert 'role="alert"' in page.partition('id="found"')[2]


class Elements(HTMLParser):
    """The elements that a browser would create from a page."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.scripts: set[str | None] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.attributes |= {name for name, _value in attrs}
        if tag == "script":
            self.scripts.add(dict(attrs).get("src"))


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
    elements = Elements()
    elements.feed(response.text)
    assert "img" not in elements.seen
    assert not elements.scripts & {"", None}
    assert not {name for name in elements.attributes if name.startswith("on")}
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


def test_matches_are_marked_in_the_text_as_it_was_written(client: FlaskClient) -> None:
    keep(client, make_item(title="O CONFÓRTO <b>", url="https://example.org/News"))
    page = client.get("/?q=conforto+url:news+%22%3Cb%22").text
    assert "O <mark>CONFÓRTO</mark> <mark>&lt;b</mark>&gt;" in page
    assert "https://example.org/<mark>News</mark>" in page


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("2014-03-08T15:04:05Z", "2014-03-08 15:04:05"),
        ("2014-03-08T15:04+02:00", "2014-03-08 13:04"),
        ("2014-03-08T15Z", "2014-03-08 15 h"),
        # In UTC it would begin between two hours.
        ("2014-03-08T15+05:30", "2014-03-08 15+05:30"),
        ("2014-03", "2014-03"),
    ],
)
def test_a_date_is_shown_as_exactly_as_it_was_written(
    client: FlaskClient, sent: str, shown: str
) -> None:
    keep(client, make_item(date=sent))
    (date,) = re.findall(r"<time .*?</time>", client.get("/").text)
    assert re.sub(r"<[^>]*>", "", date) == shown


def test_every_filter_is_a_chip_that_can_be_taken_away(client: FlaskClient) -> None:
    keep(client, make_item(title="Harbour", date="2014"))
    query = "q=harbour+-storm&domain=example.org&after=2014&before=2014&sort=date"
    page = client.get(f"/?{query}").text
    links = dict(re.findall(r'href="([^"]*)" aria-label="Remove: ([^"]*)"', page))
    assert {html.unescape(link): label for link, label in links.items()} == {
        "/?domain=example.org&after=2014&before=2014&sort=date&q=-storm": "title has harbour",
        "/?domain=example.org&after=2014&before=2014&sort=date&q=harbour": "title without storm",
        "/?q=harbour+-storm&after=2014&before=2014&sort=date": "site example.org",
        "/?q=harbour+-storm&domain=example.org&sort=date": "date 2014",
    }
    for link in links:
        assert client.get(html.unescape(link)).status_code == 200


def test_nothing_found_says_which_filter_is_the_reason(client: FlaskClient) -> None:
    keep(client, make_item(title="Harbour", date="2014"), make_item(title="Harbour", date="2015"))
    page = told(client.get("/?q=harbour+after:2020").text)
    assert "Nothing found" in page
    assert "Removing one of these filters gives results: without 'from 2020 ' 2" in page
    assert "without 'title has harbour" not in page


def test_an_empty_archive_tells_how_to_begin(client: FlaskClient) -> None:
    page = client.get("/?q=anything").text
    assert "There are no entries yet" in page
    assert 'action="/sample"' in page


def test_the_sample_is_loaded_once_and_never_over_something(client: FlaskClient) -> None:
    first = client.post("/sample")
    assert (first.status_code, first.headers["Location"]) == (303, "/")
    total = client.get("/v1/entries").get_json()["total"]
    assert total > 900
    assert "Nothing is kept" not in client.get("/").text
    again = client.post("/sample", headers={"Accept": "text/html"})
    assert again.status_code == 409
    assert "for an empty archive; this one has entries, so nothing was added" in told(again.text)
    assert client.get("/v1/imports").get_json()["total"] == 1


def test_the_second_of_two_quick_presses_creates_nothing(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Both arrive while the archive is empty, and are imported one after the other.
    monkeypatch.setattr("dateline.controllers.pages._count", lambda _asked: 0)
    for _press in range(2):
        response = client.post("/sample")
        assert (response.status_code, response.headers["Location"]) == (303, "/")
    second, first = client.get("/v1/imports").get_json()["items"]
    assert (second["created"], second["rejected"]) == (0, first["rejected"])
    assert second["duplicate"] == first["created"] + first["duplicate"]
    assert client.get("/v1/entries").get_json()["total"] == first["created"]


def test_who_tries_again_after_the_sample_has_failed_is_led_to_its_button(
    client: FlaskClient,
) -> None:
    # "Try again" links to the address that failed.
    response = client.get("/sample", follow_redirects=True)
    assert response.status_code == 200
    assert 'action="/sample"' in response.text


def test_no_other_site_can_load_the_sample(client: FlaskClient) -> None:
    response = client.post("/sample", headers={"Origin": "http://evil.example"})
    assert response.status_code == 403
    assert client.get("/v1/entries").get_json()["total"] == 0


def test_the_timeline_and_the_sites_are_links_that_narrow(client: FlaskClient) -> None:
    keep(client, *make_items(3, date="1990"), make_item(url="https://b.example/", date="2015"))
    page = client.get("/?q=comfort").text
    assert "1990: 3" in page
    assert "1991: 0" in page
    assert 'href="/?q=comfort&amp;after=1990&amp;before=1990"' in page
    assert 'href="/?q=comfort&amp;domain=b.example"' in page
    assert len(titles(client.get("/?q=comfort&after=1990&before=1990").text)) == 3


@pytest.mark.parametrize("query", ["domain=b.example", "q=comfort+site:b.example"])
def test_a_site_that_is_asked_for_is_not_asked_for_twice(client: FlaskClient, query: str) -> None:
    keep(client, make_item(url="https://b.example/"))
    page = html.unescape(client.get(f"/?{query}").text)
    assert f'<a class="site" href="/?{query.replace(":", "%3A")}"' in page


def test_a_long_time_is_shown_by_bars_of_several_years(client: FlaskClient) -> None:
    keep(client, *make_items(2, date="1800"), make_item(date="1801"), make_item(date="1920"))
    page = client.get("/?q=comfort").text
    bars = re.findall(r'data-before="([^"]*)"[^>]*><title>([^<]*)</title>', page)
    # Two years per bar, because there are more than 120 years; the last one is alone.
    assert len(bars) == 61
    assert bars[0] == ("1801", "1800 to 1801: 3")
    assert bars[1] == ("1803", "1802 to 1803: 0")
    assert bars[60] == ("1920", "1920: 1")
    # Bars without entries have no link.
    assert re.findall(r'tabindex="-1" href="([^"]*)"', page) == [
        "/?q=comfort&amp;after=1800&amp;before=1801",
        "/?q=comfort&amp;after=1920&amp;before=1920",
    ]
    heights = re.findall(r'class="bar" [^>]* height="([^"]*)"', page)
    assert heights == ["100.0", *["0"] * 59, "33.3"]


def test_as_many_years_as_there_is_room_for_have_a_bar_each(client: FlaskClient) -> None:
    keep(client, make_item(date="1801"), make_item(date="1920"))
    page = client.get("/").text
    assert page.count('class="bar"') == 120
    assert "1801: 1" in page


def test_a_site_narrows_a_question_that_has_one_already(client: FlaskClient) -> None:
    keep(
        client,
        make_item(title="Here", url="https://a.example.org/"),
        make_item(title="There", url="https://b.example.org/"),
        make_item(title="Elsewhere", url="https://example.net/"),
    )
    page = client.get("/?domain=org").text
    (link,) = re.findall(r'<a href="([^"]*)"><bdi>example.org<', page)
    assert html.unescape(link) == "/?domain=org&q=site%3Aexample.org"
    assert titles(client.get(html.unescape(link)).text) == ["There", "Here"]


@pytest.mark.parametrize(
    ("match", "label"),
    [
        ("", "URL has"),
        ("&match=exact", "URL is"),
        ("&match=prefix", "URL begins with"),
        ("&match=host", "host"),
        ("&match=domain", "site"),
    ],
)
def test_the_chip_of_a_url_says_how_it_is_matched(
    client: FlaskClient, match: str, label: str
) -> None:
    keep(client, make_item())
    page = client.get(f"/?url=example.org{match}&after=2014").text
    links = dict(re.findall(r'href="([^"]*)" aria-label="Remove: ([^"]*)"', page))
    assert links == {
        # `match` means nothing without a URL.
        "/?after=2014": f"{label} example.org",
        f"/?url=example.org{match.replace('&', '&amp;')}": "from 2014",
    }


def test_while_typing_the_facets_that_are_not_ready_follow_the_entries(client: FlaskClient) -> None:
    keep(client, *make_items(3, date="1990"), make_item(url="https://b.example/", date="2015"))
    query = "q=comfort&sort=date"
    first = client.get(f"/?{query}&cursor=", headers=TYPING)
    assert len(titles(first.text)) == 4
    assert first.headers["Vary"] == "HX-Request"
    assert "1990: 3" not in first.text
    for name, shown in (
        ("timeline", 'href="/?q=comfort&amp;sort=date&amp;after=1990&amp;before=1990"'),
        ("sites", 'href="/?q=comfort&amp;sort=date&amp;domain=b.example"'),
    ):
        (link,) = re.findall(rf'hx-get="(/facets/{name}[^"]*)"', first.text)
        assert html.unescape(link) == f"/facets/{name}?{query}"
        facet = client.get(html.unescape(link), headers=TYPING)
        assert facet.status_code == 200
        assert shown in facet.text
        assert "<html" not in facet.text
        assert "HX-Push-Url" not in facet.headers
    # Now they are cached, for every order of the same entries.
    second = client.get("/?q=comfort", headers=TYPING).text
    assert "1990: 3" in second
    assert 'domain=b.example"' in second
    assert "/facets/" not in second


@pytest.mark.parametrize("name", ["timeline", "sites"])
def test_a_facet_that_is_opened_by_itself_leads_to_its_page(client: FlaskClient, name: str) -> None:
    response = client.get(f"/facets/{name}?q=a&contains=&sort=date")
    assert (response.status_code, response.headers["Location"]) == (302, "/?q=a&sort=date")


@pytest.mark.parametrize("query", ["after=May+23", "limit=x", "foo=1", "contains=%FF"])
def test_a_facet_refuses_what_the_page_refuses(client: FlaskClient, query: str) -> None:
    assert client.get(f"/facets/sites?{query}", headers=TYPING).status_code == 400
    assert client.get("/facets/others", headers=TYPING).status_code == 404


def test_citations_hold_whatever_a_title_has(client: FlaskClient) -> None:
    keep(client, make_item(title="50% of [A] & B_c {d}", url="https://e.org/a b", date="2014-03"))
    page = html.unescape(client.get("/").text)
    assert "“50% of [A] & B_c {d}”. e.org, 2014-03. https://e.org/a b" in page
    assert r"[50% of \[A\] \& B\_c {d}](<https://e.org/a%20b>), e.org, 2014-03" in page
    bibtex = (
        "@misc{dateline-1,\n"
        r"  title = {{50\% of [A] \& B\_c \textbraceleft{}d\textbraceright{}}},"
        "\n  year = {2014},\n  month = mar,\n  date = {2014-03},\n  url = {https://e.org/a%20b}\n}"
    )
    assert bibtex in page


@pytest.mark.parametrize("title", ["open {", "} close", "a \\} b \\{ c \\"])
def test_braces_of_a_title_do_not_end_a_bibtex_entry(client: FlaskClient, title: str) -> None:
    keep(client, make_item(title=title))
    page = html.unescape(client.get("/").text)
    entry = page[page.index("@misc{") : page.index("\n}", page.index("@misc{")) + 2]
    depths = list(accumulate({"{": 1, "}": -1}.get(sign, 0) for sign in entry))
    assert (depths[-1], min(depths[len("@misc{") : -1])) == (0, 1)


def test_a_citation_is_no_more_exact_than_its_date(client: FlaskClient) -> None:
    keep(client, make_item(date="2014"))
    page = client.get("/").text
    assert "year = {2014}" in page
    assert "date = {2014}" in page
    assert "month = " not in page


def test_a_way_out_tells_nothing_of_the_question(client: FlaskClient) -> None:
    keep(client, make_item())
    response = client.get("/?q=comfort")
    assert 'rel="noopener noreferrer"' in response.text
    assert response.headers["Referrer-Policy"] == "same-origin"
