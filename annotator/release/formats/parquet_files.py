"""Parquet: landmarks, predictions, visibility and all columns of the samples in one table."""

from collections.abc import Iterable
from pathlib import Path

from annotator.mesh.layout import MeshLayout
from annotator.release.blocks import Block
from annotator.release.formats.definition import Format, Rows
from annotator.release.glances import Room, kept
from annotator.release.listed_files import ListedFiles
from annotator.release.meshes import Meshes


def write(folder: Path, blocks: Iterable[Block], layout: MeshLayout) -> None:
    """Write ``faces-00000.parquet`` and so on, a row a sample."""
    from annotator.release.formats.face_tables import (  # noqa: PLC0415 - slow to import
        face_tables,
    )

    with face_tables(folder, layout) as tables:
        for block in blocks:
            tables.append(block)


def read(files: ListedFiles, layout: MeshLayout, rows: Rows, room: Room = kept) -> Meshes:
    """Return what `write` wrote."""
    from annotator.release.formats.face_tables_reading import (  # noqa: PLC0415 - slow to import
        read_meshes,
    )

    return read_meshes(files, layout, rows, room)


FORMAT = Format(
    "parquet",
    "Parquet tables",
    write,
    read,
    keeps="everything, landmarks and predictions to the last bit",
)
