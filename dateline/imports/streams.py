"""The base class of our own streams."""

import io


class Pieces(io.RawIOBase):
    """A readable stream of the bytes that `piece` returns."""

    def piece(self, most: int) -> bytes:
        """Return the next bytes, at most `most`; none at the end."""
        raise NotImplementedError

    def readable(self) -> bool:
        """Return True: the stream can be read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read into a buffer, and return the number of bytes read."""
        piece = self.piece(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)
