"""Security headers and checks, against text that becomes markup and against forged forms."""

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
"""Pages have no inline script or style; both come only from our own files."""

NO_SNIFFING: Final = ("X-Content-Type-Options", "nosniff")
"""Sent with every response."""


def register_safety(app: Flask) -> None:
    """Add the security headers to every response."""
    app.after_request(_add_headers)


def _add_headers(response: Response) -> Response:
    response.headers.setdefault(*NO_SNIFFING)
    if response.mimetype == "text/html":
        response.headers["Content-Security-Policy"] = POLICY
        # Following a link does not tell the other site what was searched for.
        response.headers["Referrer-Policy"] = "same-origin"
    return response


def require_own_page() -> None:
    """Reject a form that a page of another site has sent on behalf of its reader.

    Browsers say where a form is from, in one of two headers. Other programs send neither, and do
    not act on behalf of a reader.

    Raises:
        Forbidden: the form is on another site.
    """
    fetched = request.headers.get("Sec-Fetch-Site")
    if fetched is not None:
        own = fetched in ("same-origin", "none")
    else:
        origin = request.headers.get("Origin")
        own = origin is None or origin.partition("://")[2] == request.host
    if not own:
        raise Forbidden("This form is on another site's page; use the one on Dateline's own.")
