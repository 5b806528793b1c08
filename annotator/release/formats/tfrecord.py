"""TFRecord: files of ``tf.train.Example``, one a face, with its image."""

from collections.abc import Iterable
from pathlib import Path

from annotator.mesh.layout import MeshLayout
from annotator.release.blocks import Block, Face
from annotator.release.errors import ExportError
from annotator.release.formats.common_images import CommonImage, common_image
from annotator.release.formats.definition import Format
from annotator.release.formats.membership import held_at, said, split_of
from annotator.release.formats.shards import shards
from annotator.release.formats.tf_examples import Feature, example, record
from annotator.release.per_image import images_of, size_of
from annotator.release.rows import COLUMNS

_FORMATS = {"jpg": "jpeg", "png": "png"}  # as TensorFlow calls them


def write(folder: Path, blocks: Iterable[Block], layout: MeshLayout) -> None:
    """Write files of the splits, ``train-00000.tfrecord`` and so on.

    Raises
    ------
    ExportError
        If what computes their checksums is not installed.
    """
    try:
        from google_crc32c import value  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise ExportError(
            "TFRecord needs a library for its checksums: pip install 'facemesh-annotator[tfrecord]'"
        ) from error
    with shards(folder, ".tfrecord") as files:
        for image in images_of(blocks):
            path = held_at(image.image)
            shown = None if path is None else common_image(path)
            for face in image.faces:
                written = example(_features(face, shown, layout))
                files.append(split_of(face.row), record(written, value))


def _features(face: Face, image: CommonImage | None, layout: MeshLayout) -> dict[str, Feature]:
    """Return the features of a face; what is not known has none."""
    width, height = size_of(face.row)
    features: dict[str, Feature] = {
        "layout": [layout.name.encode()],
        "image/width": [width],
        "image/height": [height],
        "landmarks": face.landmarks.ravel(),
        "predictions": face.prediction.ravel(),
        "visibility": face.visibility.tolist(),
    }
    if image is not None:
        features["image/encoded"] = [image.content]
        features["image/format"] = [_FORMATS[image.suffix].encode()]
    for name, value in said(face).items():
        if value is not None:
            kind = COLUMNS[name]
            features[name] = [value.encode()] if kind in ("text", "time") else [value]
    return features


FORMAT = Format(
    "tfrecord",
    "TFRecord",
    write,
    keeps="everything, landmarks and predictions to the last bit, and the image with every face",
    loses="digits of the columns' fractions, which are float32 there",
    needs_upright=True,
    embeds_images=True,
)
