"""Where pixels come from: a file, or one frame of a file."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from annotator.imaging.reader import ImageInfo, inspect_image, read_image, read_thumbnail
from annotator.system.hashing import FileStamp, file_sha256, file_stamp


@dataclass(frozen=True, slots=True)
class Picture:
    """Where pixels come from; equal to its like, whatever its file holds by now.

    Attributes
    ----------
    path
        Of the file.
    frame
        Which frame of it, counted from 0; None for a file that is one picture.
    """

    path: Path
    frame: int | None = None

    @property
    def name(self) -> str:
        """What the file is called."""
        return self.path.name

    def read(self) -> NDArray[np.uint8]:
        """Return the upright picture, (H, W, 3) uint8 RGB, as `read_image` does."""
        return read_image(self.path)

    def thumbnail(self, size: int) -> NDArray[np.uint8]:
        """Return a preview of at most ``size`` pixels a side, as `read_thumbnail` does."""
        return read_thumbnail(self.path, size)

    def info(self) -> ImageInfo:
        """Return what is known without decoding the pixels, as `inspect_image` does."""
        return inspect_image(self.path)

    def stamp(self) -> FileStamp:
        """Return what changes whenever a program writes to the file; raises OSError."""
        return file_stamp(self.path)

    def content_hash(self) -> str:
        """Return the SHA-256 of the file's bytes; raises OSError."""
        return file_sha256(self.path)
