"""Where pixels come from: a file, or one frame of a file.

Whoever wants the pixels of a project's image asks its `Picture` and nothing else, so that a new
kind of place for pixels to come from, as videos were, is taught here and nowhere else.
"""

import errno
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from annotator.imaging.headers import MAX_BYTES
from annotator.imaging.identity import coded_sha256
from annotator.imaging.reader import (
    Encoded,
    ImageInfo,
    inspect_image,
    load_image,
    read_thumbnail,
)
from annotator.system.hashing import FileStamp, file_sha256, file_stamp

if TYPE_CHECKING:
    from annotator.imaging.clips.still import EncodedFrame


@dataclass(frozen=True, slots=True)
class Picture:
    """Where pixels come from; equal to its like, whatever its file holds by now.

    What its file holds is told by `stamp`: whoever keeps what was read keeps the stamp with it.

    Attributes
    ----------
    path
        Of the file.
    frame
        Which frame of a video or an animation, or page of a document, counted from 0; None for a
        file that is one picture.
    """

    path: Path
    frame: int | None = None

    @property
    def name(self) -> str:
        """What the file is called."""
        return self.path.name

    def load(self) -> Encoded:
        """Read the file without decoding it, as `load_image` does; raises ImageError.

        Of a video no more is read than tells which frames it has.
        """
        return self._of_a_video() or load_image(self.path, frame=self.frame)

    def read(self) -> NDArray[np.uint8]:
        """Return the upright picture, (H, W, 3) uint8 RGB, as `read_image` does.

        Raises
        ------
        ImageError
            If the file cannot be read or decoded, or has no such frame.
        """
        return self.load().decode()

    def read_noted(self) -> tuple[NDArray[np.uint8], str]:
        """Return what `read` returns, and what a person is told of it, see `ImageInfo`."""
        return self.load().decode_noted()

    def thumbnail(self, size: int) -> NDArray[np.uint8]:
        """Return a preview of at most ``size`` pixels a side, as `read_thumbnail` does."""
        video = self._of_a_video()
        return video.thumbnail(size) if video else read_thumbnail(self.path, size, frame=self.frame)

    def info(self) -> ImageInfo:
        """Return what is known without decoding the pixels, as `inspect_image` does."""
        video = self._of_a_video()
        return video.info() if video else inspect_image(self.path, frame=self.frame)

    def stamp(self) -> FileStamp:
        """Return what changes whenever a program writes to the file; raises OSError."""
        return file_stamp(self.path)

    def stamp_if_there(self) -> FileStamp | None:
        """Return the stamp, or None for a file that cannot be found."""
        try:
            return self.stamp()
        except OSError:
            return None

    def content_hash(self) -> str:
        """Return the SHA-256 of the file's bytes, all frames.

        A video is read once for all its frames, and may be as large as it likes.

        Raises
        ------
        OSError
            If it cannot be read, or is no video and larger than any image is.
        """
        if self._is_in_a_video():
            from annotator.imaging.clips.content import video_sha256  # noqa: PLC0415 - see below

            return video_sha256(self.path)
        if self.stamp()[0] > MAX_BYTES:
            raise OSError(errno.EFBIG, "it is larger than any image", str(self.path))
        return file_sha256(self.path)

    def coded_hash(self) -> str | None:
        """Return the SHA-256 of what the pixels are decoded from, as `coded_sha256` does.

        It stays the same where only metadata changes; None where that cannot be told, as of videos.
        """
        return None if self._is_in_a_video() else coded_sha256(self.path, frame=self.frame)

    def _is_in_a_video(self) -> bool:
        from annotator.imaging.clips.source import begins_like_a_video  # noqa: PLC0415 - see below

        return self.frame is not None and begins_like_a_video(self.path)

    def _of_a_video(self) -> "EncodedFrame | None":
        """Return the frame if the file is a video, which only one with a number can be of."""
        if self.frame is None:
            return None
        # Clips hand out pictures, so they are imported later than these.
        from annotator.imaging.clips.still import load_frame  # noqa: PLC0415

        return load_frame(self.path, self.frame)
