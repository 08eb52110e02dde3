"""What can be wrong with a row, a question or a request, in words that are safe to show."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with one field of a row or of a question.

    A fault is a value, not an exception: a row may have several, and a bad row is ordinary input.

    Attributes:
        code: stable, machine-readable, `field.reason`, such as `date.no_year`.
        field: the field or parameter at fault.
        value: what was sent there, as sent.
        message: one sentence for people that says what is wrong and how to mend it.
    """

    code: str
    field: str
    value: object
    message: str


def shortened(text: str, most: int = 80) -> str:
    """Cut a value that a message quotes to so many characters."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def near(text: bytes, place: int) -> str:
    """Quote what stands around a place of a text that cannot be read."""
    around = text[max(0, place - 20) : place + 20].decode(errors="replace")
    return f"“{' '.join(''.join(sign if sign.isprintable() else ' ' for sign in around).split())}”"


class DatelineError(Exception):
    """The root of our exceptions. The text of each is safe to show to whoever asked."""


def cause_of(error: DatelineError) -> object:
    """Give what lies behind an error, in the words of a driver where there are some: for logs."""
    cause = error.__cause__
    return getattr(cause, "orig", None) or cause or error


class InvalidSettings(DatelineError):
    """The configuration names an unknown setting or gives one a wrong value."""

    def __init__(self, wrong: Sequence[str]) -> None:
        super().__init__("\n".join(wrong))
        self.wrong = list(wrong)


class InvalidQuestion(DatelineError):
    """A question has parameters that are unknown or have bad values."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(" ".join(fault.message for fault in faults))
        self.faults = list(faults)


class UnreadableBody(DatelineError):
    """A submission cannot be read at all, so nothing of it was kept."""


class BodyTooLarge(DatelineError):
    """A submission is larger than the service takes."""

    def __init__(self, limit: int, mend: str) -> None:
        super().__init__(f"The body is larger than {limit:,} bytes; {mend}.")


class NotFound(DatelineError):
    """There is no entry or import with this id."""


class UnsoundEntry(DatelineError):
    """A single entry was refused; nothing was changed."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(" ".join(fault.message for fault in faults))
        self.faults = list(faults)


class EntryChanged(DatelineError):
    """The entry is no longer the one that the writer has seen (If-Match)."""


class DuplicateEntry(DatelineError):
    """A change would make the entry equal to another one."""

    def __init__(self, entry_id: int) -> None:
        super().__init__(
            f"Entry {entry_id} already has this URL, title and date; delete one of the two instead."
        )
        self.entry_id = entry_id


class UnfitDatabase(DatelineError):
    """What is named as the database is not one that can be used."""


class FailedUpgrade(DatelineError):
    """The tables were not brought to this release; the text has the database's own words.

    They are for whoever runs the service: upgrades are asked for by commands alone.
    """


class DatabaseAway(DatelineError):
    """The database cannot be reached or is busy; the same request may succeed later."""
