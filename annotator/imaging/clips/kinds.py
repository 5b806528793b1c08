"""Which container of videos a file is in, told by its first bytes: names lie.

FFmpeg is never let guess. It knows containers that are lists of other files and addresses, and a
file from elsewhere must not make the program read them.
"""

from annotator.imaging.errors import ImageError
from annotator.imaging.signatures import format_of

HEAD = 4 * 188
"""So many bytes at a file's start tell what it is: a few packets of a transport stream."""

_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
_SIGNATURES = (
    (b"\x1aE\xdf\xa3", "matroska"),  # and WebM
    (b"FLV\x01", "flv"),
    (b"OggS", "ogg"),
    (b"\x00\x00\x01\xba", "mpeg"),
    (b"0&\xb2u\x8ef\xcf\x11", "asf"),  # Windows Media
)
_PACKET = 188


def demuxer_of(head: bytes) -> str | None:
    """Return how FFmpeg calls the container that the first `HEAD` bytes show, or None.

    A file that begins as an image does is an image, an animation too.
    """
    for magic, name in _SIGNATURES:
        if head.startswith(magic):
            return name
    if head.startswith(b"RIFF") and head[8:12] == b"AVI ":
        return "avi"
    if len(head) == HEAD and all(head[at] == ord("G") for at in range(0, HEAD, _PACKET)):
        return "mpegts"
    return "mov" if head[4:8] in _BOXES and not _is_boxed_image(head) else None


def _is_boxed_image(head: bytes) -> bool:
    """Return whether a file of boxes is an AVIF, a HEIC or a camera's raw photograph."""
    if head[4:8] != b"ftyp":
        return False
    try:
        return bool(format_of(head))
    except ImageError:
        return head[8:12] == b"crx "
