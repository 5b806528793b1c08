"""Large JPEG files are looked at small, and as they are where a face would be too small."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from annotator.imaging import EncodedImage, load_image, read_image
from annotator.inference import FaceMesh, FileResult
from annotator.inference.fast_decoding import decode_fast
from annotator.mesh.layout import FACE_468
from annotator.mesh.metrics import nme
from annotator.system.assets import asset_path

PORTRAIT = asset_path("datasets", "sample", "collins.jpg")


@pytest.fixture(scope="module")
def exact() -> FaceMesh:
    return FaceMesh.load(small_faces=False)


@pytest.fixture(scope="module")
def fast() -> FaceMesh:
    return FaceMesh.load(small_faces=False, decode="fast")


@pytest.fixture
def sizes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How often photographs were decoded, and at which size."""
    decoded: list[str] = []
    whole, half = EncodedImage.decode, EncodedImage.halved

    def noted_whole(image: EncodedImage) -> np.ndarray:
        decoded.append("whole")
        return whole(image)

    def noted_half(image: EncodedImage) -> np.ndarray | None:
        pixels = half(image)
        decoded.extend(["half"] if pixels is not None else [])
        return pixels

    monkeypatch.setattr(EncodedImage, "decode", noted_whole)
    monkeypatch.setattr(EncodedImage, "halved", noted_half)
    return decoded


def large(folder: Path, *, size: int = 2400, share: float = 1.0, **options: object) -> Path:
    """Write a large photograph in which the portrait takes a share of the side."""
    portrait = Image.fromarray(read_image(PORTRAIT))
    canvas = Image.new("RGB", (size, size), (120, 116, 110))
    side = round(size * share)
    canvas.paste(portrait.resize((side, side), Image.Resampling.BICUBIC), ((size - side) // 2,) * 2)
    path = folder / f"large.{options.pop('ending', 'jpg')}"
    canvas.save(path, quality=90, **options)
    return path


def one(face_mesh: FaceMesh, path: Path) -> FileResult:
    (result,) = face_mesh.predict_files([path])
    return result


def assert_nearly_equal(result: FileResult, expected: FileResult) -> None:
    assert (result.width, result.height) == (expected.width, expected.height)
    assert len(result.faces) == len(expected.faces) == 1
    meshes = [each.faces[0].landmarks for each in (result, expected)]
    assert nme(*meshes, FACE_468) < 0.01
    assert not meshes[0].flags.writeable


@pytest.mark.parametrize("orientation", [1, 3, 6])
def test_a_large_face_is_found_at_half_the_size_in_pixels_of_the_whole(
    exact, fast, tmp_path, sizes, orientation
):
    exif = Image.Exif()
    exif[0x0112] = orientation
    turned = Image.fromarray(read_image(large(tmp_path)))
    back = {1: None, 3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90}[orientation]
    path = tmp_path / "turned.jpg"
    (turned if back is None else turned.transpose(back)).save(path, quality=90, exif=exif)
    sizes.clear()
    found = one(fast, path)
    assert sizes == ["half"]
    assert_nearly_equal(found, one(exact, path))


@pytest.mark.parametrize("share", [0.25, 0.0])
def test_where_a_face_would_be_too_small_or_there_is_none_the_whole_is_looked_at(
    tmp_path, sizes, share
):
    exact, fast = FaceMesh.load(), FaceMesh.load(decode="fast")
    path = large(tmp_path, share=max(share, 0.001))
    sizes.clear()
    found = one(fast, path)
    assert sizes == ["half", "whole"]
    expected = one(exact, path)
    assert len(found.faces) == len(expected.faces) == (share > 0)
    for face, same in zip(found.faces, expected.faces, strict=True):
        np.testing.assert_array_equal(face.landmarks, same.landmarks)


def test_small_faces_are_searched_for_as_in_the_whole(tmp_path):
    path = large(tmp_path, size=3000)
    with Image.open(path) as opened:
        crowd = opened.copy()
    small = Image.fromarray(read_image(PORTRAIT)).resize((640, 640))
    crowd.paste(small, (40, 40))
    crowd.save(path, quality=90)
    exact, fast = FaceMesh.load(), FaceMesh.load(decode="fast")
    found, expected = one(fast, path), one(exact, path)
    assert len(found.faces) == len(expected.faces) == 2
    for face, same in zip(found.faces, expected.faces, strict=True):
        np.testing.assert_array_equal(face.landmarks, same.landmarks)


@pytest.mark.parametrize(
    ("size", "options"),
    [(1500, {}), (2401, {}), (2400, {"ending": "png"}), (2400, {"ending": "webp"})],
)
def test_what_is_small_odd_or_no_jpeg_is_decoded_as_it_is(tmp_path, size, options):
    path = large(tmp_path, size=size, **options)
    seen = decode_fast(load_image(path))
    assert seen.shrunk_by == 1
    np.testing.assert_array_equal(seen.pixels, read_image(path))


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_half_a_photograph_is_the_mean_of_its_pixels(tmp_path, mode):
    path = large(tmp_path)
    with Image.open(path) as opened:
        opened.convert(mode).save(path, quality=95)
    half, whole = load_image(path).halved(), read_image(path).astype(float)
    if mode == "CMYK":
        assert half is None
        return
    means = whole.reshape(1200, 2, 1200, 2, 3).mean(axis=(1, 3))
    assert half.shape == (1200, 1200, 3)
    assert np.abs(half - means).mean() < 1.5


def test_a_file_that_is_cut_off_fails_alike(exact, fast, tmp_path):
    path = large(tmp_path)
    path.write_bytes(path.read_bytes()[:-2000])
    assert one(fast, path).error == one(exact, path).error != ""
