"""Clips in: videos, and folders of frames that are one sequence.

A frame is known by its number, counted from 0 in the order in which frames are shown, whatever the
file says of rates; its time is in seconds from the first. Frames leave as pictures do: upright
(height, width, 3) uint8 RGB arrays. PyAV, an extra, is imported when a video is first opened.
"""

from annotator.imaging.clips.clip import Clip, inspect_clip, is_clip, open_clip
from annotator.imaging.clips.content import content_sha256
from annotator.imaging.clips.errors import ClipError
from annotator.imaging.clips.info import ClipInfo

__all__ = [
    "Clip",
    "ClipError",
    "ClipInfo",
    "content_sha256",
    "inspect_clip",
    "is_clip",
    "open_clip",
]
