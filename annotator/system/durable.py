"""Getting files and folders onto the disk, and not only into the system's memory."""

import os
import sys
from pathlib import Path

if sys.platform == "win32":

    def sync_file(path: Path) -> None:
        """Return when a file's content has reached the disk."""
        with path.open("r+b") as stream:  # what is open for reading alone cannot be flushed here
            os.fsync(stream.fileno())

    def sync_folder(folder: Path) -> None:
        """Do nothing: folders cannot be flushed here."""

else:

    def sync_file(path: Path) -> None:
        """Return when a file's content has reached the disk, also of one that is read-only."""
        with path.open("rb") as stream:
            os.fsync(stream.fileno())

    def sync_folder(folder: Path) -> None:
        """Return when the names in a folder have reached the disk."""
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
