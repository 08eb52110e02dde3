"""The page for people: the same question, the same answer, as HTML."""

from http import HTTPStatus

from flask import Blueprint, Response, render_template, request
from werkzeug.datastructures import MultiDict

from dateline.controllers.current import services
from dateline.controllers.operation import pairs_of
from dateline.errors import InvalidQuestion
from dateline.parameters import read_parameters
from dateline.schemas import EntryPage, SearchParameters
from dateline.search.answer import answer_question
from dateline.search.question import read_question

blueprint = Blueprint("pages", __name__)


@blueprint.get("/")
def search() -> Response:
    """Show the form, and a page of what it finds."""
    given: MultiDict[str, str] = MultiDict()
    try:
        # A form sends its empty fields too, and how to match even where there is no URL to match.
        given.update(pair for pair in pairs_of(request.query_string) if pair[1].strip())
        if "url" not in given and "uri" not in given:
            given.pop("match", None)
        question = read_question(read_parameters(SearchParameters, given.items(multi=True)))
    except InvalidQuestion as error:
        html = render_template("search.html", given=given, faults=error.faults)
        return Response(html, HTTPStatus.BAD_REQUEST)
    answer, _outcome = answer_question(services().cache, question)
    page = EntryPage.model_validate_json(answer.body)
    following = page.next and page.next.replace("/v1/entries", "/", 1)
    return Response(render_template("search.html", given=given, page=page, following=following))
