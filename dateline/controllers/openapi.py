"""Build the OpenAPI document from the declarations of the views."""

import re
from functools import lru_cache
from http import HTTPStatus
from inspect import cleandoc
from typing import Any, Final

from flask import current_app
from openapi_pydantic import OpenAPI
from openapi_pydantic.util import PydanticSchema, construct_open_api_with_schema_class
from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core.core_schema import NullableSchema, WithDefaultSchema
from werkzeug.routing import Rule

from dateline import __version__
from dateline.controllers.operation import IF_NONE_MATCH, OPERATION, Body, Operation
from dateline.controllers.problems import PROBLEM_JSON
from dateline.controllers.responses import JSON
from dateline.schemas import MAX_ID, Parameters, Problem

EVERYWHERE: Final = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
"""Failures of any operation: a bad request, an error on our side, the database unavailable."""

HTML: Final = "text/html"
"""The media type of Gunicorn's own errors. The document lists only 414, because a request that it
allows may have a URL that is too long."""

_VARIABLE: Final = re.compile(r"<(?:[^<>]*:)?(\w+)>")

DESCRIPTION: Final = """Dateline keeps *source metadata*: what was published (title), where (URL)
and when (date). Errors are `application/problem+json` (RFC 9457)."""


# The declarations do not change while the process runs.
@lru_cache(maxsize=1)
def document() -> str:
    """Return the document as JSON, built only once."""
    paths: dict[str, dict[str, Any]] = {}
    for rule in sorted(current_app.url_map.iter_rules(), key=str):
        view = current_app.view_functions[rule.endpoint]
        said: Operation | None = getattr(view, OPERATION, None)
        if said is not None:
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                # Python up to 3.12 keeps the indentation, which means code in Markdown.
                text = cleandoc(view.__doc__ or "")
                described = _operation(rule, method, said, text)
                paths.setdefault(_path(rule), {})[method.lower()] = described
    said_by_all = OpenAPI.model_validate(
        {
            "openapi": "3.1.1",
            "info": {"title": "Dateline", "version": __version__, "description": DESCRIPTION},
            "servers": [{"url": "/"}],
            "paths": paths,
        }
    )
    complete = construct_open_api_with_schema_class(said_by_all)
    return complete.model_dump_json(by_alias=True, exclude_unset=True)


def _path(rule: Rule) -> str:
    """Return the rule as an OpenAPI path: `/v1/entries/{entry_id}`."""
    return _VARIABLE.sub(r"{\1}", rule.rule)


def _operation(rule: Rule, method: str, said: Operation, text: str) -> dict[str, Any]:
    # Answers to GET in JSON are cached, and have an ETag.
    is_kept = method == "GET" and isinstance(said.answers[HTTPStatus.OK], type)
    headers = {**(IF_NONE_MATCH if is_kept else {}), **said.headers}
    kept = {HTTPStatus.NOT_MODIFIED: None} if is_kept else {}
    answers = {**said.answers, **kept, HTTPStatus.REQUEST_URI_TOO_LONG: HTML}
    described: dict[str, Any] = {
        "operationId": rule.endpoint.partition(".")[2],
        "summary": said.summary,
        "description": text,
        "tags": [said.tag],
        "parameters": [
            *(_path_parameter(name) for name in sorted(rule.arguments)),
            *_query_parameters(said.query),
            *(_header_parameter(name, what) for name, what in headers.items()),
        ],
        "responses": {
            **{str(status.value): _problem(status) for status in (*EVERYWHERE, *said.problems)},
            **{str(status.value): _answer(status, answers[status]) for status in answers},
        },
    }
    if said.body is not None:
        described["requestBody"] = _body(said.body)
    return described


def _path_parameter(name: str) -> dict[str, Any]:
    schema = {"type": "integer", "minimum": 0, "maximum": MAX_ID}
    return {"name": name, "in": "path", "required": True, "schema": schema}


class _OfQuery(GenerateJsonSchema):
    """JSON schemas for query strings, which have no null: missing parameters are omitted."""

    def nullable_schema(self, schema: NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: WithDefaultSchema) -> JsonSchemaValue:
        said = super().default_schema(schema)
        return {name: said[name] for name in said if (name, said[name]) != ("default", None)}


def _query_parameters(model: type[Parameters]) -> list[dict[str, Any]]:
    schema = model.model_json_schema(schema_generator=_OfQuery)
    parameters = []
    for name, described in schema.get("properties", {}).items():
        text = described.pop("description", "")
        parameters.append({"name": name, "in": "query", "description": text, "schema": described})
    return parameters


def _header_parameter(name: str, what: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "description": what, "schema": {"type": "string"}}


def _body(body: Body) -> dict[str, Any]:
    first, *others = body.media_types
    content: dict[str, Any] = {first: {"schema": PydanticSchema(schema_class=body.model)}}
    if body.example is not None:
        content[first]["example"] = body.example
    for media_type in others:
        # Rows in other formats have no JSON schema; merge patches have the schema of JSON.
        is_json = media_type.endswith(("/json", "+json"))
        content[media_type] = content[first] if is_json else {"schema": {"type": "string"}}
    return {"required": True, "content": content}


def _answer(status: HTTPStatus, model: type[BaseModel] | str | None) -> dict[str, Any]:
    if model is None:
        return {"description": status.phrase}
    if isinstance(model, str):
        return _content(status, model, {"type": "string"})
    return _content(status, JSON, PydanticSchema(schema_class=model))


def _problem(status: HTTPStatus) -> dict[str, Any]:
    return _content(status, PROBLEM_JSON, PydanticSchema(schema_class=Problem))


def _content(status: HTTPStatus, media_type: str, schema: object) -> dict[str, Any]:
    return {"description": status.phrase, "content": {media_type: {"schema": schema}}}
