"""The process that normalises beside the one that writes: same outcomes, and never left behind."""

import io
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC

import psutil
import pytest

from dateline.imports import second_process
from dateline.imports.groups import GROUP, Groups
from dateline.imports.options import Options
from dateline.imports.outcomes import Outcomes, Reading, outcomes_of
from dateline.imports.read import Row
from dateline.imports.second_process import SecondProcess
from dateline.sample import sample_rows
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


def test_it_serves_until_there_are_no_more_tasks() -> None:
    taken = rows(50)
    tasks, answers = io.BytesIO(), io.BytesIO()
    pickle.dump(([tuple(row) for row in taken], READING), tasks)
    tasks.seek(0)
    second_process.serve(tasks, answers)
    answers.seek(0)
    assert pickle.load(answers) == second_process.READY
    assert pickle.load(answers) == outcomes_of(taken, READING)
    assert answers.read() == b""


def test_an_import_uses_it_and_keeps_the_order_of_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dateline.imports.groups.GROUP", 100)
    began: list[int] = []
    begin = SecondProcess.begin

    def beginning(other: SecondProcess, taken: list[Row], reading: Reading) -> None:
        began.append(taken[0].number)
        begin(other, taken, reading)

    monkeypatch.setattr(SecondProcess, "begin", beginning)
    sent = rows(1_000)
    expected = Outcomes()
    with Groups(Options(date_order="DMY")) as groups:

        def patiently() -> Iterator[Row]:
            for row in sent:
                other = groups._second_process
                if row.number == 301 and other is not None:
                    wait_until(other.is_ready, "the second process is ready")
                yield row

        done = list(groups.of(patiently()))
    for start in range(0, len(sent), 100):
        part = outcomes_of(sent[start : start + 100], Reading("DMY", decides=False, zone=UTC))
        expected.sound += part.sound
        expected.rejections += part.rejections
    assert began[-1] == 901
    assert len(began) >= 7
    assert [row for group in done for row in group.sound] == expected.sound
    assert [row for group in done for row in group.rejections] == expected.rejections
    assert sum(group.taken for group in done) == len(sent)


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
