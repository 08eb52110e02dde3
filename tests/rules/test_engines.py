"""How connections are set up."""

from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import QueuePool

from dateline.text_index.trigrams import OCCURRENCE
from dateline.wiring import Services
from tests.archives import new_settings, opened


def test_readers_of_sqlite_map_the_file_and_writers_do_not(services: Services) -> None:
    """Mapped pages would count as memory of an import."""
    with services.database.reading() as session:
        assert session.connection().exec_driver_sql("PRAGMA mmap_size").scalar_one() > 2**30
    with services.database.writing() as session:
        assert session.connection().exec_driver_sql("PRAGMA mmap_size").scalar_one() == 0


def test_every_thread_may_have_a_connection(tmp_path: Path) -> None:
    """A slow download holds its connection for as long as it takes."""
    with opened(new_settings(tmp_path, threads=20)) as services, ExitStack() as readers:
        for _ in range(20):
            readers.enter_context(services.database.reading()).connection()
        pool = services.database.engine.pool
        assert isinstance(pool, QueuePool)
        assert (pool.checkedout(), pool.overflow()) == (20, 0)


def test_readers_of_sqlite_keep_the_posting_list_of_a_frequent_trigram_of_ten_million_entries(
    services: Services,
) -> None:
    """In KiB, which SQLite writes as a negative number; for pages beyond the mapped part."""
    posting_list = 10_000_000 * OCCURRENCE.itemsize // 1024
    with services.database.reading() as session:
        kept = -session.connection().exec_driver_sql("PRAGMA cache_size").scalar_one()
    with services.database.writing() as session:
        written = -session.connection().exec_driver_sql("PRAGMA cache_size").scalar_one()
    assert written < posting_list < kept
