"""Errors in rows, questions and requests, with messages that are safe to show."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One error in one field of a row or of a question.

    A fault is a value, not an exception: a row may have several, and a bad row is ordinary input.

    Attributes:
        code: stable and machine-readable: `field.reason`, such as `date.no_year`.
        field: the invalid field or parameter.
        value: its value, as sent.
        message: one sentence for people that says what is wrong and how to fix it.
    """

    code: str
    field: str
    value: object
    message: str


def shortened(text: str, most: int = 80) -> str:
    """Shorten a value quoted in a message to at most `most` characters."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def near(text: bytes, place: int) -> str:
    """Quote what stands around a place of a text that cannot be read."""
    around = text[max(0, place - 20) : place + 20].decode(errors="replace")
    return f"'{' '.join(''.join(sign if sign.isprintable() else ' ' for sign in around).split())}'"


class DatelineError(Exception):
    """Base class of our exceptions. Their messages are safe to show to whoever sent the request."""


def cause_of(error: DatelineError) -> object:
    """Return the cause of an error, for logs: the driver's exception if there is one."""
    cause = error.__cause__
    return getattr(cause, "orig", None) or cause or error


class InvalidSettings(DatelineError):
    """The configuration has unknown settings or invalid values: a line for each."""


class InvalidQuestion(DatelineError):
    """A question has unknown, repeated or invalid parameters."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(" ".join(fault.message for fault in faults))
        self.faults = list(faults)


class UnreadableBody(DatelineError):
    """A submission cannot be read at all, so nothing of it was stored."""


class BodyTooLarge(DatelineError):
    """A submission is larger than the service accepts."""

    def __init__(self, limit: int, fix: str) -> None:
        super().__init__(f"The body is larger than {limit:,} bytes; {fix}.")


class NotFound(DatelineError):
    """There is no entry or import with this id."""


class UnsoundEntry(DatelineError):
    """A single entry was rejected; nothing was changed."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(" ".join(fault.message for fault in faults))
        self.faults = list(faults)


class EntryChanged(DatelineError):
    """The entry has changed since the client read it (If-Match)."""


class DuplicateEntry(DatelineError):
    """A change would make the entry equal to another one."""

    def __init__(self, entry_id: int) -> None:
        super().__init__(
            f"Entry {entry_id} already has this URL, title and date; delete one of the two instead."
        )
        self.entry_id = entry_id


class UnfitDatabase(DatelineError):
    """The configured database cannot be used."""


class FailedUpgrade(DatelineError):
    """The tables could not be upgraded to this release; the message has the database's own words.

    It is meant for operators: only commands run upgrades.
    """


class DatabaseAway(DatelineError):
    """The database is unreachable or busy; the same request may succeed later."""
