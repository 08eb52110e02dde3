"""Report every error as application/problem+json (RFC 9457), or as a page for people."""

import logging
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from flask import Flask, Response, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as WerkzeugResponse

from dateline.errors import (
    BodyTooLarge,
    DatabaseAway,
    DatelineError,
    DuplicateEntry,
    EntryChanged,
    Fault,
    InvalidQuestion,
    NotFound,
    UnfitDatabase,
    UnreadableBody,
    UnsoundEntry,
    cause_of,
)
from dateline.schemas import Problem, ProblemError

PROBLEM_JSON: Final = "application/problem+json"

RETRY_AFTER: Final = 5
"""Seconds after which a client may retry when the database is unavailable."""

STATUSES: Final[dict[type[DatelineError], HTTPStatus]] = {
    InvalidQuestion: HTTPStatus.BAD_REQUEST,
    UnreadableBody: HTTPStatus.BAD_REQUEST,
    NotFound: HTTPStatus.NOT_FOUND,
    DuplicateEntry: HTTPStatus.CONFLICT,
    EntryChanged: HTTPStatus.PRECONDITION_FAILED,
    BodyTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    UnsoundEntry: HTTPStatus.UNPROCESSABLE_ENTITY,
    DatabaseAway: HTTPStatus.SERVICE_UNAVAILABLE,
    UnfitDatabase: HTTPStatus.SERVICE_UNAVAILABLE,
}

_log = logging.getLogger(__name__)


def register_problems(app: Flask) -> None:
    """Register the handlers that give all errors the same form."""
    app.register_error_handler(DatelineError, _ours)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def _ours(error: DatelineError) -> Response:
    status = STATUSES[type(error)]
    errors: list[ProblemError] = []
    if isinstance(error, InvalidQuestion):
        errors = [
            ProblemError(detail=fault.message, code=fault.code, parameter=fault.field)
            for fault in error.faults
        ]
    elif isinstance(error, UnsoundEntry):
        errors = _pointing(error.faults)
    response = _failure(status, str(error), errors)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        tell_when_to_return(response, error)
    return response


def tell_when_to_return(response: Response, error: DatelineError) -> None:
    """Add Retry-After to a response about the database, and log the cause, which is not sent."""
    response.headers["Retry-After"] = str(RETRY_AFTER)
    _log.warning("%s %s: %s", request.method, request.path, cause_of(error))


def _pointing(faults: Sequence[Fault]) -> list[ProblemError]:
    return [
        ProblemError(detail=fault.message, code=fault.code, pointer=_pointer(fault.field))
        for fault in faults
    ]


def _pointer(name: str) -> str:
    """Return the JSON Pointer to a member of the body (RFC 6901)."""
    return "/" + name.replace("~", "~0").replace("/", "~1")


def _http(error: HTTPException) -> Response:
    ready = error.get_response()
    status = HTTPStatus(ready.status_code)
    if "Allow" in ready.headers:
        # Made from a set, whose order is another after each start.
        ready.headers["Allow"] = ", ".join(sorted(ready.headers["Allow"].split(", ")))
    response = _failure(status, _detail(error, status, ready), [])
    for name in ("Allow", "Retry-After"):
        if name in ready.headers:
            response.headers[name] = ready.headers[name]
    return response


def _detail(error: HTTPException, status: HTTPStatus, ready: WerkzeugResponse) -> str:
    """Return the message; Werkzeug's own do not name the path or the method."""
    if status == HTTPStatus.NOT_FOUND:
        return f"There is nothing at {request.path}; check its spelling."
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        return f"{request.path} does not support {request.method}, only {ready.headers['Allow']}."
    return error.description or status.description


def _unexpected(error: Exception) -> Response:
    _log.error("%s %s failed", request.method, request.path, exc_info=error)
    return _failure(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "This is our fault, not yours; it has been logged.",
        [],
    )


def _failure(status: HTTPStatus, detail: str, errors: list[ProblemError]) -> Response:
    headers = {"Cache-Control": "no-store"}
    if _is_for_people():
        page = render_template("error.html", status=status, detail=detail)
        return Response(page, status, headers)
    problem = Problem(
        type="about:blank",
        title=status.phrase,
        status=status,
        detail=detail,
        # A URI reference (RFC 9457, 3.1.5), and so percent-encoded.
        instance=quote(request.path),
        errors=errors,
    )
    body = problem.model_dump_json(exclude_none=True)
    return Response(body, status, headers, mimetype=PROBLEM_JSON)


def _is_for_people() -> bool:
    """Return whether to send a page: the client prefers HTML by name, and this is not the API."""
    return (
        not request.path.startswith("/v1")
        and request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html"
    )
