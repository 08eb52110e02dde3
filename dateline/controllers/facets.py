"""Facets of a search: its matches counted over time and by site."""

from http import HTTPStatus

from flask import Blueprint, Response

from dateline.controllers.current import services
from dateline.controllers.operation import Operation, operation
from dateline.controllers.responses import send
from dateline.schemas import SiteList, SitesParameters, Timeline, TimelineParameters
from dateline.search.calendar import Interval
from dateline.search.facets import answer_sites, answer_timeline
from dateline.search.question import read_filters

blueprint = Blueprint("facets", __name__)


@blueprint.get("/timeline")
@operation(
    Operation(
        "Count over time",
        "Entries",
        query=TimelineParameters,
        answers={HTTPStatus.OK: Timeline},
        problems=(HTTPStatus.BAD_REQUEST,),
    )
)
def timeline(parameters: TimelineParameters) -> Response:
    """Count the entries that match all filters by the year, month or day in which they begin.

    Empty buckets are included. If `total_relation` is `gte`, only the first 10,000 entries found
    were counted.
    """
    interval = parameters.interval and Interval(parameters.interval)
    return send(*answer_timeline(services().cache, read_filters(parameters), interval))


@blueprint.get("/sites")
@operation(
    Operation(
        "Count by site",
        "Entries",
        query=SitesParameters,
        answers={HTTPStatus.OK: SiteList},
        problems=(HTTPStatus.BAD_REQUEST,),
    )
)
def sites(parameters: SitesParameters) -> Response:
    """Count the entries that match all filters by site, highest count first.

    If `total_relation` is `gte`, only the first 10,000 entries found were counted.
    """
    return send(*answer_sites(services().cache, read_filters(parameters), parameters.limit))
