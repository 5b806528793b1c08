"""What a person is told of a video: whatever makes its frames other than they seem."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from annotator.imaging.clips.source import Source
from annotator.imaging.clips.upright import square_size

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

_DEEP = 8
_BRIGHT = {16: "HDR (PQ)", 18: "HDR (HLG)"}  # FFmpeg's numbers of transfer characteristics
UNSEEKABLE = frozenset({"mpeg"})
"""Containers in which few packets have a time: the others' is known from the beginning only."""
_LOST_SHARE, _LOST_SECONDS = 0.1, 1.0


def note_of(
    source: Source, frame: "VideoFrame", times: NDArray[np.float64], lost: int, doubled: int
) -> str:
    """Return what is unusual, parts separated by semicolons; empty where nothing is.

    Parameters
    ----------
    source
    frame
        One that was decoded.
    times : (n,) float64
        Of the frames that were found, in seconds.
    lost
        How many frames come before the first that stands alone.
    doubled
        How many frames have the time of another.
    """
    parts = [*_missing(source, times, lost), *_odd_pixels(source, frame)]
    if source.demuxer in UNSEEKABLE:
        parts.append(
            "frames are found from its beginning, which takes long: better convert it to MP4"
        )
    if doubled == 1:
        parts.append("a frame is left out, as its time is that of another")
    elif doubled:
        parts.append(f"{doubled} frames are left out, as their times are those of others")
    return "; ".join(parts)


def _missing(source: Source, times: NDArray[np.float64], lost: int) -> Iterator[str]:
    if lost:
        yield f"it begins between key frames: the first {lost} frames cannot be shown"
    stated = source.stream.frames
    if source.demuxer == "mov":  # its index lists every frame, also those that are gone
        if stated > len(times) and _reads_short(source):
            yield f"the file is cut off: {len(times)} of {stated} frames are left"
    elif source.demuxer == "avi":
        if stated > len(times):
            yield f"the file seems to be cut off: {len(times)} of {stated} frames are left"
    elif source.demuxer in ("matroska", "flv", "asf") and len(source.container.streams) == 1:
        seconds = (source.container.duration or 0) / 1_000_000
        if seconds - float(times[-1]) > max(_LOST_SECONDS, _LOST_SHARE * seconds):
            yield f"the file seems to be cut off: {times[-1]:.1f} of {seconds:.1f} seconds are left"


def _reads_short(source: Source) -> bool:
    """Return whether frames lie beyond the end of the file."""
    entries = source.stream.index_entries
    end = source.container.size
    return any(entry.pos + entry.size > end for entry in entries)


def _odd_pixels(source: Source, frame: "VideoFrame") -> Iterator[str]:
    context = source.stream.codec_context
    size = square_size(context.width, context.height, source.stream.sample_aspect_ratio)
    if size != (context.width, context.height):
        yield (
            f"pixels are not square: {context.width} x {context.height} stored,"
            f" {size[0]} x {size[1]} shown"
        )
    if frame.interlaced_frame:
        yield "interlaced: moving edges are combed"
    if frame.color_trc in _BRIGHT:
        yield f"{_BRIGHT[frame.color_trc]}: colours are shown pale"
    elif max((one.bits for one in frame.format.components), default=_DEEP) > _DEEP:
        yield "more than 8 bits a colour, of which 8 are read"
