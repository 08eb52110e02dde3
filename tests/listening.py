"""Record the statements that an engine sends to its database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import CacheStats


class Statement(NamedTuple):
    """A statement that was sent.

    Attributes:
        text: the SQL passed to the driver.
        parameters: the parameters passed to the driver.
        was_compiled: whether SQLAlchemy compiled it instead of using its statement cache.
    """

    text: str
    parameters: Any
    was_compiled: bool

    @property
    def is_question(self) -> bool:
        """Whether it reads data, rather than begins a transaction."""
        return self.text.lstrip("( ").startswith(("SELECT", "WITH"))


@contextmanager
def listening(engine: Engine) -> Iterator[list[Statement]]:
    """Record the statements sent while the block runs, in the list that is yielded."""
    statements: list[Statement] = []

    def note(
        _connection: Any, _cursor: Any, text: str, parameters: Any, context: Any, _many: Any
    ) -> None:
        # Statements passed straight to the driver are not compiled at all.
        is_compiled = context is not None and context.compiled is not None
        was_compiled = is_compiled and context.cache_hit is not CacheStats.CACHE_HIT
        statements.append(Statement(text, parameters, was_compiled))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)
