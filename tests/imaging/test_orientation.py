"""What says which way up an image is counts here as it counts for Pillow's exif_transpose."""

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps, PngImagePlugin

from annotator.imaging import inspect_image, read_image, read_thumbnail
from annotator.imaging.png import _text, read_png

HEIC = Path(__file__).parent / "heic"
Stamp = Callable[[bytes | None, bytes | None], bytes]
PICTURE = np.random.default_rng(3).integers(0, 256, (24, 40, 3), np.uint8)


def exif_of(orientation: int, order: str = "<", kind: int = 3, count: int = 1) -> bytes:
    """Return an EXIF block with an orientation, as cameras of either byte order write it."""
    head = (b"II*\x00" if order == "<" else b"MM\x00*") + struct.pack(order + "I", 8)
    form = {1: "Bxxx", 3: "Hxx", 4: "I", 6: "bxxx", 8: "hxx", 9: "i", 13: "I"}[kind]
    entry = struct.pack(order + "HHI" + form, 0x0112, kind, count, orientation)
    return b"Exif\x00\x00" + head + struct.pack(order + "H", 1) + entry + bytes(4)


def xmp_of(orientation: int, *, as_element: bool = False) -> bytes:
    said = f'<rdf:Description tiff:Orientation="{orientation}"/>'
    if as_element:
        said = f"<tiff:Orientation>{orientation}</tiff:Orientation>"
    return f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{said}</x:xmpmeta>".encode()


def saved(format_name: str, **options: object) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(PICTURE).save(stream, format_name, **options)
    return stream.getvalue()


def segment(data: bytes, *blocks: bytes) -> bytes:
    """Put blocks into a JPEG file as APP1 segments."""
    parts = (b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block for block in blocks)
    return data[:2] + b"".join(parts) + data[2:]


def chunk(data: bytes, kind: bytes, body: bytes, *, at_end: bool = False) -> bytes:
    """Put a chunk into a PNG file, before its pixels or after them."""
    checksum = struct.pack(">I", zlib.crc32(kind + body))
    at = len(data) - 12 if at_end else 33
    return data[:at] + struct.pack(">I", len(body)) + kind + body + checksum + data[at:]


def jpeg(exif: bytes | None, xmp: bytes | None) -> bytes:
    blocks = [exif] if exif else []
    blocks += [b"http://ns.adobe.com/xap/1.0/\x00" + xmp] if xmp else []
    return segment(saved("JPEG", quality=95), *blocks)


def png(exif: bytes | None, xmp: bytes | None) -> bytes:
    data = saved("PNG")
    data = chunk(data, b"eXIf", exif.removeprefix(b"Exif\x00\x00")) if exif else data
    text = b"XML:com.adobe.xmp\x00\x00\x00\x00\x00" + (xmp or b"")
    return chunk(data, b"iTXt", text) if xmp else data


def png_with_the_rest_at_its_end(exif: bytes | None, xmp: bytes | None) -> bytes:
    data = saved("PNG")
    packed = b"XML:com.adobe.xmp\x00\x01\x00\x00\x00" + zlib.compress(xmp or b"")
    data = chunk(data, b"iTXt", packed, at_end=True) if xmp else data
    raw = exif.removeprefix(b"Exif\x00\x00") if exif else b""
    return chunk(data, b"eXIf", raw, at_end=True) if exif else data


def png_with_a_raw_profile(exif: bytes | None, xmp: bytes | None) -> bytes:
    data = saved("PNG")
    if exif:
        spelt = "\n".join(exif.hex()[at : at + 72] for at in range(0, len(exif) * 2, 72))
        text = f"\nexif\n{len(exif):8}\n{spelt}\n".encode()
        data = chunk(data, b"zTXt", b"Raw profile type exif\x00\x00" + zlib.compress(text))
    return chunk(data, b"tEXt", b"XML:com.adobe.xmp\x00" + xmp) if xmp else data


def png_with_imagemagicks_other_profile(exif: bytes | None, xmp: bytes | None) -> bytes:
    text = f"\nexif\n{len(exif or b''):8}\n{(exif or b'').hex()}\n".encode()
    data = chunk(png(None, xmp), b"tEXt", b"Raw profile type APP1\x00" + text)
    return chunk(data, b"tEXt", b"exif\x00" + exif) if exif else data


def webp(exif: bytes | None, xmp: bytes | None) -> bytes:
    return saved("WEBP", lossless=True, exif=exif or b"", xmp=xmp or b"")


def tiff(exif: bytes | None, xmp: bytes | None) -> bytes:
    tags = [(274, 3, 1, orientation_in(exif), True)] if exif else []
    tags += [(700, 1, len(xmp), xmp, True)] if xmp else []
    stream = io.BytesIO()
    tifffile.imwrite(stream, PICTURE, photometric="rgb", extratags=tags)
    return stream.getvalue()


def avif(exif: bytes | None, xmp: bytes | None) -> bytes:
    return saved("AVIF", quality=90, speed=10, exif=exif or b"", xmp=xmp or b"")


def orientation_in(exif: bytes) -> int:
    (value,) = struct.unpack_from("<H", exif, 24)
    return int(value)


CARRIERS = [
    jpeg,
    png,
    png_with_the_rest_at_its_end,
    png_with_a_raw_profile,
    png_with_imagemagicks_other_profile,
    webp,
    tiff,
    avif,
]


def as_pillow_shows_it(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as stored:
        return np.asarray(ImageOps.exif_transpose(stored).convert("RGB"))


def assert_shown_as_by_pillow(data: bytes) -> None:
    expected = as_pillow_shows_it(data)
    np.testing.assert_array_equal(read_image(data), expected)
    info = inspect_image(data)
    assert (info.height, info.width) == expected.shape[:2]
    assert read_thumbnail(data, 20).shape[:2] == tuple(side // 2 for side in expected.shape[:2])


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("carrier", CARRIERS, ids=lambda carrier: carrier.__name__)
def test_orientation_in_exif_is_applied(carrier: Stamp, orientation: int) -> None:
    assert_shown_as_by_pillow(carrier(exif_of(orientation), None))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("as_element", [False, True], ids=["attribute", "element"])
@pytest.mark.parametrize("carrier", CARRIERS, ids=lambda carrier: carrier.__name__)
def test_orientation_in_xmp_is_applied(carrier: Stamp, as_element: bool, orientation: int) -> None:
    data = carrier(None, xmp_of(orientation, as_element=as_element))
    assert_shown_as_by_pillow(data)
    turned = (24, 40) if orientation < 5 else (40, 24)
    assert read_image(data).shape[:2] == turned


@pytest.mark.parametrize("stated", [0, 3, 9])
@pytest.mark.parametrize("carrier", CARRIERS, ids=lambda carrier: carrier.__name__)
def test_exif_counts_before_xmp_even_where_it_states_what_does_not_exist(
    carrier: Stamp, stated: int
) -> None:
    assert_shown_as_by_pillow(carrier(exif_of(stated), xmp_of(6)))


def test_exif_without_an_orientation_leaves_it_to_xmp() -> None:
    other = Image.Exif()
    other[0x010E] = "a description"
    data = jpeg(other.tobytes(), xmp_of(8))
    assert_shown_as_by_pillow(data)
    assert inspect_image(data).orientation == 8


def test_exif_in_two_segments_is_one_block() -> None:
    whole = exif_of(6)
    data = segment(saved("JPEG"), whole[:20], b"Exif\x00\x00" + whole[20:])
    assert_shown_as_by_pillow(data)
    assert inspect_image(data).orientation == 6


def test_what_a_jpeg_says_after_its_size_counts_too() -> None:
    data = saved("JPEG")
    scan = data.index(b"\xff\xda")
    late = segment(b"\xff\xd8", exif_of(6))[2:]
    assert_shown_as_by_pillow(data[:scan] + late + data[scan:])


@pytest.mark.parametrize("stray", [b"\x00" * 5000, b"\xff" * 4096, b"\x00" * 4089 + b"\xff" * 9])
def test_stray_bytes_between_the_parts_of_a_jpeg_are_passed_over(stray: bytes) -> None:
    data = jpeg(exif_of(6), None)
    scan = data.index(b"\xff\xda")
    assert inspect_image(data[:scan] + stray + data[scan:]).orientation == 6


def test_a_webp_that_does_not_announce_its_exif_has_none() -> None:
    data = bytearray(webp(exif_of(6), None))
    data[20] &= ~0x08
    assert_shown_as_by_pillow(bytes(data))


def test_the_second_frame_of_an_animation_says_nothing_of_the_first() -> None:
    text = PngImagePlugin.PngInfo()
    text.add_itxt("XML:com.adobe.xmp", xmp_of(6).decode(), zip=True)
    more = [Image.fromarray(255 - PICTURE)]
    plain = saved("PNG", save_all=True, append_images=more)
    assert_shown_as_by_pillow(saved("PNG", save_all=True, append_images=more, pnginfo=text))
    raw = exif_of(6).removeprefix(b"Exif\x00\x00")
    assert_shown_as_by_pillow(chunk(plain, b"eXIf", raw, at_end=True))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    orientation=st.integers(0, 127),
    order=st.sampled_from("<>"),
    kind=st.sampled_from([1, 3, 4, 6, 8, 9, 13]),
    xmp=st.one_of(st.none(), st.integers(0, 9)),
    doubled=st.booleans(),
)
def test_any_exif_field_is_understood_as_by_pillow(
    orientation: int, order: str, kind: int, xmp: int | None, doubled: bool
) -> None:
    block = (b"Exif\x00\x00" if doubled else b"") + exif_of(orientation, order, kind)
    data = jpeg(block, None if xmp is None else xmp_of(xmp))
    np.testing.assert_array_equal(read_image(data), as_pillow_shows_it(data))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_heic_photograph_is_turned_once(picture, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    upright = Image.fromarray(picture)
    upright.info["exif"] = exif.tobytes()
    expected = np.asarray(ImageOps.exif_transpose(upright))
    path = HEIC / f"turned_{orientation}.heic"
    pixels = read_image(path)
    assert np.abs(pixels.astype(int) - expected).mean() < 8
    info = inspect_image(path)
    assert (info.height, info.width, info.orientation) == (*expected.shape[:2], 1)
    assert read_thumbnail(path, 32).shape[:2] == tuple(side // 2 for side in expected.shape[:2])


def test_of_several_images_in_a_heic_file_the_one_is_shown_that_it_says_comes_first(picture):
    path = HEIC / "second_is_first.heic"
    assert np.abs(read_image(path).astype(int) - picture).mean() < 8
    assert np.abs(read_image(path, frame=0).astype(int) - (255 - picture)).mean() < 8


def test_of_thousands_of_packed_texts_only_the_one_that_counts_is_unpacked(monkeypatch) -> None:
    data = png(None, None)
    for orientation in (6, 3, 8):  # each goes before those that are there
        text = f"\nexif\n1\n{exif_of(orientation).hex()}\n".encode()
        data = chunk(data, b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(text))
    unpacked: list[bytes] = []

    def text_of(kind: bytes, rest: bytes) -> bytes | None:
        unpacked.append(rest)
        return _text(kind, rest)

    monkeypatch.setattr("annotator.imaging.png._text", text_of)
    assert read_png(io.BytesIO(data)).orientation == 6
    assert len(unpacked) == 1
