"""What browsers are told so that nobody's text becomes markup, and no other site acts for them."""

from typing import Final

from flask import Flask, Response, request
from werkzeug.exceptions import Forbidden

POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        # Swagger UI draws its arrows from data: URLs in its own style sheet.
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""No script and no style stands in a page: both come from our own files alone."""

NO_SNIFFING: Final = ("X-Content-Type-Options", "nosniff")
"""Stands in every answer."""


def register_safety(app: Flask) -> None:
    """Send the policy with every page."""
    app.after_request(_add_headers)


def _add_headers(response: Response) -> Response:
    response.headers.setdefault(*NO_SNIFFING)
    if response.mimetype == "text/html":
        response.headers["Content-Security-Policy"] = POLICY
        # Whoever follows a link does not tell that site what was searched for.
        response.headers["Referrer-Policy"] = "same-origin"
    return response


def require_own_page() -> None:
    """Refuse a form that another site's page has sent in the name of its reader.

    Browsers say where a form stands, in one of two headers; other programs say nothing, and send
    nothing in anybody's name.

    Raises:
        Forbidden: the form stands on another site.
    """
    fetched = request.headers.get("Sec-Fetch-Site")
    if fetched is not None:
        own = fetched in ("same-origin", "none")
    else:
        origin = request.headers.get("Origin")
        own = origin is None or origin.partition("://")[2] == request.host
    if not own:
        raise Forbidden("This form stands on another site's page; use the one of Dateline.")
