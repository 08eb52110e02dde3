"""Alembic's environment: runs migrations on the engine that `Database` passes."""

from typing import TYPE_CHECKING, Any, Final

from alembic import context
from alembic.ddl.mysql import MySQLImpl
from sqlalchemy import inspect
from sqlalchemy.exc import OperationalError

from dateline.engines import WRITES
from dateline.models import Base

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine
    from sqlalchemy.schema import SchemaItem

DONE_ALREADY: Final = {1050, 1051, 1054, 1060, 1061, 1091}
"""MySQL error numbers for a table, a column or an index that already exists, or is missing."""

CHANGES: Final = ("ALTER ", "CREATE ", "DROP ")
"""Prefixes of statements that MySQL commits at once."""


class ResumingMySQL(MySQLImpl):
    """Skip what an interrupted upgrade has already done.

    MySQL commits every change of a table at once, but the number of the migration only after the
    last one. Without this, a migration that was interrupted in between could never be run again.
    """

    __dialect__ = "mysql"

    def _exec(self, *args: Any, **options: Any) -> Any:
        try:
            return super()._exec(*args, **options)
        except OperationalError as error:
            is_done = error.orig is not None and error.orig.args[0] in DONE_ALREADY
            if was_begun and is_done and str(error.statement).lstrip().startswith(CHANGES):
                return None
            raise


def be_alone_on_mysql(connection: "Connection") -> None:
    """Wait until no other process runs migrations."""
    # Detached from the pool: the lock is released when the connection ends, whatever happens.
    connection.detach()
    connection.exec_driver_sql("SELECT GET_LOCK(SHA2(CONCAT('dateline ', DATABASE()), 224), -1)")
    # Alembic would not commit a transaction that has already begun.
    connection.rollback()


def is_ours(
    part: "SchemaItem", name: str | None, kind: str, _reflected: bool, _against: object
) -> bool:
    """Whether the models define a part of the database, for this kind of database."""
    if kind == "table":
        return name in Base.metadata.tables
    return part.info.get("dialect") in (None, engine.dialect.name)


engine: "Engine" = context.config.attributes["engine"]
with engine.execution_options(**{WRITES: True}).connect() as connection:
    if engine.dialect.name == "mysql":
        be_alone_on_mysql(connection)
        # Without this table, no migration has run: existing tables are not from one of ours.
        was_begun = inspect(engine).has_table("alembic_version")
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_object=is_ours,
        # One transaction: otherwise another process could run the same migrations in between.
        transactional_ddl=engine.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()
