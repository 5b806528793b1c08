"""Cameras and streams as FFmpeg opens them, and what is said where one cannot be opened."""

import re
import sys
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from annotator.imaging.clips.errors import CameraError
from annotator.imaging.clips.info import MAX_CLIP_PIXELS
from annotator.imaging.clips.library import pyav

if TYPE_CHECKING:
    from av.container import InputContainer

_DRAWN = "lavfi:"
_NETWORK = re.compile(r"(rtsps?|https?|rtmps?|srt|udp|rtp)://\S+", re.IGNORECASE)
_LINUX_CAMERA = re.compile(r"/dev/video\d{1,2}")
_FORMATS = {"linux": "video4linux2,v4l2", "darwin": "avfoundation", "win32": "dshow"}
# What is asked of a camera, until it agrees: most give 30 large frames a second only compressed.
_WISHES: dict[str, tuple[dict[str, str], ...]] = {
    "linux": ({"input_format": "mjpeg", "video_size": "1280x720", "framerate": "30"}, {}),
    "darwin": ({"framerate": "30", "video_size": "1280x720"}, {"framerate": "30"}, {}),
    "win32": ({"framerate": "30", "video_size": "1280x720"}, {}),
}
# A playlist may name what it likes: never files of this machine.
_PROTOCOLS = "rtp,srtp,udp,tcp,tls,http,https,httpproxy,rtmp,rtmps,srt,crypto,data"


@dataclass(frozen=True)
class Address:
    """Where frames come from, if not from a file.

    Attributes
    ----------
    kind
        ``"camera"``, ``"stream"`` or ``"drawn"``.
    named
        As it was given.
    """

    kind: str
    named: str

    @classmethod
    def of(cls, source: str) -> "Address | None":
        """Return what a source names, or None if it can only be a file or a folder."""
        if re.fullmatch(r"\d{1,2}", source) or _LINUX_CAMERA.fullmatch(source):
            return cls("camera", source)
        if _NETWORK.fullmatch(source):
            return cls("stream", source)
        return cls("drawn", source) if source.startswith(_DRAWN) else None

    def refused(self, error: Exception | None) -> str:
        """Return why it cannot be opened, and what to do: one line."""
        reason = f" ({_said(error)})" if error is not None else ""
        if self.kind == "camera":
            return (
                f"camera {self.named} cannot be opened{reason}: see that it is plugged in, that no"
                " other program uses it, that the system's privacy settings allow it, and try"
                f" another index, -v {1 if self.named == '0' else 0}"
            )
        if self.kind == "stream":
            return (
                f"{_without_password(self.named)} gives no video{reason}: check the address, the"
                " name and password in it, and the network"
            )
        return (
            f"FFmpeg cannot draw {self.named.removeprefix(_DRAWN)!r}{reason}: try"
            " lavfi:testsrc2=size=640x480:rate=30"
        )

    def lost(self, error: Exception | None) -> str:
        """Return that frames came and do not come any more: one line."""
        reason = f" ({_said(error)})" if error is not None else ""
        what = f"camera {self.named}" if self.kind == "camera" else _without_password(self.named)
        return f"{what} gives no more frames{reason}: see that it is connected, and start again"


def opened_device(address: Address, wait: float) -> "InputContainer":
    """Open a camera, a stream or a drawn source, waiting for so many seconds.

    Raises
    ------
    CameraError
        If it cannot be opened.
    """
    av = pyav()
    refusal: Exception | None = None
    for named, kind, options in _attempts(address):
        try:
            container: InputContainer = av.open(
                named,
                format=kind,
                options={"max_pixels": str(MAX_CLIP_PIXELS)} | options,
                timeout=wait,
            )
        except (av.error.FFmpegError, ValueError) as error:
            refusal = error
            continue
        if container.streams.video:
            container.streams.video[0].thread_type = "SLICE"  # no frame waits for the next
            return container
        container.close()
    raise CameraError(address.refused(refusal)) from refusal


def _attempts(address: Address) -> list[tuple[str, str | None, dict[str, str]]]:
    """Return what is to be opened, in which format and how, one after the other until one does."""
    if address.kind == "drawn":
        return [(address.named.removeprefix(_DRAWN), "lavfi", {})]
    if address.kind == "stream":
        options = {"protocol_whitelist": _PROTOCOLS}
        if address.named.lower().startswith("rtsp"):
            options["rtsp_transport"] = "tcp"
        return [(address.named, None, options)]
    kind = _FORMATS.get(sys.platform)
    if kind is None or kind not in pyav().formats_available:
        return []
    named = _device_name(address.named, kind)
    return [(named, kind, wish) for wish in _WISHES[sys.platform]] if named else []


def _device_name(index: str, kind: str) -> str | None:
    if kind == "avfoundation":
        return f"{index}:none"
    if kind != "dshow":
        return index if index.startswith("/") else f"/dev/video{index}"
    devices = import_module("av.device").enumerate_input_devices(kind)
    cameras = [one for one in devices if "video" in one.media_types]
    return f"video={cameras[int(index)].name}" if int(index) < len(cameras) else None


def _without_password(address: str) -> str:
    return re.sub(r"(?<=://)[^/@\s]*@", "", address)


def _said(error: Exception) -> str:
    if type(error).__name__ == "ExitError":
        return "it did not answer in time"
    return str(getattr(error, "strerror", None) or error).strip().lower()
