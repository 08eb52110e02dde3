"""Migrations: they make the tables that the models describe, forwards and back."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from dateline.app import create_app
from dateline.config import Settings
from dateline.database import MIGRATIONS, NEWEST_MIGRATION, Database
from dateline.models import Base
from dateline.wiring import Services
from tests.archives import new_settings
from tests.factories import NDJSON, as_ndjson, make_items
from tests.servers import ON_MYSQL, ON_SQLITE, fresh_database


@pytest.fixture(params=[ON_SQLITE, ON_MYSQL])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """Settings of an archive on each database."""
    with fresh_database(request.param, tmp_path) as url:
        yield new_settings(tmp_path, database_url=url)


@pytest.fixture
def alembic(services: Services) -> Config:
    """Alembic on the test's own archive."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = services.database.engine
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
    assert imported() == {"created": 0, "duplicate": 5, "rejected": 0}
    services.database.upgrade()
    command.check(alembic)
    assert imported() == {"created": 0, "duplicate": 5, "rejected": 0}
    for match, answer in expected.items():
        assert client.get(query + match).get_json() == answer


def test_doing_them_twice_changes_nothing(services: Services) -> None:
    before = tables(services.database)
    services.database.upgrade()
    assert tables(services.database) == before


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
