"""VIEW for programs: what the API takes and gives. Within v1, keys are only ever added."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from dateline.errors import Fault, shortened
from dateline.fields.dates import DateOrder, Precision

MAX_LIMIT: Final = 1_000

MAX_TEXT: Final = 1_000
"""Characters of a text that is looked for."""

MAX_URL: Final = 2_000
"""Characters of a URL that is looked for."""

MAX_ID: Final = 10**18
"""No database gives so large a number to anything. The OpenAPI document, in which bounds are double
floats, says it exactly, as it could not say 2**63 - 1."""


class Taken(BaseModel):
    """What is sent to us: nothing that we do not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Given(BaseModel):
    """What we send."""

    model_config = ConfigDict(frozen=True)


class Parameters(Taken):
    """The query string of a request."""

    aliases: ClassVar[Mapping[str, str]] = {}
    """Other names of parameters."""
    repeatable: ClassVar[frozenset[str]] = frozenset()
    """Parameters that may be given more than once."""


class NoParameters(Parameters):
    """There are none."""


def _digits(value: object) -> object:
    if isinstance(value, str) and not (value.isascii() and value.removeprefix("-").isdigit()):
        raise PydanticCustomError("int_parsing", "not a whole number")
    return value


# Pydantic also takes 1_0, 5.0 and +5 for whole numbers. What is below 0 is told the least number.
ONLY_DIGITS: Final = BeforeValidator(_digits)

Text = Annotated[str, Field(max_length=MAX_TEXT)]


class Filters(Parameters):
    """What entries must be like. All filters must match."""

    aliases: ClassVar[Mapping[str, str]] = {"uri": "url", "from": "after", "to": "before"}
    repeatable: ClassVar[frozenset[str]] = frozenset({"contains"})

    q: Annotated[
        str | None,
        Field(
            max_length=MAX_TEXT,
            description='Words and "phrases" in the title, -without, site:example.org, url:news, '
            "after:2014, before:2014-03; all must match.",
        ),
    ] = None
    contains: Annotated[
        tuple[Text, ...],
        Field(
            max_length=20,
            description="Text that the title contains, ignoring case and accents. "
            "Repeatable; all must match.",
        ),
    ] = ()
    url: Annotated[
        str | None,
        Field(max_length=MAX_URL, description="A URL or part of one. Alias: `uri`."),
    ] = None
    match: Annotated[
        Literal["contains", "exact", "prefix", "host", "domain"] | None,
        Field(
            description="How `url` is compared: `contains` (default), `exact`, `prefix`, `host` "
            "or `domain`."
        ),
    ] = None
    domain: Annotated[
        str | None,
        Field(max_length=2_000, description="A domain, including all hosts under it."),
    ] = None
    after: Annotated[
        str | None,
        Field(
            max_length=200,
            description="Earliest date, inclusive, at any precision. Alias: `from`.",
        ),
    ] = None
    before: Annotated[
        str | None,
        Field(
            max_length=200,
            description="Latest date, inclusive: `2014` means the whole year. Alias: `to`.",
        ),
    ] = None


class ExportParameters(Filters):
    """The parameters of an export: all that is found."""

    sort: Annotated[
        Literal["-date", "date", "-added", "added"],
        Field(
            description="Sort order: `-date` (default, latest first), `date`, `-added` (latest "
            "added first) or `added`."
        ),
    ] = "-date"


class TimelineParameters(Filters):
    """The parameters of a timeline."""

    interval: Annotated[
        Literal["year", "month", "day"] | None,
        Field(description="Length of a bucket; by default, chosen by the time spanned."),
    ] = None


class SitesParameters(Filters):
    """The parameters of a list of sites."""

    limit: Annotated[
        int, Field(ge=1, le=MAX_LIMIT, description="Number of sites."), ONLY_DIGITS
    ] = 20


class FeedParameters(Filters):
    """The parameters of a feed: what was added last."""

    limit: Annotated[
        int, Field(ge=1, le=MAX_LIMIT, description="Number of entries in the feed."), ONLY_DIGITS
    ] = 50


class SearchParameters(ExportParameters):
    """The parameters of a search."""

    limit: Annotated[
        int,
        Field(
            ge=1,
            le=MAX_LIMIT,
            description=f"Entries per page, at most {MAX_LIMIT:,}; default 20.",
        ),
        ONLY_DIGITS,
    ] = 20
    cursor: Annotated[
        str | None,
        Field(max_length=100, description="Where the previous page ended; take it from `next`."),
    ] = None
    total: Annotated[
        Literal["exact"] | None,
        Field(description="`exact` counts all matches, even above 10,000."),
    ] = None


class LedgerParameters(Parameters):
    """The parameters of a list of imports or of rejected rows."""

    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT, description="Items per page."), ONLY_DIGITS] = (
        20
    )
    cursor: Annotated[
        int | None,
        Field(ge=1, le=MAX_ID, description="Where the previous page ended; take it from `next`."),
        ONLY_DIGITS,
    ] = None


class ReadingParameters(Parameters):
    """How dates are to be read."""

    date_order: Annotated[
        DateOrder | None,
        Field(description="The order of day and month in dates like 03/04/2020."),
    ] = None
    timezone: Annotated[
        str,
        Field(max_length=64, description="IANA name of the time zone of dates that name none."),
    ] = "UTC"


class ImportParameters(ReadingParameters):
    """What holds for all rows of an import."""

    dry_run: Annotated[bool, Field(description="Return the same response, but write nothing.")] = (
        False
    )


class BulkBody(BaseModel):
    """Rows as JSON. Other members, such as those of a page of search results, are ignored."""

    items: Annotated[
        list[dict[str, Any]],
        Field(
            description="Each with `title`, `url` (or `uri`, `link`) and "
            "`date` (or `published`, `pubDate`)."
        ),
    ]


def _without_default(schema: dict[str, Any]) -> None:
    # What is left out is not there; nobody is to send what stands for that here.
    del schema["default"]


OF_AN_ENTRY: Final = Field(
    description="Only for posting back an entry that you have read: send `date_precision`, "
    "`date_start`, `date_end` and `date_raw`, all four or none.",
    json_schema_extra=_without_default,
)


ALIASES: Final = {"url": ("uri", "link"), "date": ("published", "pubDate")}
"""Other names of the fields of a row."""


def _with_aliases(schema: dict[str, Any]) -> None:
    # A model has one name for a field; of a single entry exactly one of several is taken.
    fields = schema["properties"]
    for name, aliases in ALIASES.items():
        fields.update(dict.fromkeys(aliases, fields[name]))
        schema["required"].remove(name)
    schema["allOf"] = [
        {"oneOf": [{"required": [one]} for one in (name, *aliases)]}
        for name, aliases in ALIASES.items()
    ]


class NewEntry(BaseModel):
    """One row to keep. Its values are read by the same rules as those of an import.

    Names of fields are not case-sensitive.
    """

    model_config = ConfigDict(extra="forbid", json_schema_extra=_with_aliases)

    title: Annotated[str, Field(description="The title.")]
    url: Annotated[str, Field(description="An absolute http or https URL.")]
    date: Annotated[str | int | float, Field(description="A date, or a Unix time.")]
    date_precision: Annotated[str, OF_AN_ENTRY] = ""
    date_start: Annotated[str, OF_AN_ENTRY] = ""
    date_end: Annotated[str, OF_AN_ENTRY] = ""
    date_raw: Annotated[str, OF_AN_ENTRY] = ""


def _as_of_a_new_entry(schema: dict[str, Any]) -> None:
    # Values of another type are refused with the sentences of imports, so the model takes any.
    fields = NewEntry.model_json_schema()["properties"]
    schema["properties"] = {name: fields[name] for name in schema["properties"]}


class EntryChange(Taken):
    """The fields to change; the others stay as they are (RFC 7396)."""

    model_config = ConfigDict(json_schema_extra=_as_of_a_new_entry)

    title: Any = None
    url: Any = None
    date: Any = None


class EntryView(Given):
    """One kept piece of source metadata."""

    id: int
    title: str
    url: Annotated[str, Field(description="Exactly as sent, byte for byte.")]
    date: Annotated[str, Field(description="ISO 8601, at the precision in which it was written.")]
    date_precision: Precision
    date_start: Annotated[str, Field(description="The first second that the date covers, UTC.")]
    date_end: Annotated[str, Field(description="The last second that the date covers, UTC.")]
    date_raw: Annotated[str, Field(description="The date as it was sent.")]
    site: Annotated[str, Field(description="The registrable domain.")]
    added_at: str
    import_id: int


class EntryPage(Given):
    """A page of search results."""

    items: list[EntryView]
    total: int
    total_relation: Annotated[
        Literal["eq", "gte"], Field(description="`gte`: there are `total` or more.")
    ]
    next: Annotated[str | None, Field(description="Link to the next page.")]


class TimelineBucket(Given):
    """How many entries begin in one interval."""

    start: str
    count: int


class Timeline(Given):
    """Entries counted by when their dates begin; the counts add up to `total`."""

    interval: Literal["year", "month", "day"]
    buckets: list[TimelineBucket]
    total: int
    total_relation: Literal["eq", "gte"]


class SiteView(Given):
    """How many entries a site has."""

    site: str
    count: int


class SiteList(Given):
    """The sites with the most entries, highest count first."""

    items: list[SiteView]
    total_sites: int
    total_sites_relation: Literal["eq", "gte"]
    total: int
    total_relation: Literal["eq", "gte"]


class FaultView(Given):
    """One error in a row."""

    code: str
    field: Annotated[
        str, Field(description="`title`, `url` or `date`, whatever the row calls it; or `row`.")
    ]
    value: Any
    message: str


class RejectedRowView(Given):
    """A row that was rejected."""

    row: Annotated[int, Field(description="Its number in the submission, counted from 1.")]
    errors: list[FaultView]
    raw: Annotated[Any, Field(description="The row as it was sent.")]


class RejectedPage(Given):
    """A page of the rejected rows of an import, in the order of the submission."""

    items: list[RejectedRowView]
    total: int
    total_relation: Literal["eq"] = "eq"
    next: str | None


class Counts(Given):
    """What happened to the rows: `created`, `duplicate` and `rejected` add up to `received`."""

    received: int
    created: int
    duplicate: int
    rejected: int


class ImportReport(Counts):
    """An import that has just finished."""

    id: Annotated[int | None, Field(description="`null` for a dry run.")]
    dry_run: bool
    date_order: DateOrder | None
    ignored_columns: list[str]
    url: Annotated[str | None, Field(description="The ledger of this import.")]
    rejected_url: Annotated[str | None, Field(description="All rejected rows.")]


class BulkResult(Given):
    """The response to an import."""

    model_config = ConfigDict(frozen=True, serialize_by_alias=True, populate_by_name=True)

    import_: Annotated[ImportReport, Field(alias="import")]
    errors: Annotated[bool, Field(description="Whether any row was rejected.")]
    rejected: Annotated[
        list[RejectedRowView], Field(description="The first hundred, or fewer if they are long.")
    ]


class ImportView(Counts):
    """The ledger of one import."""

    id: int
    source: str
    date_order: DateOrder | None
    timezone: str
    ignored_columns: list[str]
    started_at: str
    finished_at: Annotated[
        str | None, Field(description="`null` while it runs, or if it was interrupted.")
    ]
    url: str
    rejected_url: str


class ImportPage(Given):
    """A page of imports, newest first."""

    items: list[ImportView]
    total: int
    total_relation: Literal["eq"] = "eq"
    next: str | None


class ProblemError(Given):
    """One error in a request, at a `pointer` into its body or in a `parameter`."""

    detail: str
    code: str
    pointer: str | None = None
    parameter: str | None = None


class Problem(Given):
    """Why a request failed (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[ProblemError] = []


_SENTENCES: Final = {
    "extra_forbidden": "There is no '{name}' here; leave it out.",
    "string_too_long": "'{name}' is longer than {max_length} characters; shorten it.",
    "too_long": "'{name}' is given more than {max_length} times; give fewer.",
    "int_parsing": "'{name}' must be a whole number, not {given}.",
    "int_parsing_size": "'{name}' must be a smaller number, not {given}.",
    "bool_parsing": "'{name}' must be true or false, not {given}.",
    "literal_error": "'{name}' must be {expected}, not {given}.",
    "enum": "'{name}' must be {expected}, not {given}.",
    "greater_than_equal": "'{name}' must be {ge} or more, not {given}.",
    "less_than_equal": "'{name}' must be {le} or less, not {given}.",
}


def faults_of(error: ValidationError) -> list[Fault]:
    """Say in our words what Pydantic found."""
    return [_fault(problem) for problem in error.errors(include_url=False)]


def _fault(problem: ErrorDetails) -> Fault:
    name = str(problem["loc"][0])
    sentence = _SENTENCES.get(problem["type"], "'{name}' has a value of the wrong form.")
    given = f"'{shortened(str(problem['input']))}'"
    message = sentence.format(name=name, given=given, **problem.get("ctx", {}))
    code = "field.unknown" if problem["type"] == "extra_forbidden" else f"{name}.invalid"
    return Fault(code, name, problem["input"], message)
