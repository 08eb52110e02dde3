"""Imports: accept rows, and return the ledger of past imports."""

from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response

from dateline.controllers.bodies import FORMATS, rows_of_body
from dateline.controllers.current import services
from dateline.controllers.operation import Body, Operation, operation
from dateline.controllers.responses import send, send_json
from dateline.imports.ledger import answer_import, answer_imports, answer_rejected, report_json
from dateline.imports.options import read_options
from dateline.imports.run import Report, run_import
from dateline.schemas import (
    BulkBody,
    BulkResult,
    ImportPage,
    ImportParameters,
    ImportView,
    LedgerParameters,
    NoParameters,
    RejectedPage,
)

blueprint = Blueprint("imports", __name__)

ID: Final = "<int:import_id>"
EXAMPLE: Final = {
    "items": [
        {"title": "Seamless mobile core", "url": "https://example.org/a", "date": "1978-11-29"},
        {"title": "No year here", "url": "https://example.org/b", "date": "May 23"},
    ]
}


@blueprint.post("/bulk")
@operation(
    Operation(
        "Import rows",
        "Imports",
        query=ImportParameters,
        body=Body(BulkBody, tuple(FORMATS), EXAMPLE),
        answers={
            HTTPStatus.OK: BulkResult,
            HTTPStatus.MULTI_STATUS: BulkResult,
            HTTPStatus.UNPROCESSABLE_ENTITY: BulkResult,
        },
        problems=(
            HTTPStatus.BAD_REQUEST,
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        ),
        headers={"Content-Encoding": "`gzip`, if the body is compressed."},
    )
)
def bulk(parameters: ImportParameters) -> Response:
    """Import many rows in one transaction: store the valid ones, and report the errors of the rest.

    200 if no row was rejected, 207 if some were, 422 if all were. Rows are JSON
    (`{"items": [...]}`), NDJSON or CSV, plain or gzip.
    """
    options = read_options(parameters.date_order, parameters.timezone, dry_run=parameters.dry_run)
    with rows_of_body() as rows:
        report = run_import(services().database, rows, options)
    return send_json(report_json(report), _status(report))


def _status(report: Report) -> HTTPStatus:
    if report.rejected == 0:
        return HTTPStatus.OK
    if report.rejected < report.received:
        return HTTPStatus.MULTI_STATUS
    return HTTPStatus.UNPROCESSABLE_ENTITY


@blueprint.get("/imports")
@operation(
    Operation(
        "List imports",
        "Imports",
        query=LedgerParameters,
        answers={HTTPStatus.OK: ImportPage},
        problems=(HTTPStatus.BAD_REQUEST,),
    )
)
def list_imports(parameters: LedgerParameters) -> Response:
    """Return the ledger, newest import first."""
    return send(*answer_imports(services().cache, parameters.limit, parameters.cursor))


@blueprint.get(f"/imports/{ID}")
@operation(
    Operation(
        "Read an import",
        "Imports",
        answers={HTTPStatus.OK: ImportView},
        problems=(HTTPStatus.NOT_FOUND,),
    )
)
def read_import(_parameters: NoParameters, import_id: int) -> Response:
    """Return the counts of one import."""
    return send(*answer_import(services().cache, import_id))


@blueprint.get(f"/imports/{ID}/rejected")
@operation(
    Operation(
        "List rejected rows",
        "Imports",
        query=LedgerParameters,
        answers={HTTPStatus.OK: RejectedPage},
        problems=(HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND),
    )
)
def list_rejected(parameters: LedgerParameters, import_id: int) -> Response:
    """Return the rejected rows of one import, each with its errors and as it was sent."""
    return send(*answer_rejected(services().cache, import_id, parameters.limit, parameters.cursor))
