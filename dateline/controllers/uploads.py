"""Read what the import page submits: a file, pasted rows, or what a preview has carried over."""

import base64
import gzip
import io
from dataclasses import dataclass
from hashlib import blake2b
from typing import IO, Final

from flask import Response, after_this_request, request
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge

from dateline.controllers.choices import Choices
from dateline.controllers.current import services
from dateline.errors import BodyTooLarge, Fault, InvalidQuestion, UnreadableBody
from dateline.imports.read import GZIP_MAGIC, TOO_LARGE

MAX_PASTED: Final = 8 * 1024 * 1024
"""Maximum bytes of pasted text; a browser's text field is slow even below that."""

MAX_CARRIED: Final = 2 * 1024 * 1024
"""Maximum bytes, after compression, that a preview carries over to the next step."""

_MAX_COMPRESSED_HERE: Final = 16 * 1024 * 1024
"""Maximum bytes of a plain file that is compressed to see whether it can be carried over."""

_OTHER_FIELDS: Final = 64 * 1024

CHUNK: Final = 1024 * 1024

LONGEST_SOURCE: Final = 255

PASTED: Final = "page"
"""The source of pasted rows in the ledger."""


@dataclass(frozen=True, slots=True)
class Upload:
    """The bytes that were sent, and the name of their source in the ledger."""

    source: str
    body: IO[bytes]

    def carried(self) -> bytes | None:
        """Return the bytes, compressed, for a field of the next form, or None if too many."""
        self.body.seek(0)
        content = self.body.read(_MAX_COMPRESSED_HERE + 1)
        self.body.seek(0)
        if len(content) > _MAX_COMPRESSED_HERE:
            return None
        # Timestamp 0, so that equal bytes have equal fingerprints.
        zipped = content if content.startswith(GZIP_MAGIC) else gzip.compress(content, mtime=0)
        return zipped if len(zipped) <= MAX_CARRIED else None

    def fingerprint(self, choices: Choices) -> str:
        """Return a digest that is equal for the same bytes read in the same way."""
        digest = blake2b(choices.model_dump_json().encode(), digest_size=16)
        carried = self.carried()
        if carried is not None:
            digest.update(carried)
        else:
            while piece := self.body.read(CHUNK):
                digest.update(piece)
            self.body.seek(0)
        return digest.hexdigest()


def limit_form() -> None:
    """Limit the size of the form. Must be called before the form is read.

    Raises:
        BodyTooLarge: the form or one of its fields is too large.
    """
    limit = services().settings.max_body_bytes
    # Carried content is in base64, which turns three bytes into four.
    request.max_content_length = limit * 4 // 3 + _OTHER_FIELDS
    request.max_form_memory_size = max(MAX_PASTED, MAX_CARRIED * 4 // 3 + 4)
    try:
        _ = request.form
    except RequestEntityTooLarge as error:
        length = request.content_length
        if length is None or length > request.max_content_length:
            raise BodyTooLarge(limit, TOO_LARGE) from error
        raise BodyTooLarge(MAX_PASTED, "save the rows as a file, and choose that") from error


def read_upload() -> Upload:
    """Return the chosen file, the pasted rows, or what a preview has carried over.

    Raises:
        InvalidQuestion: none of these was sent, both a file and rows were, or rows contain U+0000.
        UnreadableBody: what was carried over is damaged.
    """
    file = request.files.get("file")
    text = request.form.get("text", "")
    carried = request.form.get("content", "")
    if file is not None and file.filename:
        if text.strip():
            raise _wrong(
                "text", text, "There is a file as well as pasted rows; send one of the two."
            )
        return Upload(_source(file.filename), _taken(file))
    if text.strip():
        if "\0" in text:
            # No page could show it again unchanged.
            raise _wrong("text", text, "The pasted rows have the character U+0000; remove it.")
        return Upload(PASTED, io.BytesIO(text.encode()))
    if carried:
        return Upload(_source(request.form.get("source", "")), io.BytesIO(_decoded(carried)))
    raise _wrong("file", None, "There is nothing to import: choose a file, or paste some rows.")


def _taken(file: FileStorage) -> IO[bytes]:
    """Return the stream of a file, open until the response is sent; the request ends earlier."""
    body, file.stream = file.stream, io.BytesIO()

    @after_this_request
    def close_at_the_end(response: Response) -> Response:
        response.call_on_close(body.close)
        return response

    return body


def _decoded(carried: str) -> bytes:
    try:
        return base64.b64decode(carried, validate=True)
    except ValueError as error:
        raise UnreadableBody(
            "What the preview carried is damaged; choose the file again."
        ) from error


def _source(name: str) -> str:
    """Return a file's own name, without the folders that some browsers send too."""
    own = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(filter(str.isprintable, own))[:LONGEST_SOURCE]
    # A file without a name, or with the name for pasted rows, is still a file.
    return f"file {shown}".rstrip() if shown in ("", PASTED) else shown


def _wrong(field: str, value: object, message: str) -> InvalidQuestion:
    return InvalidQuestion([Fault(f"{field}.invalid", field, value, message)])
