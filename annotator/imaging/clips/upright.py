"""From a stored frame to what a player shows: upright, in square pixels, 8-bit RGB."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from annotator.imaging.clips.errors import ClipError
from annotator.imaging.clips.info import MAX_CLIP_PIXELS

if TYPE_CHECKING:
    from av.sidedata.sidedata import SideData
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

_QUARTER = 90
_FULL_RANGE = 2  # AVCOL_RANGE_JPEG
_MATRIX_BYTES = 36
_CHANNELS = 3
_MOST_UNEVEN = 4  # pixels are wider or taller than that in no camera's files


@dataclass(frozen=True)
class Turn:
    """How stored frames become upright ones.

    Attributes
    ----------
    width, height
        Of the frames in square pixels before they are turned.
    rotation
        By how many degrees they are turned anticlockwise after that: 0, 90, 180 or 270.
    mirrored
        Whether left and right are then exchanged.
    """

    width: int
    height: int
    rotation: int = 0
    mirrored: bool = False

    @property
    def upright_size(self) -> tuple[int, int]:
        """Width and height of the upright frames."""
        lies = self.rotation % (2 * _QUARTER) != 0
        return (self.height, self.width) if lies else (self.width, self.height)

    def upright(self, frame: "VideoFrame") -> NDArray[np.uint8]:
        """Return a decoded frame upright, (H, W, 3) uint8 RGB, C-contiguous.

        The file says by which matrix and in which range its colours were coded; where it says
        nothing BT.601 and limited range are taken, as FFmpeg and OpenCV do. A frame of another
        size, as calls record them, is scaled to that of the clip.
        """
        rgb = frame.reformat(
            width=self.width,
            height=self.height,
            format="rgb24",
            dst_color_range=_FULL_RANGE,
            threads=1,
        )
        pixels = np.rot90(_pixels(rgb), self.rotation // _QUARTER)
        pixels = pixels[:, ::-1] if self.mirrored else pixels
        # What needed no conversion is the decoder's own, which it still looks at.
        return pixels.copy() if rgb is frame else np.ascontiguousarray(pixels)


def _pixels(rgb: "VideoFrame") -> NDArray[np.uint8]:
    """Return the pixels of an RGB frame where they lie: (height, width, 3), not copied."""
    (plane,) = rgb.planes
    rows = np.asarray(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
    return rows[: rgb.height, : rgb.width * _CHANNELS].reshape(rgb.height, rgb.width, _CHANNELS)


def square_size(width: int, height: int, aspect: Fraction | None) -> tuple[int, int]:
    """Return the size of a frame in square pixels: the side that is too short is stretched.

    Parameters
    ----------
    width, height
        As it is stored.
    aspect
        How much wider a stored pixel is than tall; None, or what no pixel is, counts as 1.
    """
    if not aspect or not Fraction(1, _MOST_UNEVEN) <= aspect <= _MOST_UNEVEN:
        return width, height
    if aspect > 1:
        return round(width * aspect), height
    return width, round(height / aspect)


def turn_of(stream: "VideoStream", frame: "VideoFrame") -> Turn:
    """Return how the frames of a stream become upright, by one that was decoded.

    Raises
    ------
    ClipError
        If they would be too large in square pixels.
    """
    context = stream.codec_context
    width, height = square_size(context.width, context.height, stream.sample_aspect_ratio)
    if width * height > MAX_CLIP_PIXELS:
        raise ClipError(
            f"{width} x {height} pixels a frame, made square, is more than the"
            f" {MAX_CLIP_PIXELS / 1e6:.0f} megapixels allowed"
        )
    beside = cast("Iterable[SideData]", frame.side_data)
    matrix = next((bytes(data) for data in beside if data.type.name == "DISPLAYMATRIX"), None)
    return Turn(width, height, *turned(matrix))


def turned(matrix: bytes | None) -> tuple[int, bool]:
    """Return rotation and mirroring of `Turn` for a display matrix.

    Parameters
    ----------
    matrix
        As FFmpeg hands it on: nine 32-bit numbers, in each row two with 16 bits after the point.
        They are rounded to quarters of a turn. None, or what is no such matrix, turns nothing.
    """
    if matrix is None or len(matrix) != _MATRIX_BYTES:
        return 0, False
    numbers = np.frombuffer(matrix, np.int32)
    a, b, c, d = (float(numbers[at]) for at in (0, 1, 3, 4))
    mirrored = a * d - b * c < 0
    if mirrored:  # exchanging left and right comes last
        a, c = -a, -c
    # Where the image's x axis goes, with y down: a rotation by the angle is clockwise.
    clockwise = round(np.degrees(np.arctan2(b, a)) / _QUARTER) * _QUARTER if a or b else 0
    return int(-clockwise) % 360, mirrored
