"""A note in the folder of a release that it is withdrawn, for whoever finds the folder.

Nothing else in the folder changes: all files are as the manifest lists them, and signatures hold.
The note is not listed and not signed; what it says is anybody's text.
"""

from __future__ import annotations

from pathlib import Path

from annotator.release.errors import DamagedRelease
from annotator.release.manifest_reading import read_manifest
from annotator.system.foreign_text import plain
from annotator.system.placing import placed_anew, remove_leftovers
from annotator.system.regular import open_inside

WITHDRAWN = "WITHDRAWN.txt"

_LONGEST = 4096  # bytes of a note that are read


def note_withdrawal(folder: Path, content_sha256: str, why: str) -> str | None:
    """Note in the folder of a release that it is withdrawn; a note that is there stays.

    Parameters
    ----------
    folder
    content_sha256
        Of the release: a folder that holds something else is left alone.
    why

    Returns
    -------
    str or None
        Why there is no note in words, None where there is one.
    """
    if not folder.is_dir():
        return "it is not there any more"
    try:
        manifest = read_manifest(folder)
    except (DamagedRelease, OSError):
        return "what is there now is no release that can be read"
    if manifest.content_sha256 != content_sha256:
        return "another release is there now"
    remove_leftovers(folder)  # of somebody who was killed while withdrawing it
    if withdrawn_note(folder) is not None:
        return None
    lines = (
        "This release is withdrawn: do not use it, and delete this folder and all copies of it.",
        "",
        f"Why: {plain(why)}",
        f"Content: {content_sha256}",
    )
    try:
        with placed_anew(folder / WITHDRAWN) as stream:
            stream.write(("\n".join(lines) + "\n").encode())
    except OSError as error:
        return f"no note can be written there ({error.strerror or 'not possible'})"
    return None


def withdrawn_note(folder: Path) -> str | None:
    """Return what a note in a release's folder says, on one line; None where there is none."""
    try:
        with open_inside(folder, WITHDRAWN) as stream:
            return plain(stream.read(_LONGEST).decode("utf-8", "replace"))
    except OSError:
        return None
