"""Thumbnails, cheap inspection, and finding images in folders."""

import os
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from annotator.imaging import find_images, inspect_image, read_image, read_thumbnail


@pytest.mark.parametrize("format_name", ["JPEG", "PNG"])
@pytest.mark.parametrize("size", [(640, 480), (480, 640), (2000, 20)])
def test_a_thumbnail_is_as_long_as_asked_and_keeps_its_proportions(encode, format_name, size):
    image = Image.linear_gradient("L").resize(size).convert("RGB")
    small = read_thumbnail(encode(image, format_name), 96)
    assert max(small.shape[:2]) == 96
    assert min(small.shape[:2]) == max(1, round(96 * min(size) / max(size)))
    assert small.flags.c_contiguous


def test_a_thumbnail_shows_what_the_image_shows(encode):
    image = Image.linear_gradient("L").resize((800, 600)).convert("RGB")
    expected = np.array(image.resize((80, 60), Image.Resampling.BOX)).astype(int)
    difference = read_thumbnail(encode(image, "JPEG", quality=95), 80) - expected
    assert np.abs(difference).max() < 8


def test_a_thumbnail_is_upright(picture, encode):
    exif = Image.Exif()
    exif[0x0112] = 6
    small = read_thumbnail(encode(picture, "JPEG", exif=exif), 32)
    assert small.shape == (32, 24, 3)
    assert small[2, -3, 2] > 200  # the blue corner has moved to the upper right


def test_a_small_image_is_not_enlarged(picture, encode):
    np.testing.assert_array_equal(read_thumbnail(encode(picture, "PNG"), 500), picture)


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "TIFF", "BMP", "WEBP"])
def test_a_healthy_file_is_inspected_without_decoding_it(picture, encode, format_name, monkeypatch):
    data = encode(picture, format_name)

    def decoded(*_: object, **__: object) -> None:
        raise AssertionError("the file was decoded")

    monkeypatch.setattr("annotator.imaging.reader._decode", decoded)
    info = inspect_image(data)
    assert (info.width, info.height, info.orientation) == (64, 48, 1)
    assert info.format.upper() == format_name


def test_a_folder_is_walked_in_order_and_only_images_are_taken(tmp_path: Path):
    for name in (
        "b.JPG",
        "a.png",
        "notes.txt",
        ".hidden.jpg",
        "z/c.webp",
        "m/d.tif",
        ".cache/e.jpg",
        "m/f.Bmp",
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    found = [path.relative_to(tmp_path).as_posix() for path in find_images([tmp_path])]
    assert found == ["a.png", "b.JPG", "m/d.tif", "m/f.Bmp", "z/c.webp"]


ENDINGS = ["heic", "HEIF", "jfif", "jpe", "avif", "gif", "cr2", "dng", "psd", "svg", "pgm"]


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_is_called_like_an_image_is_never_passed_over(tmp_path: Path, ending: str):
    path = tmp_path / f"ada.{ending}"
    path.write_text("no image at all")
    assert list(find_images([tmp_path])) == [path]


@pytest.mark.parametrize("name", ["no_ending", "wrong.dat", "ada.jpg.part", "scan.001"])
@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "TIFF", "BMP", "WEBP", "AVIF", "GIF"])
def test_what_begins_like_an_image_is_found_whatever_its_name(
    picture, encode, tmp_path: Path, name: str, format_name: str
):
    path = tmp_path / name
    path.write_bytes(encode(picture, format_name))
    assert list(find_images([tmp_path])) == [path]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"BMW is a maker of cars",
        b"P5\nis not all there is",
        b"%PDF-1.7 " + bytes(40),
        b"\x00\x00\x00\x18ftypqt  " + bytes(40),
        b"RIFF\x00\x00\x00\x00WAVE",
        bytes(400),
    ],
)
def test_what_neither_is_called_nor_begins_like_an_image_is_passed_over(tmp_path, content):
    (tmp_path / "IMG_0001.MOV").write_bytes(content)
    (tmp_path / "notes").write_bytes(content)
    assert list(find_images([tmp_path])) == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_a_walk_waits_for_no_pipe_and_stops_at_no_broken_link(picture, encode, tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "gone.jpg").symlink_to(tmp_path / "nowhere")
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    (tmp_path / "itself.png").symlink_to("itself.png")
    (tmp_path / "z.jpg").write_bytes(encode(picture, "JPEG"))
    found = [path.name for path in find_images([tmp_path, tmp_path / ("n" * 300)])]
    assert found == ["gone.jpg", "itself.png", "pipe.jpg", "z.jpg", "n" * 300]


def test_a_file_named_explicitly_is_always_taken(tmp_path: Path):
    scan = tmp_path / "scan.dat"
    scan.touch()
    missing = tmp_path / "missing.jpg"
    assert list(find_images([scan, str(missing)])) == [scan, missing]


def test_a_linked_folder_is_followed_but_not_in_circles(tmp_path: Path):
    photos = tmp_path / "photos"
    photos.mkdir()
    (photos / "a.jpg").touch()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "b.jpg").touch()
    (photos / "more").symlink_to(tmp_path / "elsewhere")
    (photos / "again").symlink_to(photos)
    found = [path.relative_to(tmp_path).as_posix() for path in find_images([photos])]
    assert found == ["photos/a.jpg", "photos/more/b.jpg"]


def family(tmp_path: Path) -> Path:
    """Make a folder among others, a photograph in each."""
    for name in ("trip/ada", "trip/kim", "trip/ada/day", "elsewhere/in", "elsewhere/next"):
        (tmp_path / name).mkdir(parents=True, exist_ok=True)
        (tmp_path / name / "one.jpg").touch()
    (tmp_path / "trip" / "above.jpg").touch()
    return tmp_path / "trip" / "ada"


@pytest.mark.parametrize("target", ["..", ".", "../..", "../../trip", "/"])
@pytest.mark.parametrize("place", ["", "day"])
def test_a_link_to_a_folder_above_brings_none_of_its_other_contents(
    tmp_path: Path, target: str, place: str
):
    folder = family(tmp_path)
    above = Path(os.path.normpath(folder / target))
    (folder / place / "link").symlink_to(above)
    (folder / place / "relative").symlink_to(os.path.relpath(above, folder / place))
    found = [path.relative_to(folder).as_posix() for path in find_images([folder])]
    assert found == ["one.jpg", "day/one.jpg"]


def test_a_link_back_up_from_a_folder_elsewhere_is_not_followed_either(tmp_path: Path):
    folder = family(tmp_path)
    (folder / "more").symlink_to(tmp_path / "elsewhere" / "in")
    for name, target in (("up", ".."), ("there", tmp_path / "trip"), ("all", tmp_path)):
        (tmp_path / "elsewhere" / "in" / name).symlink_to(target)
    found = [path.relative_to(folder).as_posix() for path in find_images([folder])]
    assert found == ["one.jpg", "day/one.jpg", "more/one.jpg"]


def test_a_linked_sibling_is_walked_once(tmp_path: Path):
    folder = family(tmp_path)
    (folder / "a-link").symlink_to("day")
    (folder / "z-link").symlink_to("day")
    assert len(list(find_images([folder]))) == 2


def test_a_link_to_a_file_is_followed_wherever_it_leads(tmp_path: Path):
    folder = family(tmp_path)
    (folder / "ours.jpg").symlink_to("../above.jpg")
    found = [path.relative_to(folder).as_posix() for path in find_images([folder])]
    assert found == ["one.jpg", "ours.jpg", "day/one.jpg"]


def test_a_folder_that_is_given_as_a_link_is_walked(tmp_path: Path):
    folder = family(tmp_path)
    (tmp_path / "latest").symlink_to(folder)
    assert len(list(find_images([tmp_path / "latest"]))) == 2


def test_find_images_is_lazy(tmp_path: Path):
    (tmp_path / "a.jpg").touch()
    walk = find_images([tmp_path, tmp_path / "never_reached"])
    assert next(walk).name == "a.jpg"


def test_reading_needs_no_file_name(picture, encode):
    assert read_image(encode(picture, "PNG")).shape == (48, 64, 3)


@pytest.mark.skipif(sys.platform != "linux", reason="no path is so long elsewhere")
def test_folders_may_lie_deeper_than_functions_call_one_another(picture, encode, tmp_path: Path):
    deep = tmp_path.joinpath(*["d"] * sys.getrecursionlimit())
    folder = tmp_path
    for part in deep.relative_to(tmp_path).parts:  # `mkdir` would call itself for each
        folder /= part
        folder.mkdir()
    (deep / "a.png").write_bytes(encode(picture, "PNG"))
    try:
        assert list(find_images([tmp_path])) == [deep / "a.png"]
    finally:  # what removes the folders of tests calls itself for each
        (deep / "a.png").unlink()
        while folder != tmp_path:
            folder.rmdir()
            folder = folder.parent
