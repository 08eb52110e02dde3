"""How connections are set up."""

from dateline.wiring import Services


def test_readers_of_sqlite_map_the_file_and_writers_do_not(services: Services) -> None:
    """What is mapped would count as memory of an import."""
    with services.database.reading() as session:
        assert session.connection().exec_driver_sql("PRAGMA mmap_size").scalar_one() > 2**30
    with services.database.writing() as session:
        assert session.connection().exec_driver_sql("PRAGMA mmap_size").scalar_one() == 0
