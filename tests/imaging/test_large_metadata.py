"""Profiles and texts of any size cost no photograph its place, and no memory."""

import io
import os
import struct
import tracemalloc
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from annotator.imaging import ImageError, inspect_image, read_image, read_thumbnail
from annotator.imaging.identity import coded_sha256

MEGABYTES = 3 << 20  # unpacked; Pillow refuses files for more than 1 MB
BOMB = 64 << 20


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def bodies(size: int) -> dict[str, bytes]:
    """Return chunks that unpack to so many bytes."""
    packed = zlib.compress(bytes(size), 9)
    noise = os.urandom(min(size, MEGABYTES)).replace(b"\0", b"a")
    return {
        "iCCP": chunk(b"iCCP", b"profile\0\0" + packed),
        "zTXt": chunk(b"zTXt", b"Comment\0\0" + packed),
        "iTXt": chunk(b"iTXt", b"Comment\0\1\0\0\0" + packed),
        "plain iTXt": chunk(b"iTXt", b"Comment\0\0\0\0\0" + noise),
        "tEXt": chunk(b"tEXt", b"Comment\0" + noise),
        "XMP": chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + packed),
        "many": chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(1 << 20), 9)) * 80,
    }


KINDS = list(bodies(1))


def with_chunk(data: bytes, body: bytes, *, after_the_pixels: bool) -> bytes:
    at = data.rindex(b"IEND") - 4 if after_the_pixels else data.index(b"IDAT") - 4
    return data[:at] + body + data[at:]


@pytest.mark.parametrize("after_the_pixels", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_a_png_with_megabytes_of_metadata_is_read(picture, encode, kind, after_the_pixels):
    plain = encode(picture, "PNG")
    data = with_chunk(plain, bodies(MEGABYTES)[kind], after_the_pixels=after_the_pixels)
    np.testing.assert_array_equal(read_image(data), picture)
    np.testing.assert_array_equal(read_thumbnail(data, 64), picture)
    assert inspect_image(data) == inspect_image(plain)
    np.testing.assert_array_equal(read_image(data, frame=0), picture)


def test_such_metadata_is_no_part_of_what_a_picture_is_known_by(picture, encode, tmp_path: Path):
    data = encode(picture, "PNG")
    hashes = set()
    for number, body in enumerate([b"", *bodies(MEGABYTES).values()]):
        path = tmp_path / f"{number}.png"
        path.write_bytes(with_chunk(data, body, after_the_pixels=False))
        hashes.add(coded_sha256(path))
    assert len(hashes) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_what_would_unpack_to_many_megabytes_is_not_unpacked(picture, encode, kind):
    data = with_chunk(encode(picture, "PNG"), bodies(BOMB)[kind], after_the_pixels=False)
    tracemalloc.start()
    try:
        np.testing.assert_array_equal(read_image(data), picture)
        assert inspect_image(data).width == 64
        assert tracemalloc.get_traced_memory()[1] < 40 << 20
    finally:
        tracemalloc.stop()


def test_an_animated_png_with_such_metadata_gives_each_of_its_frames(picture, encode):
    frames = [Image.fromarray(picture), Image.fromarray(255 - picture)]
    plain = encode(frames[0], "PNG", save_all=True, append_images=frames[1:])
    data = with_chunk(plain, bodies(MEGABYTES)["iCCP"], after_the_pixels=False)
    for frame in (0, 1):
        np.testing.assert_array_equal(read_image(data, frame=frame), np.array(frames[frame]))


def test_a_deep_png_with_such_metadata_is_read_as_one_without(picture):
    deep = cv2.imencode(".png", picture.astype(np.uint16) * 16)[1].tobytes()
    data = with_chunk(deep, bodies(MEGABYTES)["iCCP"], after_the_pixels=False)
    np.testing.assert_array_equal(read_image(data), read_image(deep))
    assert inspect_image(data) == inspect_image(deep)


def test_transparency_and_a_palette_are_kept(encode):
    image = Image.radial_gradient("L").resize((40, 30)).convert("RGB").quantize(16)
    plain = encode(image, "PNG", transparency=3)
    data = with_chunk(plain, bodies(MEGABYTES)["zTXt"], after_the_pixels=False)
    np.testing.assert_array_equal(read_image(data), read_image(plain))


def test_a_png_whose_pixels_are_cut_off_after_such_metadata_is_refused(picture, encode):
    data = with_chunk(encode(picture, "PNG"), bodies(MEGABYTES)["tEXt"], after_the_pixels=False)
    with pytest.raises(ImageError, match="cut off"):
        read_image(data[:-40])


def test_pillows_own_limits_are_left_alone(picture, encode):
    data = with_chunk(encode(picture, "PNG"), bodies(MEGABYTES)["iCCP"], after_the_pixels=False)
    before = PngImagePlugin.MAX_TEXT_CHUNK, PngImagePlugin.MAX_TEXT_MEMORY
    read_image(data)
    assert before == (PngImagePlugin.MAX_TEXT_CHUNK, PngImagePlugin.MAX_TEXT_MEMORY)
    with pytest.raises(ValueError, match="too large"):
        Image.open(io.BytesIO(data))
