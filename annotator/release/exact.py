"""The exact record: what stands beside a format that does not hold all to the last digit.

It is the format ``npz`` in a folder of its own, and all that is read back of such a release.
"""

from collections.abc import Iterable
from pathlib import Path

from annotator.mesh.layout import MeshLayout
from annotator.release.blocks import Block
from annotator.release.formats import Format, npz
from annotator.release.formats.definition import Rows
from annotator.release.glances import Room, kept
from annotator.release.listed_files import ListedFiles
from annotator.release.meshes import Meshes

EXACT = "exact"
"""Its folder."""


def write_all(chosen: Format, folder: Path, blocks: Iterable[Block], layout: MeshLayout) -> None:
    """Write a format's files, and the exact record where it cannot be read back."""
    if chosen.read is not None:
        chosen.write(folder, blocks, layout)
        return
    (folder / EXACT).mkdir()
    with npz.recording(folder / EXACT, layout) as record:
        chosen.write(folder, record.passing(blocks), layout)


def read_all(
    known: Format, files: ListedFiles, layout: MeshLayout, rows: Rows, room: Room = kept
) -> Meshes:
    """Return the meshes that `write_all` wrote."""
    if known.read is not None:
        return known.read(files, layout, rows, room)
    return npz.read(files.within(EXACT), layout, rows, room)
