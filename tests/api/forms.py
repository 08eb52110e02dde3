"""Read and submit pages as a browser without scripts does."""

import io
import re
from html import unescape
from html.parser import HTMLParser
from typing import Any, Final

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

_VOID: Final = frozenset({"input", "link", "meta", "br", "hr", "img"})


class Page(HTMLParser):
    """What a page shows and would submit.

    Attributes:
        text: all visible text, with white space collapsed.
        fields: the current values of the form's fields.
        links: the targets of links, by their text.
        roles: the text of each element with a role, such as `alert`.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.fields: dict[str, str] = {}
        self.links: dict[str, str] = {}
        self._open: list[tuple[str, dict[str, str]]] = []
        self._texts: list[str] = []
        self._select = ""
        self.feed(html)
        self.text = re.sub(r"\s+", " ", " ".join(self._texts)).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "input" and given.get("type") != "file" and "name" in given:
            self.fields[given["name"]] = given.get("value", "")
        elif tag == "textarea":
            self.fields[given["name"]] = ""
        elif tag == "select":
            self._select = given["name"]
            self.fields[self._select] = ""
        elif tag == "option" and "selected" in given:
            self.fields[self._select] = given["value"]
        if tag not in _VOID:
            self._open.append((tag, given))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not self._open:
            return
        tag, given = self._open[-1]
        if tag == "textarea":
            self.fields[given["name"]] = data.removeprefix("\n")
        elif tag not in ("option", "script", "style"):
            self._texts.append(data)
        if tag == "a":
            self.links[data.strip()] = given["href"]


def faults(html: str) -> list[str]:
    """Return the sentences of the error summary."""
    found = re.search(r'<div class="fault summary".*?</div>', html, re.DOTALL)
    items = re.findall(r"<li>(.*?)</li>", found[0]) if found else []
    return [unescape(re.sub(r"<[^>]*>", "", item)) for item in items]


# --- Importing -----------------------------------------------------------------------------------

ROWS = "title,url,date\nHarbour reopens,https://example.org/a,March 30 1985\nNo year,/b,May 23\n"


def send(client: FlaskClient, step: str = "preview", **fields: Any) -> TestResponse:
    return client.post(
        "/import",
        data={"step": step, **fields},
        content_type="multipart/form-data",
        headers={"Accept": "text/html"},
        buffered=True,
    )


def send_file(
    client: FlaskClient, body: bytes, name: str, step: str = "preview", **fields: Any
) -> TestResponse:
    return send(client, step, file=(io.BytesIO(body), name), **fields)


def confirm(client: FlaskClient, preview: TestResponse, **changes: Any) -> TestResponse:
    """Submit the form of a preview, as a browser without scripts does."""
    return send(client, "import", **{**Page(preview.text).fields, **changes})


def counts(html: str) -> list[int]:
    """Return the counts: received, created, duplicate, rejected."""
    figures = re.search(r'<dl class="counts">.*?</dl>', html, re.DOTALL)
    assert figures is not None
    return [int(figure.replace(",", "")) for figure in re.findall(r"<dd>([\d,]+)</dd>", figures[0])]


def ledger(client: FlaskClient, response: TestResponse) -> TestResponse:
    """Follow the redirect to the page of the import."""
    assert response.status_code == 303, faults(response.text)
    assert re.fullmatch(r"/imports/\d+", response.location)
    return client.get(response.location)


def total(client: FlaskClient) -> int:
    found: int = client.get("/v1/entries").get_json()["total"]
    return found
