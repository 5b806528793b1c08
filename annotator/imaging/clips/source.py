"""A video's file opened: a regular file, of a kind that is known, with the stream that is shown."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from annotator.imaging.clips.errors import ClipError
from annotator.imaging.clips.info import MAX_CLIP_PIXELS
from annotator.imaging.clips.kinds import HEAD, demuxer_of
from annotator.imaging.clips.library import pyav
from annotator.imaging.clips.video_file import VideoFile
from annotator.imaging.errors import ImageError
from annotator.imaging.signatures import HEAD as IMAGE_HEAD
from annotator.imaging.signatures import format_of
from annotator.system.regular import is_database, kind_of, open_regular

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream

_BUFFER = 1 << 17
_FEW_THREADS = 4
_LARGE = 1 << 24  # pixels: each thread holds frames of its own


@dataclass(frozen=True, eq=False)
class Source:
    """An open video: close it.

    Attributes
    ----------
    demuxer
        FFmpeg's name of the container.
    """

    file: VideoFile
    container: "InputContainer"
    stream: "VideoStream"
    demuxer: str

    def close(self) -> None:
        """Let the file go."""
        self.container.close()
        self.file.close()


def open_source(path: Path, *, beside: bool = False) -> Source:
    """Open a video to demux or decode it; the caller closes it.

    Parameters
    ----------
    path
        Of the file.
    beside
        Whether others work on the frames while the next are decoded: a core is left to them.

    Raises
    ------
    ClipError
        If it is no file, cannot be read, or holds no video that can be decoded.
    """
    file = open_file(path)
    try:
        demuxer = demuxer_of(file.read(HEAD))
        if demuxer is None:
            file.seek(0)
            raise ClipError(_no_video(file.read(IMAGE_HEAD)))
        file.seek(0)
        return _opened(VideoFile(file), demuxer, beside)
    except (OSError, ImageError) as error:
        file.close()
        if isinstance(error, ClipError):
            raise
        raise ClipError(f"the file cannot be read ({_said(error)})") from error


def open_file(path: Path) -> BinaryIO:
    """Open what may be a video: a regular file; raises ClipError with the reason."""
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            raise ClipError(f"it is {kind_of(mode)}, not a file")
        if is_database(path):
            raise ClipError("it is a project's database, not a video")
        return open_regular(path)
    except ClipError:
        raise
    except FileNotFoundError as error:
        raise ClipError("the file does not exist") from error
    except OSError as error:
        raise ClipError(f"the file cannot be read ({error.strerror or error})") from error
    except ValueError as error:
        raise ClipError("no file can have such a name") from error


def begins_like_a_video(path: Path) -> bool:
    """Return whether a file begins like a container of videos; False if it cannot be read."""
    try:
        with open_file(path) as file:
            return demuxer_of(file.read(HEAD) or b"") is not None
    except (ClipError, OSError):
        return False


@contextmanager
def failures_said() -> Iterator[None]:
    """Turn what PyAV raises in the block into a ClipError that says it in words."""
    av = pyav()
    try:
        yield
    except av.error.FFmpegError as error:
        raise ClipError(f"the video cannot be read ({_said(error)})") from error


def _opened(file: VideoFile, demuxer: str, beside: bool) -> Source:
    av = pyav()
    limits = {"max_pixels": str(MAX_CLIP_PIXELS)}
    try:
        container = av.open(
            file,
            "r",
            format=demuxer,
            options=limits,
            buffer_size=_BUFFER,
            metadata_errors="replace",
        )
    except (av.error.FFmpegError, UnicodeError) as error:
        if file.trouble is not None:
            raise file.trouble from error
        raise ClipError(
            "the video is damaged or cut off, as its beginning or its index is missing"
            f" ({_said(error)}): copy it again"
        ) from error
    try:
        stream = _shown(container, beside)
    except ClipError:
        container.close()
        raise
    return Source(file, container, stream, demuxer)


def _shown(container: "InputContainer", beside: bool) -> "VideoStream":
    """Return the stream that is shown, set to be decoded within limits; raises ClipError."""
    av = pyav()
    videos = [one for one in container.streams.video if not _is_cover(one)]
    if not videos:
        raise ClipError("the file holds no video, only sound or data")
    stream = next(
        (one for one in videos if one.disposition & av.stream.Disposition.default), videos[0]
    )
    context = stream.codec_context
    if context is None:
        raise ClipError("FFmpeg cannot decode how the video is coded: convert it to H.264")
    pixels = context.width * context.height
    if pixels == 0:
        raise ClipError("the video is damaged: nothing says how large its frames are")
    if pixels > MAX_CLIP_PIXELS:
        raise ClipError(
            f"{context.width} x {context.height} pixels a frame is more than the"
            f" {MAX_CLIP_PIXELS / 1e6:.0f} megapixels allowed"
        )
    context.options = {"max_pixels": str(MAX_CLIP_PIXELS)}
    context.thread_type = "AUTO"
    context.thread_count = 1 if pixels > _LARGE else _threads(beside)
    return stream


def _threads(beside: bool) -> int:
    """Return how many threads decode: several cost a fifth more work in all than one."""
    return max(1, min(_FEW_THREADS, (os.cpu_count() or 1) - beside))


def _is_cover(stream: "VideoStream") -> bool:
    return bool(stream.disposition & pyav().stream.Disposition.attached_pic)


def _no_video(head: bytes) -> str:
    if not head:
        return "the file is empty"
    with suppress(ImageError):
        return f"it is one picture ({format_of(head)}), not a video"
    if not head.strip(b"\x00"):
        return "the file holds only zeros: it was not written or copied to its end"
    return "not a video: MP4, MOV, MKV, WebM, AVI, MPEG, FLV, Ogg and WMV can be read"


def _said(error: BaseException) -> str:
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(reason).strip().lower().removesuffix(".")
