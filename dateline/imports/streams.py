"""What streams of our own share."""

import io


class Pieces(io.RawIOBase):
    """A stream of whatever `piece` gives."""

    def piece(self, most: int) -> bytes:
        """Give the next bytes, so many at the most; none at the end."""
        raise NotImplementedError

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read into a buffer."""
        piece = self.piece(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)
