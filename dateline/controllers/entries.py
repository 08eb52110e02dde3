"""Entries: search, read, add one, change, delete."""

from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, request
from pydantic import ValidationError
from werkzeug.exceptions import PreconditionFailed

from dateline.controllers.bodies import object_of_body
from dateline.controllers.current import services
from dateline.controllers.operation import Body, Operation, operation
from dateline.controllers.responses import matches, send
from dateline.errors import UnsoundEntry
from dateline.imports.edit import change_entry, delete_entry
from dateline.imports.options import read_options
from dateline.imports.single import add_entry
from dateline.models import Entry
from dateline.schemas import (
    EntryChange,
    EntryPage,
    EntryView,
    NewEntry,
    NoParameters,
    ReadingParameters,
    SearchParameters,
    faults_of,
)
from dateline.search.answer import answer_entry, answer_question, entry_etag
from dateline.search.question import read_question

blueprint = Blueprint("entries", __name__)

ID: Final = "<int:entry_id>"
CONDITIONS: Final = {
    "If-Match": "The ETag of the entry that you have seen; 412 if it has changed.",
    "If-None-Match": "An ETag that the entry must not have; 412 if it has it.",
}
EXAMPLE: Final = {
    "title": "O conforto de mudar simplesmente",
    "url": "https://bernard.example/author/",
    "date": "February 22 2005",
}


@blueprint.get("/entries")
@blueprint.get("/", endpoint="search_short")
@operation(
    Operation(
        "Search entries",
        "Entries",
        query=SearchParameters,
        answers={HTTPStatus.OK: EntryPage},
        problems=(HTTPStatus.BAD_REQUEST,),
    )
)
def search(parameters: SearchParameters) -> Response:
    """Return a page of the entries that match all filters.

    If nothing matches, the list is empty. `next` is the link to the next page; following it to
    the last page returns every entry that was there at the start exactly once.
    """
    return send(*answer_question(services().cache, read_question(parameters)))


@blueprint.get(f"/entries/{ID}")
@blueprint.get(f"/{ID}", endpoint="read_short")
@operation(
    Operation(
        "Read an entry",
        "Entries",
        answers={HTTPStatus.OK: EntryView},
        problems=(HTTPStatus.NOT_FOUND,),
    )
)
def read(_parameters: NoParameters, entry_id: int) -> Response:
    """Return one entry."""
    return send(*answer_entry(services().cache, entry_id))


@blueprint.post("/entries")
@operation(
    Operation(
        "Add an entry",
        "Entries",
        query=ReadingParameters,
        body=Body(NewEntry, example=EXAMPLE),
        answers={HTTPStatus.CREATED: EntryView, HTTPStatus.OK: EntryView},
        problems=(
            HTTPStatus.BAD_REQUEST,
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            HTTPStatus.UNPROCESSABLE_ENTITY,
        ),
    )
)
def add(parameters: ReadingParameters) -> Response:
    """Add one entry: 201 with the new entry, or 200 with the one that was already there."""
    options = read_options(parameters.date_order, parameters.timezone)
    added = add_entry(services().database, object_of_body("application/json"), options)
    response = send(*answer_entry(services().cache, added.entry_id))
    if added.created:
        response.status_code = HTTPStatus.CREATED
        response.headers["Location"] = f"/v1/entries/{added.entry_id}"
    return response


@blueprint.patch(f"/entries/{ID}")
@operation(
    Operation(
        "Change an entry",
        "Entries",
        query=ReadingParameters,
        body=Body(EntryChange, ("application/merge-patch+json", "application/json")),
        answers={HTTPStatus.OK: EntryView},
        problems=(
            HTTPStatus.BAD_REQUEST,
            HTTPStatus.NOT_FOUND,
            HTTPStatus.CONFLICT,
            HTTPStatus.PRECONDITION_FAILED,
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            HTTPStatus.UNPROCESSABLE_ENTITY,
        ),
        headers=CONDITIONS,
    )
)
def change(parameters: ReadingParameters, entry_id: int) -> Response:
    """Change the title, the URL or the date; fields that are not given stay unchanged."""
    options = read_options(parameters.date_order, parameters.timezone)
    body = object_of_body("application/merge-patch+json", "application/json")
    try:
        changes = EntryChange.model_validate(body).model_dump(exclude_unset=True)
    except ValidationError as error:
        raise UnsoundEntry(faults_of(error)) from error
    change_entry(services().database, entry_id, changes, options, _is_as_asked)
    return send(*answer_entry(services().cache, entry_id))


@blueprint.delete(f"/entries/{ID}")
@operation(
    Operation(
        "Delete an entry",
        "Entries",
        answers={HTTPStatus.NO_CONTENT: None},
        problems=(HTTPStatus.NOT_FOUND, HTTPStatus.PRECONDITION_FAILED),
        headers=CONDITIONS,
    )
)
def delete(_parameters: NoParameters, entry_id: int) -> Response:
    """Delete an entry."""
    delete_entry(services().database, entry_id, _is_as_asked)
    response = Response(status=HTTPStatus.NO_CONTENT)
    del response.headers["Content-Type"]
    return response


def _is_as_asked(entry: Entry) -> bool:
    """Return whether the entry is still the one in the client's If-Match, if there is one.

    Raises:
        PreconditionFailed: the entry is one that If-None-Match names.
    """
    etag = entry_etag(entry)
    wanted = request.headers.get("If-Match")
    if wanted is not None and not matches(etag, wanted, strong=True):
        return False
    if matches(etag, request.headers.get("If-None-Match")):
        raise PreconditionFailed(
            f"Entry {entry.id} is one that If-None-Match names, so nothing was done; "
            "leave that header out, or send If-Match."
        )
    return True
