"""Noting the statements that an engine sends to its database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import CacheStats


class Statement(NamedTuple):
    """A statement that was sent.

    Attributes:
        text: as the driver gets it.
        parameters: in the form in which the driver takes them.
        was_compiled: whether SQLAlchemy had to write it out anew.
    """

    text: str
    parameters: Any
    was_compiled: bool

    @property
    def is_question(self) -> bool:
        """Whether it reads, and is more than the beginning of a transaction."""
        return self.text.lstrip("( ").startswith(("SELECT", "WITH"))


@contextmanager
def listening(engine: Engine) -> Iterator[list[Statement]]:
    """Note what is sent while the block runs, in the list that it is given."""
    statements: list[Statement] = []

    def note(
        _connection: Any, _cursor: Any, text: str, parameters: Any, context: Any, _many: Any
    ) -> None:
        # What goes straight to the driver is not compiled at all.
        is_compiled = context is not None and context.compiled is not None
        was_compiled = is_compiled and context.cache_hit is not CacheStats.CACHE_HIT
        statements.append(Statement(text, parameters, was_compiled))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)
