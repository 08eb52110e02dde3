"""Health checks: liveness and readiness."""

from http import HTTPStatus

from flask import Blueprint, Response, jsonify

from dateline.controllers.current import services

blueprint = Blueprint("health", __name__)


@blueprint.get("/livez")
def live() -> Response:
    """Report that the process responds, without checking anything else."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def ready() -> Response:
    """Check that the database is available, and that its tables are those of this release."""
    if services().database.is_current():
        return jsonify(status="ok")
    response = jsonify(status="migrations are behind; run: python -m dateline db upgrade")
    response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    return response
