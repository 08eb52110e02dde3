"""`dateline db`, and what other commands say while the tables are not those of this release."""

import pytest

from tests.cli.conftest import Run


def test_check_upgrade_check(run_anywhere: Run) -> None:
    behind = run_anywhere("db", "check")
    upgraded = run_anywhere("db", "upgrade")
    current = run_anywhere("db", "check")

    assert (behind.exit_code, behind.stdout) == (1, "")
    assert behind.stderr.endswith("run: python -m dateline db upgrade\n")
    assert (upgraded.exit_code, upgraded.stdout, upgraded.stderr) == (0, "", "")
    assert (current.exit_code, current.stderr) == (0, "")
    assert current.stdout == "The tables are those of this release.\n"


def test_upgrading_twice_changes_nothing(run: Run) -> None:
    assert run("db", "upgrade").exit_code == 0
    assert run("db", "check").exit_code == 0


@pytest.mark.parametrize(
    "command", [["search"], ["export"], ["imports"], ["import", "-", "--format", "csv"]]
)
def test_other_commands_wait_for_the_tables(command: list[str], run_anywhere: Run) -> None:
    result = run_anywhere(*command)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("Error: The archive's tables are not those of this release; ")
