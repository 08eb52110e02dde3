"""The pages of the ledger: all imports, their outcomes, and the rejected rows to correct."""

import json
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from flask import Blueprint, Response, render_template, request, url_for

from dateline.controllers.current import services
from dateline.controllers.operation import pairs_of
from dateline.controllers.responses import send_file
from dateline.imports.ledger import (
    answer_import,
    answer_imports,
    answer_rejected,
    read_rejected,
)
from dateline.imports.rejected_files import rejected_as_csv, rejected_as_ndjson
from dateline.parameters import read_parameters
from dateline.schemas import MAX_ID, ImportPage, ImportView, LedgerParameters

blueprint = Blueprint("ledger_pages", __name__)

INDENTED: Final = 10_000
"""Maximum characters of a value, as compact JSON, that is shown indented."""

ID: Final = f"<int(max={MAX_ID}):import_id>"


@blueprint.app_template_filter()
def as_written(value: object) -> str:
    """Return a value of a row as its sender wrote it: text unchanged, all else as JSON."""
    if isinstance(value, str):
        return value
    text = json.dumps(value, ensure_ascii=False)
    # Indentation makes nested values up to two hundred times as long.
    return text if len(text) > INDENTED else json.dumps(value, ensure_ascii=False, indent=2)


@blueprint.get("/imports")
def history() -> str:
    """Show all imports, newest first."""
    asked = _parameters()
    answer, _outcome = answer_imports(services().cache, asked.limit, asked.cursor)
    page = ImportPage.model_validate_json(answer.body)
    following = page.next and url_for(".history", **_query(page.next))
    return render_template("imports.html", page=page, asked=asked, following=following)


@blueprint.get(f"/imports/{ID}")
def show(import_id: int) -> str:
    """Show one import, and a page of its rejected rows."""
    asked = _parameters()
    cache = services().cache
    answer, _outcome = answer_import(cache, import_id)
    rejected, _outcome = answer_rejected(cache, import_id, asked.limit, asked.cursor)
    page = read_rejected(rejected)
    following = page.next and url_for(".show", import_id=import_id, **_query(page.next))
    kept = ImportView.model_validate_json(answer.body)
    return render_template(
        "import_ledger.html", kept=kept, page=page, asked=asked, following=following
    )


@blueprint.get(f"/imports/{ID}/rejected.ndjson")
def rejected_ndjson(import_id: int) -> Response:
    """Return the rejected rows, to correct and import again."""
    answer_import(services().cache, import_id)
    rows = rejected_as_ndjson(services().database, import_id)
    # A lone surrogate cannot be encoded as UTF-8; its escape is valid JSON.
    lines = (row.encode(errors="backslashreplace") for row in rows)
    return send_file(lines, "application/x-ndjson", f"rejected-{import_id}.ndjson")


@blueprint.get(f"/imports/{ID}/rejected.csv")
def rejected_csv(import_id: int) -> Response:
    """Return the rejected rows, to correct in a spreadsheet and import again."""
    answer_import(services().cache, import_id)
    rows = rejected_as_csv(services().database, import_id)
    # Spreadsheets read a file as UTF-8 only if it begins with a byte order mark.
    lines = (
        row.encode("utf-8-sig" if not at else "utf-8", "replace") for at, row in enumerate(rows)
    )
    return send_file(lines, "text/csv", f"rejected-{import_id}.csv")


def _parameters() -> LedgerParameters:
    return read_parameters(LedgerParameters, pairs_of(request.query_string))


def _query(link: str) -> dict[str, Any]:
    return dict(parse_qsl(urlsplit(link).query))
