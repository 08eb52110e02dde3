"""No cache: every answer is made anew."""

from dateline.cache.answers import Answer, Make, Outcome
from dateline.database import Database


class NullCache:
    """Keeps nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ready(self, _key: str) -> Answer | None:
        """Nothing is."""
        return None

    def get_or_make(self, _key: str, make: Make) -> tuple[Answer, Outcome]:
        """Make the answer."""
        with self._database.reading() as session:
            return make(session), Outcome.BYPASS

    def acknowledge(self) -> None:
        """Nothing is kept, so nothing is old."""

    def status(self) -> dict[str, str]:
        """Say how the cache is."""
        return {"cache": "off"}

    def clear(self) -> None:
        """Nothing is kept."""

    def close(self) -> None:
        """Nothing to give back."""
