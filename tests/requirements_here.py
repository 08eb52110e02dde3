"""A pytest plugin for what tests need beyond Python.

A test is marked `@pytest.mark.needs("redis")`. If the requirement is missing, the test is skipped,
and the summary reports how many were skipped, and why. With TEST_REQUIRE=all, a missing requirement
is an error, so that a run which must prove everything cannot pass by skipping tests.
"""

import os
import shutil
from collections import Counter
from collections.abc import Callable
from typing import Final

import pytest

REQUIRE: Final = "TEST_REQUIRE"
MYSQL_URL: Final = "TEST_MYSQL_URL"
FAULT_URL: Final = "TEST_MYSQL_FAULT_URL"
FAULT_START: Final = "TEST_MYSQL_START"


def _redis() -> str | None:
    return None if shutil.which("redis-server") else "redis-server is not on PATH"


def _chromium() -> str | None:
    return None if shutil.which("chromium") else "chromium is not on PATH"


def _mysql() -> str | None:
    if os.environ.get(MYSQL_URL):
        return None
    return f"{MYSQL_URL} is not set: the URL of a MySQL server on which databases can be made"


def _mysql_to_stop() -> str | None:
    if os.environ.get(FAULT_URL) and os.environ.get(FAULT_START):
        return None
    return (
        f"{FAULT_URL} and {FAULT_START} are not both set: the URL of a MySQL server that may be "
        "stopped and killed, and the shell command that starts it again"
    )


REQUIREMENTS: Final[dict[str, Callable[[], str | None]]] = {
    "redis": _redis,
    "chromium": _chromium,
    "mysql": _mysql,
    "mysql to stop": _mysql_to_stop,
}
"""For each requirement: a function that returns what is missing, or None."""


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    known = ", ".join(f'"{name}"' for name in REQUIREMENTS)
    config.addinivalue_line("markers", f"needs(*what): what the machine must have: {known}")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test before its fixtures use what is missing."""
    for marker in item.iter_markers("needs"):
        for name in marker.args:
            missing = REQUIREMENTS[name]()
            if missing is None:
                continue
            if os.environ.get(REQUIRE) == "all":
                pytest.fail(f"{REQUIRE}=all, but {missing}", pytrace=False)
            pytest.skip(f"{name}: {missing}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Report what was skipped, so that nobody takes a skipped test for a passed one."""
    # From the reports, because the tests may have run in other processes.
    skipped = terminalreporter.getreports("skipped")
    left_out = Counter(report.longrepr[2].removeprefix("Skipped: ") for report in skipped)
    if not left_out:
        return
    terminalreporter.section("Left out on this machine, and why:")
    for reason, count in sorted(left_out.items()):
        terminalreporter.write_line(f"{count:4} {'test' if count == 1 else 'tests'} - {reason}")
    terminalreporter.write_line(f"({REQUIRE}=all makes a missing requirement an error.)")
