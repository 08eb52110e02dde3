"""The documents of the API: OpenAPI, and Swagger UI to read it."""

from flask import Blueprint, Response, render_template

from dateline.controllers.responses import JSON

blueprint = Blueprint("documents", __name__)


@blueprint.get("/v1/openapi.json")
def openapi() -> Response:
    """Return the OpenAPI document."""
    # Not before somebody asks: the models of OpenAPI make a start slower and a server larger.
    from dateline.controllers.openapi import document

    return Response(document(), mimetype=JSON)


@blueprint.get("/docs")
def docs() -> str:
    """Show the OpenAPI document with Swagger UI, from our own files."""
    return render_template("docs.html")
