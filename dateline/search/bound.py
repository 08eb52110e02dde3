"""A connection that knows the values of one question."""

from typing import Any, TypeVar, TypeVarTuple

from sqlalchemy import Connection, CursorResult, ScalarResult, Select

from dateline.search.conditions import values_of
from dateline.search.paths import values_of_ranges
from dateline.search.question import Question

Column = TypeVar("Column")
Columns = TypeVarTuple("Columns")


class BoundConnection:
    """Executes statements with the values of a question for the parameters of its conditions.

    Attributes:
        raw: the connection, in a read transaction, for statements that need none of these values:
            SQLAlchemy compiles a statement anew for other names of values.
        database: name of the dialect.
    """

    def __init__(self, connection: Connection, question: Question, **values: Any) -> None:
        """Compute the values of the question.

        Args:
            connection: in a read transaction.
            question: the question.
            values: of other parameters.
        """
        self.raw = connection
        self.database = connection.dialect.name
        self._values = values_of(question) | values_of_ranges(question, self.database) | values

    def execute(self, statement: Select[*Columns], **values: Any) -> CursorResult[*Columns]:
        """Execute a statement, whose other parameters have these values."""
        return self.raw.execute(statement, self._values | values)

    def scalars(self, statement: Select[Column]) -> ScalarResult[Column]:
        """Execute a statement, and return the first column of its rows."""
        return self.raw.scalars(statement, self._values)
