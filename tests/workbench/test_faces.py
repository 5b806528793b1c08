"""Which faces a photograph has: predicted again, added, deleted, and all of it taken back."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from annotator.imaging import read_image
from annotator.inference import FaceMesh, ModelError, ModelInfo
from annotator.mesh.brush import Brush
from annotator.mesh.layout import MeshLayout
from annotator.mesh.marks import Visibility
from annotator.mesh.tools.base import Edit
from annotator.mesh.tools.box import Box, BoxTool
from annotator.project import Project, SampleState
from annotator.workbench.faces import Faces
from annotator.workbench.region_marks import RegionMarks
from annotator.workbench.workbench import Workbench

CHIN = 152
Drag = Callable[[Workbench, int, tuple[float, float]], None]


class Portrait:
    """A photograph of a person under edit, and the shipped model."""

    def __init__(self, bench: Workbench) -> None:
        self.bench = bench
        self.photograph = read_image(bench.current.image_path)
        self.faces = Faces(bench, lambda: self.photograph)

    def add_a_face(self) -> int:
        """Draw a box around the face that is there, for another; returns the new sample."""
        bench = self.bench
        mesh = bench.session.landmarks[:, :2]
        left, top, right, bottom = map(float, (*mesh.min(axis=0) - 3, *mesh.max(axis=0) + 3))
        bench.tools.draw_box(adds_face=True)
        assert bench.session.press(bench.tools.tool, (left, top))
        bench.edits.release((right, bottom))
        return bench.current.id

    def undo(self) -> None:
        """Take back what Ctrl+Z takes back."""
        self.bench.undoing.undo()


@pytest.fixture
def portrait(work_on: Callable[[Path], Workbench], portraits: Path) -> Iterator[Portrait]:
    opened = Portrait(work_on(portraits))
    yield opened
    opened.faces.close()


@pytest.fixture
def faces(bench: Workbench) -> Iterator[Faces]:
    opened = Faces(bench, lambda: None)
    yield opened
    opened.close()


@pytest.mark.parametrize("in_box", [False, True], ids=["here", "in a box"])
def test_a_model_of_another_layout_than_the_meshs_is_refused_in_words(
    bench: Workbench, face_with_irises: MeshLayout, *, in_box: bool
) -> None:
    model = SimpleNamespace(info=ModelInfo("other", "2" * 64, face_with_irises))
    faces = Faces(bench, lambda: np.zeros((240, 320, 3), np.uint8), lambda: model)
    said: list[str] = []
    bench.failed.connect(said.append)
    before = bench.session.landmarks.copy()
    if in_box:
        bench.tools.draw_box(adds_face=False)
        bench.tools.go_on_with(BoxTool(box=Box(100, 60, 220, 180)))
    else:
        faces.repredict()
    faces.close()
    (sentence,) = said
    assert sentence.startswith("the mesh has 468 vertices, but the model other predicts")
    np.testing.assert_array_equal(bench.session.landmarks, before)
    assert not bench.session.can_undo


def test_a_model_that_cannot_be_loaded_is_told_and_nothing_changes(bench: Workbench) -> None:
    told: list[str] = []
    bench.failed.connect(told.append)

    def broken() -> FaceMesh:
        raise ModelError("the file is damaged")

    photograph = np.zeros((64, 64, 3), np.uint8)
    faces = Faces(bench, lambda: photograph, broken)
    faces.repredict()
    faces.close()
    assert told == ["The model cannot be loaded: the file is damaged."]
    assert not bench.session.can_undo


def test_a_model_that_failed_to_load_is_tried_again(portrait: Portrait, drag: Drag) -> None:
    bench = portrait.bench
    loads = iter([ModelError("the disk is gone"), None])

    def load() -> FaceMesh:
        failure = next(loads)
        if failure is not None:
            raise failure
        return FaceMesh.load()

    drag(bench, CHIN, (0, 9))
    faces = Faces(bench, lambda: portrait.photograph, load)
    before = bench.session.landmarks
    faces.repredict()
    np.testing.assert_array_equal(bench.session.landmarks, before)
    faces.repredict()
    assert (bench.session.landmarks != before).any()
    faces.close()


def test_predicting_again_leaves_pinned_and_hidden_vertices_alone(
    portrait: Portrait, drag: Drag
) -> None:
    bench = portrait.bench
    session, regions = bench.session, RegionMarks(bench, bench.edits)
    bench.tools.brush = Brush(radius_iod=2.0)
    drag(bench, CHIN, (12, 9))
    regions.toggle_pinned("lips")
    regions.toggle_hidden("nose")
    before, still = session.landmarks.copy(), session.state.still
    portrait.faces.repredict()
    np.testing.assert_array_equal(session.landmarks[still], before[still])
    assert (session.landmarks[~still] != before[~still]).any()


def test_a_region_outside_the_photograph_is_out_of_frame_until_it_is_marked(
    portrait: Portrait, drag: Drag
) -> None:
    bench = portrait.bench
    regions = RegionMarks(bench, bench.edits)
    bench.current_changed.emit()
    lips = regions.vertices("lips")
    assert regions.visibility("lips") is Visibility.VISIBLE
    moved = bench.session.landmarks.copy()
    moved[lips, 0] -= 10_000
    bench.edits.apply("transform", Edit(moved))
    assert regions.visibility("lips") is Visibility.OUT_OF_FRAME
    regions.cycle_visibility("lips")
    assert regions.visibility("lips") is Visibility.OCCLUDED


def test_undo_never_reaches_into_another_project(
    portrait: Portrait, pristine_portraits: Path, tmp_path: Path
) -> None:
    bench = portrait.bench
    sample_id = bench.current.id
    portrait.faces.delete()
    other = shutil.copytree(pristine_portraits, tmp_path / "other")
    assert bench.open(Project.open(other))
    bench.project.reviews.accept(sample_id, reviewer="robin")
    portrait.undo()
    assert bench.project.samples.get(sample_id).state is SampleState.ACCEPTED


def test_two_faces_added_are_undone_one_after_the_other(portrait: Portrait) -> None:
    added = [portrait.add_a_face(), portrait.add_a_face()]
    portrait.undo()
    portrait.undo()
    project = portrait.bench.project
    states = [project.samples.get(sample_id).state for sample_id in added]
    assert states == [SampleState.DELETED] * 2


def test_a_stroke_on_a_deleted_face_says_that_it_is_back(
    bench: Workbench, faces: Faces, drag: Drag
) -> None:
    told: list[str] = []
    bench.told.connect(told.append)
    deleted = bench.current.id
    faces.delete()
    bench.go_to(deleted)
    drag(bench, CHIN, (0, 6))
    assert any("is back" in sentence for sentence in told)
