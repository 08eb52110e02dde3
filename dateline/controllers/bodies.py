"""Read request bodies, and check their completeness, media type, encoding and size."""

import codecs
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, Final

from flask import Flask, Response, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from dateline.controllers.current import services
from dateline.errors import BodyTooLarge, UnreadableBody
from dateline.imports.json_texts import UnsoundJson, is_finite, read_json
from dateline.imports.read import TOO_LARGE, Bounded, Format, RawRow, read_rows
from dateline.imports.streams import Pieces

FORMATS: Final = {
    "application/json": Format.JSON,
    "application/x-ndjson": Format.NDJSON,
    "application/ndjson": Format.NDJSON,
    "application/jsonl": Format.NDJSON,
    "text/csv": Format.CSV,
}

IN_MEMORY: Final = 1024 * 1024
"""Maximum bytes of a body kept in memory; a larger one is kept in a temporary file."""

MAX_OBJECT: Final = 64 * 1024
"""Maximum bytes of a single entry; its fields are limited to far less."""

_NO_ENTRY: Final = "no valid entry is that long"

MAX_DROPPED: Final = 2
"""How much more of a rejected body is received, as a multiple of the maximum body size."""

_PIECE: Final = 64 * 1024


def register_bodies(app: Flask) -> None:
    """Reject every body that is cut off, and receive the rest of each body that was not read."""

    @app.before_request
    def watch() -> None:
        stream = request.environ["wsgi.input"]
        request.environ["wsgi.input"] = _Whole(stream, request.content_length)

    @app.after_request
    def receive_the_rest(response: Response) -> Response:
        # Gunicorn closes the connection if a long body was not read, and most clients read nothing
        # before they have sent everything: they would see a broken connection, not the error.
        left = MAX_DROPPED * services().settings.max_body_bytes
        with suppress(UnreadableBody):
            while left > 0 and (piece := request.environ["wsgi.input"].read(_PIECE)):
                left -= len(piece)
        return response


class _Whole(Pieces):
    """A body that is rejected if it is cut off.

    Gunicorn ends a body where the client disconnects, whatever its Content-Length. Half a file
    would be taken for a whole one, and its last line, `2014-03` of `2014-03-08`, for what was sent.
    """

    def __init__(self, stream: IO[bytes], length: int | None) -> None:
        self._stream = stream
        self._length = length
        self._read = 0

    def piece(self, most: int) -> bytes:
        """Read the next bytes, at most `most`.

        Raises:
            UnreadableBody: the body is shorter than its Content-Length, or its chunks are invalid.
        """
        try:
            piece = self._stream.read(most)
        except Exception as error:
            # Whatever the server raises here, the body did not arrive intact.
            raise UnreadableBody(
                "The body was cut off, or its chunks are not valid; send it again."
            ) from error
        self._read += len(piece)
        if not piece and self._length is not None and self._read < self._length:
            raise UnreadableBody(
                f"The body was cut off after {self._read:,} of {self._length:,} bytes; "
                "send it again."
            )
        return piece


@contextmanager
def rows_of_body() -> Iterator[Iterator[RawRow]]:
    """Yield an iterator over the rows of the request's body.

    The body is received whole before the first row is read, so that a slow client never holds
    the database's write lock.

    Raises:
        UnsupportedMediaType: the media type, charset or encoding of the body is not supported.
        UnreadableBody: the body does not match its headers.
        BodyTooLarge: the body is larger than the setting allows.
    """
    kind = FORMATS.get(_media_type())
    if kind is None:
        raise UnsupportedMediaType(
            f"A body of type '{_media_type()}' is not supported; "
            f"send Content-Type: {', '.join(FORMATS)}."
        )
    encoding = _encoding("identity", "gzip")
    limit = services().settings.max_body_bytes
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as received:
        shutil.copyfileobj(Bounded(request.stream, limit, TOO_LARGE), received)
        received.seek(0)
        yield read_rows(received, kind, gzipped=encoding == "gzip", limit=limit)


def object_of_body(*media_types: str) -> dict[str, object]:
    """Return the request's body, a single JSON object.

    Raises:
        UnsupportedMediaType, UnreadableBody, BodyTooLarge: as in `rows_of_body`.
    """
    if _media_type() not in media_types:
        raise UnsupportedMediaType(
            f"A body of type '{_media_type()}' is not supported; "
            f"send Content-Type: {' or '.join(media_types)}."
        )
    _encoding("identity")
    body = Bounded(request.stream, MAX_OBJECT, _NO_ENTRY).readall()
    body = body.removeprefix(codecs.BOM_UTF8)
    try:
        parsed = read_json(body)
    except UnsoundJson as error:
        raise UnreadableBody(f"The body {error}.") from error
    if not is_finite(parsed):
        raise UnreadableBody("The body has a number beyond 1.8e308; put it in quotes.")
    if not isinstance(parsed, dict):
        raise UnreadableBody('The body must be an object like {"title": ..., "url": ...}.')
    return parsed


def short_form() -> MultiDict[str, str]:
    """Return the fields of a form without files.

    Raises:
        BodyTooLarge: the form is larger than any on our pages.
    """
    request.max_content_length = MAX_OBJECT
    try:
        return request.form
    except RequestEntityTooLarge as error:
        raise BodyTooLarge(MAX_OBJECT, _NO_ENTRY) from error


def _encoding(*known: str) -> str:
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in known:
        raise UnsupportedMediaType(
            f"Content-Encoding '{encoding}' is not supported; send the body plain"
            + (" or as gzip." if "gzip" in known else ".")
        )
    return encoding


def _media_type() -> str:
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if charset not in ("utf-8", "utf8", "us-ascii"):
        raise UnsupportedMediaType(f"A body in {charset} is not supported; send it as UTF-8.")
    return request.mimetype
