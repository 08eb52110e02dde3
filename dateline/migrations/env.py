"""Alembic's environment: runs migrations on the engine that `Database` hands over."""

from typing import TYPE_CHECKING

from alembic import context

from dateline.engines import WRITES
from dateline.models import Base

if TYPE_CHECKING:
    from sqlalchemy import Engine


def is_ours(
    _object: object, name: str | None, kind: str, _reflected: bool, _against: object
) -> bool:
    """Whether a table is described by the models: the text index's own tables are not."""
    return kind != "table" or name in Base.metadata.tables


engine: "Engine" = context.config.attributes["engine"]
with engine.execution_options(**{WRITES: True}).connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata, include_object=is_ours)
    with context.begin_transaction():
        context.run_migrations()
