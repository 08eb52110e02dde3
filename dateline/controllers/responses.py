"""Build responses from cached answers, or from the pieces of a file."""

import errno
import logging
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from http import HTTPStatus
from itertools import chain
from typing import TYPE_CHECKING, Final

from flask import Response, request
from werkzeug.http import parse_accept_header

from dateline.cache.answers import Answer, Outcome
from dateline.errors import DatelineError, cause_of

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

JSON: Final = "application/json"
OK: Final = "200 OK"
NOT_MODIFIED: Final = "304 NOT MODIFIED"

_log = logging.getLogger(__name__)


def send(answer: Answer, outcome: Outcome) -> Response:
    """Return a response with an answer, or 304 if the client has it."""
    status, headers, body = reply(answer, outcome, request.environ)
    # Set for 304 too, whose headers have no type: Flask would take it for a page.
    return Response(body, status, headers, mimetype=JSON)


def reply(
    answer: Answer, outcome: Outcome, environ: "WSGIEnvironment"
) -> tuple[str, list[tuple[str, str]], bytes]:
    """Return the status, the headers and the body for an answer.

    Returns:
        The parts of a WSGI response: `200 OK`, or `304 NOT MODIFIED` if the client has it.
    """
    zipped = answer.compressed is not None and _takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
    headers = [
        # Two encodings of one answer are two representations, and need different strong tags.
        ("ETag", f'"{answer.etag}-gzip"' if zipped else f'"{answer.etag}"'),
        ("Vary", "Accept-Encoding"),
        # Store it, but check each time whether it is still current: usually the response is 304.
        ("Cache-Control", "no-cache"),
        ("X-Cache", outcome.value),
    ]
    if answer.next is not None:
        headers.append(("Link", f'<{answer.next}>; rel="next"'))
    asks = environ["REQUEST_METHOD"] in ("GET", "HEAD")
    if asks and matches(answer.etag, environ.get("HTTP_IF_NONE_MATCH")):
        return NOT_MODIFIED, headers, b""
    if zipped:
        headers.append(("Content-Encoding", "gzip"))
    body = answer.compressed if zipped and answer.compressed is not None else answer.body
    headers += [("Content-Type", JSON), ("Content-Length", str(len(body)))]
    return OK, headers, body


@lru_cache(maxsize=256)
def _takes_gzip(accept_encoding: str) -> bool:
    quality = parse_accept_header(accept_encoding)
    # Of two acceptable encodings, the preferred one (RFC 9110 §12.5.3).
    return quality["gzip"] > 0 and quality["gzip"] >= quality["identity"]


def matches(etag: str, condition: str | None, *, strong: bool = False) -> bool:
    """Return whether a list of entity tags has this one, in any encoding (RFC 9110 §13.1).

    Args:
        etag: the tag of the current state, without quotes.
        condition: the header If-Match or If-None-Match; None matches nothing.
        strong: whether weak tags match nothing, as If-Match requires.
    """
    if condition is None:
        return False
    if condition.strip() == "*":
        return True
    tags = [tag.strip() for tag in condition.split(",")]
    if not strong:
        tags = [tag.removeprefix("W/") for tag in tags]
    return any(tag in (f'"{etag}"', f'"{etag}-gzip"') for tag in tags)


def send_json(body: str, status: HTTPStatus) -> Response:
    """Return a JSON response that was made for this request only."""
    return Response(body, status, mimetype=JSON, headers={"Cache-Control": "no-store"})


def send_file(pieces: Generator[bytes, None, None], media_type: str, name: str) -> Response:
    """Return a response that streams a file to download, piece by piece.

    Raises:
        DatabaseAway: the first piece cannot be made; this is known before the status is sent.
    """
    asked = f"{request.method} {request.path}"
    response = Response(chain([next(pieces, b"")], _rest(pieces, asked)), mimetype=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    # A client that disconnects leaves no open session behind.
    response.call_on_close(partial(_close, pieces, asked))
    return response


def _rest(pieces: Generator[bytes, None, None], asked: str) -> Iterator[bytes]:
    with _cutting_off(asked):
        yield from pieces


def _close(pieces: Generator[bytes, None, None], asked: str) -> None:
    with _cutting_off(asked):
        pieces.close()


@contextmanager
def _cutting_off(asked: str) -> Iterator[None]:
    """Abort the response if the database fails, because its status has already been sent.

    Args:
        asked: method and path, for the log; the request is over by then.

    Raises:
        ConnectionResetError: makes Gunicorn close the connection silently.
    """
    try:
        yield
    except DatelineError as error:
        _log.warning("%s, cut off: %s", asked, cause_of(error))
        raise ConnectionResetError(errno.ECONNRESET, "the answer is cut off") from error
