"""`dateline import`: what is stored, what is reported about the rest, and how it exits."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from dateline.imports.read import Format
from dateline.models import Entry, Import
from dateline.wiring import Services
from tests.cli.conftest import Run
from tests.factories import as_csv, as_json, as_ndjson, make_item, make_items, zipped

ROWS = [make_item(title=f"Kept {number}") for number in range(3)]
FAULTY = make_item(date="May 23")

FILES = {
    "rows.json": as_json(ROWS),
    "rows.ndjson": as_ndjson(ROWS),
    "rows.jsonl": as_ndjson(ROWS),
    "rows.csv": as_csv(ROWS),
    "rows.json.gz": zipped(as_json(ROWS)),
    "rows.ndjson.gz": zipped(as_ndjson(ROWS)),
    "ROWS.CSV.GZ": zipped(as_csv(ROWS, ";")),
}


@pytest.mark.parametrize("name", FILES)
def test_the_name_says_what_the_file_is(
    name: str, run: Run, directory: Path, services: Services
) -> None:
    (directory / name).write_bytes(FILES[name])

    result = run("import", name)

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"{name}: 3 received, 3 created, 0 duplicate, 0 rejected\n"
    assert sorted(_titles(services)) == ["Kept 0", "Kept 1", "Kept 2"]


@pytest.mark.parametrize("kind", Format)
def test_standard_input(kind: Format, run: Run) -> None:
    body = {
        Format.JSON: as_json(ROWS),
        Format.NDJSON: as_ndjson(ROWS),
        Format.CSV: as_csv(ROWS),
    }[kind]

    result = run("import", "-", "--format", kind, given=body)

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "-: 3 received, 3 created, 0 duplicate, 0 rejected\n"


def test_the_format_that_is_said_wins_over_the_name(run: Run, directory: Path) -> None:
    (directory / "rows.json").write_bytes(as_ndjson(ROWS))

    assert "3 created" in run("import", "rows.json", "--format", "ndjson").stdout


@pytest.mark.parametrize("name", ["-", "rows.txt", "rows", "rows.gz"])
def test_a_name_that_says_nothing_is_an_error_before_anything_is_kept(
    name: str, run: Run, directory: Path, services: Services
) -> None:
    (directory / "rows.json").write_bytes(as_json(ROWS))

    result = run("import", "rows.json", name)

    assert result.exit_code == 2
    assert f"Error: {name}: the name does not show the format; add --format json," in result.stderr
    assert _titles(services) == []


def test_rejected_rows_are_shown_with_all_their_reasons(run: Run, directory: Path) -> None:
    rows = [*ROWS, FAULTY, {"title": " ", "url": "file:///a", "date": "2014-03-08"}]
    (directory / "rows.json").write_bytes(as_json(rows))

    result = run("import", "rows.json")

    assert result.exit_code == 1
    assert result.stderr == ""
    first, header, *lines = result.stdout.splitlines()
    assert first == "rows.json: 5 received, 3 created, 0 duplicate, 2 rejected"
    assert header.split() == ["row", "code", "why"]
    assert [line.split()[:2] for line in lines] == [
        ["4", "date.no_year"],
        ["5", "title.missing"],
        ["5", "url.scheme"],
    ]
    assert lines[0].endswith("'May 23' has no year; write it out, as in 2014-03-08.")


def test_after_a_hundred_rejected_rows_the_ledger_is_named(run: Run, directory: Path) -> None:
    (directory / "rows.ndjson").write_bytes(as_ndjson([FAULTY] * 130))

    result = run("import", "rows.ndjson")

    assert result.exit_code == 1
    assert len([line for line in result.stdout.splitlines() if "date.no_year" in line]) == 100
    last = result.stdout.splitlines()[-1]
    assert last == "... and 30 more rejected rows; see: python -m dateline imports 1"


def test_what_was_sent_gives_no_orders_to_the_terminal(run: Run) -> None:
    evil = "\x1b[31mred\x1b]0;title\x07 \u202e"
    row = make_item(date=evil, **{evil: "x"})

    result = run("import", "-", "--format", "ndjson", given=as_ndjson([row]))
    refused = run("import", "-", "--format", "csv", given=f"title,{evil},{evil}\n".encode())

    assert (result.exit_code, refused.exit_code) == (1, 2)
    shown = result.stdout + refused.stderr
    assert "red" in result.stdout
    assert "red" in refused.stderr
    assert all(sign.isprintable() or sign == "\n" for sign in shown)


def test_columns_that_are_not_kept_are_named(run: Run) -> None:
    rows = [make_item(author="A"), make_item(lang="pt")]

    result = run("import", "-", "--format", "ndjson", given=as_ndjson(rows))

    assert result.exit_code == 0
    assert "Ignored columns: author, lang" in result.stdout


def test_a_dry_run_says_the_same_and_writes_nothing(
    run: Run, directory: Path, services: Services
) -> None:
    (directory / "rows.json").write_bytes(as_json([*ROWS, ROWS[0], FAULTY]))

    result = run("import", "--dry-run", "rows.json")

    counts = "5 received, 3 created, 1 duplicate, 1 rejected"
    assert result.exit_code == 1
    assert f"{counts}; nothing was written (dry run)" in result.stdout
    assert "date.no_year" in result.stdout
    assert _titles(services) == []
    assert run("imports").stdout == ""
    assert counts in run("import", "rows.json").stdout


def test_date_order(run: Run, services: Services) -> None:
    rows = as_ndjson([make_item(date="03/04/2020")])

    doubtful = run("import", "-", "--format", "ndjson", given=rows)
    decided = run("import", "-", "--format", "ndjson", "--date-order", "DMY", given=rows)

    assert (doubtful.exit_code, decided.exit_code) == (1, 0)
    assert "Order of day and month" not in doubtful.stdout
    assert "date.ambiguous" in doubtful.stdout
    assert _dates(services) == ["2020-04-03"]


def test_the_order_that_was_proved_is_told(run: Run) -> None:
    rows = as_ndjson([make_item(date="03/04/2020"), make_item(date="13/04/2020")])

    result = run("import", "-", "--format", "ndjson", given=rows)

    assert result.stdout.splitlines() == [
        "-: 2 received, 2 created, 0 duplicate, 0 rejected",
        "Order of day and month: DMY",
    ]
    assert run("imports", "1").stdout == result.stdout


def test_timezone(run: Run, services: Services) -> None:
    rows = as_ndjson([make_item(date="2014-03-08T15:00:00")])

    result = run("import", "-", "--format", "ndjson", "--timezone", "Asia/Tokyo", given=rows)

    assert result.exit_code == 0
    assert _dates(services) == ["2014-03-08T06:00:00Z"]


@pytest.mark.parametrize("zone", ["Mars/Phobos", "", "../etc", "/etc/passwd"])
def test_an_unknown_timezone_is_an_error(zone: str, run: Run) -> None:
    result = run("import", "-", "--format", "ndjson", "--timezone", zone, given=as_ndjson(ROWS))

    assert result.exit_code == 2
    assert "--timezone" in result.stderr


def test_several_files_have_a_report_and_a_ledger_each(
    run: Run, directory: Path, services: Services
) -> None:
    (directory / "a.json").write_bytes(as_json(ROWS))
    (directory / "b.csv").write_bytes(as_csv([*ROWS, make_item()]))

    result = run("import", "a.json", "b.csv")

    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "a.json: 3 received, 3 created, 0 duplicate, 0 rejected",
        "b.csv: 4 received, 1 created, 3 duplicate, 0 rejected",
    ]
    with services.database.reading() as session:
        assert session.scalars(select(Import.source)).all() == ["a.json", "b.csv"]


def test_one_bad_file_does_not_stop_the_others(run: Run, directory: Path) -> None:
    (directory / "bad.json").write_bytes(b"<html>")
    (directory / "some.json").write_bytes(as_json([*ROWS, FAULTY]))
    (directory / "folder.json").mkdir()

    result = run("import", "nowhere.json", "bad.json", "folder.json", "some.json")

    assert result.exit_code == 2
    missing, unreadable, folder = result.stderr.splitlines()
    assert missing == "nowhere.json: No such file or directory"
    assert unreadable.startswith("bad.json: The body must be an object like")
    assert folder == "folder.json: Is a directory"
    assert result.stdout.startswith("some.json: 4 received, 3 created, 0 duplicate, 1 rejected\n")


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("rows.ndjson.gz", as_ndjson(ROWS)),
        ("rows.ndjson.gz", zipped(as_ndjson(ROWS))[:-8]),
        ("rows.csv", zipped(as_csv(ROWS))),
        ("rows.json", b'{"rows": []}'),
        ("rows.json", as_json(ROWS)[:-9]),
        ("rows.csv", b"name;address\na;b\n"),
        ("rows.csv", "title,url,date\ncafé,a,b\n".encode("latin-1")),
    ],
)
def test_a_file_that_cannot_be_read_says_why_and_keeps_nothing(
    name: str, body: bytes, run: Run, directory: Path, services: Services
) -> None:
    (directory / name).write_bytes(body)

    result = run("import", name)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"{name}: The ")
    assert len(result.stderr.splitlines()) == 1
    assert _titles(services) == []


def test_an_empty_file_is_an_import_of_nothing(run: Run, directory: Path) -> None:
    (directory / "rows.ndjson").write_bytes(b"")
    (directory / "rows.json").write_bytes(b'{"items": []}')

    result = run("import", "rows.ndjson", "rows.json")

    assert result.exit_code == 0
    assert result.stdout.count("0 received, 0 created, 0 duplicate, 0 rejected") == 2


def test_a_file_name_that_is_not_text(run: Run, directory: Path) -> None:
    name = b"\xff.json".decode("utf-8", "surrogateescape")
    (directory / name).write_bytes(as_json(ROWS))

    result = run("import", name)

    assert result.exit_code == 0
    assert result.stdout.startswith("\N{REPLACEMENT CHARACTER}.json: 3 received")
    assert "\N{REPLACEMENT CHARACTER}.json" in run("imports").stdout


def test_rows_of_any_json_type_are_accounted_for(run: Run) -> None:
    body = b'{"title": "a"}\n[1]\n"x"\nnull\n{oops\n' + json.dumps(make_item()).encode()

    result = run("import", "-", "--format", "ndjson", given=body)

    assert result.exit_code == 1
    assert result.stdout.startswith("-: 6 received, 1 created, 0 duplicate, 5 rejected\n")


def test_sending_many_rows_again_creates_nothing(run: Run, directory: Path) -> None:
    (directory / "rows.ndjson").write_bytes(as_ndjson(make_items(300)))

    assert "300 received, 300 created" in run("import", "rows.ndjson").stdout
    assert "300 received, 0 created, 300 duplicate" in run("import", "rows.ndjson").stdout


def _titles(services: Services) -> list[str]:
    with services.database.reading() as session:
        return list(session.scalars(select(Entry.title)))


def _dates(services: Services) -> list[str]:
    with services.database.reading() as session:
        return list(session.scalars(select(Entry.date)))
