"""Faces cut out of photographs: their landmarks, and the way back, as the documentation has it."""

import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from annotator.imaging import inspect_image, read_image
from annotator.inference import FaceMesh
from annotator.inference.mesh_net import MeshNet
from annotator.inference.regions import Region, crop, region_around, to_crop, to_image
from annotator.inference.results import FacePrediction
from annotator.mesh.layout import FACE_468
from annotator.mesh.marks import Visibility
from annotator.project import Project
from annotator.release import Release, export_release, load_release, verify_release
from annotator.release.crops import Crop, box_crop, cropped, region_crop
from annotator.system.assets import asset_path
from tests.release.conftest import move_vertex, new_image

PAGE = Path(__file__).parents[2] / "docs" / "releases.md"
PHOTOGRAPHS = ("collins_tilted.jpg", "two_portraits.jpg", "hopper.jpg")
MODES = ("face", "crop-192", "crop-256")


@pytest.fixture(scope="module")
def face_mesh() -> FaceMesh:
    return FaceMesh.load()


@pytest.fixture(scope="module")
def portraits(tmp_path_factory: pytest.TempPathFactory, face_mesh: FaceMesh):
    """A project of photographs with the faces that the shipped nets find, all accepted."""
    folder = tmp_path_factory.mktemp("portraits")
    with Project.create(folder / "project") as project:
        for name in PHOTOGRAPHS:
            (folder / name).write_bytes(asset_path("datasets", "sample", name).read_bytes())
        project.images.add([new_image(folder / name) for name in PHOTOGRAPHS])
        model = project.models.register(face_mesh.info)
        for image in project.images.pending(model):
            project.predictions.store(
                model, [(image.id, face_mesh.predict(read_image(image.path)))]
            )
        move_vertex(project, project.samples.summaries()[0].id)
        for sample in project.samples.summaries():
            project.reviews.accept(sample.id, reviewer="Grace")
        yield project


@pytest.fixture(scope="module")
def releases(portraits: Project) -> dict[str, Release]:
    folder = portraits.home.parent
    for mode in ("copy", *MODES):
        export_release(portraits, folder / mode, "npz", images=mode)
    return {mode: load_release(folder / mode) for mode in ("copy", *MODES)}


def documented(name: str) -> Callable[..., np.ndarray]:
    """Return a function that the page on releases defines."""
    found = re.findall(r"^```python\n(.*?)^```", PAGE.read_text("utf-8"), re.M | re.S)
    (code,) = [each for each in found if f"def {name}(" in each]
    names: dict[str, Callable[..., np.ndarray]] = {}
    exec(code, names)
    return names[name]


@pytest.mark.parametrize("mode", MODES)
def test_the_documented_way_leads_back_into_the_photograph(releases, mode):
    back, whole, cut = documented("in_photograph"), releases["copy"], releases[mode]
    assert len(cut.samples) == len(whole.samples) >= 4
    assert cut.samples["sample_id"].tolist() == whole.samples["sample_id"].tolist()
    for number, row in enumerate(cut.samples.itertuples()):
        for name in ("landmarks", "predictions"):
            there, here = getattr(whole, name)[number], getattr(cut, name)[number]
            np.testing.assert_allclose(back(here, row), there, rtol=0, atol=1e-3)


def test_the_net_says_of_a_crop_what_it_says_of_the_photograph(releases, face_mesh):
    net = MeshNet.load("face_landmark", ["cpu"], None)
    samples = releases["crop-192"].samples
    for number, row in enumerate(samples.itertuples()):
        region = Region(row.crop_x, row.crop_y, row.crop_side, row.crop_angle)
        photograph = read_image(
            releases["copy"].folder / releases["copy"].samples.image_file[number]
        )
        there = face_mesh.predict_region(photograph, region).landmarks
        (points,), _ = net([read_image(releases["crop-192"].folder / row.image_file)])
        np.testing.assert_allclose(to_image(points, region), there, rtol=0, atol=1e-3)
        assert region == region_around(releases["copy"].landmarks[number], FACE_468)


@pytest.mark.parametrize("mode", MODES)
def test_each_face_has_a_file_of_its_own(releases, mode):
    cut = releases[mode]
    samples = cut.samples
    assert samples["image_file"].is_unique
    assert {"images/two_portraits.face-0.png", "images/two_portraits.face-1.png"} < set(
        samples["image_file"]
    )
    assert set(samples["image_stored"]) == {"crop"}
    assert (samples["image_orientation"] == 1).all()
    for row in samples.itertuples():
        info = inspect_image(cut.folder / row.image_file)
        assert (info.width, info.height) == (row.image_width, row.image_height)
        assert max(info.width, info.height) == row.crop_size
    assert verify_release(cut.folder).images == mode


def test_a_face_crop_has_the_pixels_of_the_photograph(releases):
    for whole, cut in zip(
        releases["copy"].samples.itertuples(), releases["face"].samples.itertuples(), strict=True
    ):
        photograph = read_image(releases["copy"].folder / whole.image_file)
        left, top = (int(c - cut.crop_size / 2) for c in (cut.crop_x, cut.crop_y))
        part = photograph[top : top + cut.image_height, left : left + cut.image_width]
        np.testing.assert_array_equal(read_image(releases["face"].folder / cut.image_file), part)


def test_a_crop_of_192_pixels_is_what_the_net_is_given(releases):
    for whole, cut in zip(
        releases["copy"].samples.itertuples(),
        releases["crop-192"].samples.itertuples(),
        strict=True,
    ):
        photograph = read_image(releases["copy"].folder / whole.image_file)
        region = Region(cut.crop_x, cut.crop_y, cut.crop_side, cut.crop_angle)
        pixels = read_image(releases["crop-192"].folder / cut.image_file)
        np.testing.assert_array_equal(pixels, crop(photograph, region))


def test_lengths_are_those_of_the_crop(releases):
    whole, cut = releases["copy"].samples, releases["crop-256"].samples
    scale = cut["crop_size"] / cut["crop_side"]
    for name in ("displacement_mean", "displacement_max"):
        np.testing.assert_allclose(cut[name], whole[name] * scale)
    np.testing.assert_array_equal(cut["displacement_nme"], whole["displacement_nme"])
    moved = np.linalg.norm(
        (releases["crop-256"].landmarks - releases["crop-256"].predictions), axis=2
    )
    np.testing.assert_allclose(moved.max(1), cut["displacement_max"], atol=1e-3)


def test_whole_images_say_nothing_of_a_crop(releases):
    columns = [name for name in releases["copy"].samples if name.startswith("crop_")]
    assert len(columns) == 5
    assert releases["copy"].samples[columns].isna().all(axis=None)


def mesh(size: float, x: float, y: float) -> np.ndarray:
    points = FACE_468.topology.vertices * [1, -1, -1]
    return (points / np.ptp(points[:, 0]) * size + [x, y, 0]).astype(np.float32)


def test_a_face_at_the_edge_is_cut_off_where_its_photograph_ends():
    part = box_crop(mesh(60, 5, 20), (100, 80))
    assert (part.x - part.size / 2, part.y - part.size / 2) == (0, 0)
    assert part.width < part.size == part.height <= 80
    beyond = box_crop(mesh(60, 900, -700), (100, 80))
    assert (beyond.width, beyond.height) == (1, 1)  # there is no image without pixels
    assert beyond.pixels(np.zeros((80, 100, 3), np.uint8)).shape == (1, 1, 3)


def test_what_is_visible_beyond_the_crop_becomes_out_of_frame_and_nothing_else_does():
    points = mesh(100, 300, 300)
    part = Crop(300.0, 300.0, 40.0, 0.0, 40, 40, 40)  # only the middle of the face
    said = np.zeros(468, np.uint8)
    said[:50], said[50:60] = Visibility.OCCLUDED, Visibility.OUT_OF_FRAME
    inside, _, seen = cropped(points[None], points[None], said[None], [part])
    lies_within = ((inside[0, :, :2] >= 0) & (inside[0, :, :2] <= 40)).all(axis=1)
    assert 10 < lies_within.sum() < 400
    np.testing.assert_array_equal(seen[0, :60], said[:60])
    np.testing.assert_array_equal(
        seen[0, 60:], np.where(lies_within, Visibility.VISIBLE, Visibility.OUT_OF_FRAME)[60:]
    )


@pytest.mark.parametrize("turn", [-3.1, -1.2, 0.0, 0.4, 2.9])
def test_the_way_back_is_exact_for_faces_of_any_size_and_turn(turn):
    back = documented("in_photograph")
    cos, sin = np.cos(turn), np.sin(turn)
    for size in (9, 150, 4000):
        points = mesh(size, 0, 0)
        points[:, :2] = points[:, :2] @ np.array([[cos, sin], [-sin, cos]])
        points[:, :2] += 2 * size
        for side in (192, 256):
            part = region_crop(points, FACE_468, side)
            row = SimpleNamespace(**part.columns())
            np.testing.assert_allclose(back(part.points(points), row), points, rtol=0, atol=1e-3)
        region = region_around(points, FACE_468)
        np.testing.assert_allclose(
            region_crop(points, FACE_468, 192).points(points), to_crop(points, region), atol=1e-4
        )


def test_crops_of_images_that_share_a_name_are_apart(tmp_path):
    with Project.create(tmp_path / "project") as project:
        paths = [tmp_path / folder / name for folder in "ab" for name in ("one.jpg", "one.png")]
        for number, path in enumerate(paths):
            path.parent.mkdir(exist_ok=True)
            source = ("hopper.jpg", "hopper_grey.png", "collins.jpg", "coffee.jpg")[number]
            path.write_bytes(asset_path("datasets", "sample", source).read_bytes())
        project.images.add([new_image(path) for path in paths])
        model = project.models.register(FaceMesh.load().info)
        face = FacePrediction(mesh(60, 200, 200), 0.9, 0.8)
        for image in project.images.pending(model):
            project.predictions.store(model, [(image.id, [face, face])])
        for sample in project.samples.summaries():
            project.reviews.accept(sample.id, reviewer="Grace")
        report = export_release(project, tmp_path / "release", "csv", images="face")
    assert report.images.cropped == 8
    files = load_release(tmp_path / "release").samples["image_file"]
    assert len({file.casefold() for file in files}) == 8
    assert all(re.fullmatch(r"images/one-[0-9a-f]{8}\.face-[01]\.png", file) for file in files)
