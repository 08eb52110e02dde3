"""Alembic's environment: runs migrations on the engine that `Database` hands over."""

from typing import TYPE_CHECKING

from alembic import context

from dateline.engines import WRITES
from dateline.models import Base

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.schema import SchemaItem


def is_ours(
    part: "SchemaItem", name: str | None, kind: str, _reflected: bool, _against: object
) -> bool:
    """Whether the models describe a part of the database, for this kind of database."""
    if kind == "table":
        return name in Base.metadata.tables
    return part.info.get("dialect") in (None, engine.dialect.name)


engine: "Engine" = context.config.attributes["engine"]
with engine.execution_options(**{WRITES: True}).connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata, include_object=is_ours)
    with context.begin_transaction():
        context.run_migrations()
