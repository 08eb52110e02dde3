"""Migrations: they create the tables that the models describe, and can be reverted."""

import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, event, inspect, select, text

from dateline.app import create_app
from dateline.config import Settings
from dateline.database import MIGRATIONS, NEWEST_MIGRATION, Database
from dateline.engines import make_engines
from dateline.models import Archive, Base
from dateline.wiring import Services
from tests.archives import new_settings
from tests.factories import NDJSON, as_ndjson, make_items
from tests.servers import DEADLINE, ON_MYSQL, ON_SQLITE, fresh_database, run_dateline


@pytest.fixture(params=[ON_SQLITE, ON_MYSQL])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """Return the settings of an archive on each database."""
    with fresh_database(request.param, tmp_path) as url:
        yield new_settings(tmp_path, database_url=url)


@pytest.fixture
def alembic(services: Services) -> Config:
    """Return the Alembic configuration for the test's archive."""
    return alembic_on(services.database.engine)


def alembic_on(engine: Engine) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = engine
    return config


def tables(database: Database) -> set[str]:
    return set(inspect(database.engine).get_table_names())


def test_they_bring_an_empty_archive_to_the_newest_state(settings: Settings) -> None:
    database = Database(settings)
    assert not database.is_current()
    database.upgrade()
    assert database.is_current()
    assert set(Base.metadata.tables) <= tables(database)
    database.close()


def test_they_make_the_tables_of_the_models(alembic: Config) -> None:
    command.check(alembic)


def test_they_can_be_taken_back_and_done_again(services: Services, alembic: Config) -> None:
    command.downgrade(alembic, "base")
    assert tables(services.database) - {"sqlite_sequence"} == {"alembic_version"}
    services.database.upgrade()
    command.check(alembic)
    assert services.database.is_current()


def test_the_last_one_keeps_what_there_is(services: Services, alembic: Config) -> None:
    client = create_app(services).test_client()
    long = "https://example.org/" + "a" * 300
    items = [*make_items(3), *make_items(1, url=long), *make_items(1, url=f"{long}b")]

    def imported() -> dict[str, int]:
        body = as_ndjson(items)
        answer = client.post("/v1/bulk", data=body, content_type=NDJSON).get_json()["import"]
        return {name: answer[name] for name in ("created", "duplicate", "rejected")}

    assert imported() == {"created": 5, "duplicate": 0, "rejected": 0}
    query = f"/v1/entries?url={long}&match="
    expected = {match: client.get(query + match).get_json() for match in ("exact", "prefix")}
    assert [answer["total"] for answer in expected.values()] == [1, 2]

    command.downgrade(alembic, "-1")
    assert not services.database.is_current()
    for match, answer in expected.items():
        assert client.get(query + match).get_json() == answer
    services.database.upgrade()
    command.check(alembic)
    assert imported() == {"created": 0, "duplicate": 5, "rejected": 0}
    for match, answer in expected.items():
        assert client.get(query + match).get_json() == answer


def test_the_text_index_can_be_taken_back_to_one_trigram_a_posting(
    services: Services, alembic: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Chinese, Japanese and Korean characters also become separate terms."""
    monkeypatch.setattr("dateline.text_index.writing.TAIL", 0)
    client = create_app(services).test_client()
    titles = ["新聞 ab", "ab 新", "\U0001f600 ab"]
    items = [item for title in titles for item in make_items(100, title=title)]
    client.post("/v1/bulk", data=as_ndjson(items), content_type=NDJSON)
    command.downgrade(alembic, "0007")
    with services.database.engine.connect() as connection:
        postings = connection.execute(
            text("SELECT run, count, spots FROM postings WHERE field = 0")
        )
        times = {trigram: (count, len(spots) // 4) for trigram, count, spots in postings}
    one, two, ab = ord("新"), ord("聞"), (ord("a") << 32) + (ord("b") << 16)
    assert times[one << 32] == (200, 200)
    assert times[two << 32] == (100, 100)
    assert times[ab + ord(" ")] == (100, 100)
    assert 0xD83D << 32 not in times
    services.database.upgrade()
    for word, total in {"新": 200, "新聞": 100, "ab": 300, "\U0001f600": 100}.items():
        answer = client.get("/v1/entries", query_string={"contains": word})
        assert (word, answer.get_json()["total"]) == (word, total)
    assert rows_of(services, "first_id, last_id, entries", "blocks") == [(1, 300, 300)]


def test_dates_of_blocks_can_be_taken_back_to_eight_bytes_each(
    services: Services, alembic: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a block whose dates are close together, and in one whose dates are far apart."""
    monkeypatch.setattr("dateline.text_index.writing.TAIL", 0)
    client = create_app(services).test_client()
    for first, second in (("2012-03-04", "2013"), ("1850-01-02", "2020-07")):
        items = [*make_items(1, date=first), *make_items(1, date=second)]
        client.post("/v1/bulk", data=as_ndjson(items), content_type=NDJSON)

    def read(columns: str, table: str) -> list[tuple[Any, ...]]:
        return [row[1:] for row in rows_of(services, columns, table)]

    before = read("number, first_seconds, last_seconds", "blocks")
    assert [len(first) for first, _ in before] == [16 + 2 * 4, 16 + 2 * 8]
    command.downgrade(alembic, "0008")
    written = [
        pair
        for starts, ends in read("number, starts, ends", "blocks")
        for pair in zip(np.frombuffer(starts, "<i8"), np.frombuffer(ends, "<i8"), strict=True)
    ]
    assert written == read("id, date_start, date_end", "entries")
    services.database.upgrade()
    assert read("number, first_seconds, last_seconds", "blocks") == before


def test_postings_stay_as_they_are_under_other_names(
    services: Services, alembic: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dateline.text_index.writing.TAIL", 0)
    client = create_app(services).test_client()
    client.post("/v1/bulk", data=as_ndjson(make_items(3)), content_type=NDJSON)
    columns = "block, field, trigram, trigrams, ends, occurrences"
    before = rows_of(services, columns, "postings")
    assert before
    command.downgrade(alembic, "0010")
    assert rows_of(services, "block, field, run, runs, ends, spots", "postings") == before
    services.database.upgrade()
    assert rows_of(services, columns, "postings") == before


def rows_of(services: Services, columns: str, table: str) -> list[tuple[Any, ...]]:
    with services.database.engine.connect() as connection:
        rows = connection.execute(text(f"SELECT {columns} FROM {table} ORDER BY 1, 2, 3"))
        return [tuple(row) for row in rows]


def test_doing_them_twice_changes_nothing(services: Services) -> None:
    before = tables(services.database)
    services.database.upgrade()
    assert tables(services.database) == before


def test_two_processes_may_do_them_at_the_same_time(settings: Settings, tmp_path: Path) -> None:
    given = {"DATELINE_DATABASE_URL": settings.database_url}
    both = [run_dateline(tmp_path, given, "db", "upgrade") for _ in range(2)]
    codes = [process.wait(DEADLINE) for process in both]
    assert codes == [0, 0], (tmp_path / "command.log").read_text()
    database = Database(settings)
    assert database.is_current()
    database.close()


@pytest.mark.parametrize("settings", [ON_MYSQL], indirect=True)
def test_they_go_on_where_they_were_cut_off(settings: Settings) -> None:
    """MySQL keeps the completed part of a migration; the second attempt continues from there."""
    engine = make_engines(settings).writing
    alembic = alembic_on(engine)
    left = 0

    class CutOff(Exception):
        pass

    def cut_off(*_about_a_statement: object) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise CutOff

    event.listen(engine, "before_cursor_execute", cut_off)
    for statements in count(8):
        left = statements
        try:
            command.upgrade(alembic, "head")
        except CutOff:
            continue
        break
    event.remove(engine, "before_cursor_execute", cut_off)
    assert statements > 15
    command.check(alembic)
    with engine.connect() as connection:
        assert len(connection.scalars(select(Archive.name)).all()) == 1
    engine.dispose()


def test_their_files_are_numbered_in_the_order_of_their_run(alembic: Config) -> None:
    scripts = list(ScriptDirectory.from_config(alembic).walk_revisions())[::-1]
    files = sorted(
        path.name for path in (MIGRATIONS / "versions").glob("*.py") if path.name != "__init__.py"
    )
    assert [Path(script.path).name for script in scripts] == files
    assert scripts[-1].revision == NEWEST_MIGRATION
    for number, (script, name) in enumerate(zip(scripts, files, strict=True), 1):
        assert script.revision == f"{number:04}"
        assert re.fullmatch(rf"{number:04}_[a-z0-9_]+\.py", name)
        assert script.down_revision == (f"{number - 1:04}" if number > 1 else None)
