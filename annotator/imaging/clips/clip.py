"""What a clip is, whether a file or a folder, and how one is opened."""

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from annotator.imaging.clips.errors import ClipError
from annotator.imaging.clips.folder import FRAMES_A_SECOND, FolderClip, inspect_sequence
from annotator.imaging.clips.index import index_of
from annotator.imaging.clips.info import ClipInfo
from annotator.imaging.clips.library import is_installed
from annotator.imaging.clips.source import begins_like_a_video, open_source
from annotator.imaging.clips.video import VideoClip
from annotator.imaging.picture import Picture


class Clip(Protocol):
    """A clip whose frames are read: a context manager, closed at its end.

    Attributes
    ----------
    path
        Of the file or folder.
    info
    """

    path: Path
    info: ClipInfo

    def __len__(self) -> int:
        """Return how many frames there are, damaged ones too."""
        ...

    def __enter__(self) -> Self:
        """Return itself."""
        ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        ...

    def read(self, frame: int) -> NDArray[np.uint8]:
        """Return a frame, (H, W, 3) uint8 RGB, upright; raises ClipError."""
        ...

    def frames(
        self, start: int = 0, stop: int | None = None
    ) -> Iterator[tuple[int, NDArray[np.uint8]]]:
        """Yield numbers and frames in order; damaged ones are left out."""
        ...

    def picture(self, frame: int) -> Picture:
        """Return the picture that a frame is; raises ClipError if there is no such frame."""
        ...

    def close(self) -> None:
        """Let the file go."""
        ...


def is_clip(path: Path) -> bool:
    """Return whether a file is a video, by its content.

    A folder is none until somebody says that its images are a sequence. Without PyAV the first
    bytes alone tell.
    """
    if not begins_like_a_video(path):
        return False
    try:
        if is_installed():
            open_source(path).close()
    except ClipError:
        return False
    return True


def inspect_clip(path: Path, *, fps: float = FRAMES_A_SECOND) -> ClipInfo:
    """Return what is known of a clip without decoding it.

    Parameters
    ----------
    path
        Of a video, or of a folder of frames.
    fps
        How many frames of a folder are shown a second; a video says it itself.

    Raises
    ------
    ClipError
        If it is no clip that can be read.
    """
    return inspect_sequence(path, fps).info if path.is_dir() else index_of(path).info


def open_clip(path: Path, info: ClipInfo | None = None, *, fps: float = FRAMES_A_SECOND) -> Clip:
    """Open a clip to read its frames; the caller closes it.

    Parameters
    ----------
    path
        Of a video, or of a folder of frames.
    info
        What is known of it already: a clip of another size or number of frames is refused.
    fps
        As for `inspect_clip`.

    Raises
    ------
    ClipError
        If it is no clip that can be read, or another one than is known.
    """
    clip: Clip = FolderClip(path, fps) if path.is_dir() else VideoClip(path)
    if info is not None and _shape(info) != _shape(clip.info):
        clip.close()
        raise ClipError("the clip has changed: its frames are of another size or number by now")
    return clip


def _shape(info: ClipInfo) -> tuple[int, int, int]:
    return info.width, info.height, len(info)
