"""What hits are compared with: the least that an answer can cost, and the plain way to write it.

Each function makes an application for Gunicorn: `benchmarks.bare:wsgi_constant('FILE')`.
"""

import pickle
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import redis
from flask import Flask, Response, jsonify, request

from dateline.cache.data_version import DataVersion
from dateline.schemas import EntryPage

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

KEY: Final = "bench:answer"
"""Where the constant is kept in Redis, for the one that asks it."""


def flask_constant(body: str) -> Flask:
    """A Flask route that answers with the content of a file, whatever the question."""
    app = Flask("bare")
    answer = Path(body).read_bytes()

    @app.get("/v1/entries")
    def constant() -> Response:
        return Response(answer, mimetype="application/json")

    return app


def wsgi_constant(body: str) -> "WSGIApplication":
    """The content of a file, whatever the question, without any framework."""
    answer = Path(body).read_bytes()
    headers = _headers(answer)

    def application(
        _environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        start_response("200 OK", headers)
        return [answer]

    return application


def wsgi_version(path: str, body: str) -> "WSGIApplication":
    """`wsgi_constant` after a look at the version of an SQLite file, as a hit takes one."""
    constant = wsgi_constant(body)
    version = DataVersion(path)

    def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        version.current()
        return constant(environ, start_response)

    return application


def wsgi_redis(url: str) -> "WSGIApplication":
    """What one key of Redis holds, whatever the question, without any framework."""
    client = redis.Redis.from_url(url)

    def application(
        _environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        answer: bytes = client.get(KEY)  # type: ignore[assignment]  # not the asynchronous client
        start_response("200 OK", _headers(answer))
        return [answer]

    return application


def first_version(url: str, body: str) -> Flask:
    """A view as one writes it first: an object pickled in Redis, made into JSON for each answer.

    Args:
        url: of Redis.
        body: file with the answer that is kept for every question.
    """
    app = Flask("first")
    client = redis.Redis.from_url(url)
    page = EntryPage.model_validate_json(Path(body).read_bytes())

    @app.get("/v1/entries")
    def entries() -> Response:
        key = f"first:{request.full_path}"
        kept = client.get(key)
        if kept is None:
            client.set(key, pickle.dumps(page))
            return jsonify(page.model_dump())
        return jsonify(pickle.loads(kept).model_dump())  # type: ignore[arg-type]  # as above

    return app


def _headers(answer: bytes) -> list[tuple[str, str]]:
    return [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))]
