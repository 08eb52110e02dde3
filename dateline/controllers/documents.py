"""The documentation of the API: the OpenAPI document, and Swagger UI to read it."""

from flask import Blueprint, Response, render_template

from dateline.controllers.responses import JSON

blueprint = Blueprint("documents", __name__)


@blueprint.get("/v1/openapi.json")
def openapi() -> Response:
    """Return the OpenAPI document."""
    # Imported on first use: the models of OpenAPI make the start slower and the server larger.
    from dateline.controllers.openapi import document

    return Response(document(), mimetype=JSON)


@blueprint.get("/docs")
def docs() -> str:
    """Show the OpenAPI document with Swagger UI, from our own files."""
    return render_template("docs.html")
