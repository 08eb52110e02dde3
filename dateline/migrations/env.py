"""Alembic's environment: runs migrations on the engine that `Database` hands over."""

from typing import TYPE_CHECKING

from alembic import context

from dateline.engines import WRITES
from dateline.models import Base

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine
    from sqlalchemy.schema import SchemaItem


def be_alone_on_mysql(connection: "Connection") -> None:
    """Wait until no other process runs migrations."""
    # Only the end of the connection gives the lock back, whatever happens.
    connection.detach()
    connection.exec_driver_sql("SELECT GET_LOCK(SHA2(CONCAT('dateline ', DATABASE()), 224), -1)")
    # Alembic leaves a transaction that has begun to whoever began it.
    connection.rollback()


def is_ours(
    part: "SchemaItem", name: str | None, kind: str, _reflected: bool, _against: object
) -> bool:
    """Whether the models describe a part of the database, for this kind of database."""
    if kind == "table":
        return name in Base.metadata.tables
    return part.info.get("dialect") in (None, engine.dialect.name)


engine: "Engine" = context.config.attributes["engine"]
with engine.execution_options(**{WRITES: True}).connect() as connection:
    if engine.dialect.name == "mysql":
        be_alone_on_mysql(connection)
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_object=is_ours,
        # All in one: another process could else come in between two, and do what is done already.
        transactional_ddl=engine.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()
