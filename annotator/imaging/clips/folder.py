"""A folder of frames that is one sequence: its images in the order in which people count."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from annotator.imaging.clips.ahead import ahead
from annotator.imaging.clips.errors import ClipError
from annotator.imaging.clips.frame_names import frame_names
from annotator.imaging.clips.info import MAX_CLIP_PIXELS, ClipInfo, checked_number
from annotator.imaging.errors import ImageError
from annotator.imaging.picture import Picture
from annotator.imaging.reader import inspect_image
from annotator.system.closing import Closing

FRAMES_A_SECOND = 30.0
"""What is taken where nobody says it: files have no times."""


@dataclass(frozen=True, eq=False)
class Sequence:
    """What a folder of frames holds.

    Attributes
    ----------
    info
    names
        Of the files, in the order of the frames.
    unreadable
        Files that are numbered and cannot be read, each with the reason.
    """

    info: ClipInfo
    names: tuple[str, ...]
    unreadable: tuple[tuple[str, str], ...]


def inspect_sequence(folder: Path, fps: float = FRAMES_A_SECOND) -> Sequence:
    """Look at all frames of a folder without decoding them.

    Parameters
    ----------
    folder
    fps
        How many are shown a second.

    Raises
    ------
    ClipError
        If there are none, none can be read, or they are not all of one size.
    """
    if not (np.isfinite(fps) and fps > 0):
        raise ClipError(f"expected a number of frames a second above 0, but got {fps}")
    names = frame_names(folder)
    unreadable: list[tuple[str, str]] = []
    sizes: dict[tuple[int, int], str] = {}
    for name in names:
        try:
            seen = inspect_image(folder / name, max_pixels=MAX_CLIP_PIXELS)
        except ImageError as error:
            unreadable.append((name, str(error)))
        else:
            sizes.setdefault((seen.width, seen.height), name)
    width, height = _one_size(sizes, unreadable)
    times = np.arange(len(names)) / fps
    times.flags.writeable = False
    note = f"{len(unreadable)} of {len(names)} frames cannot be read" if unreadable else ""
    return Sequence(ClipInfo(width, height, times, 0, "images", note), names, tuple(unreadable))


class FolderClip(Closing):
    """A folder of frames that are read; use as a context manager. Threads may share it.

    Parameters
    ----------
    path
        Of the folder.
    fps
        How many frames are shown a second.

    Raises
    ------
    ClipError
        As `inspect_sequence`.
    """

    def __init__(self, path: Path, fps: float = FRAMES_A_SECOND) -> None:
        self.path = path
        sequence = inspect_sequence(path, fps)
        self.info: ClipInfo = sequence.info
        self.names: tuple[str, ...] = sequence.names
        self.unreadable: tuple[tuple[str, str], ...] = sequence.unreadable

    def __len__(self) -> int:
        """Return how many frames there are, unreadable ones too."""
        return len(self.names)

    def close(self) -> None:
        """Nothing is held open."""

    def picture(self, frame: int) -> Picture:
        """Return the picture that a frame is; raises ClipError if there is no such frame."""
        return Picture(self.path / self.names[checked_number(frame, len(self))])

    def read(self, frame: int) -> NDArray[np.uint8]:
        """Return a frame, (H, W, 3) uint8 RGB, upright.

        Raises
        ------
        ClipError
            If there is no such frame, or its file cannot be read or is not as large as the others.
        """
        picture = self.picture(frame)
        try:
            pixels = picture.read()
        except ImageError as error:
            raise ClipError(f"{picture.name}: {error}") from error
        if pixels.shape[:2] != (self.info.height, self.info.width):
            raise ClipError(f"{picture.name} is of another size by now")
        return pixels

    def frames(
        self, start: int = 0, stop: int | None = None
    ) -> Iterator[tuple[int, NDArray[np.uint8]]]:
        """Yield numbers and frames in order, read ahead; those that cannot be read are left out."""
        end = len(self) if stop is None else min(stop, len(self))
        return ahead(self._in_order(start, end))

    def _in_order(self, start: int, stop: int) -> Iterator[tuple[int, NDArray[np.uint8]]]:
        for frame in range(start, stop):
            try:
                pixels = self.read(frame)
            except ClipError:
                continue
            yield frame, pixels


def _one_size(
    sizes: dict[tuple[int, int], str], unreadable: list[tuple[str, str]]
) -> tuple[int, int]:
    if not sizes:
        name, reason = unreadable[0]
        raise ClipError(f"none of the folder's images can be read; {name}: {reason}")
    if len(sizes) > 1:
        (one, name), (other, other_name) = list(sizes.items())[:2]
        raise ClipError(
            f"the folder's images are no sequence: {name} is {one[0]} x {one[1]} pixels,"
            f" {other_name} {other[0]} x {other[1]}"
        )
    return next(iter(sizes))
