"""What a format of releases is."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from annotator.mesh.layout import MeshLayout
from annotator.release.blocks import Block, Row
from annotator.release.glances import Room
from annotator.release.incoming import ReadFaces
from annotator.release.listed_files import ListedFiles
from annotator.release.meshes import Meshes

BUFFER = 1 << 18
"""Bytes of a file of text that are in memory at once."""

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
    write : callable of (folder, blocks, layout)
        Writes the samples into files of the folder, which exists; ``images/``, ``exact/``,
        ``README.md`` and ``croissant.json`` in it are taken. The samples all have this layout. They
        come some at a time and only once, in the order of a release, and there may be more of them
        than memory holds: what has to wait for the last of them waits on the disk, see
        `annotator.release.spool`. Images lie at their `PlacedImage.path` while it runs.
    read : callable of (files, layout, rows, room), optional
        Returns the meshes from the files that the release lists, in the order in which they were
        written. Their arrays are what `room` makes of a shape and a type, to whose rows values are
        assigned in their order: few are in memory at once then, where `room` keeps none, as it
        is where a release is only verified. `rows` are the samples' rows as the manifest has them:
        files that are of other samples, or larger than so many samples make them, are refused. A
        format without it does not hold all that was written to the last digit; its releases have
        an exact record beside it, which is read instead.
    keeps, loses
        What of a sample it carries and what not, for people: a phrase each, the second one empty
        where it carries all.
    needs_upright
        Whether its readers take images as they are stored: then all are written upright.
    embeds_images
        Whether its own files hold the images, so that no folder of them is left beside.
    image_folder : callable of (row)
        In which folder of the release the image of a sample belongs, for readers that ask for one;
        ``images`` where there is none. The row lacks only what says where the image is.
    layouts
        The names of the layouts that it can be written of; None for any.
    read_faces
        Reads what anybody wrote in this format, not only a release of ours.
    recognises : callable of (path)
        Whether a file or folder looks as if it were of this format; reads a few kilobytes at most.
    card : callable of (layout)
        Lines of YAML that its reader wants at the beginning of the release's ``README.md``.
    """

    name: str
    title: str
    write: Callable[[Path, Iterable[Block], MeshLayout], None]
    read: Callable[[ListedFiles, MeshLayout, Rows, Room], Meshes] | None = None
    keeps: str = ""
    loses: str = ""
    needs_upright: bool = False
    embeds_images: bool = False
    image_folder: Callable[[Row], str] | None = None
    layouts: frozenset[str] | None = None
    read_faces: ReadFaces | None = None
    recognises: Callable[[Path], bool] | None = None
    card: Callable[[MeshLayout], Sequence[str]] | None = None

    @property
    def can_reference(self) -> bool:
        """Whether its releases can leave the images where they are."""
        return not (self.embeds_images or self.needs_upright)
