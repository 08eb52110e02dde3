"""The second process, which normalises rows: same outcomes, and it never outlives the import."""

import io
import os
import pickle
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC
from pathlib import Path

import psutil
import pytest
from flask.testing import FlaskClient

from dateline.errors import UnreadableBody
from dateline.fields.dates import DateOrder
from dateline.imports import second_process
from dateline.imports.groups import GROUP, Groups
from dateline.imports.options import Options
from dateline.imports.outcomes import Reading, outcomes_of
from dateline.imports.read import Format, RawRow, Row, Unread, read_rows
from dateline.imports.second_process import SecondProcess
from dateline.sample import sample_rows
from tests.factories import JSON, NDJSON, Item, as_csv, as_json, as_ndjson, make_item, make_items
from tests.servers import wait_until

READING = Reading(None, decides=True, zone=UTC)


def rows(how_many: int) -> list[Row]:
    return [Row(number, raw) for number, raw in enumerate(sample_rows(how_many, seed=1), 1)]


def test_it_gives_what_the_first_process_would_give() -> None:
    first, second = rows(400)[:200], rows(400)[200:]
    with SecondProcess() as other:
        wait_until(other.is_ready, "the second process is ready")
        for taken in (first, second):
            other.begin(taken, READING)
            assert other.outcomes() == outcomes_of(taken, READING)


def test_it_is_given_tasks_ahead_however_large_they_are() -> None:
    # Each task and its result are larger than a pipe's buffer.
    long = [Row(number, make_item(title=f"{number} {'x' * 900}")) for number in range(1, 4_001)]
    tasks = [long[at : at + 1_000] for at in range(0, 4_000, 1_000)]
    with SecondProcess() as other:
        wait_until(other.is_ready, "the second process is ready")
        for taken in tasks:
            other.begin(taken * 2, READING)
        for taken in tasks:
            assert other.outcomes() == outcomes_of(taken * 2, READING)


def test_it_serves_until_there_are_no_more_tasks() -> None:
    taken = rows(50)
    tasks, answers = io.BytesIO(), io.BytesIO()
    pickle.dump((Row, [tuple(row) for row in taken], READING), tasks)
    tasks.seek(0)
    second_process.serve(tasks, answers)
    answers.seek(0)
    assert pickle.load(answers) == second_process.READY
    assert pickle.load(answers) == outcomes_of(taken, READING)
    assert answers.read() == b""


def test_it_ends_where_a_task_is_cut_off() -> None:
    whole = pickle.dumps((Row, [tuple(row) for row in rows(50)], READING))
    answers = io.BytesIO()
    second_process.serve(io.BytesIO(whole + whole[:-10]), answers)
    answers.seek(0)
    assert pickle.load(answers) == second_process.READY
    assert pickle.load(answers) == outcomes_of(rows(50), READING)
    assert answers.read() == b""


def test_it_tells_that_a_body_is_unreadable_and_serves_on() -> None:
    with SecondProcess() as other:
        wait_until(other.is_ready, "the second process is ready")
        other.begin([Unread(7, b'{"title": "\xff"}', in_document=False)], READING)
        with pytest.raises(UnreadableBody, match="not UTF-8 near '"):
            other.outcomes()
        other.begin([Unread(7, b'{"title": 01}', in_document=True)], READING)
        with pytest.raises(UnreadableBody, match="Row 7 of the body is not"):
            other.outcomes()
        other.begin([Unread(7, b'{"title": 01}', in_document=False)], READING)
        assert [rejection.row for rejection in other.outcomes().rejections] == [7]


@pytest.fixture
def began(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Make groups small, so that the second process does all but the first; record its starts."""
    monkeypatch.setattr("dateline.imports.groups.GROUP", 100)
    is_ready, begin = SecondProcess.is_ready, SecondProcess.begin
    first_rows: list[int] = []

    def ready(other: SecondProcess) -> bool:
        wait_until(lambda: is_ready(other), "the second process is ready")
        return True

    def beginning(other: SecondProcess, taken: list[RawRow], reading: Reading) -> None:
        first_rows.append(taken[0].number)
        begin(other, taken, reading)

    monkeypatch.setattr(SecondProcess, "is_ready", ready)
    monkeypatch.setattr(SecondProcess, "begin", beginning)
    return first_rows


BODIES: dict[Format, Callable[[list[Item]], bytes]] = {
    Format.JSON: as_json,
    Format.NDJSON: as_ndjson,
    Format.CSV: as_csv,
}


@pytest.mark.parametrize("kind", Format)
@pytest.mark.parametrize("order", [None, "DMY"])
def test_an_import_uses_it_and_keeps_the_order_of_rows(
    began: list[int], kind: Format, order: DateOrder | None
) -> None:
    body = BODIES[kind]([*sample_rows(999, seed=1), make_item(date="03/04/2020")])
    sent = list(read_rows(io.BytesIO(body), kind, gzipped=False, limit=None))
    with Groups(Options(date_order=order)) as groups:
        done = list(groups.of(sent))
    here = outcomes_of(sent, Reading(order, decides=order is None, zone=UTC))
    waited = outcomes_of(here.undecided, Reading(groups.date_order, decides=False, zone=UTC))
    waiting = [row.number for row in here.undecided]
    assert bool(waiting) == (order is None)
    assert began == [*range(101, 1_000, 100), *waiting[:1]]
    assert [row for group in done for row in group.sound] == here.sound + waited.sound
    rejections = here.rejections + waited.rejections
    assert [row for group in done for row in group.rejections] == rejections
    assert sum(group.taken for group in done) == len(sent) + len(waiting)


def test_rows_that_are_no_objects_keep_their_numbers(began: list[int], client: FlaskClient) -> None:
    lines = as_ndjson(make_items(300)).splitlines(keepends=True)
    lines[250:250] = [b"\n", b'{"title": \n', b"[1]\n"]
    answer = client.post("/v1/bulk", data=b"".join(lines), content_type=NDJSON).get_json()
    assert began == [101, 201, 301]
    assert answer["import"]["created"] == 300
    assert [(row["row"], row["errors"][0]["code"], row["raw"]) for row in answer["rejected"]] == [
        (251, "row.unreadable", '{"title":'),
        (252, "row.not_an_object", [1]),
    ]


@pytest.mark.parametrize(
    ("media_type", "broken", "sentence"),
    [
        (
            NDJSON,
            b'{"title": "\xff"}',
            'The body is not UTF-8 near \'{"title": "\ufffd"}\'; save it',
        ),
        (JSON, b'{"title": "\xff"}', 'The body is not UTF-8 near \'{"title": "\ufffd"}\'; save it'),
        (JSON, b'{"title": 01}', "Row 251 of the body is not valid JSON near '"),
    ],
)
def test_an_unreadable_row_far_down_leaves_nothing(
    began: list[int], client: FlaskClient, media_type: str, broken: bytes, sentence: str
) -> None:
    lines = as_ndjson(make_items(500)).splitlines()
    lines[250] = broken
    is_json = media_type == JSON
    body = b'{"items": [' + b",".join(lines) + b"]}" if is_json else b"\n".join(lines)
    answer = client.post("/v1/bulk", data=body, content_type=media_type)
    assert began[:2] == [101, 201]
    assert answer.status_code == 400
    assert answer.get_json()["detail"].startswith(sentence)
    assert client.get("/v1/entries").get_json()["total"] == 0
    assert client.get("/v1/imports").get_json()["total"] == 0


def test_an_import_goes_on_if_it_is_killed(
    began: list[int],
    client: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    begin = SecondProcess.begin

    def killed(other: SecondProcess, taken: list[RawRow], reading: Reading) -> None:
        begin(other, taken, reading)
        other._process.kill()
        other._process.wait()

    monkeypatch.setattr(SecondProcess, "begin", killed)
    items = [*make_items(500), make_item(url="no")]
    answer = client.post("/v1/bulk", data=as_ndjson(items), content_type=NDJSON)
    assert began == [101, 201, 301, 401, 501]
    assert answer.status_code == 207
    assert answer.get_json()["import"]["created"] == 500
    assert [row["row"] for row in answer.get_json()["rejected"]] == [501]
    assert caplog.messages == ["The second process of an import has ended by itself: -9"]


def test_it_is_not_ready_if_it_is_killed_before() -> None:
    with SecondProcess() as other:
        other._process.kill()
        other._process.wait()
        assert not other.is_ready()


def test_a_server_with_many_connections_can_import(client: FlaskClient) -> None:
    """select(2) supports no file descriptor above 1,023."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2_048), hard))
    with ExitStack() as files:
        while files.enter_context(Path(os.devnull).open()).fileno() < 1_024:
            pass
        body = as_ndjson(make_items(2 * GROUP))
        answer = client.post("/v1/bulk", data=body, content_type=NDJSON)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert answer.get_json()["import"]["created"] == 2 * GROUP


def test_a_small_import_starts_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dateline.imports.groups.SecondProcess", None)
    with Groups(Options(date_order="DMY")) as groups:
        assert sum(group.taken for group in groups.of(rows(GROUP - 1))) == GROUP - 1


def test_it_ends_when_the_first_process_is_killed() -> None:
    code = (
        "from dateline.imports.second_process import SecondProcess\n"
        "other = SecondProcess()\n"
        "while not other.is_ready(): pass\n"
        "print(other._process.pid, flush=True)\n"
        "input()\n"
    )
    first = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert first.stdout is not None
    assert first.stdin is not None
    other = psutil.Process(int(first.stdout.readline()))
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    wait_until(lambda: not _runs(other), "the second process has ended")
    first.stdin.close()
    first.stdout.close()


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
