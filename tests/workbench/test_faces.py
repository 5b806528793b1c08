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
from annotator.workbench.question import Question
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
        self.questions: list[Question] = []
        self.faces.asked.connect(self.questions.append)

    def add_a_face(self) -> int:
        """Draw a box around the face that is there, for another one all the same."""
        self.draw_a_box_around_the_face(adds_face=True)
        self.questions.pop().make()
        return int(self.bench.current.id)

    def draw_a_box_around_the_face(self, *, adds_face: bool) -> None:
        bench = self.bench
        mesh = bench.session.landmarks[:, :2]
        left, top, right, bottom = map(float, (*mesh.min(axis=0) - 3, *mesh.max(axis=0) + 3))
        bench.tools.draw_box(adds_face=adds_face)
        assert bench.session.press(bench.tools.tool, (left, top))
        bench.edits.release((right, bottom))

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


def test_a_box_over_a_face_with_a_mesh_adds_nothing_before_it_is_answered(
    portrait: Portrait,
) -> None:
    bench, total = portrait.bench, portrait.bench.samples.total
    here = bench.current.id
    portrait.draw_a_box_around_the_face(adds_face=True)
    (question,) = portrait.questions
    assert question.text == "This face has a mesh already: the one you see."
    question.go()
    assert (bench.current.id, bench.samples.total) == (here, total)
    question.make()
    assert (bench.samples.total, bench.current.id != here) == (total + 1, True)


def test_a_box_over_another_face_leads_there(portrait: Portrait) -> None:
    bench, first = portrait.bench, portrait.bench.current.id
    second = portrait.add_a_face()
    bench.go_to(first)
    bench.verdicts.goes_on = False
    bench.verdicts.delete()
    portrait.draw_a_box_around_the_face(adds_face=True)
    (question,) = portrait.questions
    assert question.text == "This face has a mesh already: face #2, predicted."
    question.go()
    assert bench.current.id == second


def test_predicting_again_asks_only_where_another_face_has_its_mesh(
    portrait: Portrait, drag: Drag
) -> None:
    bench = portrait.bench
    portrait.faces.repredict()
    portrait.draw_a_box_around_the_face(adds_face=False)
    assert not portrait.questions
    portrait.add_a_face()
    bench.tools.brush = Brush(radius_iod=3.0)
    drag(bench, CHIN, (40, 30))
    before = bench.session.landmarks
    portrait.faces.repredict()
    (question,) = portrait.questions
    assert "face #1" in question.text
    np.testing.assert_array_equal(bench.session.landmarks, before)
    question.make()
    assert (bench.session.landmarks != before).any()


def test_an_answer_that_comes_on_another_face_makes_nothing(portrait: Portrait) -> None:
    bench, total = portrait.bench, portrait.bench.samples.total
    portrait.draw_a_box_around_the_face(adds_face=True)
    bench.step(1)
    portrait.questions.pop().make()
    assert bench.samples.total == total


def test_a_face_that_another_window_added_meanwhile_is_known_too(portrait: Portrait) -> None:
    bench = portrait.bench
    with Project.open(bench.project.home) as other:
        (mine,) = other.samples.faces_of(bench.image_id)
        model = other.models.register(FaceMesh.load().info)
        added = other.samples.add(
            bench.image_id, mine.landmarks, model_id=model, presence=1, detection_score=1,
            added_by="robin",
        )  # fmt: skip
    bench.verdicts.goes_on = False
    bench.verdicts.delete()
    portrait.draw_a_box_around_the_face(adds_face=True)
    portrait.questions.pop().go()
    assert bench.current.id == added.id


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
