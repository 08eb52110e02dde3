"""GET /v1/entries: the parameters, one by one and combined."""

import pytest
from flask.testing import FlaskClient

from tests.factories import JSON, as_json, make_item, make_items

LIBRARY = [
    make_item(title="O conforto de mudar", url="https://edition.cnn.com/a", date="2014"),
    make_item(title="CONFÓRTO 100% garantido", url="https://cnn.com/News?b=2&a=1", date="2014-03"),
    make_item(title="Conforto_total", url="http://notcnn.com/news/", date="2014-03-08"),
    make_item(title="東京のニュース", url="https://example.org:8080/%41/b", date="2014-03-08T15"),
    make_item(title="かがく and がか", url="https://www.example.org/newsroom", date="2013-12-31"),
    make_item(title="Straße", url="https://münchen.example/", date="1969-07-20T20:17:40Z"),
    make_item(title="Σοφός", url="https://192.0.2.1/", date="2050"),
]


@pytest.fixture
def library(client: FlaskClient) -> FlaskClient:
    """Return a client of an archive in which each entry's id is its position above."""
    response = client.post("/v1/bulk", data=as_json(LIBRARY), content_type=JSON)
    assert response.get_json()["import"]["created"] == len(LIBRARY)
    return client


def ask(client: FlaskClient, **parameters: object) -> list[int]:
    answer = client.get("/v1/entries", query_string=parameters)
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.get_json()["items"]]


ANSWERS: list[tuple[dict[str, object], list[int]]] = [
    ({}, [7, 4, 3, 2, 1, 5, 6]),
    ({"sort": "date"}, [6, 5, 1, 2, 3, 4, 7]),
    ({"sort": "added"}, [1, 2, 3, 4, 5, 6, 7]),
    ({"sort": "-added"}, [7, 6, 5, 4, 3, 2, 1]),
    # Text
    ({"contains": "conforto"}, [3, 2, 1]),
    ({"contains": "CONFÓRTO"}, [3, 2, 1]),
    ({"contains": "onfort"}, [3, 2, 1]),
    ({"contains": "0%"}, [2]),
    ({"contains": "%"}, [2]),
    ({"contains": "_"}, [3]),
    ({"contains": ["conforto", "GARANTIDO"]}, [2]),
    ({"contains": ["conforto", "missing"]}, []),
    ({"contains": "京"}, [4]),
    ({"contains": "か"}, [5]),
    ({"contains": "がか"}, [5]),
    ({"contains": "かか"}, []),
    ({"contains": "STRASSE"}, [6]),
    ({"contains": "σοφοσ"}, [7]),
    # The box
    ({"q": "conforto"}, [3, 2, 1]),
    ({"q": "conforto -total"}, [2, 1]),
    ({"q": "-CONFÓRTO"}, [7, 4, 5, 6]),
    ({"q": '"conforto de" mudar'}, [1]),
    ({"q": '-"conforto de"', "contains": "conforto"}, [3, 2]),
    ({"q": "-%"}, [7, 4, 3, 1, 5, 6]),
    ({"q": "conforto site:cnn.com"}, [2, 1]),
    ({"q": "site:cnn.com site:edition.cnn.com"}, [1]),
    ({"q": "url:news"}, [3, 2, 5]),
    ({"q": "url:news url:cnn"}, [3, 2]),
    ({"q": "http://notcnn.com/news/"}, [3]),
    ({"q": 'after:"April 1 2014" before:2014'}, [1]),
    ({"q": "が -か"}, []),
    # URLs
    ({"url": "news"}, [3, 2, 5]),
    ({"uri": "NEWS"}, [3, 2, 5]),
    ({"url": "%41"}, [4]),
    ({"url": "http://cnn.com/News?a=1&b=2", "match": "exact"}, [2]),
    ({"url": "cnn.com/news", "match": "exact"}, []),
    ({"url": "example.org", "match": "prefix"}, [4, 5]),
    ({"url": "example.org/news", "match": "prefix"}, [5]),
    ({"url": "https://example.org:8080/A/", "match": "prefix"}, [4]),
    ({"url": "cnn.com", "match": "host"}, [2]),
    ({"url": "cnn.com", "match": "domain"}, [2, 1]),
    ({"domain": "cnn.com"}, [2, 1]),
    ({"domain": "CNN.COM"}, [2, 1]),
    ({"domain": "www.edition.cnn.com"}, [1]),
    ({"domain": "com"}, [3, 2, 1]),
    ({"domain": "xn--mnchen-3ya.example"}, [6]),
    ({"domain": "192.0.2.1"}, [7]),
    ({"domain": "cnn.com", "url": "News"}, [2]),
    ({"domain": "cnn.com", "url": "notcnn.com", "match": "host"}, []),
    # Dates
    ({"after": "2014-03-08"}, [7, 4, 3, 2, 1]),
    ({"after": "2014-04-01"}, [7, 1]),
    ({"from": "2014-04-01"}, [7, 1]),
    ({"after": "2015"}, [7]),
    ({"before": "2013"}, [5, 6]),
    ({"before": "2014"}, [4, 3, 2, 1, 5, 6]),
    ({"to": "1970"}, [6]),
    ({"after": "2014-03-08T15:30", "before": "2014-03-08T15:30"}, [4, 3, 2, 1]),
    ({"after": "March 8 2014", "before": "8 Mar 2014"}, [4, 3, 2, 1]),
    ({"after": "2015", "before": "2014"}, []),
    # Together
    ({"contains": "conforto", "domain": "cnn.com", "after": "2014-04", "sort": "date"}, [1]),
    ({"contains": "o", "url": "cnn", "before": "2014-03", "sort": "added"}, [1, 2, 3]),
    ({"contains": "news", "url": "news"}, []),
]


@pytest.mark.parametrize(("parameters", "expected"), ANSWERS)
def test_it_finds(library: FlaskClient, parameters: dict[str, object], expected: list[int]) -> None:
    answer = library.get("/v1/entries", query_string=parameters)
    assert answer.status_code == 200, answer.text
    page = answer.get_json()
    assert [item["id"] for item in page["items"]] == expected
    assert (page["total"], page["total_relation"], page["next"]) == (len(expected), "eq", None)


def test_it_answers_the_short_form_alike(library: FlaskClient) -> None:
    question = {"contains": "conforto", "limit": 2}
    short = library.get("/v1/", query_string=question)
    assert short.get_json() == library.get("/v1/entries", query_string=question).get_json()


def test_it_takes_a_query_string_that_is_not_percent_encoded(library: FlaskClient) -> None:
    """As curl sends it: plain UTF-8. It must not be silently misread."""
    plain = "contains=confórto".encode().decode("latin-1")
    answer = library.get("/v1/entries", environ_overrides={"QUERY_STRING": plain})
    assert answer.status_code == 200
    assert answer.get_json()["total"] == 3


def test_no_match_is_an_empty_list(client: FlaskClient) -> None:
    page = client.get("/v1/entries").get_json()
    assert page == {"items": [], "total": 0, "total_relation": "eq", "next": None}


BAD: list[tuple[str, str, str]] = [
    ("foo=1", "foo", "parameter.unknown"),
    ("Contains=a", "Contains", "parameter.unknown"),
    ("=a", "", "parameter.unknown"),
    ("query=x", "query", "parameter.unknown"),
    ("url=a&url=b", "url", "parameter.repeated"),
    ("url=a&uri=b", "url", "parameter.repeated"),
    ("after=2014&from=2015", "after", "parameter.repeated"),
    ("limit=1&limit=1", "limit", "parameter.repeated"),
    ("contains=", "contains", "contains.empty"),
    ("q=", "q", "q.empty"),
    ("q=+", "q", "q.empty"),
    ("q=%22a", "q", "q.unclosed"),
    ("q=site:", "q", "q.empty"),
    ("q=site:a%22b", "q", "url.invalid"),
    ("q=-site:cnn.com", "q", "q.without_field"),
    ("q=after:May", "q", "date.no_year"),
    ("q=%E2%80%8B", "q", "q.empty"),
    ("q=a%00b", "q", "q.invalid"),
    (f"q={'a' * 1001}", "q", "q.invalid"),
    ("q=" + "+".join(f"w{number}" for number in range(21)), "q", "q.too_many"),
    ("q=" + "+".join(f"-w{number}" for number in range(21)), "q", "q.too_many"),
    ("contains=%20", "contains", "contains.empty"),
    ("contains=a&contains=", "contains", "contains.empty"),
    ("contains=%E2%80%8B", "contains", "contains.empty"),
    ("contains=%C2%AD", "contains", "contains.empty"),
    ("url=%E2%80%8B", "url", "url.empty"),
    ("contains=a%00b", "contains", "contains.invalid"),
    (f"contains={'a' * 1001}", "contains", "contains.invalid"),
    ("&".join(f"contains={number}" for number in range(21)), "contains", "contains.invalid"),
    ("url=", "url", "url.empty"),
    ("match=exact", "match", "match.alone"),
    ("url=a&match=regex", "match", "match.invalid"),
    ("url=/a&match=exact", "url", "url.relative"),
    ("url=ftp://a.example&match=host", "url", "url.scheme"),
    ("url=&match=prefix", "url", "url.missing"),
    ("domain=", "domain", "url.missing"),
    ("domain=a%20b", "domain", "url.invalid"),
    ("after=", "after", "date.missing"),
    ("after=May+23", "after", "date.no_year"),
    ("after=03/04/2020", "after", "date.ambiguous"),
    ("before=yesterday", "before", "date.relative"),
    ("to=2014-02-30", "to", "date.impossible"),
    ("from=May+23", "from", "date.no_year"),
    (f"from=2014{'+' * 197}", "from", "after.invalid"),
    ("from=2014&from=2015", "from", "parameter.repeated"),
    ("uri=", "uri", "url.empty"),
    ("uri=/a&match=exact", "uri", "url.relative"),
    ("uri=%00", "uri", "url.invalid"),
    ("sort=title", "sort", "sort.invalid"),
    ("sort=", "sort", "sort.invalid"),
    ("limit=0", "limit", "limit.invalid"),
    ("limit=-1", "limit", "limit.invalid"),
    ("limit=1001", "limit", "limit.invalid"),
    ("limit=ten", "limit", "limit.invalid"),
    ("limit=", "limit", "limit.invalid"),
    (f"limit={'9' * 5000}", "limit", "limit.invalid"),
    ("cursor=", "cursor", "cursor.invalid"),
    ("cursor=abc", "cursor", "cursor.invalid"),
    (f"cursor={'A' * 101}", "cursor", "cursor.invalid"),
    (f"url={'a' * 2001}", "url", "url.invalid"),
    (f"domain={'a' * 2001}", "domain", "domain.invalid"),
    (f"after=2014{'+' * 197}", "after", "after.invalid"),
    (f"before=2014{'+' * 197}", "before", "before.invalid"),
    ("total=yes", "total", "total.invalid"),
]


@pytest.mark.parametrize(("query", "name", "code"), BAD)
def test_a_bad_parameter_is_named(client: FlaskClient, query: str, name: str, code: str) -> None:
    response = client.get(f"/v1/entries?{query}")
    assert response.status_code == 400
    (error,) = response.get_json()["errors"]
    assert (error["parameter"], error["code"]) == (name, code)
    assert error["detail"].endswith(".")


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        ("entries?limit=ten", "'limit' must be a whole number, not 'ten'."),
        ("entries?limit=1001", "'limit' must be 1000 or less, not '1001'."),
        ("entries?limit=0", "'limit' must be 1 or more, not '0'."),
        ("entries?limit=-1", "'limit' must be 1 or more, not '-1'."),
        (f"entries?limit={'9' * 5000}", f"'limit' must be a smaller number, not '{'9' * 79}…'."),
        ("entries?total=yes", "'total' must be 'exact', not 'yes'."),
        (
            "timeline?interval=week",
            "'interval' must be 'year', 'month' or 'day', not 'week'.",
        ),
        (f"entries?q={'a' * 1001}", "'q' is longer than 1000 characters; shorten it."),
        (
            "entries?" + "&".join(f"contains={number}" for number in range(21)),
            "'contains' is given more than 20 times; give fewer.",
        ),
        (
            "entries?limit=1&limit=2",
            "'limit' is given 2 times (aliases count too); give it once.",
        ),
        ("sites?uri=a&uri=b", "'uri' is given 2 times (aliases count too); give it once."),
        ("entries.csv?uri=", "'uri' is empty; give some text or omit it."),
        (f"timeline?to={'1' * 201}", "'to' is longer than 200 characters; shorten it."),
        (
            "entries?from=after",
            "'after' is not a date in any accepted format; write it as in 2014-03-08.",
        ),
    ],
)
def test_a_bad_value_is_told_which_are_good(client: FlaskClient, path: str, detail: str) -> None:
    assert client.get(f"/v1/{path}").get_json()["detail"] == detail


@pytest.mark.parametrize("query", ["after=03/04/2020", "to=03/04/2020", "q=before:03/04/2020"])
def test_the_fix_for_an_ambiguous_date_is_a_valid_query(client: FlaskClient, query: str) -> None:
    detail = client.get(f"/v1/entries?{query}").get_json()["detail"]
    assert detail == ("'03/04/2020' could be 3 April or 4 March; write 2020-04-03 or 2020-03-04.")


@pytest.mark.parametrize("name", ["after", "to"])
def test_a_plus_that_has_become_a_blank_is_told(client: FlaskClient, name: str) -> None:
    moment = "2014-03-08T15:00:00+00:00"
    refused = client.get(f"/v1/entries?{name}={moment}")
    assert refused.status_code == 400
    assert refused.get_json()["detail"] == (
        "'2014-03-08T15:00:00 00:00' has a space where its offset should have a +; in a URL, "
        "write + as %2B."
    )
    assert client.get(f"/v1/entries?{name}={moment.replace('+', '%2B')}").status_code == 200


@pytest.mark.parametrize("domain", ["http://", "http:example.org/a", "http:///example.org/a"])
def test_a_host_that_is_not_where_it_must_be_is_told_so(client: FlaskClient, domain: str) -> None:
    refused = client.get("/v1/entries", query_string={"domain": domain})
    assert refused.status_code == 400
    assert refused.get_json()["detail"] == (
        "The URL needs two slashes and then a host: write 'http://example.org/a'."
    )


@pytest.mark.parametrize(
    "query",
    [
        f"q={'a' * 1000}",
        f"contains={'a' * 1000}",
        f"url={'a' * 2000}",
        f"url=example.org/{'a' * 1988}&match=exact",
        f"url=example.org:80/{'a' * 1985}&match=prefix",
        f"domain=example.org/{'a' * 1988}",
        f"after=2014{'+' * 196}",
        f"before=2014{'+' * 196}",
        "q=" + "+".join(f"w{number}" for number in range(20)),
        "q=" + "+".join(f"-w{number}" for number in range(20)),
        "&".join(f"contains={number}" for number in range(20)),
        "limit=1000",
    ],
)
def test_as_much_as_is_allowed_is_taken(client: FlaskClient, query: str) -> None:
    assert client.get(f"/v1/entries?{query}").status_code == 200


def test_every_bad_parameter_is_named(client: FlaskClient) -> None:
    response = client.get("/v1/entries?after=x&before=y&contains=&domain=&cursor=z")
    named = {error["parameter"] for error in response.get_json()["errors"]}
    assert named == {"after", "before", "contains", "domain", "cursor"}


@pytest.mark.parametrize("query", ["contains=%FF", "contains=%ED%A0%80", "%FF=1"])
def test_a_query_string_that_is_not_utf8_is_refused(client: FlaskClient, query: str) -> None:
    assert client.get(f"/v1/entries?{query}").status_code == 400


def test_too_many_parameters_are_refused(client: FlaskClient) -> None:
    query = "&".join(f"a{number}=1" for number in range(200))
    assert client.get(f"/v1/entries?{query}").status_code == 400


# --- Pages -------------------------------------------------------------------------------------


def walk(client: FlaskClient, link: str | None) -> list[int]:
    seen: list[int] = []
    while link:
        answer = client.get(link)
        assert answer.status_code == 200, answer.text
        page = answer.get_json()
        seen += [item["id"] for item in page["items"]]
        link = page["next"]
        assert answer.headers.get("Link") == (f'<{link}>; rel="next"' if link else None)
    return seen


@pytest.mark.parametrize(("parameters", "expected"), ANSWERS)
@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_give_the_same_entries_in_the_same_order(
    library: FlaskClient, parameters: dict[str, object], expected: list[int], limit: int
) -> None:
    question = {**parameters, "limit": limit}
    first = library.get("/v1/entries", query_string=question)
    assert len(first.get_json()["items"]) <= limit
    seen = [item["id"] for item in first.get_json()["items"]]
    assert seen + walk(library, first.get_json()["next"]) == expected


def test_the_next_page_is_null_where_the_last_is_full(library: FlaskClient) -> None:
    assert library.get(f"/v1/entries?limit={len(LIBRARY)}").get_json()["next"] is None


def test_every_link_to_a_next_page_can_be_sent(client: FlaskClient) -> None:
    """Gunicorn accepts 8,190 bytes, and a link is longer than its request: `/` becomes `%2F`."""
    items = make_items(2, title="港" * 600, url=f"https://example.org/{'/' * 1_200}")
    items[1]["date"] = "2015"
    client.post("/v1/bulk", data=as_json(items), content_type=JSON)
    text = f"limit=1&contains={'%E6%B8%AF' * 600}&url="
    page = client.get(f"/v1/entries?{text}{'/' * 800}").get_json()
    assert 7_800 < len(page["next"]) < 8_100
    assert walk(client, page["next"]) == [1]
    refused = client.get(f"/v1/entries?{text}{'/' * 1_200}")
    assert refused.status_code == 400
    (error,) = refused.get_json()["errors"]
    assert (error["parameter"], error["code"]) == ("query", "query.too_long")
    assert error["detail"] == (
        "The search has 9,022 bytes as a URL, but the link to its next page can have at most "
        "8,000; shorten it."
    )


@pytest.mark.parametrize("sort", ["-date", "date", "-added", "added"])
@pytest.mark.parametrize("limit", [1, 7])
def test_a_walk_sees_every_entry_once_while_others_come_and_go(
    client: FlaskClient, sort: str, limit: int
) -> None:
    """Entries with equal dates, and newer and older ones that are added meanwhile."""
    originals = [make_item(date=f"2014-03-{1 + number % 5:02}") for number in range(30)]
    client.post("/v1/bulk", data=as_json(originals), content_type=JSON)
    ids = ask(client, sort=sort, limit=1000)
    seen: list[int] = []
    link = f"/v1/entries?sort={sort}&limit={limit}"
    while link:
        page = client.get(link).get_json()
        seen += [item["id"] for item in page["items"]]
        # Only so many, or reading towards the last added entry would never end.
        if len(seen) < 60:
            added = [make_item(date=date) for date in ("2013", "2014-03-03", "2015")]
            client.post("/v1/bulk", data=as_json(added), content_type=JSON)
        link = page["next"]
    assert len(seen) == len(set(seen))
    assert [entry_id for entry_id in seen if entry_id in ids] == ids


def test_a_walk_goes_on_where_its_last_entry_has_been_deleted(client: FlaskClient) -> None:
    client.post("/v1/bulk", data=as_json(make_items(6)), content_type=JSON)
    page = client.get("/v1/entries?sort=added&limit=3").get_json()
    client.delete(f"/v1/entries/{page['items'][-1]['id']}")
    rest = client.get(page["next"]).get_json()
    assert [item["id"] for item in rest["items"]] == [4, 5, 6]


@pytest.mark.parametrize("sort", ["date", "-added", "added"])
def test_a_cursor_of_another_order_is_refused(library: FlaskClient, sort: str) -> None:
    link = library.get("/v1/entries?limit=1").get_json()["next"]
    response = library.get(f"{link}&sort={sort}")
    assert response.status_code == 400
    assert response.get_json()["errors"][0]["code"] == "cursor.invalid"


# --- Totals ------------------------------------------------------------------------------------


def test_the_next_page_of_a_text_that_grows_when_it_is_folded(client: FlaskClient) -> None:
    title = "\ufdfa" * 60
    items = [make_item(title=title, url=f"https://example.org/{n}") for n in range(2)]
    client.post("/v1/bulk", data=as_json(items), content_type=JSON)
    page = client.get("/v1/entries", query_string={"contains": title, "limit": 1}).get_json()
    following = client.get(page["next"]).get_json()
    assert len(following["items"]) == 1
    assert following["items"] != page["items"]


@pytest.mark.parametrize(
    ("query", "limited", "exact"),
    [
        ("", (5, "gte"), (12, "eq")),
        ("contains=comfort", (5, "gte"), (12, "eq")),
        ("contains=moving&domain=example.org", (5, "gte"), (12, "eq")),
        ("contains=few", (5, "eq"), (5, "eq")),
        ("contains=nothing", (0, "eq"), (0, "eq")),
    ],
)
def test_a_total_is_exact_up_to_a_limit_and_then_says_so(
    client: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    query: str,
    limited: tuple[int, str],
    exact: tuple[int, str],
) -> None:
    monkeypatch.setattr("dateline.search.plan.TOTAL_LIMIT", 5)
    items = [*make_items(7), *(make_item(title=f"Few comfort moving {n}") for n in range(5))]
    client.post("/v1/bulk", data=as_json(items), content_type=JSON)
    page = client.get(f"/v1/entries?limit=2&{query}").get_json()
    assert (page["total"], page["total_relation"]) == limited
    page = client.get(f"/v1/entries?limit=2&total=exact&{query}").get_json()
    assert (page["total"], page["total_relation"]) == exact
    if page["next"]:
        following = client.get(page["next"]).get_json()
        assert (following["total"], following["total_relation"]) == exact
