"""What lies outside the photograph is out of frame, in every format, and boxes stay inside."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.inference.results import FacePrediction, ModelInfo
from annotator.mesh.layout import FACE_468
from annotator.mesh.marks import Visibility, no_marks, with_visibility
from annotator.project import Project, Stroke
from annotator.project.image_records import NewImage
from annotator.release import export_release, load_release
from annotator.release.boxes import area, clipped
from annotator.release.formats import FORMATS
from annotator.system.assets import asset_path
from annotator.system.hashing import file_sha256

SIZE = (600, 800)  # of the photograph, in px
# The left half of the face lies outside the photograph; a part of it is behind something else.
HIDDEN = [454, 323]


def face_at(x: float, y: float) -> np.ndarray:
    points = FACE_468.topology.vertices * [1, -1, -1]
    return (points / np.ptp(points[:, 0]) * 200 + [x, y, 0]).astype(np.float32)


@pytest.fixture
def cropped(tmp_path: Path, new_project: Callable[[Path], Project]) -> Project:
    """A face in the middle, and one that the photograph's right and lower edges cut."""
    photograph = tmp_path / "collins.jpg"
    photograph.write_bytes(asset_path("datasets", "sample", "collins.jpg").read_bytes())
    with new_project(tmp_path / "project") as project:
        project.images.add([NewImage(photograph, file_sha256(photograph), *SIZE)])
        model = project.models.register(ModelInfo("face_landmark", "ab" * 32, FACE_468))
        faces = [FacePrediction(face_at(*place), 0.9, 0.8) for place in ((300, 400), (600, 790))]
        project.predictions.store(model, [(1, faces)])
        mark_occluded(project, 2, HIDDEN)
        for sample in project.samples.summaries():
            project.reviews.accept(sample.id, reviewer="Grace")
        yield project


def mark_occluded(project: Project, sample_id: int, vertices: list[int]) -> None:
    annotation = project.annotations.load(sample_id)
    changed = np.sort(vertices)
    marks = with_visibility(no_marks(FACE_468.count), changed, Visibility.OCCLUDED)
    where = annotation.landmarks[changed]
    stroke = Stroke("mark", changed, where, where, annotation.marks[changed], marks[changed])
    project.annotations.record_stroke(
        sample_id, stroke, revision=annotation.revision, annotator="Ada"
    )


def expected(landmarks: np.ndarray) -> np.ndarray:
    outside = (landmarks[..., :2] < 0).any(axis=-1) | (landmarks[..., :2] > SIZE).any(axis=-1)
    visibility = np.where(outside, 2, 0)
    visibility[1, HIDDEN] = 1
    return visibility


@pytest.mark.parametrize("format_name", FORMATS)
def test_vertices_outside_are_out_of_frame_unless_marked_otherwise(cropped, tmp_path, format_name):
    export_release(cropped, tmp_path / "release", format_name)
    release = load_release(tmp_path / "release")
    visibility = release.visibility
    assert not visibility[0].any()
    assert 200 < (visibility[1] == 2).sum() < 460
    np.testing.assert_array_equal(visibility, expected(release.landmarks))
    np.testing.assert_array_equal(
        release.landmarks, [sample.landmarks for sample in cropped.samples.accepted()]
    )


def test_numpy_pandas_and_coco_say_the_same(cropped, tmp_path):
    for name in FORMATS:
        export_release(cropped, tmp_path / name, name)
    arrays = np.load(tmp_path / "npz" / "release.npz")
    table = pd.read_csv(tmp_path / "csv" / "visibility.csv", index_col="sample_id")
    data = json.loads((tmp_path / "coco" / "annotations.json").read_text("utf-8"))
    visibility = expected(arrays["landmarks"])
    np.testing.assert_array_equal(arrays["visibility"], visibility)
    np.testing.assert_array_equal(table.to_numpy(), visibility)
    for annotation, row in zip(data["annotations"], visibility, strict=True):
        flags = np.reshape(annotation["keypoints"], (468, 3))[:, 2]
        np.testing.assert_array_equal(flags, np.where(row == 0, 2, 1))
        assert annotation["visibility"] == row.tolist()


def test_coco_boxes_lie_inside_the_image_and_the_whole_ones_are_beside(cropped, tmp_path):
    export_release(cropped, tmp_path / "release", "coco")
    data = json.loads((tmp_path / "release" / "annotations.json").read_text("utf-8"))
    (image,) = data["images"]
    whole, cut = data["annotations"]
    assert whole["bbox"] == whole["bbox_unclipped"]
    for annotation in (whole, cut):
        x, y, width, height = annotation["bbox"]
        assert min(x, y) >= 0
        assert min(width, height) > 0
        assert x + width <= image["width"]
        assert y + height <= image["height"]
        assert annotation["area"] == width * height
        points = np.reshape(annotation["keypoints"], (468, 3))[:, :2]
        box = annotation["bbox_unclipped"]
        np.testing.assert_allclose(points.min(axis=0), box[:2], atol=1e-3)
        np.testing.assert_allclose(np.ptp(points, axis=0), box[2:], atol=1e-3)
    x, y, width, height = cut["bbox"]
    assert (x + width, y + height) == (600, 800)
    assert cut["bbox_unclipped"][2] > width


def test_the_table_of_the_project_counts_the_same(cropped):
    table = cropped.to_dataframe()
    outside = [int((sample.visibility == 2).sum()) for sample in cropped.samples.accepted()]
    assert table["out_of_frame_count"].tolist() == outside
    assert outside[1] > 200
    assert table["occluded_count"].tolist() == [0, len(HIDDEN)]


def test_a_vertex_that_was_dragged_back_inside_is_visible_again(cropped, tmp_path):
    annotation = cropped.annotations.load(2)
    moved = np.arange(468)
    inside = face_at(300, 400)
    stroke = Stroke("grab", moved, annotation.landmarks, inside)
    cropped.annotations.record_stroke(2, stroke, revision=annotation.revision, annotator="Ada")
    cropped.reviews.accept(2, reviewer="Grace")
    export_release(cropped, tmp_path / "release", "npz")
    visibility = load_release(tmp_path / "release").visibility[1]
    assert sorted(np.flatnonzero(visibility)) == sorted(HIDDEN)
    assert (visibility[HIDDEN] == 1).all()


SIDE = st.floats(-3e4, 3e4, width=32)
LENGTH = st.floats(0, 3e4, width=32)
PIXELS = st.integers(1, 20_000)


@given(st.tuples(SIDE, SIDE, LENGTH, LENGTH), st.tuples(PIXELS, PIXELS))
def test_no_clipped_box_leaves_its_image(sides, size):
    box = tuple(float(str(np.float32(side))) for side in sides)
    x, y, w, h = clipped(box, size)
    assert x >= 0 <= y
    assert w >= 0 <= h
    assert x + w <= size[0]
    assert y + h <= size[1]
    assert area((x, y, w, h)) == w * h
    if min(box[:2]) >= 0 and box[0] + box[2] <= size[0] and box[1] + box[3] <= size[1]:
        assert (x, y, w, h) == box
