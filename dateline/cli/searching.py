"""The commands that search."""

import sys
from collections.abc import Callable
from dataclasses import replace

import click

from dateline.cli.group import commands, open_archive
from dateline.cli.tables import show_table
from dateline.errors import InvalidQuestion
from dateline.parameters import named_as_sent, read_parameters
from dateline.schemas import EntryPage, ExportParameters, Filters, SearchParameters
from dateline.search.answer import answer_question
from dateline.search.export import ExportFormat, export_entries
from dateline.search.question import Question, read_question

_Command = Callable[..., None]


def _options_of(parameters: type[Filters]) -> Callable[[_Command], _Command]:
    """Return a decorator that adds an option for every parameter and every alias."""

    def decorate(command: _Command) -> _Command:
        for name, field in reversed(parameters.model_fields.items()):
            # Separate options, because click does not say which of two names of an option was
            # used.
            helps = {name: field.description} | {
                alias: f"Same as --{name}."
                for alias, known in parameters.aliases.items()
                if known == name
            }
            for option, help_ in reversed(helps.items()):
                # All may be repeated: read_parameters, and not click, rejects those that may not.
                command = click.option(f"--{option}", option, multiple=True, help=help_)(command)
        return command

    return decorate


def _question(given: dict[str, tuple[str, ...]]) -> Question:
    """Read a question from options.

    Raises:
        InvalidQuestion: with the option named in each message, because only messages are printed.
    """
    pairs = [(name, value) for name, values in given.items() for value in values]
    try:
        return read_question(read_parameters(SearchParameters, pairs))
    except InvalidQuestion as error:
        named = [
            replace(fault, message=f"--{fault.field}: {fault.message}")
            for fault in named_as_sent(SearchParameters, pairs, error.faults)
        ]
        raise InvalidQuestion(named) from error


@commands.command()
@_options_of(SearchParameters)
@click.option("--json", "as_json", is_flag=True, help="Print the response of the API.")
def search(*, as_json: bool, **given: tuple[str, ...]) -> None:
    """Search entries."""
    answer, _outcome = answer_question(open_archive().cache, _question(given))
    if as_json:
        click.echo(answer.body)
        return
    page = EntryPage.model_validate_json(answer.body)
    lines = [(str(entry.id), entry.date, f"{entry.title}  {entry.url}") for entry in page.items]
    show_table(("id", "date", "title and URL"), lines)
    more = "" if page.total_relation == "eq" else "more than "
    click.echo(f"{more}{page.total:,} found")
    if page.next is not None:
        cursor = page.next.rpartition("cursor=")[2]
        click.echo(f"next page: the same with --cursor {cursor}")


@commands.command()
@_options_of(ExportParameters)
@click.option(
    "--format",
    "kind",
    type=click.Choice(list(ExportFormat), case_sensitive=False),
    default=ExportFormat.NDJSON.value,
    show_default=True,
    help="Output format.",
)
def export(*, kind: ExportFormat, **given: tuple[str, ...]) -> None:
    """Print all entries that a search finds, in a form that can be imported again.

    They come from one snapshot of the archive, whatever is added meanwhile.
    """
    question = _question(given)
    out = sys.stdout.buffer
    out.writelines(export_entries(open_archive().database, question, kind))
    # Flushed here, where errors are reported, and not at exit.
    out.flush()
