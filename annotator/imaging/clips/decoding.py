"""Frames of a video from any place on, each with its number.

Containers seek where they like: the wanted time means the order of decoding in one and of showing
in another, and an index may be missing. So each landing is looked at, and only one at or before
the wanted key frame counts.
"""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from annotator.imaging.clips.errors import ClipError
from annotator.imaging.clips.index import ClipIndex, packets_of
from annotator.imaging.clips.library import pyav
from annotator.imaging.clips.source import Source, open_source

if TYPE_CHECKING:
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

_TRIES = 4
_OUT_OF_ORDER = 16  # so many frames after the wanted one, and it does not come any more
_FAR = 1 << 40


class Decoder:
    """Decodes one video from where it is asked to; one thread at a time.

    Parameters
    ----------
    path
        Of the file; it is opened when the first frame is asked for.
    index
        Of the same file.
    beside
        Whether others work on the frames while the next are decoded.
    """

    def __init__(self, path: Path, index: ClipIndex, *, beside: bool = False) -> None:
        self._path = path
        self._beside = beside
        self._index = index
        self._source: Source | None = None
        self._closed = False
        self._under_way: Iterator[tuple[int, VideoFrame]] | None = None
        self._last = -1

    def close(self) -> None:
        """Let the file go."""
        self._closed = True
        self._under_way = None
        if self._source is not None:
            self._source.close()
            self._source = None

    def towards(self, frame: int) -> "Iterator[tuple[int, VideoFrame]]":
        """Yield frames with their numbers until one is reached and beyond, from where it is best.

        That is from where the last one ended, if no key frame lies between.
        """
        key = self._index.key_before(frame)
        begin = -1 if key is None else int(self._index.keys[key])
        if self._under_way is None or not begin <= self._last < frame:
            return self.from_frame(frame)
        return self._under_way

    def from_frame(self, frame: int) -> "Iterator[tuple[int, VideoFrame]]":
        """Yield frames with their numbers from the last key frame up to a frame on.

        Frames that are damaged are left out.
        """
        if self._closed:
            raise ClipError("the clip is closed")
        if self._source is None:
            self._source = self._opened()
        self._last = -1
        self._under_way = self._numbered(self._landed(self._source, frame))
        return self._under_way

    def _opened(self) -> Source:
        try:
            is_same = self._index.still_holds(self._path)
        except OSError as error:
            raise ClipError(f"the file cannot be read ({error.strerror or error})") from error
        if not is_same:
            raise ClipError("the file has changed since it was opened: open it again")
        return open_source(self._path, beside=self._beside)

    def _numbered(
        self, packets: "Iterator[Packet[VideoStream]]"
    ) -> "Iterator[tuple[int, VideoFrame]]":
        av = pyav()
        for packet in packets:
            try:
                frames = packet.decode()
            except av.error.FFmpegError:  # this packet is damaged: the next may not be
                continue
            for frame in frames:
                number = self._index.number_of(frame.pts)
                if number is not None and not frame.is_corrupt:
                    self._last = max(self._last, number)
                    yield number, frame

    def _landed(self, source: Source, frame: int) -> "Iterator[Packet[VideoStream]]":
        """Return the packets from the last key frame up to a frame on, or from further before."""
        index, key = self._index, self._index.key_before(frame)
        for _ in range(_TRIES):
            if key is None:
                break
            shown, decoded = int(index.pts[index.keys[key]]), int(index.key_dts[key])
            for time in (shown, decoded):
                packets = self._sought(source, time, shown)
                if packets is not None:
                    return packets
            key = None if key == 0 else key // 2
        source.close()
        self._source = source = self._opened()
        return packets_of(source)

    def _sought(
        self, source: Source, time: int, latest: int
    ) -> "Iterator[Packet[VideoStream]] | None":
        """Return the packets from a time on, if they begin with a key frame of no later a time."""
        try:
            source.container.seek(max(time, -_FAR), stream=source.stream)
        except pyav().error.FFmpegError:
            return None
        packets = packets_of(source)
        first = next((packet for packet in packets if packet.size), None)
        if first is None or first.pts is None or not first.is_keyframe or first.pts > latest:
            return None
        return chain((first,), packets)


def decoded(decoder: Decoder, wanted: int) -> "Iterator[tuple[int, VideoFrame]]":
    """Yield the frames on the way to one, each with its number; the wanted one is the last.

    Raises
    ------
    ClipError
        At the end, if it did not come.
    """
    late = 0
    for number, frame in decoder.towards(wanted):
        yield number, frame
        if number == wanted:
            return
        late += number > wanted
        if late > _OUT_OF_ORDER:
            break
    raise ClipError(f"frame {wanted} is damaged and cannot be shown")
