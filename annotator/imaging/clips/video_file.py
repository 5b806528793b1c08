"""A file as FFmpeg reads it through PyAV, which prints whatever reading raises: so nothing is."""

import errno
import os
from typing import BinaryIO

_INVALID = -errno.EINVAL


class VideoFile:
    """An open file that says in numbers what goes wrong.

    Attributes
    ----------
    trouble
        What reading it ran into; None as long as all went well. For FFmpeg it has ended there.

    Parameters
    ----------
    file
        To be read; closed with this.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.name = "video"  # nothing that messages could pass on
        self.trouble: OSError | None = None

    def read(self, size: int) -> bytes:
        """Return the next bytes; none at the end, and where they cannot be read."""
        try:
            return self._file.read(size) or b""
        except OSError as error:
            self.trouble = error
            return b""

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place and return it, or a negative number if there is no such place."""
        try:
            return self._file.seek(offset, whence)
        except (OSError, ValueError, OverflowError):  # damaged files name places before their start
            return _INVALID

    def tell(self) -> int:
        """Return the place."""
        return self._file.tell()

    def close(self) -> None:
        """Let it go."""
        self._file.close()
