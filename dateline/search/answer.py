"""From a question to the bytes of its answer."""

from sqlalchemy.orm import Session

from dateline.cache.answers import Answer, Cache, Outcome
from dateline.errors import NotFound
from dateline.fields.dates import iso_utc
from dateline.models import Entry
from dateline.schemas import EntryPage, EntryView
from dateline.search.cursor import write_cursor
from dateline.search.find import Found, find, find_entry
from dateline.search.question import Question
from dateline.search.reader import FoundRow


def answer_question(cache: Cache, question: Question) -> tuple[Answer, Outcome]:
    """Return one page of entries, as `EntryPage`."""

    def make(session: Session) -> Answer:
        page = _page(find(session, question), question)
        return Answer.of(page.model_dump_json().encode(), page.next)

    return cache.get_or_make(question.cache_key, make)


def answer_entry(cache: Cache, entry_id: int) -> tuple[Answer, Outcome]:
    """Return one entry, as `EntryView`.

    Raises:
        NotFound: there is no entry with this id.
    """

    def make(session: Session) -> Answer:
        row = find_entry(session, entry_id)
        if row is None:
            raise NotFound(f"There is no entry {entry_id}.")
        return Answer.of(entry_view(row).model_dump_json().encode())

    return cache.get_or_make(f"entry:{entry_id}", make)


def entry_view(row: FoundRow | Entry) -> EntryView:
    """Convert a row to the form that the API returns."""
    # The values come from our own tables; validating them again would cost more than the query.
    return EntryView.model_construct(
        id=row.id,
        title=row.title,
        url=row.url,
        date=row.date,
        date_precision=row.date_precision,
        date_start=iso_utc(row.date_start),
        date_end=iso_utc(row.date_end),
        date_raw=row.date_raw,
        site=row.site,
        added_at=iso_utc(row.added_at),
        import_id=row.import_id,
    )


def entry_etag(entry: Entry) -> str:
    """Return the entity tag of an entry's current answer, without quotes."""
    return Answer.of(entry_view(entry).model_dump_json().encode()).etag


def _page(found: Found, question: Question) -> EntryPage:
    following = None
    if found.next is not None:
        cursor = write_cursor(found.next, question.sort)
        following = f"/v1/entries?{question.query(cursor)}"
    return EntryPage.model_construct(
        items=[entry_view(row) for row in found.rows],
        total=found.total,
        total_relation="eq" if found.total_is_exact else "gte",
        next=following,
    )
