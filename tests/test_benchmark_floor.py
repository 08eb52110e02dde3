"""The floor of an import contains every entry of the archive, on both databases."""

from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url
from sqlalchemy import text as sql

from benchmarks.archives import Archive
from benchmarks.floor import FLOOR, insert_ready
from dateline.imports.options import Options
from dateline.imports.read import Row
from dateline.imports.run import run_import
from tests.factories import make_items
from tests.servers import ON_MYSQL, ON_SQLITE, fresh_database


@pytest.mark.parametrize("kind", [ON_SQLITE, ON_MYSQL])
@pytest.mark.parametrize("in_blocks", [True, False])
def test_the_floor_is_given_all_entries_once(kind: str, in_blocks: bool, tmp_path: Path) -> None:
    with fresh_database(kind, tmp_path) as url:
        archive = Archive(make_url(url).get_backend_name(), make_url(url))
        floor = archive.beside(FLOOR)
        try:
            for known in (0, 20):
                with closing(archive.open()) as services:
                    items = make_items(known + 20)[known:]
                    rows = [Row(number, item) for number, item in enumerate(items, 1)]
                    report = run_import(services.database, rows, Options())
                assert report.created == 20
                assert insert_ready(archive, in_blocks=in_blocks) > 0
                assert _ids(floor) == list(range(1, known + 21))
        finally:
            floor.drop()


def _ids(archive: Archive) -> list[int]:
    engine = create_engine(archive.url)
    try:
        with engine.connect() as connection:
            return list(connection.scalars(sql("SELECT id FROM entries ORDER BY id")))
    finally:
        engine.dispose()
