"""The shipped sample data set is complete, small, readable and documented."""

import importlib.util
import re

import numpy as np
import pytest
from PIL import Image

from annotator.imaging import IMAGE_SUFFIXES, find_images, inspect_image, read_image
from annotator.inference import FaceMesh
from annotator.system.assets import asset_path

FOLDER = asset_path("datasets", "sample")
CARD = asset_path("datasets", "README.md").read_text(encoding="utf-8")
IMAGES = sorted(path.name for path in FOLDER.iterdir())


def grey(name: str, size: tuple[int, int] = (64, 64)) -> np.ndarray:
    """Read an image upright, small and grey."""
    small = Image.fromarray(read_image(FOLDER / name)).convert("L").resize(size)
    return np.array(small, float)


def test_there_are_at_least_twelve_images_under_three_megabytes():
    assert len(IMAGES) >= 12
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 3_000_000


def test_the_folder_holds_images_only():
    assert {path.suffix for path in FOLDER.iterdir()} <= IMAGE_SUFFIXES
    assert [path.name for path in find_images([FOLDER])] == IMAGES


@pytest.mark.parametrize("name", IMAGES)
def test_an_image_reads_and_is_as_large_as_the_card_says(name):
    height, width, _ = read_image(FOLDER / name).shape
    info = inspect_image(FOLDER / name)
    row = next(line for line in CARD.splitlines() if line.startswith(f"| `{name}` |"))
    size, _, orientation = (cell.strip() for cell in row.split("|")[2:5])
    assert (info.width, info.height) == (width, height)
    assert size == f"{width} x {height}"
    assert orientation == str(info.orientation) or (orientation, info.orientation) == ("none", 1)


def test_as_many_faces_are_found_as_the_card_says():
    files = [FOLDER / name for name in IMAGES]
    found = {result.path.name: len(result.faces) for result in FaceMesh.load().predict_files(files)}
    stated = re.findall(r"^\| `([^`]+)` \| \d+ x \d+ \| (\d+) \|", CARD, flags=re.MULTILINE)
    assert {name: int(faces) for name, faces in stated} == found
    assert sum(found.values()) == 19
    assert found["coffee.jpg"] == 0


def test_the_card_names_no_image_that_is_not_there():
    assert sorted(re.findall(r"^\| `([^`]+)` \| \d", CARD, flags=re.MULTILINE)) == IMAGES


def test_every_exif_orientation_occurs():
    assert {inspect_image(FOLDER / name).orientation for name in IMAGES} == set(range(1, 9))


def test_jpeg_png_and_webp_occur():
    assert {inspect_image(FOLDER / name).format for name in IMAGES} == {"JPEG", "PNG", "WebP"}


@pytest.mark.parametrize(
    ("varied", "original"),
    [
        ("collins_at_dusk.jpg", "collins.jpg"),
        ("collins_grainy.jpg", "collins.jpg"),
        ("hopper_behind_a_pillar.jpg", "hopper.jpg"),
        ("hopper_out_of_focus.jpg", "hopper.jpg"),
        ("hopper_overexposed.jpg", "hopper.jpg"),
    ],
)
def test_a_rotated_file_is_upright_after_applying_its_orientation(varied, original):
    stored = Image.open(FOLDER / varied).convert("L").resize((64, 64))
    upright = np.corrcoef(grey(varied).ravel(), grey(original).ravel())[0, 1]
    as_stored = np.corrcoef(np.array(stored, float).ravel(), grey(original).ravel())[0, 1]
    assert upright > 0.6
    assert upright > as_stored or inspect_image(FOLDER / varied).orientation == 1


def test_the_build_script_makes_the_same_images_again(tmp_path):
    pytest.importorskip("matplotlib", reason="the build script's own requirement")
    script = FOLDER.parent / "build_sample.py"
    spec = importlib.util.spec_from_file_location("build_sample", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.build(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == IMAGES
    for name in IMAGES:
        difference = read_image(tmp_path / name).astype(int) - read_image(FOLDER / name)
        assert np.abs(difference).mean() < 1.5  # codecs of other versions round differently
