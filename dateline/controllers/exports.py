"""Exports of a search: all matches as CSV or NDJSON, and the latest as a feed."""

from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, request

from dateline.controllers.current import services
from dateline.controllers.feeds import ATOM, RSS, Feed, write_atom, write_rss
from dateline.controllers.operation import IF_NONE_MATCH, Operation, operation
from dateline.controllers.responses import send_file
from dateline.schemas import EntryPage, ExportParameters, FeedParameters
from dateline.search.answer import answer_question
from dateline.search.export import ExportFormat, export_entries
from dateline.search.question import Sort, read_filters

blueprint = Blueprint("exports", __name__)

CSV: Final = "text/csv"
NDJSON: Final = "application/x-ndjson"
TAG: Final = "Exports and feeds"


def _operation_of(feed: str, media_type: str) -> Operation:
    answers = {HTTPStatus.OK: media_type, HTTPStatus.NOT_MODIFIED: None}
    return Operation(feed, TAG, query=FeedParameters, answers=answers, headers=IF_NONE_MATCH)


@blueprint.get("/entries.csv")
@operation(Operation("Export as CSV", TAG, query=ExportParameters, answers={HTTPStatus.OK: CSV}))
def csv(parameters: ExportParameters) -> Response:
    """Return all entries that match all filters, from one snapshot, without a limit.

    Importing the file again creates nothing. Titles that look like formulas are not changed, so
    open the file with the text import of your spreadsheet.
    """
    return _export(parameters, ExportFormat.CSV, CSV)


@blueprint.get("/entries.ndjson")
@operation(
    Operation("Export as NDJSON", TAG, query=ExportParameters, answers={HTTPStatus.OK: NDJSON})
)
def ndjson(parameters: ExportParameters) -> Response:
    """Return all entries that match all filters, one JSON object per line.

    Importing the file again creates nothing.
    """
    return _export(parameters, ExportFormat.NDJSON, NDJSON)


@blueprint.get("/entries.rss")
@operation(_operation_of("RSS feed", RSS))
def rss(parameters: FeedParameters) -> Response:
    """Return the entries that match all filters, latest added first, as RSS 2.0."""
    return _send_feed(write_rss(_feed(parameters)), RSS)


@blueprint.get("/entries.atom")
@operation(_operation_of("Atom feed", ATOM))
def atom(parameters: FeedParameters) -> Response:
    """Return the entries that match all filters, latest added first, as Atom."""
    return _send_feed(write_atom(_feed(parameters)), ATOM)


def _export(parameters: ExportParameters, form: ExportFormat, media_type: str) -> Response:
    question = read_filters(parameters, sort=parameters.sort)
    pieces = export_entries(services().database, question, form)
    return send_file(pieces, media_type, f"dateline.{form}")


def _feed(parameters: FeedParameters) -> Feed:
    question = read_filters(parameters, sort=Sort.LAST_ADDED.value, limit=parameters.limit)
    answer, _outcome = answer_question(services().cache, question)
    # Not request.root_url, which fails if it cannot decode the host from punycode.
    root = f"{request.scheme}://{request.host}{request.script_root}"
    return Feed(
        entries=EntryPage.model_validate_json(answer.body).items,
        query=request.query_string.decode(),
        root=root,
        path=f"{root}{request.path}",
    )


def _send_feed(body: bytes, media_type: str) -> Response:
    """Return a feed, or 304 if the client has it, because feed readers poll."""
    response = Response(body, mimetype=media_type)
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response
