"""Reading request bodies: whether they came whole, their media type, their encoding, their size."""

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
"""Bytes of a body kept in memory; a larger one waits in a temporary file."""

MAX_OBJECT: Final = 64 * 1024
"""Bytes of a single entry; its parts are limited to far less."""

_NO_ENTRY: Final = "no sound entry is so long"

MAX_DROPPED: Final = 2
"""How much more is received of a refused body, in largest bodies that are taken."""

_PIECE: Final = 64 * 1024


def register_bodies(app: Flask) -> None:
    """Have every body that does not come whole refused, and what nobody has read of one received."""

    @app.before_request
    def watch() -> None:
        stream = request.environ["wsgi.input"]
        request.environ["wsgi.input"] = _Whole(stream, request.content_length)

    @app.after_request
    def receive_the_rest(response: Response) -> Response:
        # Gunicorn hangs up on a long body that was not read, and most clients read nothing before
        # they have sent all: they would be told of a broken connection, and not of what is wrong.
        left = MAX_DROPPED * services().settings.max_body_bytes
        with suppress(UnreadableBody):
            while left > 0 and (piece := request.environ["wsgi.input"].read(_PIECE)):
                left -= len(piece)
        return response


class _Whole(Pieces):
    """A body that is refused when it is cut off.

    Gunicorn ends a body where the client hangs up, however much was announced; half a file would
    be taken for a whole one, and its last line, `2014-03` of `2014-03-08`, for what was sent.
    """

    def __init__(self, stream: IO[bytes], length: int | None) -> None:
        self._stream = stream
        self._length = length
        self._read = 0

    def piece(self, most: int) -> bytes:
        """Read on.

        Raises:
            UnreadableBody: the body ends before its length, or its chunks are not sound.
        """
        try:
            piece = self._stream.read(most)
        except Exception as error:
            # Whatever a server raises here, the body did not come as it should have.
            raise UnreadableBody(
                "The body was cut off, or its chunks are not sound; send it again."
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
    """The rows of the request's body.

    The body is received whole before the first row is read, so that a slow client never holds
    the database's write lock.

    Raises:
        UnsupportedMediaType: the body is in a form that we do not read.
        UnreadableBody: it is not what its headers say.
        BodyTooLarge: it is longer than the setting allows.
    """
    kind = FORMATS.get(_media_type())
    if kind is None:
        raise UnsupportedMediaType(
            f"A body of type '{_media_type()}' is not read here; "
            f"say Content-Type: {', '.join(FORMATS)}."
        )
    encoding = _encoding("identity", "gzip")
    limit = services().settings.max_body_bytes
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as received:
        shutil.copyfileobj(Bounded(request.stream, limit, TOO_LARGE), received)
        received.seek(0)
        yield read_rows(received, kind, gzipped=encoding == "gzip", limit=limit)


def object_of_body(*media_types: str) -> dict[str, object]:
    """The request's body, a single JSON object.

    Raises:
        UnsupportedMediaType, UnreadableBody, BodyTooLarge: as for rows.
    """
    if _media_type() not in media_types:
        raise UnsupportedMediaType(
            f"A body of type '{_media_type()}' is not read here; "
            f"say Content-Type: {' or '.join(media_types)}."
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
    """The fields of a form without files.

    Raises:
        BodyTooLarge: it is longer than any that one of our pages has.
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
            f"Content-Encoding '{encoding}' is not read here; send the body plain"
            + (" or as gzip." if "gzip" in known else ".")
        )
    return encoding


def _media_type() -> str:
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if charset not in ("utf-8", "utf8", "us-ascii"):
        raise UnsupportedMediaType(f"A body in {charset} is not read here; send it as UTF-8.")
    return request.mimetype
