"""An id for every request: from the client or proxy where it gives one, in answer and logs."""

import random
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from dateline.logs import request_id

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HEADER: Final = "X-Request-ID"

# What may stand in a log line as it is.
_SOUND: Final = re.compile(r"[\w.:/+=-]{1,128}", re.ASCII)


class RequestIds:
    """Stands before the whole application, so that no answer goes without an id."""

    def __init__(self, app: "WSGIApplication") -> None:
        self._app = app

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Handle a request under its id."""
        given = environ.get("HTTP_X_REQUEST_ID", "")
        # A name and no secret: to ask the system for chance, as `secrets` does, would have the
        # other threads come between, for longer than a ready-made answer takes.
        name = given if _SOUND.fullmatch(given) else f"{random.getrandbits(64):016x}"
        request_id.set(name)

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            return start_response(status, [*headers, (HEADER, name)], *more)

        return self._app(environ, start)
