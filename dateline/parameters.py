"""Read the parameters of a request. Nothing that is sent is ignored."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from pydantic import ValidationError

from dateline.errors import Fault, InvalidQuestion
from dateline.schemas import Parameters, faults_of

Model = TypeVar("Model", bound=Parameters)


def read_parameters(model: type[Model], pairs: Iterable[tuple[str, str]]) -> Model:
    """Parse and validate parameters, in any order.

    Args:
        model: defines the parameters, their aliases, and which of them may be repeated.
        pairs: names and values, as sent.

    Raises:
        InvalidQuestion: lists all unknown and repeated parameters, or else all invalid values.
    """
    given = [(model.aliases.get(name, name), name, value) for name, value in pairs]
    faults = [*_unknown(model, given), *_repeated(model, given)]
    if faults:
        raise InvalidQuestion(faults)
    values: dict[str, object] = {name: value for name, _as_given, value in given}
    for name in model.repeatable & values.keys():
        values[name] = [value for known_as, _as_given, value in given if known_as == name]
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise InvalidQuestion(faults_of(error)) from error


def named_as_sent(
    model: type[Parameters], pairs: Sequence[tuple[str, str]], faults: Iterable[Fault]
) -> list[Fault]:
    """Rename the parameters in faults to the names that were sent: `from` instead of `after`.

    Args:
        model: defines the aliases.
        pairs: names and values, as sent.
        faults: use each parameter's own name.
    """
    # If a parameter was sent under two names, the first is used.
    sent = {model.aliases.get(name, name): name for name, _value in reversed(pairs)}
    return [_renamed(fault, sent.get(fault.field, fault.field)) for fault in faults]


def _renamed(fault: Fault, name: str) -> Fault:
    message = fault.message
    # Messages about dates begin with the text of the date, which may be any word.
    if not fault.code.startswith("date."):
        begins = f"'{fault.field}' "
        if message.startswith(begins):
            message = f"'{name}' {message.removeprefix(begins)}"
    return replace(fault, field=name, message=message)


def _unknown(model: type[Parameters], given: list[tuple[str, str, str]]) -> list[Fault]:
    known = model.model_fields
    names = [*known, *model.aliases]
    instead = f"use one of: {', '.join(names)}" if names else "this route has none"
    return [
        Fault(
            "parameter.unknown",
            as_given,
            value,
            f"There is no parameter '{as_given}'; {instead}.",
        )
        for name, as_given, value in given
        if name not in known
    ]


def _repeated(model: type[Parameters], given: list[tuple[str, str, str]]) -> list[Fault]:
    counts = Counter(name for name, _as_given, _value in given if name in model.model_fields)
    last = {name: value for name, _as_given, value in given}
    return [
        Fault(
            "parameter.repeated",
            name,
            last[name],
            f"'{name}' is given {count} times (aliases count too); give it once.",
        )
        for name, count in counts.items()
        if count > 1 and name not in model.repeatable
    ]
