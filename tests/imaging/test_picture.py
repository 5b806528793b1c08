"""Pictures: a file, or one frame of it, with what it holds told by a stamp and a hash."""

import hashlib
import io
import os
import shutil
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from annotator.imaging import ImageError, Picture, read_image, read_thumbnail

# Without loss, so that frames can be compared to the bit.
SEVERAL: dict[str, dict[str, Any]] = {
    "TIFF": {},
    "WEBP": {"lossless": True, "quality": 0, "method": 0},
    "PNG": {},
}

Animated = Callable[[str], Path]


@pytest.fixture
def frames(picture: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    """Three pictures of one size; the second differs from the first in a part only."""
    second = picture.copy()
    second[10:20, 30:50] = (255, 0, 255)
    return [picture, second, np.ascontiguousarray(255 - picture)]


@pytest.fixture
def animated(frames: list[NDArray[np.uint8]], encode: Callable[..., bytes], tmp_path) -> Animated:
    """Write the three pictures as the frames of one file of a format."""

    def write(format_name: str) -> Path:
        others = [Image.fromarray(frame) for frame in frames[1:]]
        options = {"save_all": True, "append_images": others, **SEVERAL[format_name]}
        path = Path(tmp_path / f"several.{format_name.lower()}")
        path.write_bytes(encode(frames[0], format_name, **options))
        return path

    return write


@pytest.mark.parametrize("format_name", SEVERAL)
def test_each_frame_is_read_as_itself(animated: Animated, frames, format_name: str) -> None:
    path = animated(format_name)
    for number, expected in enumerate(frames):
        np.testing.assert_array_equal(Picture(path, number).read(), expected)
        info = Picture(path, number).info()
        assert (info.width, info.height, info.format.upper()) == (64, 48, format_name)
        small = Picture(path, number).thumbnail(16)
        np.testing.assert_array_equal(small, read_thumbnail(encoded(expected), 16))


@pytest.mark.parametrize("format_name", SEVERAL)
@pytest.mark.parametrize("missing", [3, 1000, -1])
def test_a_frame_that_is_not_there_is_told(animated: Animated, format_name, missing) -> None:
    path = animated(format_name)
    for read in (Picture.read, Picture.info, lambda picture: picture.thumbnail(16)):
        with pytest.raises(ImageError, match=f"has no frame {missing}, counted from 0$"):
            read(Picture(path, missing))


@pytest.mark.parametrize("format_name", ["JPEG", "BMP", "PNG", "WEBP", "TIFF"])
def test_a_photograph_is_its_own_first_frame_and_has_no_second(
    picture, encode, tmp_path, format_name
) -> None:
    path = tmp_path / "photograph"
    path.write_bytes(encode(picture, format_name))
    np.testing.assert_array_equal(Picture(path, 0).read(), read_image(path))
    assert Picture(path, 0).info() == Picture(path).info()
    with pytest.raises(ImageError, match="no frame 1, counted from 0"):
        Picture(path, 1).read()


def test_a_file_without_a_frame_number_is_read_as_ever(animated: Animated, frames) -> None:
    for format_name in SEVERAL:
        path = animated(format_name)
        np.testing.assert_array_equal(Picture(path).read(), frames[0])
        np.testing.assert_array_equal(Picture(path).read(), read_image(path))


def test_the_pages_of_a_tiff_have_sizes_and_orientations_of_their_own(tmp_path, picture) -> None:
    path = tmp_path / "pages.tif"
    small, turned = Image.fromarray(picture[:20, :30]), Image.Exif()
    turned[0x0112] = 6
    small.encoderinfo = {"exif": turned}
    Image.fromarray(picture).save(path, save_all=True, append_images=[small])
    info = Picture(path, 1).info()
    assert (info.width, info.height, info.orientation) == (20, 30, 6)
    np.testing.assert_array_equal(Picture(path, 1).read(), np.rot90(picture[:20, :30], -1))
    assert Picture(path, 0).info().orientation == 1
    np.testing.assert_array_equal(Picture(path, 0).read(), picture)


def test_the_frames_of_a_webp_share_its_orientation(frames, encode, tmp_path) -> None:
    turned = Image.Exif()
    turned[0x0112] = 3
    others = [Image.fromarray(frame) for frame in frames[1:]]
    path = tmp_path / "turned.webp"
    options = {"save_all": True, "append_images": others, "exif": turned, **SEVERAL["WEBP"]}
    path.write_bytes(encode(frames[0], "WEBP", **options))
    np.testing.assert_array_equal(Picture(path, 2).read(), frames[2][::-1, ::-1])


def test_every_page_is_measured_before_it_is_decoded(tmp_path, picture) -> None:
    path = tmp_path / "pages.tif"
    Image.fromarray(picture).save(path, save_all=True, append_images=[Image.fromarray(picture)])
    data = bytearray(path.read_bytes())
    second = int.from_bytes(data[4:8], "little")
    (entries,) = struct.unpack_from("<H", data, second)
    second = int.from_bytes(data[second + 2 + 12 * entries :][:4], "little")
    (entries,) = struct.unpack_from("<H", data, second)
    for entry in range(second + 2, second + 2 + 12 * entries, 12):
        tag, kind = struct.unpack_from("<HH", data, entry)
        if tag in (256, 257):  # width, height
            struct.pack_into("<H" if kind == 3 else "<I", data, entry + 8, 60_000)
    path.write_bytes(data)
    np.testing.assert_array_equal(Picture(path, 0).read(), picture)
    for read in (Picture.read, Picture.info):
        with pytest.raises(ImageError, match="60000 x 60000 pixels is more than"):
            read(Picture(path, 1))


@pytest.mark.parametrize("format_name", SEVERAL)
def test_a_frame_that_is_cut_off_is_refused(animated: Animated, format_name: str) -> None:
    path = animated(format_name)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(ImageError):
        Picture(path, 2).read()


def test_a_loaded_picture_knows_its_size_before_it_is_decoded(animated: Animated, frames) -> None:
    loaded = Picture(animated("WEBP"), 1).load()
    assert loaded.pixels == 64 * 48
    np.testing.assert_array_equal(loaded.decode(), frames[1])


def test_pictures_are_known_by_file_and_frame(tmp_path: Path) -> None:
    path = tmp_path / "several.tif"
    assert Picture(path, 1) == Picture(Path(path), 1)
    assert len({Picture(path), Picture(path, 0), Picture(path, 1), Picture(path, 1)}) == 3
    assert Picture(path, 1).name == "several.tif"


def test_the_stamp_tells_a_change_and_the_hash_tells_the_content(picture, encode, tmp_path) -> None:
    path = tmp_path / "photograph.png"
    path.write_bytes(encode(picture, "PNG"))
    before, content = Picture(path).stamp(), Picture(path).content_hash()
    assert content == hashlib.sha256(path.read_bytes()).hexdigest()
    assert Picture(path, 0).stamp() == before
    assert before[0] == path.stat().st_size
    os.utime(path, ns=(1, path.stat().st_mtime_ns + 1))
    assert Picture(path).stamp() != before
    assert Picture(path).content_hash() == content
    path.write_bytes(encode(255 - picture, "PNG"))
    assert Picture(path).content_hash() != content


def test_a_copy_has_the_same_content_and_files_that_swap_names_are_told_apart(
    picture, encode, tmp_path
) -> None:
    one, other = (tmp_path / f"{name}.png" for name in ("one", "other"))
    one.write_bytes(encode(picture, "PNG"))
    other.write_bytes(encode(picture[:20], "PNG"))
    shutil.copy(one, tmp_path / "copy.png")
    assert Picture(tmp_path / "copy.png").content_hash() == Picture(one).content_hash()
    stamps = Picture(one).stamp(), Picture(other).stamp()
    one.rename(tmp_path / "aside")
    other.rename(one)
    (tmp_path / "aside").rename(other)
    assert stamps[0] != Picture(one).stamp() != stamps[1]
    assert stamps[1] != Picture(other).stamp()


def test_a_picture_without_its_file_says_so(tmp_path: Path) -> None:
    gone = Picture(tmp_path / "gone.tif", 2)
    for read in (gone.read, gone.info, gone.load):
        with pytest.raises(ImageError, match="the file does not exist"):
            read()
    for ask in (gone.stamp, gone.content_hash):
        with pytest.raises(FileNotFoundError):
            ask()


def encoded(pixels: NDArray[np.uint8]) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()
