"""Reading the parameters of a request: nothing that is given is ever ignored."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from pydantic import ValidationError

from dateline.errors import Fault, InvalidQuestion
from dateline.schemas import Parameters, faults_of

Model = TypeVar("Model", bound=Parameters)


def read_parameters(model: type[Model], pairs: Iterable[tuple[str, str]]) -> Model:
    """Read parameters in any order.

    Args:
        model: names the parameters, which of them may be repeated, and their aliases.
        pairs: names and values as given.

    Raises:
        InvalidQuestion: names every parameter that is unknown, repeated or has a bad value.
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
    """Name parameters in faults as they were sent: `from`, where that stood for `after`.

    Args:
        model: has the aliases.
        pairs: names and values as given.
        faults: name each parameter by its own name.
    """
    # Of two names for one parameter the first is taken.
    sent = {model.aliases.get(name, name): name for name, _value in reversed(pairs)}
    return [_renamed(fault, sent.get(fault.field, fault.field)) for fault in faults]


def _renamed(fault: Fault, name: str) -> Fault:
    message = fault.message
    # What is wrong with a date begins with the text of the date, which may be any word.
    if not fault.code.startswith("date."):
        begins = f"'{fault.field}' "
        if message.startswith(begins):
            message = f"'{name}' {message.removeprefix(begins)}"
    return replace(fault, field=name, message=message)


def _unknown(model: type[Parameters], given: list[tuple[str, str, str]]) -> list[Fault]:
    known = model.model_fields
    names = [*known, *model.aliases]
    instead = f"there are: {', '.join(names)}" if names else "none is taken here"
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
