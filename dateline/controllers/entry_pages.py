"""The pages of one entry: its fields, source and similar entries; editing and deleting it."""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, Response, redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

from dateline.controllers.bodies import short_form
from dateline.controllers.choices import read_choices, zones
from dateline.controllers.citations import address
from dateline.controllers.current import services
from dateline.controllers.problems import STATUSES, tell_when_to_return
from dateline.controllers.safety import require_own_page
from dateline.errors import (
    DatabaseAway,
    DuplicateEntry,
    EntryChanged,
    Fault,
    InvalidQuestion,
    NotFound,
    UnsoundEntry,
)
from dateline.imports.edit import change_entry, delete_entry
from dateline.imports.ledger import answer_import
from dateline.imports.options import read_options
from dateline.models import Entry
from dateline.schemas import (
    MAX_ID,
    EntryPage,
    EntryView,
    ImportView,
    ReadingParameters,
    SearchParameters,
)
from dateline.search.answer import answer_entry, answer_question, entry_etag
from dateline.search.question import read_question

blueprint = Blueprint("entry_pages", __name__)

ID: Final = f"<int(max={MAX_ID}):entry_id>"
NEIGHBOURS: Final = 5
"""Maximum other entries shown with the same URL, and with the same site."""

FIELDS: Final = ("title", "url", "date")


@blueprint.get(f"/entries/{ID}")
def show(entry_id: int) -> str:
    """Show one entry, and similar ones."""
    entry, _etag = _entry(entry_id)
    answer, _outcome = answer_import(services().cache, entry.import_id)
    return render_template(
        "entry.html",
        entry=entry,
        address=address,
        source=ImportView.model_validate_json(answer.body),
        same_url=_same_url(entry),
        same_site=_others(entry, domain=entry.site),
    )


@blueprint.get(f"/entries/{ID}/edit")
def edit(entry_id: int) -> Response:
    """Show the form to edit an entry."""
    entry, etag = _entry(entry_id)
    return _form(entry_id, entry, etag, entry.model_dump())


@blueprint.post(f"/entries/{ID}/edit")
def change(entry_id: int) -> BaseResponse:
    """Save the fields that differ in the form, unless the entry has changed meanwhile."""
    require_own_page()
    given = short_form()
    try:
        return _change(entry_id, given)
    except NotFound:
        return _gone(entry_id, given)
    except DatabaseAway as error:
        # Show the form again as submitted, with the ETag of the entry that the user has seen.
        fault = Fault("database.away", "entry", None, str(error))
        status = STATUSES[DatabaseAway]
        response = _form(entry_id, None, given.get("etag", ""), given, [fault], status)
        tell_when_to_return(response, error)
        return response


def _change(entry_id: int, given: Mapping[str, str]) -> BaseResponse:
    entry, _etag = _entry(entry_id)
    now = entry.model_dump()
    shown = {name: _in_one_line(now[name]) for name in FIELDS}
    changes = {name: given[name] for name in FIELDS if given.get(name, shown[name]) != shown[name]}
    seen = given.get("etag", "")
    try:
        reading = read_choices(ReadingParameters)
        options = read_options(reading.date_order, reading.timezone)
        if changes:
            change_entry(services().database, entry_id, changes, options, _is(seen))
    except (UnsoundEntry, InvalidQuestion) as error:
        # Keep the submitted ETag: the user has not seen the entry as it is now.
        return _form(entry_id, entry, seen, given, error.faults, STATUSES[type(error)])
    except DuplicateEntry as error:
        fault = Fault("entry.unchanged", "entry", error.entry_id, str(error))
        return _form(entry_id, entry, seen, given, [fault], STATUSES[DuplicateEntry])
    except EntryChanged as error:
        # Use the current ETag: the form shows the entry as it is now, so the user has seen it.
        entry, etag = _entry(entry_id)
        fault = Fault("entry.unchanged", "entry", None, str(error))
        return _form(entry_id, entry, etag, given, [fault], STATUSES[EntryChanged])
    return redirect(url_for(".show", entry_id=entry_id), HTTPStatus.SEE_OTHER)


def _gone(entry_id: int, given: Mapping[str, str]) -> Response:
    """Show what was typed for a deleted entry, as a row that can be imported."""
    row = {name: given.get(name, "") for name in FIELDS}
    # Imports decode HTML entities; editing an entry does not.
    row["title"] = row["title"].replace("&", "&amp;")
    html = render_template("entry_gone.html", entry_id=entry_id, given=given, rows=[row])
    return Response(html, STATUSES[NotFound], {"Cache-Control": "no-store"})


@blueprint.get(f"/entries/{ID}/delete")
def ask_to_delete(entry_id: int) -> str:
    """Ask for confirmation before an entry is deleted."""
    entry, etag = _entry(entry_id)
    return render_template("entry_delete.html", entry=entry, etag=etag)


@blueprint.post(f"/entries/{ID}/delete")
def delete(entry_id: int) -> Response:
    """Delete an entry, unless it has changed meanwhile."""
    require_own_page()
    given = short_form()
    entry, etag = _entry(entry_id)
    try:
        delete_entry(services().database, entry_id, _is(given.get("etag", "")))
    except EntryChanged as error:
        html = render_template("entry_delete.html", entry=entry, etag=etag, fault=str(error))
        return Response(html, STATUSES[EntryChanged])
    return Response(render_template("entry_deleted.html", entry=entry))


def _entry(entry_id: int) -> tuple[EntryView, str]:
    answer, _outcome = answer_entry(services().cache, entry_id)
    return EntryView.model_validate_json(answer.body), answer.etag


def _same_url(entry: EntryView) -> EntryPage | None:
    """Return other entries with this URL; None if it is too long to be asked for."""
    try:
        return _others(entry, url=entry.url, match="exact")
    except InvalidQuestion:
        return None


def _others(entry: EntryView, **asked: str) -> EntryPage:
    """Return a page of other entries, newest first; `total` does not count the entry itself."""
    parameters = SearchParameters.model_validate({**asked, "limit": NEIGHBOURS + 1})
    answer, _outcome = answer_question(services().cache, read_question(parameters))
    page = EntryPage.model_validate_json(answer.body)
    others = [other for other in page.items if other.id != entry.id]
    return page.model_copy(update={"items": others[:NEIGHBOURS], "total": page.total - 1})


def _is(etag: str) -> Callable[[Entry], bool]:
    return lambda entry: entry_etag(entry) == etag


def _in_one_line(text: str) -> str:
    """Return a text as a browser submits it from a single-line field."""
    return text.replace("\r", "").replace("\n", "")


def _form(
    entry_id: int,
    entry: EntryView | None,
    etag: str,
    given: Mapping[str, Any],
    faults: Sequence[Fault] = (),
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    html = render_template(
        "entry_edit.html",
        entry_id=entry_id,
        entry=entry,
        etag=etag,
        given=given,
        faults=faults,
        zones=zones(),
        stale=status == HTTPStatus.PRECONDITION_FAILED,
    )
    return Response(html, status, {"Cache-Control": "no-store"})
