"""Metadata goes, and the picture stays as it was: its coded pixels, its colours, which way up."""

import io
import struct
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path
from random import Random

import numpy as np
import pytest
from PIL import Image, ImageOps

from annotator.imaging import ImageError, inspect_image, read_image
from annotator.imaging.identity import coded_sha256
from annotator.imaging.stripping import STRIPPABLE, has_metadata, strip_metadata
from tests.fuzzing import mutated, rounds
from tests.laden import LADEN, PICTURE, PROFILE, WORD, chunk, laden_jpeg, laden_png, saved, segment

Make = Callable[..., bytes]


def stripped(tmp_path: Path, data: bytes) -> bytes:
    """Return a file's content without its metadata."""
    source, target = tmp_path / "with", tmp_path / "without"
    source.write_bytes(data)
    target.unlink(missing_ok=True)
    if not strip_metadata(source, target):
        assert not target.exists()
        return data
    return target.read_bytes()


def assert_nothing_is_told(data: bytes) -> None:
    """Fail if a text, a place, a camera, a preview or a second image is left."""
    assert WORD.encode() not in data
    assert b"Apple" not in data and b"MPF" not in data and b"xmpmeta" not in data
    with Image.open(io.BytesIO(data)) as image:
        assert getattr(image, "n_frames", 1) == 1
        assert not set(image.info) & {"comment", "xmp", "photoshop", "mp", "mpoffset", "Author"}
        found = image.getexif()
        assert set(found) <= {0x0112}
        assert not found.get_ifd(0x8769) and not found.get_ifd(0x8825)
        assert not list(found.get_ifd(1))
    if data.startswith(b"\xff\xd8"):
        assert data.count(b"\xff\xd8\xff") == 1  # no preview
        assert data.endswith(b"\xff\xd9")


JPEGS: dict[str, dict[str, object]] = {
    "baseline": {},
    "progressive": {"progressive": True},
    "restarts": {"restart_marker_blocks": 3},
    "rgb": {"keep_rgb": True},
    "grey": {"picture": Image.fromarray(PICTURE).convert("L")},
    "cmyk": {"picture": Image.fromarray(PICTURE).convert("CMYK")},
}


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", LADEN)
def test_nothing_but_the_picture_is_left_of_a_laden_photograph(suffix, orientation, tmp_path):
    data = LADEN[suffix](orientation)
    assert WORD.encode() in data
    bare = stripped(tmp_path, data)
    assert_nothing_is_told(bare)
    assert coded_sha256(tmp_path / "with") == coded_sha256(tmp_path / "without") is not None
    np.testing.assert_array_equal(read_image(bare), read_image(data))
    assert inspect_image(bare) == inspect_image(data)
    assert inspect_image(bare).orientation == orientation


@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("kind", JPEGS)
def test_every_kind_of_jpeg_keeps_its_coded_pixels_and_its_colours(kind, orientation, tmp_path):
    data = laden_jpeg(orientation, **JPEGS[kind])
    bare = stripped(tmp_path, data)
    assert_nothing_is_told(bare)
    assert coded_sha256(tmp_path / "with") == coded_sha256(tmp_path / "without")
    for read in (read_image, as_pillow_shows_it):
        np.testing.assert_array_equal(read(bare), read(data))


def as_pillow_shows_it(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as stored:
        return np.asarray(ImageOps.exif_transpose(stored).convert("RGB"))


PNGS: dict[str, dict[str, object]] = {
    "colours": {},
    "palette": {"picture": Image.fromarray(PICTURE).quantize(16), "transparency": 3},
    "transparent": {"picture": Image.fromarray(np.dstack([PICTURE, PICTURE[..., :1]]))},
    "deep": {"picture": Image.fromarray(PICTURE[..., 0].astype(np.uint16) * 257)},
    "two colours": {"picture": Image.fromarray(PICTURE[..., 0] > 60)},
    "one left out": {"transparency": (1, 2, 3)},
}


@pytest.mark.parametrize("kind", PNGS)
def test_every_kind_of_png_keeps_its_coded_pixels(kind, tmp_path):
    data = laden_png(6, **PNGS[kind])
    bare = stripped(tmp_path, data)
    assert_nothing_is_told(bare)
    assert coded_sha256(tmp_path / "with") == coded_sha256(tmp_path / "without")
    np.testing.assert_array_equal(read_image(bare), read_image(data))


@pytest.mark.parametrize("options", [{}, {"lossless": False}, {"lossless": False, "quality": 3}])
def test_a_transparent_webp_keeps_what_lets_it_through(options, tmp_path):
    see_through = Image.fromarray(np.dstack([PICTURE, PICTURE[..., :1] * 2]))
    data = LADEN[".webp"](8, picture=see_through, **options)
    bare = stripped(tmp_path, data)
    assert_nothing_is_told(bare)
    with Image.open(io.BytesIO(bare)) as image, Image.open(io.BytesIO(data)) as before:
        assert image.mode == "RGBA"
        np.testing.assert_array_equal(np.asarray(image), np.asarray(before))


@pytest.mark.parametrize("suffix", LADEN)
def test_the_colour_profile_stays(suffix, tmp_path):
    with Image.open(io.BytesIO(stripped(tmp_path, LADEN[suffix](3)))) as image:
        assert image.info["icc_profile"] == PROFILE


def test_parts_of_a_colour_profile_of_which_some_are_missing_go(tmp_path):
    data = laden_jpeg()
    at = data.index(b"ICC_PROFILE\x00\x02")
    torn = data[: at + 12] + b"\x09" + data[at + 13 :]
    assert b"ICC_PROFILE" not in stripped(tmp_path, torn)
    np.testing.assert_array_equal(read_image(stripped(tmp_path, torn)), read_image(data))


def test_the_size_of_a_pixel_stays(tmp_path):
    with Image.open(io.BytesIO(stripped(tmp_path, laden_jpeg()))) as image:
        assert image.info["dpi"] == (72, 72)
    with Image.open(io.BytesIO(stripped(tmp_path, laden_png()))) as image:
        assert image.info["dpi"] == pytest.approx((72, 72), abs=0.01)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", LADEN)
def test_what_was_stripped_once_stays_as_it_is(suffix, orientation, tmp_path):
    once = stripped(tmp_path, LADEN[suffix](orientation))
    (tmp_path / "once").write_bytes(once)
    assert not has_metadata(tmp_path / "once")
    assert not strip_metadata(tmp_path / "once", tmp_path / "twice")
    assert not (tmp_path / "twice").exists()
    assert has_metadata(tmp_path / "with")


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP"])
def test_a_file_that_never_had_metadata_is_left_alone(format_name, tmp_path):
    data = saved(format_name)
    assert stripped(tmp_path, data) is data


def test_comments_between_the_scans_of_a_progressive_jpeg_go_too(tmp_path):
    data = saved("JPEG", progressive=True)
    second = data.index(b"\xff\xda", data.index(b"\xff\xda") + 2)
    said = segment(0xFE, WORD.encode()) + segment(0xE1, WORD.encode())
    bare = stripped(tmp_path, data[:second] + said + data[second:])
    assert bare == data


@pytest.mark.parametrize("stray", [WORD.encode(), b"\xff\x01", b"\xff\xd0", b"\xff\x00"])
def test_a_jpeg_with_stray_bytes_between_its_parts_is_refused(stray, tmp_path):
    data = saved("JPEG")
    at = data.index(b"\xff\xdb")
    with pytest.raises(ImageError):
        stripped(tmp_path, data[:at] + stray + data[at:])


def test_fill_between_the_parts_of_a_jpeg_goes(tmp_path):
    data = saved("JPEG")
    at = data.index(b"\xff\xdb")
    assert stripped(tmp_path, data[:at] + b"\xff" * 9 + data[at:]) == data


def test_orientation_stands_first_in_exif_that_holds_nothing_else(tmp_path):
    bare = stripped(tmp_path, laden_jpeg(6, keep_rgb=True))  # no JFIF
    assert bare[2:12] == b"\xff\xe1\x00\x22Exif\x00\x00"
    bare = stripped(tmp_path, laden_jpeg(6))
    assert bare[20:30] == b"\xff\xe1\x00\x22Exif\x00\x00"
    png = stripped(tmp_path, laden_png(6))
    assert png.count(b"eXIf") == 1
    assert png.index(b"eXIf") < png.index(b"IDAT")


def test_parts_that_nobody_knows_go(tmp_path):
    data = saved("PNG")
    at = data.index(b"IDAT") - 4
    assert stripped(tmp_path, data[:at] + chunk(b"prVt", WORD.encode()) + data[at:]) == data
    with pytest.raises(ImageError, match="nobody knows"):  # and it says that it is needed
        stripped(tmp_path, data[:at] + chunk(b"CgBI", WORD.encode()) + data[at:])
    webp = saved("WEBP")
    size = struct.unpack_from("<I", webp, 4)[0] + 8 + 4
    unknown = b"SECR" + struct.pack("<I", 4) + b"text"
    assert stripped(tmp_path, webp[:4] + struct.pack("<I", size) + webp[8:] + unknown) == webp


def test_of_an_animated_png_the_first_picture_stays(tmp_path):
    others = [Image.fromarray(255 - PICTURE)]
    data = saved("PNG", save_all=True, append_images=others)
    bare = stripped(tmp_path, data)
    assert b"fdAT" not in bare and b"acTL" not in bare
    np.testing.assert_array_equal(read_image(bare), read_image(data))


def test_an_animated_webp_cannot_be_taken_apart(tmp_path):
    others = [Image.fromarray(255 - PICTURE)]
    with pytest.raises(ImageError, match="animation"):
        stripped(tmp_path, saved("WEBP", save_all=True, append_images=others))


@pytest.mark.parametrize("format_name", ["TIFF", "BMP", "PPM", "AVIF"])
def test_other_formats_cannot_be_taken_apart_and_count_as_laden(format_name, tmp_path):
    (tmp_path / "one").write_bytes(saved(format_name))
    assert has_metadata(tmp_path / "one")
    with pytest.raises(ImageError, match="cannot be taken out"):
        strip_metadata(tmp_path / "one", tmp_path / "two")
    assert not (tmp_path / "two").exists()
    assert sorted(STRIPPABLE) == ["JPEG", "PNG", "WebP"]


def too_long(kind: str) -> bytes:
    """Return a file one of whose parts says that it is of nearly 4 GiB."""
    if kind == "png":
        data = saved("PNG")
        return data[:33] + b"\xff\xff\xff\xf0tEXt" + data[33:]
    if kind == "webp":
        data = bytearray(laden := LADEN[".webp"]())
        at = laden.index(b"EXIF")
        data[at + 4 : at + 8] = b"\xf0\xff\xff\xff"
        return bytes(data)
    return saved("JPEG")[:300] + segment(0xE1, b"")[:2] + b"\xff\xff"


@pytest.mark.parametrize("kind", ["png", "webp", "jpeg"])
def test_a_part_that_says_it_is_longer_than_its_file_is_refused(kind, tmp_path):
    with pytest.raises(ImageError):
        stripped(tmp_path, too_long(kind))
    assert not (tmp_path / "without").exists()


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.99])
@pytest.mark.parametrize("suffix", LADEN)
def test_a_file_that_is_cut_off_is_refused(suffix, share, tmp_path):
    data = LADEN[suffix](picture=PICTURE)
    end = data.index(b"IEND") if suffix == ".png" else len(data)
    end = data.rindex(b"\xff\xd9", 0, data.rindex(b"\xff\xd8")) if suffix == ".jpg" else end
    with pytest.raises(ImageError):
        stripped(tmp_path, data[: int(min(end, len(data) - 20) * share)])
    assert not (tmp_path / "without").exists()


@pytest.mark.parametrize("kind", [b"PLTE", b"IHDR", b"tRNS", b"sBIT"])
def test_parts_that_decide_on_pixels_and_contradict_each_other_are_refused(kind, tmp_path):
    data = saved("PNG", Image.fromarray(PICTURE).quantize(16), transparency=1)
    at = data.index(b"IDAT") - 4
    twice = 2 * chunk(kind, b"\x08" * 3)
    with pytest.raises(ImageError):
        stripped(tmp_path, data[:at] + twice + data[at:])


@pytest.mark.parametrize("suffix", LADEN)
def test_damage_never_makes_another_picture_of_a_photograph(suffix, tmp_path):
    whole = LADEN[suffix](6)
    for seed in range(rounds(40)):
        damaged = mutated(whole, Random(seed))
        try:
            bare = stripped(tmp_path, damaged)
            before = read_image(damaged)
        except ImageError:
            continue
        np.testing.assert_array_equal(read_image(bare), before)


def test_a_huge_photograph_is_stripped_in_little_memory(tmp_path):
    huge = zlib.compress(bytes(1 << 25), 0)
    data = laden_png()
    at = data.index(b"IEND") - 4
    (tmp_path / "with").write_bytes(data[:at] + chunk(b"IDAT", huge) + data[at:])
    jpeg = saved("JPEG")
    (tmp_path / "jpeg").write_bytes(jpeg[:-2] + b"\x55" * (1 << 25) + jpeg[-2:] + WORD.encode())
    tracemalloc.start()
    try:
        for name in ("with", "jpeg"):
            assert strip_metadata(tmp_path / name, tmp_path / f"{name} less")
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


def test_a_webp_says_truly_what_is_left_in_it(tmp_path):
    bare = stripped(tmp_path, LADEN[".webp"](1))
    flags = bare[20]
    assert flags == 0x20  # a colour profile, and nothing else
    assert struct.unpack_from("<I", bare, 4)[0] + 8 == len(bare)
    assert stripped(tmp_path, LADEN[".webp"](6))[20] == 0x28
