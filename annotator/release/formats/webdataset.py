"""WebDataset: tar archives that hold image, arrays and columns of one face after the other."""

import json
import tarfile
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import MeshLayout
from annotator.release.blocks import Block, Face
from annotator.release.formats.common_images import CommonImage, common_image
from annotator.release.formats.definition import Format
from annotator.release.formats.membership import held_at, said, split_of
from annotator.release.formats.shards import shards
from annotator.release.per_image import images_of

_END = bytes(2 * tarfile.BLOCKSIZE)  # of an archive


def write(folder: Path, blocks: Iterable[Block], layout: MeshLayout) -> None:
    """Write archives of the splits, ``train-00000.tar`` and so on.

    A sample is the members whose names are the same before their first dot: the SHA-256 of its
    image and the number of its face. So each face has the image anew.
    """
    with shards(folder, ".tar", ending=_END) as archives:
        for image in images_of(blocks):
            path = held_at(image.image)
            shown = None if path is None else common_image(path)
            for face in image.faces:
                archives.append(split_of(face.row), _sample(face, shown, layout))


def _sample(face: Face, image: CommonImage | None, layout: MeshLayout) -> bytes:
    columns = json.dumps({"layout": layout.name, **said(face)}, sort_keys=True)
    members = {
        "json": columns.encode(),
        "landmarks.npy": _npy(face.landmarks),
        "predictions.npy": _npy(face.prediction),
        "visibility.npy": _npy(face.visibility),
    }
    if image is not None:
        members = {image.suffix: image.content, **members}
    key = f"{face.row['image_sha256']}-{face.row['face_index']:02d}"
    return b"".join(_member(f"{key}.{name}", content) for name, content in members.items())


def _member(name: str, content: bytes) -> bytes:
    """Return a member of an archive, which depends on its name and content alone."""
    entry = tarfile.TarInfo(name)  # of nobody, in 1970
    entry.size, entry.mode = len(content), 0o644
    padding = bytes(-len(content) % tarfile.BLOCKSIZE)
    return entry.tobuf(tarfile.USTAR_FORMAT) + content + padding


def _npy(values: NDArray[np.generic]) -> bytes:
    stream = BytesIO()
    np.lib.format.write_array(stream, np.ascontiguousarray(values), (1, 0), allow_pickle=False)
    return stream.getvalue()


FORMAT = Format(
    "webdataset",
    "WebDataset archives",
    write,
    keeps="everything, landmarks and predictions to the last bit, and the image with every face",
    needs_upright=True,
    embeds_images=True,
)
