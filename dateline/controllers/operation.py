"""Declare the parameters and responses of a view once, to read requests and to document the API."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, wraps
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl

from flask import Response, request
from pydantic import BaseModel

from dateline.errors import Fault, InvalidQuestion, NotFound
from dateline.parameters import named_as_sent, read_parameters
from dateline.schemas import MAX_ID, NoParameters, Parameters

MAX_PARAMETERS: Final = 100


@dataclass(frozen=True, slots=True)
class Body:
    """A request body: its schema, and the media types that are accepted."""

    model: type[BaseModel]
    media_types: tuple[str, ...] = ("application/json",)
    example: Any = None


@dataclass(frozen=True, slots=True)
class Operation:
    """The declaration of a view, for reading its requests and for the API documentation.

    Attributes:
        summary: a few words; the view's docstring has the rest.
        tag: the section of the documentation.
        answers: the model of each successful status; a media type if the body is text other than
            JSON, and None if there is no body.
        query: the parameters of the query string.
        body: the request body, if there is one.
        problems: the error statuses that are specific to the view.
        headers: request headers that make a difference, with a description.
    """

    summary: str
    tag: str
    answers: Mapping[HTTPStatus, type[BaseModel] | str | None]
    query: type[Parameters] = NoParameters
    body: Body | None = None
    problems: tuple[HTTPStatus, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


IF_NONE_MATCH: Final = {
    "If-None-Match": "The ETag of a response that you have; 304 if it is still current."
}

OPERATION: Final = "dateline_operation"
"""The attribute of a view that holds its `Operation`."""


def operation(said: Operation) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    """Attach an `Operation` to a view, and call the view with its validated parameters."""

    def decorate(view: Callable[..., Response]) -> Callable[..., Response]:
        @wraps(view)
        def wrapped(**path: Any) -> Response:
            if any(isinstance(value, int) and value > MAX_ID for value in path.values()):
                raise NotFound("There is nothing with such a large id.")
            try:
                return view(_parameters(said.query, request.query_string), **path)
            except InvalidQuestion as error:
                raise _as_sent(said.query, error) from error

        setattr(wrapped, OPERATION, said)
        return wrapped

    return decorate


# The same query string means the same parameters; parsing it again would be most of a hit's cost.
@lru_cache(maxsize=4096)
def _parameters(model: type[Parameters], query_string: bytes) -> Parameters:
    return read_parameters(model, pairs_of(query_string))


def _as_sent(model: type[Parameters], error: InvalidQuestion) -> InvalidQuestion:
    """Return the same faults with the parameter names of the query string."""
    pairs = pairs_of(request.query_string)
    return InvalidQuestion(named_as_sent(model, pairs, error.faults))


def pairs_of(query_string: bytes) -> list[tuple[str, str]]:
    """Parse a query string into names and values.

    Raises:
        InvalidQuestion: it is not UTF-8, or has too many parameters.
    """
    try:
        return parse_qsl(
            query_string.decode(),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MAX_PARAMETERS,
        )
    except UnicodeDecodeError as error:
        message = "The query string is not UTF-8; write it as percent-encoded UTF-8."
        raise InvalidQuestion([Fault("query.not_utf8", "query", None, message)]) from error
    except ValueError as error:
        message = f"There are more than {MAX_PARAMETERS} parameters; give fewer."
        raise InvalidQuestion([Fault("query.too_long", "query", None, message)]) from error
