"""No cache: every answer is computed anew."""

from dateline.cache.answers import Answer, Make, Outcome
from dateline.database import Database


class NullCache:
    """A cache that stores nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ready(self, _key: str) -> Answer | None:
        """Return None."""
        return None

    def get_or_make(self, _key: str, make: Make) -> tuple[Answer, Outcome]:
        """Compute the answer."""
        with self._database.reading() as session:
            return make(session), Outcome.BYPASS

    def acknowledge(self) -> None:
        """Do nothing: no answer is cached."""

    def status(self) -> dict[str, str]:
        """Return the state of the cache."""
        return {"cache": "off"}

    def clear(self) -> None:
        """Do nothing: no answer is cached."""

    def close(self) -> None:
        """Do nothing: there is no connection."""
