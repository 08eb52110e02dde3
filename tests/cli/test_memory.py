"""An import uses little memory, whatever its rows are."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dateline.config import Settings
from dateline.imports.json_items import MAX_ROW
from dateline.wiring import Services
from tests.factories import make_item

MOST = 200 * 1024
"""Maximum peak memory of each of the two processes, in KiB."""

UNIT = 1024 if sys.platform == "darwin" else 1
"""Units of `ru_maxrss` per KiB: macOS counts bytes."""

MEASURED = """
import resource, subprocess, sys
done = subprocess.run([sys.executable, "-m", "dateline", *sys.argv[1:]], stdout=subprocess.PIPE)
print(done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def nested() -> bytes:
    """Return a row that takes forty times its size in memory when parsed."""
    deep = "[" * 90 + "]" * 90
    value = f"[{','.join([deep] * (MAX_ROW // (len(deep) + 1) - 5))}]"
    return json.dumps(make_item(title="@")).replace('"@"', value).encode() + b"\n"


def many_values() -> bytes:
    """Return a CSV row with the maximum number of values, in characters that take much memory."""
    return ("€," * 100_000 + "\U0001f600" * 150_000 + "\n").encode()


@pytest.mark.parametrize(
    ("name", "first", "row"),
    [("rows.ndjson", b"", nested), ("rows.csv", b"title,url,date\n", many_values)],
)
def test_long_rows_that_are_rejected_take_little_memory(
    services: Services,
    settings: Settings,
    tmp_path: Path,
    name: str,
    first: bytes,
    row: Callable[[], bytes],
) -> None:
    assert services.database.is_current()
    (tmp_path / name).write_bytes(first + b"".join(row() for _ in range(12)))
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, "import", str(tmp_path / name)],
        env={"DATELINE_DATABASE_URL": settings.database_url},
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    exit_code, peak = map(int, done.stdout.split())
    assert exit_code == 1
    assert peak / UNIT < MOST
