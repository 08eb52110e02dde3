"""Reading the ledger: imports, and what each of them rejected."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dateline.cache.answers import Answer, Answers, Outcome
from dateline.errors import NotFound
from dateline.fields.dates import iso_utc
from dateline.imports.outcomes import Rejection
from dateline.imports.run import Report
from dateline.models import Import, RejectedRow
from dateline.schemas import (
    BulkResult,
    FaultView,
    ImportPage,
    ImportReport,
    ImportView,
    RejectedPage,
    RejectedRowView,
)


def report_view(report: Report) -> BulkResult:
    """Show what has become of a submission."""
    url = None if report.import_id is None else import_url(report.import_id)
    return BulkResult(
        import_=ImportReport(
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
        ),
        errors=report.rejected > 0,
        rejected=[_rejection_view(rejection) for rejection in report.shown],
    )


def _rejection_view(rejection: Rejection) -> RejectedRowView:
    faults = [FaultView(**asdict(fault)) for fault in rejection.faults]
    return RejectedRowView(row=rejection.row, errors=faults, raw=rejection.raw)


def answer_imports(cache: Answers, limit: int, before: int | None) -> tuple[Answer, Outcome]:
    """A page of imports, the newest first, as `ImportPage`."""

    def make(session: Session) -> Answer:
        query = select(Import).order_by(Import.id.desc()).limit(limit + 1)
        if before is not None:
            query = query.where(Import.id < before)
        kept = session.scalars(query).all()
        following = _following("/v1/imports", limit, [row.id for row in kept])
        page = ImportPage(
            items=[_import_view(row) for row in kept[:limit]],
            total=session.scalars(select(func.count(Import.id))).one(),
            next=following,
        )
        return Answer.of(page.model_dump_json().encode(), following)

    return cache.get_or_make(f"imports?limit={limit}&before={before}", make)


def answer_import(cache: Answers, import_id: int) -> tuple[Answer, Outcome]:
    """One import, as `ImportView`.

    Raises:
        NotFound: there is none with this id.
    """

    def make(session: Session) -> Answer:
        view = _import_view(_get(session, import_id))
        return Answer.of(view.model_dump_json().encode())

    return cache.get_or_make(f"import:{import_id}", make)


def answer_rejected(
    cache: Answers, import_id: int, limit: int, after: int | None
) -> tuple[Answer, Outcome]:
    """A page of the rejected rows of an import, as `RejectedPage`.

    Raises:
        NotFound: there is no import with this id.
    """

    def make(session: Session) -> Answer:
        total = _get(session, import_id).rejected
        query = (
            select(RejectedRow)
            .where(RejectedRow.import_id == import_id, RejectedRow.row > (after or 0))
            .order_by(RejectedRow.row)
            .limit(limit + 1)
        )
        kept = session.scalars(query).all()
        path = f"{import_url(import_id)}/rejected"
        following = _following(path, limit, [row.row for row in kept])
        page = RejectedPage(
            items=[_rejected_row_view(row) for row in kept[:limit]], total=total, next=following
        )
        return Answer.of(page.model_dump_json().encode(), following)

    return cache.get_or_make(f"import:{import_id}:rejected?limit={limit}&after={after}", make)


def read_rejected(answer: Answer) -> RejectedPage:
    """Read a page of rejected rows again.

    Python's parser does it: a row may be nested as deeply as Pydantic's takes, and in the page it
    stands deeper.
    """
    return RejectedPage.model_validate(json.loads(answer.body))


def import_url(import_id: int) -> str:
    """Where the ledger of an import is."""
    return f"/v1/imports/{import_id}"


def _following(path: str, limit: int, numbers: Sequence[int]) -> str | None:
    """The link to the next page; `numbers` are those of this page and one more, if there is."""
    return f"{path}?limit={limit}&cursor={numbers[limit - 1]}" if len(numbers) > limit else None


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


def _rejected_row_view(kept: RejectedRow) -> RejectedRowView:
    faults: list[dict[str, Any]] = json.loads(kept.faults)
    return RejectedRowView(
        row=kept.row, errors=[FaultView(**fault) for fault in faults], raw=json.loads(kept.raw)
    )
