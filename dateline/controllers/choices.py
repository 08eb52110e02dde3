"""Form fields that say how to read rows and dates."""

import re
from functools import lru_cache
from typing import Annotated, Final, Literal, TypeVar

from flask import request
from pydantic import Field

from dateline.imports.options import zone_names
from dateline.imports.read import Format
from dateline.parameters import read_parameters
from dateline.schemas import ReadingParameters

Columns = Literal[
    "title,url,date",
    "title,date,url",
    "url,title,date",
    "url,date,title",
    "date,title,url",
    "date,url,title",
]

_PLACES: Final = re.compile(
    "(Africa|America|Antarctica|Asia|Atlantic|Australia|Europe|Indian|Pacific)/|UTC$"
)


class Choices(ReadingParameters):
    """How to read the rows of an import."""

    format: Annotated[Format | None, Field(description="None to detect it.")] = None
    columns: Annotated[
        Columns | None,
        Field(description="The columns, in order; None if the first line names them."),
    ] = None


Model = TypeVar("Model", bound=ReadingParameters)


def read_choices(model: type[Model]) -> Model:
    """Read the fields of the submitted form, except empty ones, which forms send too.

    Raises:
        InvalidQuestion: lists every field with an invalid value.
    """
    given = ((name, request.form.get(name, "").strip()) for name in model.model_fields)
    return read_parameters(model, [(name, value) for name, value in given if value])


@lru_cache(maxsize=1)
def zones() -> list[str]:
    """Return the time zones to choose from; names of older schemes are accepted, not offered."""
    return sorted(filter(_PLACES.match, zone_names()))
