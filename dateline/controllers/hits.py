"""Send cached answers to searches before routing, validation and serialisation.

These would take most of the time of a hit. Only Flask is bypassed: whatever else handles every
request, such as the request id, handles a hit too.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from dateline.cache.answers import Answer, Cache, Outcome
from dateline.controllers.operation import pairs_of
from dateline.controllers.responses import reply
from dateline.controllers.safety import NO_SNIFFING
from dateline.errors import DatelineError
from dateline.parameters import read_parameters
from dateline.schemas import SearchParameters
from dateline.search.question import read_question

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PATHS: Final = frozenset({"/v1/entries", "/v1/"})


class Hits:
    """WSGI middleware that calls the application for whatever it cannot answer itself."""

    def __init__(self, app: "WSGIApplication", cache: Cache) -> None:
        self._app = app
        self._cache = cache

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer from the cache, or else call the application."""
        if environ["PATH_INFO"] in PATHS and environ["REQUEST_METHOD"] == "GET":
            answer = self._ready(environ.get("QUERY_STRING", ""))
            if answer is not None:
                status, headers, body = reply(answer, Outcome.HIT, environ)
                start_response(status, [*headers, NO_SNIFFING])
                return [body]
        return self._app(environ, start_response)

    def _ready(self, query_string: str) -> Answer | None:
        key = _cache_key(query_string)
        try:
            return None if key is None else self._cache.ready(key)
        except DatelineError:
            # The application meets the error too, and reports it as a problem.
            return None


@lru_cache(maxsize=4096)
def _cache_key(query_string: str) -> str | None:
    """Return the cache key of the question; None if invalid, which the application reports."""
    try:
        pairs = pairs_of(query_string.encode("latin-1"))
        return read_question(read_parameters(SearchParameters, pairs)).cache_key
    except Exception:
        # The application meets the error too, and reports it as a problem.
        return None
