"""The files of a release that its manifest lists, opened only as what they were made."""

import hashlib
import os
from collections.abc import Mapping, Sequence
from io import BufferedReader
from pathlib import Path
from typing import Any

from annotator.release.errors import DamagedRelease
from annotator.system.regular import open_inside


class ListedFiles:
    """Files by the names that a manifest gives them, verified before anything of them is read.

    Parameters
    ----------
    folder
        The release.
    entries
        The manifest's ``files``, whatever they hold.

    Raises
    ------
    DamagedRelease
        If the entries are no list of files.
    """

    def __init__(self, folder: Path, entries: object) -> None:
        self._folder = folder
        self._entries = _by_name(folder, entries)
        self._unverified = set(self._entries)

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def open(self, name: str) -> BufferedReader:
        """Open a file at its beginning, after comparing its size and hash with the manifest.

        Raises
        ------
        DamagedRelease
            If the release does not list it, it is missing or another one now, or it is no
            regular file inside the release's folder.
        """
        if name not in self._entries:
            raise DamagedRelease(f"{self._folder} does not list {name}")
        try:
            stream = open_inside(self._folder, name)
        except FileNotFoundError as error:
            said = _said(self._folder, name)
            raise DamagedRelease(f"{said} is missing from the release") from error
        except OSError as error:
            raise _unreadable(self._folder, name, error) from error
        try:
            # What is open is compared, not what bears its name: that may be another one by now.
            intact = _is_as_listed(stream, self._entries[name])
        except OSError as error:
            stream.close()
            raise _unreadable(self._folder, name, error) from error
        if not intact:
            stream.close()
            raise DamagedRelease(
                f"{_said(self._folder, name)} was changed after the release was made"
            )
        self._unverified.discard(name)
        return stream

    def verify(self) -> None:
        """Compare all that were not opened yet, and raise what `open` raises."""
        for name in sorted(self._unverified):
            self.open(name).close()


def _is_as_listed(stream: BufferedReader, entry: Mapping[str, Any]) -> bool:
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    if size != entry["size"]:
        return False
    sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    stream.seek(0)
    return bool(sha256 == entry["sha256"])


def _by_name(folder: Path, entries: object) -> dict[str, Mapping[str, Any]]:
    if not isinstance(entries, Sequence) or not all(map(_is_entry, entries)):
        raise DamagedRelease(f"{folder} does not say which files it has")
    listed = {entry["path"]: entry for entry in entries}
    if len(listed) != len(entries):
        raise DamagedRelease(f"{folder} lists a file twice")
    return listed


def _is_entry(entry: object) -> bool:
    return (
        isinstance(entry, dict)
        and isinstance(entry.get("path"), str)
        and {"sha256", "size"} <= set(entry)
    )


def _unreadable(folder: Path, name: str, error: OSError) -> DamagedRelease:
    return DamagedRelease(f"{_said(folder, name)} cannot be read ({error.strerror or error})")


def _said(folder: Path, name: str) -> str:
    # The name is anybody's: it may hold what a terminal takes for a command.
    return str(folder / name) if name.isprintable() else f"{name!a} in {folder}"
