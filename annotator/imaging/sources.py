"""Where the bytes of an image come from: files of anybody's, opened within bounds."""

import io
import os
import stat
from pathlib import Path
from typing import BinaryIO

from annotator.imaging.containers import size_of
from annotator.imaging.errors import ImageError
from annotator.imaging.headers import MAX_BYTES
from annotator.system.regular import is_database, open_regular

Source = str | Path | bytes
"""A path, or the content of a file."""


def opened(source: Source) -> BinaryIO:
    """Return it open, to be closed by the caller; raises ImageError if it cannot be read."""
    if isinstance(source, bytes):
        return io.BytesIO(source)
    try:
        return _small_enough(open_regular(_regular(source)))
    except ImageError:
        raise
    except (OSError, ValueError) as error:
        raise _unreadable(error) from error


def content_of(source: Source) -> bytes:
    """Return all of it, likewise."""
    if isinstance(source, bytes):
        return source
    try:
        with _small_enough(open_regular(_regular(source))) as stream:
            # No more than it says that it holds: what is no photograph may go on for ever.
            return stream.read(size_of(stream)) or b""
    except ImageError:
        raise
    except (OSError, ValueError) as error:
        raise _unreadable(error) from error


def _small_enough(stream: BinaryIO) -> BinaryIO:
    """Refuse a file that no image can be as large as, before any of it is read."""
    if size_of(stream) > MAX_BYTES:
        stream.close()
        raise ImageError(f"the file is larger than {MAX_BYTES >> 30} GB, which no image is")
    return stream


def _regular(source: str | Path) -> Path:
    """Refuse what is no file, in words; what it is by the time it is opened is looked at again."""
    path = Path(source)
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        if path.is_symlink():
            raise ImageError("it is a link to a file that does not exist") from None
        raise
    if stat.S_ISDIR(mode):
        if not os.access(path, os.R_OK | os.X_OK):
            raise ImageError("the folder cannot be read: permission denied")
        raise ImageError("it is a folder, not a file")
    if not stat.S_ISREG(mode):
        raise ImageError("it is a device or a pipe, not a file")
    if is_database(path):  # whose locks would go when it is closed
        raise ImageError("it is a project's database, not an image")
    return path


def _unreadable(error: OSError | ValueError) -> ImageError:
    if isinstance(error, FileNotFoundError):
        return ImageError("the file does not exist")
    if isinstance(error, OSError):
        return ImageError(f"the file cannot be read ({error.strerror or error})")
    return ImageError("no file can have such a name")
