"""What a cache has ready, for whoever would rather have nothing than wait."""

from dateline.cache.answers import Answer, Cache, Make, Outcome


class NotKept(Exception):
    """There is no current answer under this key."""


class KeptAlone:
    """Gives the answers that another cache has ready, and makes none."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    def get_or_make(self, key: str, _make: Make) -> tuple[Answer, Outcome]:
        """Give the answer if it is kept and current.

        Raises:
            NotKept: it is not.
        """
        answer = self._cache.ready(key)
        if answer is None:
            raise NotKept
        return answer, Outcome.HIT
