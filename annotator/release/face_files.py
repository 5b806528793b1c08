"""Faces cut out of images, one file each, as upright PNG."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from annotator.imaging import ImageError, read_image
from annotator.release.crops import Crop, Points, box_crop, region_crop
from annotator.release.image_modes import NET_SIZES, ImageMode
from annotator.release.transfer import content
from annotator.release.upright import write_pixels

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from annotator.mesh.layout import MeshLayout
    from annotator.project.image_records import ImageRecord
    from annotator.release.frames import VideoFrames


class FaceFiles:
    """Cuts faces out; the image that was decoded last stays, as its faces follow one another.

    Parameters
    ----------
    frames
        Where those of videos come from.
    mode
        One of `annotator.release.image_modes.CROPS`.
    layout
        Of the meshes.
    """

    def __init__(self, frames: VideoFrames, mode: ImageMode, layout: MeshLayout) -> None:
        self._frames = frames
        self._mode = mode
        self._layout = layout
        self._last: tuple[int, NDArray[np.uint8]] | None = None

    def put(self, image: ImageRecord, landmarks: Points, target: Path) -> Crop:
        """Write the face with these landmarks, (n, 3) in pixels of the image, to a new file.

        Raises
        ------
        ExportError
            If the image vanished, or is no longer the file that was imported.
        ImageError
            If it cannot be read.
        """
        crop = self._crop(image, landmarks)
        write_pixels(crop.pixels(self._pixels(image)), target)
        return crop

    def _crop(self, image: ImageRecord, landmarks: Points) -> Crop:
        size = NET_SIZES.get(self._mode)
        if size is None:
            return box_crop(landmarks, (image.width, image.height))
        return region_crop(landmarks, self._layout, size)

    def _pixels(self, image: ImageRecord) -> NDArray[np.uint8]:
        if self._last is not None and self._last[0] == image.id:
            return self._last[1]
        self._last = None  # two of them at once are not held
        is_frame = image.frame is not None
        pixels = self._frames.read(image) if is_frame else read_image(content(image))
        if pixels.shape[:2] != (image.height, image.width):
            raise ImageError("it is of another size than when it was imported")
        self._last = image.id, pixels
        return pixels
