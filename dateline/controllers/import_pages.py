"""The import page: choose a file or paste rows, see a preview, confirm."""

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from http import HTTPStatus

from flask import Blueprint, Response, render_template, request, url_for

from dateline.controllers.choices import Choices, read_choices, zones
from dateline.controllers.current import services
from dateline.controllers.problems import STATUSES, tell_when_to_return
from dateline.controllers.progress import work_and_answer
from dateline.controllers.safety import require_own_page
from dateline.controllers.uploads import (
    MAX_CARRIED,
    PASTED,
    Upload,
    limit_form,
    read_upload,
)
from dateline.errors import BodyTooLarge, DatabaseAway, Fault, InvalidQuestion, UnreadableBody
from dateline.imports.detect import Understood, understand
from dateline.imports.options import Options, read_options
from dateline.imports.preview import Preview, preview_import
from dateline.imports.run import Report, run_import

blueprint = Blueprint("import_pages", __name__)


@blueprint.get("/import")
def form() -> Response:
    """Show the form."""
    response = _page({})
    # The form is empty, and a browser may restore what was filled in on going back.
    response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.post("/import")
def send() -> Response:
    """Show a preview of the rows, or import them."""
    require_own_page()
    # If the form is too large, none of it is read, so it cannot be shown again as filled in.
    limit_form()
    try:
        choices = read_choices(Choices)
        options = read_options(choices.date_order, choices.timezone)
        upload = read_upload()
    except (InvalidQuestion, UnreadableBody) as error:
        return _refused(request.form, error)
    imports = request.form.get("step") == "import"
    previewed = request.form.get("previewed")
    unseen = imports and previewed is None
    fingerprint = "" if unseen else upload.fingerprint(choices)
    understood = understand(
        upload.body,
        pasted=upload.source == PASTED,
        said=choices.format,
        columns=choices.columns.split(",") if choices.columns else (),
        limit=services().settings.max_body_bytes,
    )
    options = replace(options, source=upload.source)
    if unseen or (imports and previewed == fingerprint):
        return _import(understood, options)
    return _preview(understood, options, upload, fingerprint)


def _import(understood: Understood, options: Options) -> Response:
    work = partial(run_import, services().database, understood.rows, options)

    def answer(made: Callable[[], Report]) -> Response:
        try:
            report = made()
        except (UnreadableBody, BodyTooLarge, DatabaseAway) as error:
            return _refused(request.form, error)
        where = url_for("ledger_pages.show", import_id=report.import_id)
        return Response(status=HTTPStatus.SEE_OTHER, headers={"Location": where})

    return work_and_answer(work, answer)


def _preview(
    understood: Understood, options: Options, upload: Upload, fingerprint: str
) -> Response:
    work = partial(preview_import, services().database, understood.rows, options)

    def answer(made: Callable[[], Preview]) -> Response:
        try:
            preview = made()
        except (UnreadableBody, BodyTooLarge, DatabaseAway) as error:
            return _refused(request.form, error)
        if not preview.report.received:
            return _refused(request.form, UnreadableBody("There are no rows in it."))
        # Pasted rows are shown in their field again, where they can be corrected.
        carried = None if upload.source == PASTED else upload.carried()
        return _page(
            request.form,
            preview=preview,
            understood=understood,
            source=upload.source,
            content=b64encode(carried).decode() if carried else "",
            fingerprint=fingerprint,
            changed=request.form.get("step") == "import",
        )

    return work_and_answer(work, answer)


def _refused(
    given: Mapping[str, str],
    error: InvalidQuestion | UnreadableBody | BodyTooLarge | DatabaseAway,
) -> Response:
    """Show the form again as it was filled in, with its faults."""
    if isinstance(error, InvalidQuestion):
        faults: Sequence[Fault] = error.faults
    elif isinstance(error, DatabaseAway):
        # Nothing is wrong with any field.
        faults = [Fault("database.away", "entry", None, str(error))]
    else:
        field = "text" if given.get("text", "").strip() else "file"
        faults = [Fault("body.unreadable", field, None, str(error))]
    response = _page(given, faults=faults, content=given.get("content", ""))
    response.status_code = STATUSES[type(error)]
    if isinstance(error, DatabaseAway):
        tell_when_to_return(response, error)
    return response


def _page(given: Mapping[str, str], **shown: object) -> Response:
    html = render_template(
        "import.html",
        given=given,
        zones=zones(),
        max_bytes=services().settings.max_body_bytes,
        max_carried=MAX_CARRIED,
        **shown,
    )
    return Response(html, headers={"Cache-Control": "no-store"})
