"""A preview shows exactly what the import then does."""

import json
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import func, select

from dateline.app import create_app
from dateline.imports.options import Options
from dateline.imports.preview import SHOWN, preview_import
from dateline.imports.read import Row
from dateline.imports.run import run_import
from dateline.models import Entry, Import, RejectedRow
from dateline.wiring import Services
from tests.archives import version_of
from tests.factories import JSON, as_json, make_item, make_items
from tests.servers import ON_MYSQL, ON_SQLITE, fresh_archive

TITLES = ("A", "B", "C &amp; D", "", None)
URLS = ("https://example.org/1", "http://www.example.org/1?utm_source=x", "https://example.org/2")
BAD_URLS = ("/x", "javascript:x", None)
DATES = ("03/04/2020", "13/04/2020", "04/13/2020", "4/4/2020", "2014", "2014-02-30", "May 23", None)


def rows_by_chance(chance: Random) -> list[Row]:
    return [
        Row(
            number,
            {
                "title": chance.choice(TITLES),
                "url": chance.choice([*URLS * 2, *BAD_URLS]),
                "date": chance.choice(DATES),
            },
        )
        for number in range(1, chance.randint(2, SHOWN + 1))
    ]


@pytest.mark.parametrize("seed", range(30))
def test_it_tells_what_the_import_then_does(services: Services, seed: int) -> None:
    chance = Random(seed)
    rows = rows_by_chance(chance)
    options = Options(date_order=chance.choice([None, None, "DMY", "MDY", "YMD"]))
    run_import(services.database, rows_by_chance(chance), Options())
    before = version_of(services)

    preview = preview_import(services.database, rows, options)
    assert version_of(services) == before
    assert [row.row for row in preview.rows] == [row.number for row in rows]
    report = run_import(services.database, rows, options)

    said, done = preview.report, report
    assert (said.received, said.created) == (done.received, done.created)
    assert (said.duplicate, said.rejected) == (done.duplicate, done.rejected)
    assert said.date_order == done.date_order
    new = [row for row in preview.rows if not (row.faults or row.entry_id or row.same_as)]
    assert len(new) == report.created
    with services.database.reading() as session:
        mine = RejectedRow.import_id == report.import_id
        rejected = {
            kept.row: [fault["code"] for fault in json.loads(kept.faults)]
            for kept in session.scalars(select(RejectedRow).where(mine))
        }
        dates = {entry.id: entry.date for entry in session.scalars(select(Entry))}
    faulty = [row for row in preview.rows if row.faults]
    assert {row.row: [fault.code for fault in row.faults] for row in faulty} == rejected
    assert {row.date for row in new} <= set(dates.values())
    assert all(dates[row.entry_id] == row.date for row in preview.rows if row.entry_id)


def test_it_shows_the_first_rows_of_many(services: Services) -> None:
    rows = [
        Row(number, {"title": "A", "url": f"https://example.org/{number}", "date": "2014"})
        for number in range(1, 6_001)
    ]
    heard: list[int] = []
    preview = preview_import(services.database, iter(rows), Options(), heard.append)
    assert preview.report.created == 6_000
    assert [row.row for row in preview.rows] == list(range(1, SHOWN + 1))
    assert heard[-1] == 6_000
    with services.database.reading() as session:
        assert session.scalars(select(func.count(Import.id))).one() == 0


@pytest.mark.parametrize("database", [ON_SQLITE, ON_MYSQL])
def test_it_waits_for_no_writer_and_lets_none_wait(database: str, tmp_path: Path) -> None:
    there, new, bad = make_items(2), make_items(3), make_item(date="May 23")
    with fresh_archive(database, tmp_path) as services:
        client = create_app(services).test_client()
        client.post("/v1/bulk", data=as_json(there), content_type=JSON)
        with services.database.writing():
            body = as_json([*there, *new, bad, *new])
            answer = client.post("/v1/bulk?dry_run=true", data=body, content_type=JSON)
        said = answer.get_json()["import"]
        assert (said["received"], said["created"]) == (9, 3)
        assert (said["duplicate"], said["rejected"]) == (5, 1)
