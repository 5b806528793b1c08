"""Frames of videos, written into a release: exactly as they are decoded, upright, without loss."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from annotator.imaging.clips import open_clip
from annotator.release.errors import ExportError
from annotator.release.upright import write_pixels
from annotator.system.hashing import FileStamp, file_sha256, file_stamp

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from annotator.imaging.clips import Clip
    from annotator.project.image_records import ImageRecord


class VideoFrames:
    """The frames of videos; the one that was read last stays open, as frames come in order.

    A video is hashed once, when its first frame is asked for, and must stay as it is until the
    next one is.
    """

    def __init__(self) -> None:
        self._clip: Clip | None = None
        self._of: tuple[Path, str, FileStamp] | None = None

    def write(self, image: ImageRecord, target: Path) -> None:
        """Write a frame as PNG; raises as `read` does."""
        write_pixels(self.read(image), target)

    def read(self, image: ImageRecord) -> NDArray[np.uint8]:
        """Return a frame, upright, (height, width, 3) RGB.

        Raises
        ------
        ExportError
            If its video vanished, or is no longer the file that was added.
        ImageError
            If the frame cannot be decoded.
        """
        assert image.frame is not None  # that is what a frame is
        try:
            pixels = self._opened(image).read(image.frame)
            self._refuse_changed(image)
        except OSError as error:
            raise ExportError(
                f"{image.path} cannot be read any more ({error.strerror or error}):"
                " put it back, or exclude the samples of its frames"
            ) from error
        if pixels.shape[:2] != (image.height, image.width):
            raise _changed(image)
        return pixels

    def close(self) -> None:
        """Close the video that is open."""
        if self._clip is not None:
            self._clip.close()
        self._clip = self._of = None

    def _opened(self, image: ImageRecord) -> Clip:
        if self._clip is not None and self._of is not None:
            if self._of[:2] == (image.path, image.sha256):
                return self._clip
            self.close()
        stamp = file_stamp(image.path)
        if file_sha256(image.path) != image.sha256:
            raise _changed(image)
        self._clip = open_clip(image.path)
        self._of = image.path, image.sha256, stamp
        return self._clip

    def _refuse_changed(self, image: ImageRecord) -> None:
        if self._of is None or file_stamp(image.path) != self._of[2]:
            raise _changed(image)


def _changed(image: ImageRecord) -> ExportError:
    return ExportError(
        f"{image.path} has changed since it was added: put the original back, or exclude the"
        " samples of its frames"
    )
