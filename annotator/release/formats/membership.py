"""Which split a sample belongs to, and whether a release holds its image itself."""

from pathlib import Path
from typing import Any

from annotator.release.blocks import Face, Row
from annotator.release.images import PlacedImage

TRAIN = "train"
SPLITS = (TRAIN, "validation", "test")
"""What the splits are called, in the order in which they are named."""


def split_of(row: Row) -> str:
    """Return the split of a sample; one of a release without splits is there to be trained on."""
    return row["split"] or TRAIN


def held_at(image: PlacedImage) -> Path | None:
    """Return where the bytes of an image lie if the release is to hold them, else None."""
    return None if Path(image.file).is_absolute() else image.path


def said(face: Face) -> dict[str, Any]:
    """Return the columns of a sample whose image lies in the file that says them."""
    return {name: value for name, value in face.row.items() if name != "image_file"}
