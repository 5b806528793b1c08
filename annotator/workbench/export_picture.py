"""The picture of an export's preview: a face as the release has it. No widgets here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from annotator.imaging import ImageError, Picture
from annotator.mesh.landmarks import bounding_box
from annotator.workbench.face_thumbnails import FaceCrop, face_crop
from annotator.workbench.look.sheet_picture import resized, with_mesh

if TYPE_CHECKING:
    from annotator.release import Release

PICTURE = 320
"""Pixels of a side of the face that is shown."""
_MARGIN = 1.25


def face_picture(release: Release, *, is_crop: bool) -> NDArray[np.uint8] | None:
    """Return the first face of a release over the release's own image; None if it has none.

    Parameters
    ----------
    release
    is_crop
        Whether its images are cut to faces: then the whole of one is shown, else the face alone.

    Returns
    -------
    (320, 320, 3) uint8
        RGB, black beyond the image's border.
    """
    row = release.samples.iloc[0]
    path = release.folder / str(row["image_file"])  # which leaves an absolute path as it is
    landmarks = release.landmarks[0]
    try:
        crop = _crop(Picture(path), landmarks, is_crop=is_crop)
    except (ImageError, OSError):
        return None
    pixels = np.ascontiguousarray(resized(crop, PICTURE))
    return with_mesh(pixels, crop.places(landmarks, PICTURE), release.layout)


def _crop(picture: Picture, landmarks: NDArray[np.float32], *, is_crop: bool) -> FaceCrop:
    if not is_crop:
        return face_crop(picture, bounding_box(landmarks), PICTURE, _MARGIN)
    info = picture.info()
    return face_crop(picture, (0.0, 0.0, float(info.width), float(info.height)), PICTURE, 1.0)
