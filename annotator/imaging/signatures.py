"""Which format a file is in, told by its first bytes: names lie."""

from annotator.imaging.errors import ImageError

_SIGNATURES = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"II+\x00", "TIFF"),
    (b"MM\x00+", "TIFF"),
    (b"BM", "BMP"),
)
_KNOWN_BUT_UNSUPPORTED = (
    (0, b"GIF8", "a GIF"),
    (0, b"%PDF", "a PDF document"),
    (0, b"8BPS", "a Photoshop document"),
    (0, b"\xff\x0a", "a JPEG XL image"),
    (0, b"\x00\x00\x00\x0cJXL ", "a JPEG XL image"),
    (0, b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 image"),
    (0, b"II*\x00\x10\x00\x00\x00CR", "a camera raw file"),
    (4, b"ftypavif", "an AVIF image"),
    (4, b"ftyphei", "a HEIC photograph"),
    (4, b"ftyphev", "a HEIC photograph"),
    (4, b"ftypmif1", "a HEIC photograph"),
    (4, b"ftyp", "a video"),
)


def format_of(head: bytes) -> str:
    """Name the format that the first 32 bytes of a file show; raises ImageError."""
    if not head:
        raise ImageError("the file is empty")
    for offset, magic, what in _KNOWN_BUT_UNSUPPORTED:
        if head[offset:].startswith(magic):
            raise ImageError(f"{what} is not supported: convert it to JPEG or PNG")
    for magic, name in _SIGNATURES:
        if head.startswith(magic):
            return name
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "WebP"
    if not head.strip(b"\x00"):
        raise ImageError("the file holds only zeros: it was not written or copied to its end")
    raise ImageError("not an image: JPEG, PNG, WebP, TIFF and BMP can be read")
