"""Where live pictures come from: a camera, a file, the network, a test picture of FFmpeg's."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from annotator.imaging.clips.capture import Camera, open_camera

_CAMERA = re.compile(r"\d{1,2}|/dev/video\d+")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


@dataclass(frozen=True)
class Source:
    """A place that pictures come from, and how it is treated.

    Attributes
    ----------
    name : str
        As it was given.
    open : callable
        Opens it, again if need be; raises CameraError.
    is_camera : bool
        Whether somebody looks into it as into a mirror.
    is_network : bool
        Whether it may be lost and come back.
    loops : bool
        Whether it begins again at its end.
    """

    name: str
    open: Callable[[], Camera]
    is_camera: bool = False
    is_network: bool = False
    loops: bool = False

    @classmethod
    def of(cls, name: str, *, loops: bool = False) -> "Source":
        """Return the source that a text names: ``0``, a file, ``rtsp://...``, ``lavfi:...``."""
        return cls(
            name,
            lambda: open_camera(name),
            is_camera=bool(_CAMERA.fullmatch(name)),
            is_network=bool(_ADDRESS.match(name)),
            loops=loops,
        )
