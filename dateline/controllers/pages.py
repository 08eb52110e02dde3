"""The page for people: the same question, the same answer, as HTML."""

from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

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
from dateline.search.looks import answer_sites, answer_timeline
from dateline.search.question import Question, Sort, read_question

blueprint = Blueprint("pages", __name__)

HTMX: Final = "HX-Request"
"""The header of a page that asks while somebody types."""

ORDERS: Final = (
    (Sort.NEWEST, "Newest"),
    (Sort.OLDEST, "Oldest"),
    (Sort.LAST_ADDED, "Last added"),
    (Sort.FIRST_ADDED, "First added"),
)
TOP_SITES: Final = 8
MOST_LOOSENED: Final = 8
"""Filters that are dropped in turn where nothing is found."""
SAMPLE_ROWS: Final = 1_000


@blueprint.get("/")
def search() -> ResponseReturnValue:
    """Show the box, and a page of what it finds."""
    try:
        given = pairs_of(request.query_string)
    except InvalidQuestion as error:
        return _refused(Asked([]), error.faults)
    asked = Asked(given)
    if asked.pairs != given and HTMX not in request.headers:
        # A form sends its empty fields too; what people share should have none.
        return redirect(_page(asked))
    try:
        question = _read(asked)
    except InvalidQuestion as error:
        return _refused(asked, error.faults)
    answer, _outcome = answer_question(services().cache, question)
    page = EntryPage.model_validate_json(answer.body)
    found: dict[str, object] = {"page": page, "question": question}
    if page.total:
        found |= _looks(_read(asked.but("limit", "total")))
        found["following"] = _following(asked, page)
    elif _count(Asked([])):
        found["loosened"] = _loosen(asked)
    else:
        found["is_empty"] = True
    return _shown(asked, **found)


@blueprint.post("/sample")
def load_sample() -> ResponseReturnValue:
    """Fill an empty archive with made-up entries, for somebody who wants to look around."""
    require_own_page()
    if not _count(Asked([])):
        rows = (Row(*row) for row in enumerate(sample_rows(SAMPLE_ROWS, seed=1), 1))
        run_import(services().database, rows, Options(source="sample"))
    return redirect(url_for("pages.search"), HTTPStatus.SEE_OTHER)


def _read(asked: Asked) -> Question:
    return read_question(read_parameters(SearchParameters, asked.pairs))


def _count(asked: Asked) -> int:
    """How many a question finds; an answer that is kept, so that the next asker has it too."""
    answer, _outcome = answer_question(services().cache, _read(asked.plus(limit="1")))
    return EntryPage.model_validate_json(answer.body).total


def _looks(question: Question) -> dict[str, object]:
    """What the entries look like from afar: over time, and by site."""
    cache = services().cache
    timeline = Timeline.model_validate_json(answer_timeline(cache, question, None)[0].body)
    sites = SiteList.model_validate_json(answer_sites(cache, question, TOP_SITES)[0].body)
    return {"timeline": timeline, "bars": draw_bars(timeline), "sites": sites}


def _loosen(asked: Asked) -> list[tuple[Chip, int]]:
    """The filters without which something would be found, and how much."""
    counted = [(chip, _count(chip.without)) for chip in asked.chips()[:MOST_LOOSENED]]
    return [(chip, count) for chip, count in counted if count]


def _following(asked: Asked, page: EntryPage) -> str | None:
    """The link to the next page, in the words of whoever asked."""
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
    html = render_template(
        "search.html",
        asked=asked,
        orders=ORDERS,
        href=_page,
        mark=mark,
        cite=cite,
        address=address,
        **found,
    )
    response = Response(html, headers={"Cache-Control": "no-cache"})
    if HTMX in request.headers:
        response.headers["HX-Push-Url"] = _page(asked)
    return response
