"""An id for every request, from the client or proxy if it sends one, in the response and logs."""

import random
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from dateline.logs import request_id

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HEADER: Final = "X-Request-ID"

# Ids that are safe in a log line.
_SOUND: Final = re.compile(r"[\w.:/+=-]{1,128}", re.ASCII)


class RequestIds:
    """WSGI middleware around the whole application, so that every response has an id."""

    def __init__(self, app: "WSGIApplication") -> None:
        self._app = app

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Set the id of the request, then handle it."""
        given = environ.get("HTTP_X_REQUEST_ID", "")
        # An id is not a secret. Asking the system for random bytes, as `secrets` does, would let
        # other threads run in between, for longer than a cached answer takes.
        name = given if _SOUND.fullmatch(given) else f"{random.getrandbits(64):016x}"
        request_id.set(name)

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            return start_response(status, [*headers, (HEADER, name)], *more)

        return self._app(environ, start)
