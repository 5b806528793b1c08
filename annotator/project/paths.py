"""How the project writes down where an image lies."""

from __future__ import annotations

import os
from pathlib import Path


class ImagePaths:
    """Convert between paths and what the database stores.

    A path inside the project folder is stored relative to it, with forward slashes, so that
    the folder can be moved or copied with its images; any other path is stored absolute.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = absolute(folder)
        self._real_folder = folder.resolve()

    def stored(self, path: Path) -> str:
        """Return what to store for a path."""
        path = absolute(path)
        if path.is_relative_to(self._folder):
            return path.relative_to(self._folder).as_posix()
        real = path.parent.resolve() / path.name  # the folder may be reached through a link
        if real.is_relative_to(self._real_folder):
            return real.relative_to(self._real_folder).as_posix()
        return str(path)

    def absolute(self, stored: str) -> Path:
        """Return the absolute path of what was stored."""
        return self._folder / stored


def absolute(path: Path) -> Path:
    """Return the path absolute and without ``..``, links left as they are."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - Path.absolute() keeps the dots


def display_name(path: Path) -> str:
    """Return the file's name as any window can show it."""
    return path.name.encode("utf-8", "replace").decode("utf-8")
