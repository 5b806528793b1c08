"""What a picture is known by besides the bytes of its file."""

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin, TiffImagePlugin

from annotator.imaging import ImageError, Picture
from annotator.imaging.identity import coded_sha256, pixels_sha256
from annotator.system.assets import asset_path
from annotator.system.hashing import file_sha256

PORTRAIT = asset_path("datasets", "sample", "collins.jpg")
NOISE = np.random.default_rng(3).integers(0, 255, (40, 56, 3), dtype=np.uint8)


def exif(orientation: int, text: str = "") -> Image.Exif:
    block = Image.Exif()
    block[0x0112] = orientation
    block[0x010E] = text
    return block


def with_comment(source: Path, target: Path, comment: bytes) -> Path:
    """Put a comment behind the first segment of a JPEG, and change nothing else."""
    data = source.read_bytes()
    segment = b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment
    target.write_bytes(data[:2] + segment + data[2:])
    return target


def save_jpeg(path: Path, text: str, orientation: int = 1) -> None:
    Image.fromarray(NOISE).save(path, quality=90, exif=exif(orientation, text), comment=text)


def save_png(path: Path, text: str, orientation: int = 1) -> None:
    note = PngImagePlugin.PngInfo()
    note.add_text("Comment", text)
    Image.fromarray(NOISE).save(path, pnginfo=note, exif=exif(orientation, text))


def save_webp(path: Path, text: str, orientation: int = 1) -> None:
    extra = {"exif": exif(orientation, text), "xmp": text.encode()} if text else {}
    Image.fromarray(NOISE).save(path, lossless=True, **extra)


def save_tiff(path: Path, text: str, orientation: int = 1) -> None:
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[270], tags[274] = text, orientation
    Image.fromarray(NOISE).save(path, tiffinfo=tags)


FORMATS = {".jpg": save_jpeg, ".png": save_png, ".webp": save_webp, ".tif": save_tiff}


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_change_of_metadata_alone_leaves_the_coded_picture_as_it_was(suffix, tmp_path):
    save: Callable[..., None] = FORMATS[suffix]
    first, second = tmp_path / f"a{suffix}", tmp_path / f"b{suffix}"
    save(first, "")
    save(second, "a much longer remark than there was before")
    assert file_sha256(first) != file_sha256(second)
    assert coded_sha256(first) == coded_sha256(second) is not None
    assert pixels_sha256(Picture(first).read()) == pixels_sha256(Picture(second).read())


@pytest.mark.parametrize("suffix", FORMATS)
def test_another_orientation_makes_another_picture(suffix, tmp_path):
    save: Callable[..., None] = FORMATS[suffix]
    first, second = tmp_path / f"a{suffix}", tmp_path / f"b{suffix}"
    save(first, "as it is", 1)
    save(second, "as it is", 3)
    assert coded_sha256(first) != coded_sha256(second)
    assert pixels_sha256(Picture(first).read()) != pixels_sha256(Picture(second).read())


@pytest.mark.parametrize("suffix", FORMATS)
def test_one_other_pixel_makes_another_picture(suffix, tmp_path, monkeypatch):
    save: Callable[..., None] = FORMATS[suffix]
    first, second = tmp_path / f"a{suffix}", tmp_path / f"b{suffix}"
    save(first, "")
    other = NOISE.copy()
    other[20, 20] = 255 - other[20, 20]
    monkeypatch.setitem(globals(), "NOISE", other)
    save(second, "")
    assert coded_sha256(first) != coded_sha256(second)


def test_a_comment_in_a_photograph_changes_nothing(tmp_path):
    changed = with_comment(PORTRAIT, tmp_path / "changed.jpg", b"by Ann \xff\xda \xff\xd9")
    assert Picture(changed).coded_hash() == Picture(PORTRAIT).coded_hash()


def test_a_format_that_is_not_taken_apart_has_no_coded_hash(tmp_path):
    Image.fromarray(NOISE).save(tmp_path / "a.bmp")
    assert coded_sha256(tmp_path / "a.bmp") is None


@pytest.mark.parametrize("share", [0.1, 0.5, 0.8])
@pytest.mark.parametrize("suffix", FORMATS)
def test_a_file_that_lacks_pixels_is_refused_or_known_as_another(suffix, share, tmp_path):
    whole, part = tmp_path / f"a{suffix}", tmp_path / f"b{suffix}"
    FORMATS[suffix](whole, "")
    data = whole.read_bytes()
    part.write_bytes(data[: int(len(data) * share)])
    try:
        found = coded_sha256(part)
    except ImageError:
        return
    assert found != coded_sha256(whole)


def test_the_shape_counts_not_only_the_bytes():
    assert pixels_sha256(np.zeros((2, 3, 3), np.uint8)) != pixels_sha256(
        np.zeros((3, 2, 3), np.uint8)
    )


@pytest.mark.parametrize("progressive", [False, True])
def test_what_follows_the_end_of_a_jpeg_is_no_picture(tmp_path, progressive):
    first, second = tmp_path / "a.jpg", tmp_path / "b.jpg"
    Image.fromarray(NOISE).save(first, quality=90, progressive=progressive)
    second.write_bytes(first.read_bytes() + b"trailer \xff\xd9 of a phone")
    assert coded_sha256(first) == coded_sha256(second)


@pytest.mark.parametrize("progressive", [False, True])
def test_a_bit_in_the_last_scan_makes_another_picture(tmp_path, progressive):
    first, second = tmp_path / "a.jpg", tmp_path / "b.jpg"
    Image.fromarray(NOISE).save(first, quality=90, progressive=progressive)
    data = bytearray(first.read_bytes())
    data[-6] ^= 1
    second.write_bytes(data)
    assert coded_sha256(first) != coded_sha256(second)


def tiff_whose_strips_are_one(count: int, length: int) -> bytes:
    """Return a TIFF of `count` rows of one pixel, of which each strip is the same many bytes."""
    fields = 9
    content = 8 + 2 + 12 * fields + 4
    offsets, lengths = content + length, content + length + 4 * count
    rows = [
        (256, 1, 1), (257, 1, count), (258, 1, 8), (259, 1, 1), (262, 1, 1),
        (273, count, offsets), (277, 1, 1), (278, 1, 1), (279, count, lengths),
    ]  # fmt: skip
    directory = b"".join(struct.pack("<HHII", tag, 4, number, value) for tag, number, value in rows)
    head = b"II*\0" + struct.pack("<IH", 8, fields) + directory + bytes(4)
    places = struct.pack("<I", content) * count + struct.pack("<I", length) * count
    return head + bytes(length) + places


def test_a_tiff_that_names_the_same_bytes_again_and_again_is_not_read_so_often(tmp_path):
    path = tmp_path / "strips.tif"
    path.write_bytes(tiff_whose_strips_are_one(3, 40))
    assert coded_sha256(path) is not None
    path.write_bytes(tiff_whose_strips_are_one(100_000, 1_000_000))
    assert coded_sha256(path) is None


def test_a_marker_that_makes_other_colours_of_the_same_numbers_counts(tmp_path):
    colours, guessed = tmp_path / "colours.jpg", tmp_path / "guessed.jpg"
    Image.fromarray(NOISE).save(colours, quality=90, keep_rgb=True)
    data = colours.read_bytes()
    guessed.write_bytes(data[:2] + bytes.fromhex("ffe000104a46494600010100000100010000") + data[2:])
    assert not np.array_equal(Picture(colours).read(), Picture(guessed).read())
    assert coded_sha256(colours) != coded_sha256(guessed)
