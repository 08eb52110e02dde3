"""A Flask route that answers a constant: what a search over HTTP costs before Dateline begins."""

from pathlib import Path

from flask import Flask, Response


def create_app(body: str) -> Flask:
    """Make an application that answers with the content of a file, whatever the question."""
    app = Flask("bare")
    answer = Path(body).read_bytes()

    @app.get("/v1/entries")
    def constant() -> Response:
        return Response(answer, mimetype="application/json")

    return app
