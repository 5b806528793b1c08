"""What a format of releases is."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from annotator.mesh.layout import MeshLayout
from annotator.release.listed_files import ListedFiles
from annotator.release.meshes import Meshes
from annotator.release.rows import ReleaseSample

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write the accepted samples down, and to read them back.

    Attributes
    ----------
    name
        What the command line and the manifest call it.
    title
        What the window calls it.
    write : callable of (folder, samples, layout)
        Writes the samples into files of the folder, which exists; ``images/`` in it is taken. The
        samples all have this layout. They come one at a time and only once, in the order of a
        release, and there may be more of them than memory holds: what has to wait for the last of
        them waits on the disk, see `annotator.release.spool`.
    read : callable of (files, layout, rows)
        Returns the meshes from the files that the release lists, in the order in which they were
        written. `rows` are the samples' rows as the manifest has them: files that are of other
        samples, or larger than so many samples make them, are refused.
    """

    name: str
    title: str
    write: Callable[[Path, Iterable[ReleaseSample], MeshLayout], None]
    read: Callable[[ListedFiles, MeshLayout, Rows], Meshes]
