"""Read the ledger: imports, and the rows that each rejected."""

import json
from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dateline.cache.answers import Answer, Cache, Outcome
from dateline.errors import NotFound
from dateline.fields.dates import iso_utc
from dateline.imports.outcomes import Rejection, first_of
from dateline.imports.run import Report
from dateline.models import Import, RejectedRow
from dateline.schemas import ImportPage, ImportReport, ImportView, RejectedPage


def report_json(report: Report) -> str:
    """Return the report of an import as JSON, as `BulkResult`."""
    url = None if report.import_id is None else import_url(report.import_id)
    head = ImportReport(
        id=report.import_id,
        received=report.received,
        created=report.created,
        duplicate=report.duplicate,
        rejected=report.rejected,
        dry_run=report.dry_run,
        date_order=report.date_order,
        ignored_columns=report.ignored_columns,
        url=url,
        rejected_url=url and f"{url}/rejected",
    ).model_dump_json()
    errors = "true" if report.rejected else "false"
    return f'{{"import":{head},"errors":{errors},"rejected":{_rows_json(report.shown)}}}'


def _rows_json(rejections: Iterable[Rejection]) -> str:
    """Return a JSON array of rejected rows, each as `RejectedRowView`.

    They are stored as JSON; parsing them would take up to 40 times as much memory.
    """
    rows = (f'{{"row":{row},"errors":{faults},"raw":{raw}}}' for row, faults, raw in rejections)
    return f"[{','.join(rows)}]"


def answer_imports(cache: Cache, limit: int, before: int | None) -> tuple[Answer, Outcome]:
    """Return a page of imports, newest first, as `ImportPage`."""

    def make(session: Session) -> Answer:
        query = select(Import).order_by(Import.id.desc()).limit(limit + 1)
        if before is not None:
            query = query.where(Import.id < before)
        kept = session.scalars(query).all()
        more = len(kept) > limit
        following = f"/v1/imports?limit={limit}&cursor={kept[limit - 1].id}" if more else None
        page = ImportPage(
            items=[_import_view(row) for row in kept[:limit]],
            total=session.scalars(select(func.count(Import.id))).one(),
            next=following,
        )
        return Answer.of(page.model_dump_json().encode(), following)

    return cache.get_or_make(f"imports?limit={limit}&before={before}", make)


def answer_import(cache: Cache, import_id: int) -> tuple[Answer, Outcome]:
    """Return one import, as `ImportView`.

    Raises:
        NotFound: there is no import with this id.
    """

    def make(session: Session) -> Answer:
        view = _import_view(_get(session, import_id))
        return Answer.of(view.model_dump_json().encode())

    return cache.get_or_make(f"import:{import_id}", make)


def answer_rejected(
    cache: Cache, import_id: int, limit: int, after: int | None
) -> tuple[Answer, Outcome]:
    """Return a page of the rejected rows of an import, as `RejectedPage`.

    Raises:
        NotFound: there is no import with this id.
    """

    def make(session: Session) -> Answer:
        total = _get(session, import_id).rejected
        rows, more = rejected_rows(session, import_id, after or 0, limit)
        following = (
            f"{import_url(import_id)}/rejected?limit={limit}&cursor={rows[-1].row}"
            if more
            else None
        )
        page = (
            f'{{"items":{_rows_json(rows)},"total":{total},"total_relation":"eq",'
            f'"next":{json.dumps(following)}}}'
        )
        return Answer.of(page.encode(), following)

    return cache.get_or_make(f"import:{import_id}:rejected?limit={limit}&after={after}", make)


def rejected_rows(
    session: Session, import_id: int, after: int, most: int
) -> tuple[list[Rejection], bool]:
    """Read the rejected rows of an import that come after a row.

    Returns:
        At most `most` rows, or fewer if they are long, but at least one if there is any; and
        whether there are more.
    """
    query = (
        select(RejectedRow.row, RejectedRow.faults, RejectedRow.raw)
        .where(RejectedRow.import_id == import_id, RejectedRow.row > after)
        .order_by(RejectedRow.row)
        .limit(most + 1)
        # One by one, so that no more rows than needed are in memory.
        .execution_options(yield_per=1)
    )
    with session.execute(query) as found:
        return first_of(map(Rejection._make, found), most)


def read_rejected(answer: Answer) -> RejectedPage:
    """Parse a page of rejected rows.

    With the json module: a row may be nested as deeply as Pydantic's parser accepts, and is deeper
    within the page.
    """
    return RejectedPage.model_validate(json.loads(answer.body))


def import_url(import_id: int) -> str:
    """Return the URL of an import in the ledger."""
    return f"/v1/imports/{import_id}"


def _get(session: Session, import_id: int) -> Import:
    kept = session.get(Import, import_id)
    if kept is None:
        raise NotFound(f"There is no import {import_id}.")
    return kept


def _import_view(kept: Import) -> ImportView:
    url = import_url(kept.id)
    return ImportView(
        id=kept.id,
        source=kept.source,
        received=kept.received,
        created=kept.created,
        duplicate=kept.duplicate,
        rejected=kept.rejected,
        date_order=kept.date_order,
        timezone=kept.timezone,
        ignored_columns=kept.ignored_columns,
        started_at=iso_utc(kept.started_at),
        finished_at=None if kept.finished_at is None else iso_utc(kept.finished_at),
        url=url,
        rejected_url=f"{url}/rejected",
    )
