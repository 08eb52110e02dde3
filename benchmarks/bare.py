"""Baselines for cache hits: the minimum cost of a response, and a naive implementation.

Each function returns an application for Gunicorn: `benchmarks.bare:wsgi_constant('FILE')`.
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
"""The Redis key of the constant, used by `wsgi_redis`."""


def flask_constant(body: str) -> Flask:
    """Return a Flask application that sends the content of a file for every query."""
    app = Flask("bare")
    answer = Path(body).read_bytes()

    @app.get("/v1/entries")
    def constant() -> Response:
        return Response(answer, mimetype="application/json")

    return app


def wsgi_constant(body: str) -> "WSGIApplication":
    """Return a WSGI application that sends the content of a file for every query."""
    answer = Path(body).read_bytes()
    headers = _headers(answer)

    def application(
        _environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        start_response("200 OK", headers)
        return [answer]

    return application


def wsgi_version(path: str, body: str) -> "WSGIApplication":
    """Return `wsgi_constant`, checking the version of an SQLite file first, as a hit does."""
    constant = wsgi_constant(body)
    version = DataVersion(path)

    def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        version.current()
        return constant(environ, start_response)

    return application


def wsgi_redis(url: str) -> "WSGIApplication":
    """Return a WSGI application that sends the value of one Redis key for every query."""
    client = redis.Redis.from_url(url)

    def application(
        _environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        answer: bytes = client.get(KEY)  # type: ignore[assignment]  # not the async client
        start_response("200 OK", _headers(answer))
        return [answer]

    return application


def first_version(url: str, body: str) -> Flask:
    """Return a naive view: an object pickled in Redis, serialized to JSON for each response.

    Args:
        url: the URL of Redis.
        body: the file with the answer that is cached for every query.
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
