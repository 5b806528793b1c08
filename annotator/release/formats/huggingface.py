"""A folder as Hugging Face's `datasets` opens it: Parquet files of the splits, a row an image."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from annotator.mesh.layout import MeshLayout
from annotator.release.blocks import Block
from annotator.release.formats.definition import Format
from annotator.release.per_image import images_of


def write(folder: Path, blocks: Iterable[Block], layout: MeshLayout) -> None:
    """Write ``data/train-00000-of-00001.parquet`` and so on.

    So `datasets` writes itself. It finds these files before it looks at any other, and takes no
    name of a photograph for that of a split, as it does of images in folders.
    """
    from annotator.release.formats.huggingface_tables import (  # noqa: PLC0415 - slow to import
        image_tables,
    )

    with image_tables(folder / "data", layout) as tables:
        for image in images_of(blocks):
            tables.append(image)


def card(layout: MeshLayout) -> Sequence[str]:
    """Return what the hub sorts data sets by."""
    return [
        "task_categories:",
        "- keypoint-detection",
        "tags:",
        "- face-mesh",
        f"- {layout.name.replace('_', '-')}",
    ]


FORMAT = Format(
    "huggingface",
    "Hugging Face data set",
    write,
    keeps="everything, landmarks and predictions to the last bit; the faces of an image as lists",
    needs_upright=True,
    embeds_images=True,
    card=card,
)
