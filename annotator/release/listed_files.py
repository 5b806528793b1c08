"""The files of a release that its manifest lists, opened only as what they were made."""

import hashlib
import os
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from copy import copy
from io import BufferedReader
from pathlib import Path
from typing import Any

from annotator.release.errors import DamagedRelease
from annotator.system.foreign_text import escaped
from annotator.system.regular import open_inside

_LARGEST_IMAGE = 1 << 34  # bytes: a hole in a file can be of any size, and takes time to hash
_DRIVE = re.compile(r"[A-Za-z]:")


class ListedFiles:
    """Files by the names that a manifest gives them, verified before anything of them is read.

    Parameters
    ----------
    folder
        The release.
    entries
        The manifest's ``files``.

    Raises
    ------
    DamagedRelease
        If a file is listed twice, or under a name that lies elsewhere.
    """

    def __init__(self, folder: Path, entries: Sequence[Mapping[str, Any]]) -> None:
        self._folder = folder
        self._entries = {entry["path"]: entry for entry in entries}
        if len(self._entries) != len(entries):
            raise DamagedRelease(f"{folder} lists a file twice")
        for name in self._entries:
            if not _lies_inside(name):
                raise self._damaged(name, "cannot be read (it does not lie in the folder)")
        self._unverified = set(self._entries)
        self._inside = ""

    def __contains__(self, name: str) -> bool:
        return self._inside + name in self._entries

    def within(self, folder: str) -> "ListedFiles":
        """Return the same files, by their names inside one of the release's folders."""
        files = copy(self)
        files._inside = f"{self._inside}{folder}/"
        return files

    def open(self, name: str, at_most: int) -> BufferedReader:
        """Open a file at its beginning, after comparing its size and hash with the manifest.

        Parameters
        ----------
        name
        at_most
            How many bytes it can have, by the number of samples and vertices. A larger one is not
            read.

        Raises
        ------
        DamagedRelease
            If the release does not list it, it is missing, too large or another one now, or it is
            no regular file inside the release's folder.
        """
        return self._open(self._inside + name, at_most)

    def _open(self, name: str, at_most: int) -> BufferedReader:
        if name not in self._entries:
            raise DamagedRelease(f"{self._folder} does not list {name}")
        size = self._entries[name]["size"]
        if size > at_most:
            raise self._damaged(name, f"has {size} bytes, and can have {at_most} at most")
        try:
            stream = open_inside(self._folder, name)
        except FileNotFoundError as error:
            raise self._damaged(name, "is missing from the release") from error
        except OSError as error:
            raise self._unreadable(name, error) from error
        try:
            # What is open is compared, not what bears its name: that may be another one by now.
            intact = _is_as_listed(stream, self._entries[name])
        except OSError as error:
            stream.close()
            raise self._unreadable(name, error) from error
        if not intact:
            stream.close()
            raise self._damaged(name, "was changed after the release was made")
        self._unverified.discard(name)
        return stream

    def verify(
        self, images: Collection[str], *, on_progress: Callable[[int, int], None] | None = None
    ) -> None:
        """Compare images, and what else is not read, and raise what `open` raises.

        Also raise it for a file that is none of them. Called before each file with how many were
        compared and their number, `on_progress` may raise what it likes to end it.
        """
        names = sorted(self._unverified)
        for done, name in enumerate(names):
            if on_progress is not None:
                on_progress(done, len(names))
            if name not in images:
                raise self._damaged(name, "is listed, but is no file of such a release")
            self._open(name, _LARGEST_IMAGE).close()

    def damaged(self, name: str, what: str) -> DamagedRelease:
        """Return the error that says what is wrong with a file."""
        return self._damaged(self._inside + name, what)

    def _damaged(self, name: str, what: str) -> DamagedRelease:
        # The name is anybody's, and so is what a parser repeats: both may hold what a terminal
        # takes for a command.
        said = str(self._folder / name) if name.isprintable() else f"{name!a} in {self._folder}"
        return DamagedRelease(f"{said} {escaped(what)}")

    def _unreadable(self, name: str, error: OSError) -> DamagedRelease:
        return self._damaged(name, f"cannot be read ({error.strerror or error})")


def _lies_inside(name: str) -> bool:
    """Whether a name is one that all systems take for the same file in the folder."""
    parts = name.split("/")
    return not ({"", ".", ".."} & set(parts) or "\\" in name or _DRIVE.match(name))


def _is_as_listed(stream: BufferedReader, entry: Mapping[str, Any]) -> bool:
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    if size != entry["size"]:
        return False
    sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    stream.seek(0)
    return bool(sha256 == entry["sha256"])
