"""Which frames a video has, found by looking through the file without decoding it.

Numbers of frames that files state are often wrong, and a rate says nothing of frames that come
when they like. What counts is each packet's own time: sorted, they number the frames.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from annotator.imaging.clips.errors import ClipError
from annotator.imaging.clips.info import MAX_FRAMES, ClipInfo
from annotator.imaging.clips.library import pyav
from annotator.imaging.clips.notes import UNSEEKABLE, note_of
from annotator.imaging.clips.source import Source, failures_said, open_source
from annotator.imaging.clips.upright import Turn, turn_of
from annotator.system.hashing import FileStamp, file_stamp

if TYPE_CHECKING:
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

_KEPT = 64  # indexes: three numbers a frame each
_PATIENCE = 200  # damaged places in a row, and a file's rest counts as lost
_NO_TIME = np.iinfo(np.int64).min
_VP8_SHOWN = 0x10
_LOOKED_AT = 32  # more than any coding puts out of order

_Numbers = TypeVar("_Numbers", NDArray[np.int64], NDArray[np.float64])


@dataclass(frozen=True, eq=False)
class ClipIndex:
    """All that is to be known of a video's file to read any of its frames; nothing changes it.

    Attributes
    ----------
    info
    turn
        How its frames become upright.
    pts : ndarray of int64, shape (n,)
        When each frame is shown, in units of the file's own, ascending and each once.
    keys : ndarray of int64, shape (k,)
        Numbers of the frames at which decoding can begin, ascending; none where it has to begin
        with the file.
    key_dts : ndarray of int64, shape (k,)
        When each of them is decoded, in the same units.
    stamp
        Of the file that was looked through.
    """

    info: ClipInfo
    turn: Turn
    pts: NDArray[np.int64]
    keys: NDArray[np.int64]
    key_dts: NDArray[np.int64]
    stamp: FileStamp

    def still_holds(self, path: Path) -> bool:
        """Return whether a file has these very frames; it is looked through if it was touched."""
        if file_stamp(path) == self.stamp:
            return True
        found = index_of(path)
        return (
            found.turn == self.turn
            and np.array_equal(found.pts, self.pts)
            and np.array_equal(found.info.times, self.info.times)
        )

    def number_of(self, pts: int | None) -> int | None:
        """Return which frame is shown at a time of the file's own, or None if none is."""
        if pts is None:
            return None
        at = int(np.searchsorted(self.pts, pts))
        return at if at < len(self.pts) and self.pts[at] == pts else None

    def key_before(self, frame: int) -> int | None:
        """Return which of `keys` is the last one up to a frame, or None where there is none."""
        at = int(np.searchsorted(self.keys, frame, side="right")) - 1
        return None if at < 0 else at


def index_of(path: Path) -> ClipIndex:
    """Return the index of a video, which is looked through once for each content of the file.

    Raises
    ------
    ClipError
        If it is no video that can be read.
    """
    try:
        stamp = file_stamp(path)
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            raise ClipError("the file does not exist") from error
        raise ClipError(f"the file cannot be read ({error.strerror or error})") from error
    except ValueError as error:
        raise ClipError("no file can have such a name") from error
    return _indexed(path, stamp)


@lru_cache(maxsize=_KEPT)
def _indexed(path: Path, stamp: FileStamp) -> ClipIndex:
    source = open_source(path)
    try:
        with failures_said():
            return _index(source, stamp)
    finally:
        source.close()


def _index(source: Source, stamp: FileStamp) -> ClipIndex:
    found = _looked_through(source)
    first, pts = found.decoded, found.pts
    keys = np.flatnonzero(found.is_key & (source.demuxer not in UNSEEKABLE))
    if first is None or not len(pts):
        raise ClipError("the video is cut off or damaged: no frame of it can be read")
    turn = turn_of(source.stream, first)
    unit = source.stream.time_base or Fraction(1, 90_000)
    times = (pts - pts[0]) * unit.numerator / unit.denominator
    width, height = turn.upright_size
    note, codec = (
        note_of(source, first, times, found.lost, found.doubled),
        str(source.stream.codec.canonical_name),
    )
    info = ClipInfo(width, height, _frozen(times), turn.rotation, codec, note)
    return ClipIndex(info, turn, _frozen(pts), _frozen(keys), _frozen(found.dts[keys]), stamp)


@dataclass(frozen=True, eq=False)
class _Found:
    """What packets say: when each frame is shown and decoded, and whether it stands alone.

    `lost` frames come before anything to begin with, and of `doubled` ones the time is another's:
    they have no number. `decoded` is any of them, as how frames are
    turned, and of what kind they are, is said with each.
    """

    pts: NDArray[np.int64]
    dts: NDArray[np.int64]
    is_key: NDArray[np.bool_]
    lost: int
    doubled: int
    decoded: "VideoFrame | None"


def _looked_through(source: Source) -> _Found:
    rows: list[tuple[int, int, bool]] = []
    seen = _Seen([], _LOOKED_AT if source.demuxer == "avi" else 1)
    begins: int | None = None
    for packet in packets_of(source):
        seen.look(packet)
        shown = packet.pts if packet.pts is not None else packet.dts
        if shown is None or not packet.size:
            continue
        if begins is None and packet.is_keyframe:
            begins = shown
        if is_shown(packet, source.stream.codec.name):
            rows.append((shown, _NO_TIME if packet.dts is None else packet.dts, packet.is_keyframe))
        if len(rows) > MAX_FRAMES:
            raise ClipError(f"the video has more than {MAX_FRAMES:,} frames: cut it into parts")
    table = np.array(rows, np.int64).reshape(-1, 3)
    # The two fields of a frame may come apart, at one time: the first stands for both.
    pts, at = np.unique(table[:, 0], return_index=True)
    lost = 0 if begins is None else int(np.searchsorted(pts, begins))
    doubled = len(table) - len(pts)
    return _Found(pts, table[at, 1], table[at, 2].astype(bool), lost, doubled, seen.first)


@dataclass
class _Seen:
    """The first frames, decoded: one, and as many of an AVI as show whether their times are true.

    An AVI has no times. They are made up of the order of decoding, and nothing in it says in which
    order frames are shown that were coded in another.
    """

    shown: list[int]
    enough: int
    first: "VideoFrame | None" = None

    def look(self, packet: "Packet[VideoStream]") -> None:
        """Decode a packet if it is one of the first; raises ClipError if no time is true."""
        if len(self.shown) >= self.enough:
            return
        try:
            frames = packet.decode()
        except pyav().error.FFmpegError:
            return
        self.first = self.first or next(iter(frames), None)
        self.shown += [frame.pts for frame in frames if frame.pts is not None]
        if self.shown != sorted(self.shown):
            raise ClipError(
                "this AVI does not tell in which order its frames are shown: convert it to MP4,"
                " with ffmpeg -i clip.avi clip.mp4"
            )


def packets_of(source: Source) -> "Iterator[Packet[VideoStream]]":
    """Yield the packets from where the file is, over damaged places; then an empty one."""
    failed = 0
    while failed < _PATIENCE:
        try:
            for packet in source.container.demux(source.stream):
                failed = 0
                yield packet
        except pyav().error.FFmpegError:
            failed += 1
        else:
            break
    trouble = source.file.trouble
    if trouble is not None:  # the disk's
        raise ClipError(f"the file cannot be read ({trouble.strerror or trouble})") from trouble


def is_shown(packet: "Packet[VideoStream]", codec: str) -> bool:
    """Return whether a packet holds a frame that is shown.

    Not shown are those outside an edit list, and pictures that serve others only, which VP8 has
    packets for.
    """
    if not packet.size or packet.is_discard:
        return False
    return codec != "vp8" or bool(bytes(memoryview(packet)[:1])[0] & _VP8_SHOWN)


def _frozen(numbers: _Numbers) -> _Numbers:
    numbers.flags.writeable = False
    return numbers
