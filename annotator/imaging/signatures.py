"""Which format a file is in, told by its first bytes: names lie."""

import re

from annotator.imaging.errors import ImageError

_BITMAP_HEADERS = tuple(size.to_bytes(4, "little") for size in (12, 16, 40, 52, 56, 64, 108, 124))
_SIGNATURES = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"II+\x00", "TIFF"),
    (b"MM\x00+", "TIFF"),
    (b"BM", "BMP"),
)
# A letter and a digit begin many a text: width and height, or a comment, must follow.
# Nothing is tried twice (``++``, ``*+``): there are endless ways to cut " # # #" into comments.
_COMMENTS = rb"(?:\s++#[^\n]*+)*+"
_NETPBM = re.compile(rb"P[1-6]%b\s+\d+%b\s+\d+\s" % (_COMMENTS, _COMMENTS))
# Offset, first bytes, what it is, and whether a folder of photographs lists it as passed over.
_KNOWN_BUT_UNSUPPORTED = (
    (0, b"GIF8", "a GIF", True),
    (0, b"%PDF", "a PDF document", False),
    (0, b"8BPS", "a Photoshop document", True),
    (0, b"\xff\x0a", "a JPEG XL image", True),
    (0, b"\x00\x00\x00\x0cJXL ", "a JPEG XL image", True),
    (0, b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 image", True),
    (0, b"\xff\x4f\xff\x51", "a JPEG 2000 image", True),
    (0, b"II*\x00\x10\x00\x00\x00CR", "a camera raw file", True),
    (0, b"FUJIFILMCCD-RAW", "a camera raw file", True),
    (0, b"IIRO", "a camera raw file", True),
    (0, b"IIU\x00", "a camera raw file", True),
    (4, b"ftypcrx ", "a camera raw file", True),
    (4, b"ftyp", "a video", False),
    (0, b"\x1aE\xdf\xa3", "a video", False),
)
HEAD = 256
"""So many bytes at a file's start tell what it is."""

_AVIF = (b"avif", b"avis")
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs")
_EITHER = (b"mif1", b"mif2", b"msf1", b"miaf")


def format_of(head: bytes) -> str:
    """Name the format that the first `HEAD` bytes of a file show; raises ImageError."""
    if not head:
        raise ImageError("the file is empty")
    boxed = _boxed_format(head)
    if boxed is not None:
        return boxed
    for offset, magic, what, _ in _KNOWN_BUT_UNSUPPORTED:
        if head[offset:].startswith(magic):
            raise ImageError(f"{what} is not supported: convert it to JPEG or PNG")
    for magic, name in _SIGNATURES:
        if head.startswith(magic):
            return name
    if _NETPBM.match(head):
        return "PNM"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "WebP"
    if not head.strip(b"\x00"):
        raise ImageError("the file holds only zeros: it was not written or copied to its end")
    raise ImageError("not an image: JPEG, PNG, WebP, TIFF, BMP, PNM, AVIF and HEIC can be read")


def shows_an_image(head: bytes) -> bool:
    """Whether a file's first `HEAD` bytes are those of an image, one that can be read or not."""
    for offset, magic, _, is_image in _KNOWN_BUT_UNSUPPORTED:
        if head[offset:].startswith(magic) and _boxed_format(head) is None:
            return is_image
    # Two letters begin many a text: a bitmap's header says its own length as well.
    if head.startswith(b"BM"):
        return head[6:10] == b"\x00" * 4 and head[14:18] in _BITMAP_HEADERS
    try:
        format_of(head)
    except ImageError:
        return False
    return True


def _boxed_format(head: bytes) -> str | None:
    """Return the format of a file that begins with its brand, or None if it is another kind."""
    if head[4:8] != b"ftyp":
        return None
    length = min(int.from_bytes(head[:4], "big"), len(head))
    major, others = head[8:12], {head[at : at + 4] for at in range(16, length - 3, 4)}
    if major in _AVIF or (major in _EITHER and not others.isdisjoint(_AVIF)):
        return "AVIF"
    return "HEIC" if major in _HEIC or major in _EITHER else None
