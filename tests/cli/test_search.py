"""`dateline search`: the same answers as from the API."""

import json
import re

import pytest
from flask.testing import FlaskClient

from dateline.imports.options import Options
from dateline.imports.read import Row
from dateline.imports.run import run_import
from dateline.sample import sample_rows
from dateline.schemas import SearchParameters
from dateline.wiring import Services
from tests.cli.conftest import Run
from tests.factories import as_ndjson, make_item

QUESTIONS: list[dict[str, str]] = [
    {},
    {"contains": "de"},
    {"contains": "e", "after": "1990", "before": "2009-06"},
    {"url": "com", "sort": "date", "limit": "5"},
    {"uri": "https", "from": "2014", "to": "2015"},
    {"domain": "org", "sort": "-added", "total": "exact"},
    {"url": "example.org", "match": "prefix"},
    {"q": '"a" -de site:com before:2009'},
    {"contains": "no title has this"},
]


@pytest.fixture
def sample(services: Services) -> None:
    """Add some entries to the archive."""
    rows = [*sample_rows(300, seed=3), make_item(title="100% of it", date="2014-03")]
    run_import(services.database, [Row(*row) for row in enumerate(rows, 1)], Options())


@pytest.mark.usefixtures("sample")
@pytest.mark.parametrize("question", QUESTIONS)
def test_json_is_what_the_api_answers(
    question: dict[str, str], run: Run, client: FlaskClient
) -> None:
    options = [word for name, value in question.items() for word in (f"--{name}", value)]

    result = run("search", "--json", *options)

    assert (result.exit_code, result.stderr) == (0, "")
    assert json.loads(result.stdout) == client.get("/v1/entries", query_string=question).json


@pytest.mark.usefixtures("sample")
def test_text_is_a_table_of_the_same_entries(run: Run, client: FlaskClient) -> None:
    answer = client.get("/v1/entries?contains=de&limit=7").get_json()

    result = run("search", "--contains", "de", "--limit", "7")

    assert result.exit_code == 0
    header, *lines = result.stdout.splitlines()
    lines, total, _next_page = lines[:-2], lines[-2], lines[-1]
    assert header.split() == ["id", "date", "title", "and", "URL"]
    assert len(lines) == 7
    for line, entry in zip(lines, answer["items"], strict=True):
        number, date, rest = line.split(maxsplit=2)
        assert (int(number), date) == (entry["id"], entry["date"])
        assert rest == f"{entry['title']}  {entry['url']}"
    assert total == f"{answer['total']} found"


@pytest.mark.usefixtures("sample")
def test_every_page_names_the_next_one(run: Run) -> None:
    wanted = run("search", "--contains", "de", "--limit", "1000").stdout.splitlines()[1:-1]
    seen: list[str] = []
    cursor: list[str] = []

    while True:
        lines = run("search", "--contains", "de", "--limit", "10", *cursor).stdout.splitlines()
        seen.extend(line for line in lines[1:] if line[0].isdigit() and "  " in line)
        if "--cursor" not in lines[-1]:
            break
        cursor = ["--cursor", lines[-1].split()[-1]]

    assert len(seen) > 20
    assert [line.split()[0] for line in seen] == [line.split()[0] for line in wanted]


@pytest.mark.usefixtures("sample")
def test_contains_may_be_repeated_and_all_must_match(run: Run) -> None:
    both = run("search", "--contains", "100", "--contains", "% OF")

    assert "100% of it" in both.stdout
    assert both.stdout.endswith("1 found\n")


def test_nothing_found_is_no_error(run: Run) -> None:
    result = run("search", "--contains", "nothing")

    assert (result.exit_code, result.stdout, result.stderr) == (0, "0 found\n", "")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--after", "May 23"], "'May 23' has no year"),
        (["--before", "03/04/2020"], "'03/04/2020' could be"),
        (["--limit", "many"], "'limit' must be a whole number, not 'many'."),
        (["--limit", "0"], "'limit' must be 1 or more, not '0'."),
        (["--limit", "5", "--limit", "6"], "'limit' is given 2 times"),
        (["--after", "2014", "--from", "2015"], "'after' is given 2 times"),
        (["--sort", "title"], "'sort' must be '-date', "),
        (["--match", "host"], "'match' requires 'url'."),
        (["--url", "a b", "--match", "exact"], "The URL"),
        (["--cursor", "x"], "This cursor is damaged"),
        (["--contains", ""], "'contains' is empty"),
        (["--nonsense", "1"], "No such option '--nonsense'."),
        (["--contains"], "requires an argument"),
    ],
)
def test_a_bad_question_is_a_sentence(options: list[str], sentence: str, run: Run) -> None:
    result = run("search", *options)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines()[-1].startswith("Error: ")
    assert sentence in result.stderr


@pytest.mark.parametrize("command", ["search", "export"])
def test_every_bad_option_is_named(command: str, run: Run) -> None:
    result = run(command, "--after", "2014", "--before", "May 23", "--domain", "a b")

    assert "--after" not in result.stderr
    assert "--before: 'May 23' has no year" in result.stderr
    assert "--domain: The URL has a space in its host" in result.stderr


def test_a_bad_option_is_named_as_it_was_given(run: Run) -> None:
    result = run("search", "--from", "May 23", "--to", "2014", "--to", "2015")
    assert "'to' is given 2 times" in result.stderr
    result = run("search", "--from", "May 23", "--uri", "a b", "--match", "exact")
    assert result.stderr.startswith("Error: --uri: The URL")
    assert "--from: 'May 23' has no year" in result.stderr
    assert "--after" not in result.stderr


def test_every_parameter_of_the_api_is_an_option(run: Run) -> None:
    said = run("search", "--help").stdout

    for name in [*SearchParameters.model_fields, *SearchParameters.aliases]:
        assert f"--{name}" in said


def test_help_names_every_value_of_an_option(run: Run) -> None:
    said = run("search", "--help").stdout

    for name in ("match", "sort"):
        annotation = SearchParameters.model_fields[name].annotation
        values = re.findall(r"'([\w-]+)'", str(annotation))
        assert len(values) > 3
        assert [value for value in values if f"`{value}`" not in said] == []


def test_what_is_printed_has_no_terminal_escapes_and_all_of_the_language(run: Run) -> None:
    """Persian words, soft hyphens and emoji families contain invisible characters."""
    title = "می\u200cخواهم, Do\u00adnau, 👩\u200d💻"
    rows = as_ndjson([make_item(title=f"{title} \u202e\u2066", url="https://example.org/a\u00a0b")])
    assert run("import", "-", "--format", "ndjson", given=rows).exit_code == 0

    line = run("search").stdout.splitlines()[1]

    assert line == f"1   2014-03-08  {title} \ufffd\ufffd  https://example.org/a\u00a0b"
