"""YOLO-pose as ultralytics lays it out: a text file of labels for each image, and ``data.yaml``.

Everything is a share of the image's width or height. What is a hundredth outside the image makes
ultralytics pass over the whole file, so a vertex out there is written as "not labelled".
"""

from collections.abc import Collection, Iterable
from pathlib import Path, PurePosixPath

import numpy as np

from annotator.mesh.layout import MeshLayout
from annotator.mesh.marks import Visibility
from annotator.release.blocks import Block, Face, Row
from annotator.release.boxes import box_of, clipped
from annotator.release.errors import ExportError
from annotator.release.formats.definition import Format
from annotator.release.formats.membership import SPLITS, held_at, split_of
from annotator.release.images import PlacedImage
from annotator.release.per_image import ImageFaces, images_of, size_of

DATA = "data.yaml"
LABELS = "labels"
_IMAGES = "images"
_USUAL = "jpg"
_FACE = 0
_UNLABELLED, _HIDDEN, _VISIBLE = 0, 1, 2  # COCO's flags, which ultralytics takes
_KEYS = {"train": "train", "validation": "val", "test": "test"}


def image_folder(row: Row) -> str:
    """Return the folder of an image: of its split, but for JPEGs one for each kind of file.

    ``a.jpg`` and ``a.png`` in one folder would have the same file of labels.
    """
    kind = Path(row["image_name"]).suffix[1:].lower()
    folder = f"{_IMAGES}/{split_of(row)}"
    if kind == _USUAL:
        return folder
    return f"{folder}/{kind}" if kind.isascii() and kind.isalnum() else f"{folder}/other"


def write(folder: Path, blocks: Iterable[Block], layout: MeshLayout) -> None:
    """Write ``data.yaml`` and the labels of every image, a line a face."""
    splits = set()
    for image in images_of(blocks):
        splits.add(split_of(image.row))
        _write_labels(folder, image)
    (folder / DATA).write_text(_data(splits, layout), encoding="utf-8", newline="\n")


def _write_labels(folder: Path, image: ImageFaces) -> None:
    path = folder / labels_of(image.row, image.image)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="ascii", newline="\n") as stream:
            stream.writelines(map(_line, image.faces))
    except FileExistsError as error:
        raise ExportError(
            f"{image.name} would share its labels with another image: give the photographs"
            " names that differ in more than their endings, or export with pseudonyms"
        ) from error


def labels_of(row: Row, image: PlacedImage) -> PurePosixPath:
    """Return where ultralytics looks for the labels of an image, relative to the release.

    For images that lie elsewhere it would look there; theirs are called as the content is.
    """
    if held_at(image) is None:
        return PurePosixPath(LABELS, split_of(row), f"{row['image_sha256']}.txt")
    inside = PurePosixPath(image.file).relative_to(_IMAGES)
    return PurePosixPath(LABELS, inside).with_suffix(".txt")


def _line(face: Face) -> str:
    """Return class, box and keypoints; nothing of a face that lies wholly outside the image."""
    width, height = size_of(face.row)
    left, top, across, down = clipped(box_of(face.landmarks), (width, height))
    if not across or not down:
        return ""
    box = ((left + across / 2) / width, (top + down / 2) / height, across / width, down / height)
    points = face.landmarks[:, :2].astype(np.float64) / (width, height)
    inside = ((points >= 0) & (points <= 1)).all(axis=1)
    flags = np.where(face.visibility == Visibility.VISIBLE, _VISIBLE, _HIDDEN)
    points[~inside], flags[~inside] = 0, _UNLABELLED
    values = np.column_stack([points, flags]).ravel().tolist()
    keypoints = " %.7f %.7f %d" * len(points) % tuple(values)
    return f"{_FACE} {' '.join(f'{value:.7f}' for value in box)}{keypoints}\n"


def _data(splits: Collection[str], layout: MeshLayout) -> str:
    """Return the description of the data set; ultralytics takes none without train and val."""
    lines = [f"{_KEYS[split]}: {_IMAGES}/{split}" for split in SPLITS if split in splits]
    for missing in (split for split in SPLITS[:2] if split not in splits):
        instead = next(split for split in SPLITS if split in splits)
        lines.append(f"{_KEYS[missing]}: {_IMAGES}/{instead}  # the release has no {missing} split")
    lines += [
        f"kpt_shape: [{layout.count}, 3]",
        f"flip_idx: {layout.topology.mirror.tolist()}",
        "names:",
        f"  {_FACE}: face",
    ]
    return "".join(f"{line}\n" for line in lines)


FORMAT = Format(
    "yolo",
    "YOLO-pose",
    write,
    keeps="x, y and whether a vertex is visible, of every face; boxes; splits",
    loses="z, predictions, vertices outside the image, who did what",
    image_folder=image_folder,
)
