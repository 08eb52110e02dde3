"""The search page: the same question and answer as in the API, as HTML."""

from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Conflict

from dateline.cache.answers import Answer
from dateline.controllers.asked import Asked, Chip
from dateline.controllers.citations import address, cite
from dateline.controllers.current import services
from dateline.controllers.operation import pairs_of
from dateline.controllers.safety import require_own_page
from dateline.controllers.timeline_bars import draw_bars
from dateline.errors import Fault, InvalidQuestion
from dateline.fields.marking import mark
from dateline.imports.options import Options
from dateline.imports.read import Row
from dateline.imports.run import run_import
from dateline.parameters import read_parameters
from dateline.sample import sample_rows
from dateline.schemas import EntryPage, SearchParameters, SiteList, Timeline
from dateline.search.answer import answer_question
from dateline.search.facets import answer_sites, answer_timeline, sites_key, timeline_key
from dateline.search.question import Question, Sort, read_question

blueprint = Blueprint("pages", __name__)

HTMX: Final = "HX-Request"
"""The header of requests sent by htmx, for example while somebody types."""

INPUTS: Final = ("q", "contains", "domain", "after", "before", "url", "match", "sort")
"""Parameters that have an input in the form, in form order; their faults are shown at it."""

ORDERS: Final = (
    (Sort.NEWEST, "Newest"),
    (Sort.OLDEST, "Oldest"),
    (Sort.LAST_ADDED, "Last added"),
    (Sort.FIRST_ADDED, "First added"),
)
FACETS: Final = ("timeline", "sites")
TOP_SITES: Final = 8
MOST_LOOSENED: Final = 8
"""Maximum filters that are dropped, one at a time, if nothing matches."""
SAMPLE_ROWS: Final = 1_000


@blueprint.get("/")
def search() -> ResponseReturnValue:
    """Show the search box, and a page of results."""
    try:
        given = pairs_of(request.query_string)
    except InvalidQuestion as error:
        return _refused(Asked([]), error.faults)
    asked = Asked(given)
    if asked.pairs != given and HTMX not in request.headers:
        # Forms send empty fields too; URLs that people share should have none.
        return redirect(_page(asked))
    try:
        question = _read(asked)
    except InvalidQuestion as error:
        return _refused(asked, error.faults)
    answer, _outcome = answer_question(services().cache, question)
    page = EntryPage.model_validate_json(answer.body)
    found: dict[str, object] = {"page": page, "question": question}
    if page.total:
        if HTMX in request.headers:
            found |= _ready_facets(question)
        else:
            for name in FACETS:
                found |= _facet(name, question)
        found["following"] = _following(asked, page)
    elif _count(Asked([])):
        found["loosened"] = _loosen(asked)
    else:
        found["is_empty"] = True
    return _shown(asked, **found)


@blueprint.get(f"/facets/<any({', '.join(FACETS)}):name>")
def facet(name: str) -> ResponseReturnValue:
    """Return a facet that was not sent with the entries, as a part of the page."""
    asked = Asked(pairs_of(request.query_string))
    if HTMX not in request.headers:
        # Without htmx, show the whole page instead.
        return redirect(_page(asked))
    return _rendered(f"search/{name}.html", asked, **_facet(name, _read(asked)))


@blueprint.get("/sample")
def show_sample_button() -> ResponseReturnValue:
    """Redirect to the search page: "Try again" after a failure is a link, which sends no POST."""
    return redirect(url_for("pages.search"))


@blueprint.post("/sample")
def load_sample() -> ResponseReturnValue:
    """Fill an empty archive with made-up entries to explore."""
    require_own_page()
    if _count(Asked([])):
        raise Conflict(
            "The sample is for an empty archive; this one has entries, so nothing was added."
        )
    # If two requests run at the same time, the second only finds duplicates.
    rows = (Row(*row) for row in enumerate(sample_rows(SAMPLE_ROWS, seed=1), 1))
    run_import(services().database, rows, Options(source="sample"))
    return redirect(url_for("pages.search"), HTTPStatus.SEE_OTHER)


def _read(asked: Asked) -> Question:
    return read_question(read_parameters(SearchParameters, asked.pairs))


def _count(asked: Asked) -> int:
    """Return the number of matches; the answer is cached for the next request."""
    answer, _outcome = answer_question(services().cache, _read(asked.plus(limit="1")))
    return EntryPage.model_validate_json(answer.body).total


def _facet(name: str, question: Question) -> dict[str, object]:
    """Return one facet: the matches counted over time or by site."""
    cache = services().cache
    if name == "timeline":
        return _timeline(answer_timeline(cache, question, None)[0])
    return _sites(answer_sites(cache, question, TOP_SITES)[0])


def _ready_facets(question: Question) -> dict[str, object]:
    """Return the facets that are cached; the page requests the others after showing entries."""
    found: dict[str, object] = {}
    cache = services().cache
    if (timeline := cache.ready(timeline_key(question, None))) is not None:
        found |= _timeline(timeline)
    if (sites := cache.ready(sites_key(question, TOP_SITES))) is not None:
        found |= _sites(sites)
    return found


def _timeline(answer: Answer) -> dict[str, object]:
    timeline = Timeline.model_validate_json(answer.body)
    return {"timeline": timeline, "bars": draw_bars(timeline)}


def _sites(answer: Answer) -> dict[str, object]:
    return {"sites": SiteList.model_validate_json(answer.body)}


def _loosen(asked: Asked) -> list[tuple[Chip, int]]:
    """Return the filters without which there are matches, each with their number."""
    counted = [(chip, _count(chip.without)) for chip in asked.chips()[:MOST_LOOSENED]]
    return [(chip, count) for chip, count in counted if count]


def _following(asked: Asked, page: EntryPage) -> str | None:
    """Return the link to the next page, with the parameters as the user wrote them."""
    if page.next is None:
        return None
    cursor = page.next.rpartition("cursor=")[2]
    return _page(asked.plus(cursor=cursor))


def _page(asked: Asked) -> str:
    root = url_for("pages.search")
    return f"{root}?{asked.query}" if asked.pairs else root


def _refused(asked: Asked, faults: list[Fault]) -> Response:
    response = _shown(asked, faults=faults)
    response.status_code = HTTPStatus.BAD_REQUEST
    return response


def _shown(asked: Asked, **found: object) -> Response:
    response = _rendered(
        "search.html",
        asked,
        inputs=INPUTS,
        orders=ORDERS,
        mark=mark,
        cite=cite,
        address=address,
        **found,
    )
    if HTMX in request.headers:
        response.headers["HX-Push-Url"] = _page(asked)
    return response


def _rendered(template: str, asked: Asked, **given: object) -> Response:
    html = render_template(template, asked=asked, href=_page, **given)
    # A browser must never show a response meant for htmx as a whole page.
    return Response(html, headers={"Cache-Control": "no-cache", "Vary": HTMX})
