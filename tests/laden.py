"""Photographs laden with all that cameras and programs write into them besides the pixels.

Every text of it holds the same word, and every preview and further image is of one colour.
"""

import io
import struct
import zlib
from typing import Any

import numpy as np
from PIL import Image, ImageCms
from PIL.TiffImagePlugin import IFDRational

WORD = "Secretive"
"""In every text of every kind of metadata."""

PICTURE = np.random.default_rng(5).integers(0, 120, (40, 56, 3), np.uint8)
"""What is seen, as it is stored: nothing in it is as bright as the previews."""

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
EXIF, XMP = b"Exif\x00\x00", b"http://ns.adobe.com/xap/1.0/\x00"


def saved(format_name: str, picture: Any = PICTURE, **options: Any) -> bytes:
    """Return a picture as a file without metadata."""
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    stream = io.BytesIO()
    image.save(stream, format_name, **options)
    return stream.getvalue()


def preview() -> bytes:
    return saved("JPEG", np.full((16, 16, 3), 250, np.uint8))


def exif(orientation: int) -> bytes:
    """Return EXIF with a place, a camera, an owner, a maker's note and a preview."""
    block = Image.Exif()
    block[0x0112] = orientation
    texts = {0x010E: "title", 0x010F: "make", 0x0110: "model", 0x0131: "software", 0x013B: "artist"}
    for tag, text in {**texts, 0x8298: "rights"}.items():
        block[tag] = f"{WORD} {text}"
    block[0x0132] = "2024:05:06 07:08:09"
    inner = block.get_ifd(0x8769)
    inner[0x927C] = b"Apple iOS\x00" + WORD.encode() * 20  # the maker's note
    inner[0xA430] = f"{WORD} owner"
    inner[0xA431] = f"{WORD} serial number"
    inner[0x9286] = b"ASCII\x00\x00\x00" + WORD.encode()
    place = block.get_ifd(0x8825)
    place[1], place[2] = "N", (IFDRational(48), IFDRational(12), IFDRational(30))
    place[3], place[4] = "E", (IFDRational(16), IFDRational(22), IFDRational(5))
    place[0x1B] = WORD.encode()
    data = block.tobytes()
    return data + preview()  # as behind IFD1: raw, whoever points to it


def xmp(orientation: int = 1) -> bytes:
    return (
        "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:Description dc:creator='"
        f'{WORD}\' tiff:Orientation="{orientation}"/></x:xmpmeta>'
    ).encode()


def segment(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(content) + 2) + content


def photoshop() -> bytes:
    """Return IPTC with a name, in a resource of Photoshop's."""
    name = WORD.encode()
    iptc = b"\x1c\x02\x50" + struct.pack(">H", len(name)) + name
    return b"Photoshop 3.0\x008BIM\x04\x04\x00\x00" + struct.pack(">I", len(iptc)) + iptc


def list_of_images() -> bytes:
    """Return what says that another image follows the end of this one (MPF)."""
    entries = struct.pack(">IIIHH", 0x030000, 900, 0, 0, 0) + struct.pack(
        ">IIIHH", 0, 900, 99, 0, 0
    )
    directory = struct.pack(">H", 3) + struct.pack(">HHI4s", 0xB000, 7, 4, b"0100")
    directory += struct.pack(">HHII", 0xB001, 4, 1, 2)
    directory += struct.pack(">HHII", 0xB002, 7, len(entries), 8 + 2 + 36 + 4) + bytes(4)
    return b"MPF\x00MM\x00*" + struct.pack(">I", 8) + directory + entries + WORD.encode()


def profile_segments(profile: bytes = PROFILE, size: int = 200) -> bytes:
    parts = [profile[at : at + size] for at in range(0, len(profile), size)]
    return b"".join(
        segment(0xE2, b"ICC_PROFILE\x00" + bytes((number, len(parts))) + part)
        for number, part in enumerate(parts, start=1)
    )


def laden_jpeg(orientation: int = 1, **options: Any) -> bytes:
    """Return a JPEG with metadata of every kind; options are Pillow's, `picture` apart."""
    plain = saved("JPEG", **{"quality": 90, **options})
    has_jfif = plain[2:4] == b"\xff\xe0"
    start = 20 if has_jfif else 2
    jfif = b"JFIF\x00\x01\x02\x01\x00\x48\x00\x48\x02\x02" + b"\xfa" * 12  # with a thumbnail
    word = WORD.encode()
    head = plain[:2] + (segment(0xE0, jfif) if has_jfif else b"")
    head += segment(0xE1, EXIF + exif(orientation)) + segment(0xE0, b"JFXX\x00\x10" + preview())
    head += segment(0xE1, XMP + xmp(orientation))
    head += segment(0xE1, b"http://ns.adobe.com/xmp/extension/\x00" + word)
    head += segment(0xED, photoshop()) + segment(0xFE, word) + profile_segments()
    head += segment(0xE2, list_of_images()) + segment(0xE2, b"FPXR\x00" + word)
    head += segment(0xEC, b"Ducky" + word) + segment(0xEF, word) + segment(0xEB, b"JP" + word)
    rest = plain[start:]
    scan = rest.index(b"\xff\xda")
    between = segment(0xFE, word + b" between tables")
    rest = rest[:scan] + between + rest[scan:]
    return head + rest + preview() + b"MotionPhoto_Data" + word


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def laden_png(orientation: int = 1, **options: Any) -> bytes:
    """Return a PNG with metadata of every kind, before its pixels and behind."""
    plain = saved("PNG", **options)
    word = WORD.encode()
    before = [
        (b"iCCP", word + b"\x00\x00" + zlib.compress(PROFILE)),
        (b"gAMA", struct.pack(">I", 45455)),
        (b"pHYs", struct.pack(">IIB", 2835, 2835, 1)),
        (b"tEXt", b"Author\x00" + word),
        (b"zTXt", b"Comment\x00\x00" + zlib.compress(word * 9)),
        (b"iTXt", b"XML:com.adobe.xmp\x00\x00\x00\x00\x00" + xmp(orientation)),
        (b"tIME", struct.pack(">HBBBBB", 2024, 5, 6, 7, 8, 9)),
        (b"sPLT", word + b"\x00\x08" + bytes(6)),
    ]
    behind = [(b"tEXt", b"Comment\x00" + word), (b"eXIf", exif(orientation))]
    first, last = plain.index(b"IDAT") - 4, len(plain) - 12
    parts = [b"".join(chunk(*each) for each in some) for some in (before, behind)]
    return plain[:first] + parts[0] + plain[first:last] + parts[1] + plain[last:] + word


def laden_webp(orientation: int = 1, **options: Any) -> bytes:
    """Return a WebP with metadata of every kind and something behind its end."""
    plain = saved(
        "WEBP", **{"lossless": True, "exact": True, **options}, icc_profile=PROFILE,
        exif=exif(orientation), xmp=xmp(orientation),
    )  # fmt: skip
    word = WORD.encode()
    return plain + word


LADEN = {".jpg": laden_jpeg, ".png": laden_png, ".webp": laden_webp}
