"""Getting files and folders onto the disk, and not only into the system's memory."""

import os
import sys
from pathlib import Path


def sync_file(path: Path) -> None:
    """Return when a file's content has reached the disk."""
    with path.open("r+b") as stream:
        os.fsync(stream.fileno())


if sys.platform == "win32":

    def sync_folder(folder: Path) -> None:
        """Do nothing: folders cannot be flushed here."""

else:

    def sync_folder(folder: Path) -> None:
        """Return when the names in a folder have reached the disk."""
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
