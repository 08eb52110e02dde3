"""Security headers, and whose forms are accepted."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import Forbidden

from dateline.controllers.safety import require_own_page


@pytest.mark.parametrize("path", ["/", "/docs", "/nowhere", "/?limit=x"])
def test_every_page_forbids_scripts_and_styles_of_its_own(client: FlaskClient, path: str) -> None:
    response = client.get(path, headers={"Accept": "text/html"})
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "<script>" not in response.text
    assert "<style" not in response.text
    assert "style=" not in response.text


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://localhost"},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_our_own_forms_are_taken(app: Flask, headers: dict[str, str]) -> None:
    with app.test_request_context("/", method="POST", headers=headers):
        require_own_page()


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Origin": "http://a]b"},
        {"Origin": "localhost"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
    ],
)
def test_forms_of_other_sites_are_refused(app: Flask, headers: dict[str, str]) -> None:
    with (
        app.test_request_context("/", method="POST", headers=headers),
        pytest.raises(Forbidden),
    ):
        require_own_page()
