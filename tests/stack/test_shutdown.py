"""After SIGTERM, requests and imports in flight are finished."""

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import psutil
import pytest
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool

from tests.factories import NDJSON, as_json, as_ndjson, make_item, make_items
from tests.servers import Reply, fresh_database, wait_until
from tests.stack.conftest import running

IN_FLIGHT: Final = 5


@pytest.mark.needs("mysql")
def test_a_server_that_is_told_to_end_answers_what_is_in_flight(tmp_path: Path) -> None:
    """Writes waiting for a lock that the test holds are in flight for as long as it likes."""
    with (
        fresh_database("mysql", tmp_path) as url,
        # One worker may receive all requests.
        running(tmp_path, DATABASE_URL=url, WORKERS="2", THREADS=str(IN_FLIGHT)) as server,
        ThreadPoolExecutor(IN_FLIGHT) as clients,
    ):
        engine = create_engine(url, poolclass=NullPool)
        with engine.connect() as locking, engine.connect() as watching:
            locking.exec_driver_sql("SELECT version FROM archive FOR UPDATE")
            requests: list[Future[Reply]] = [
                clients.submit(server.post, "/v1/bulk", as_json([make_item()]))
                for _ in range(IN_FLIGHT)
            ]
            wait_until(lambda: _waiting(watching) == IN_FLIGHT, "all writes wait for the lock")

            server.terminate()
            wait_until(lambda: not _listens(server.pid), "it has understood")
            assert not any(request.done() for request in requests)
            locking.rollback()
            replies = [request.result() for request in requests]
            code = server.wait()
            kept = watching.exec_driver_sql("SELECT COUNT(*) FROM entries").scalar_one()

    assert [reply.status for reply in replies] == [200] * IN_FLIGHT
    assert [reply.json["import"]["created"] for reply in replies] == [1] * IN_FLIGHT
    assert kept == IN_FLIGHT
    assert code == 0


def test_an_import_in_flight_is_finished_where_all_processes_are_told_to_end(
    tmp_path: Path,
) -> None:
    """As systemd does by default: the import's second process gets the signal too."""
    body = as_ndjson(make_items(6_000))
    url = f"sqlite:///{tmp_path}/archive.db"
    with running(tmp_path, DATABASE_URL=url) as server, ThreadPoolExecutor() as client:
        master = psutil.Process(server.pid)
        before = len(master.children(recursive=True))
        request = client.submit(server.post, "/v1/bulk", body, NDJSON)
        wait_until(
            lambda: len(master.children(recursive=True)) > before, "there is a second process"
        )

        for process in [*master.children(recursive=True), master]:
            process.terminate()
        reply = request.result()

        assert reply.json["import"]["created"] == 6_000
        assert server.wait() == 0


def _waiting(watching: Connection) -> int:
    """Return the number of writers that wait for the row of the archive."""
    statement = (
        "SELECT COUNT(*) FROM information_schema.processlist WHERE db = DATABASE() "
        "AND info LIKE 'SELECT archive%%FOR UPDATE'"
    )
    found: Any = watching.exec_driver_sql(statement).scalar_one()
    return int(found)


def _listens(pid: int) -> bool:
    found = psutil.Process(pid).net_connections("tcp")
    return any(connection.status == psutil.CONN_LISTEN for connection in found)
