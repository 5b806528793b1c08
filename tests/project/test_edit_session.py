"""The edit session without any window, on a real project."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from annotator.inference import FacePrediction, ModelInfo
from annotator.mesh import layout
from annotator.mesh.brush import Brush
from annotator.mesh.landmarks import outer_iod
from annotator.mesh.layout import FACE_468
from annotator.mesh.marks import Visibility, is_pinned, visibility_of, with_pins, with_visibility
from annotator.mesh.tools.base import Edit, Position, Tool
from annotator.mesh.tools.grab import GrabTool
from annotator.mesh.tools.guided import GuidedTool
from annotator.mesh.tools.smooth import SmoothTool
from annotator.project import (
    EditSession,
    NewImage,
    Project,
    ProjectUnavailable,
    SampleState,
    StaleAnnotation,
    UnknownSample,
    layouts,
)

CHIN = 152


@pytest.fixture
def project(create_project: Callable[..., Project], tmp_path: Path) -> Project:
    """A project with one sample, 100 px between the outer eye corners."""
    vertices = FACE_468.topology.vertices * np.float32([1, -1, -1])
    face = vertices * np.float32(100 / outer_iod(vertices, FACE_468)) + np.float32([300, 250, 0])
    project = create_project("faces")
    project.images.add([NewImage(tmp_path / "face.jpg", "0" * 64, 600, 500)])
    model = project.models.register(ModelInfo("test", "1" * 64, FACE_468))
    (image,) = project.images.pending(model)
    project.predictions.store(model, [(image.id, [FacePrediction(face, 0.99, 0.9)])])
    return project


@pytest.fixture
def sample_id(project: Project) -> int:
    return project.samples.summaries()[0].id


@pytest.fixture
def session(project: Project, sample_id: int) -> EditSession:
    return EditSession(project, sample_id, annotator="kim")


def place(session: EditSession, vertex: int) -> Position:
    x, y, _ = session.landmarks[vertex].tolist()
    return x, y


def stroke(
    session: EditSession, dx: float, dy: float, vertex: int = CHIN, tool: Tool | None = None
) -> None:
    x, y = place(session, vertex)
    assert session.press(tool or GrabTool(), (x, y))
    session.drag((x + dx / 2, y + dy / 2))
    session.release((x + dx, y + dy))


def test_a_stroke_is_stored_when_the_mouse_is_released(
    project: Project, session: EditSession
) -> None:
    stroke(session, 4, 9)
    stored = project.annotations.load(session.sample_id)
    assert_array_equal(stored.landmarks, session.landmarks)
    np.testing.assert_allclose(
        stored.landmarks[CHIN] - stored.prediction[CHIN], [4, 9, 0], atol=1e-4
    )
    assert project.samples.get(session.sample_id).state is SampleState.IN_PROGRESS


def test_only_the_vertices_that_moved_are_stored(project: Project, session: EditSession) -> None:
    stroke(session, 4, 9)
    (record,) = project.annotations.strokes(session.sample_id)
    assert 0 < len(record.vertex_indices) < 100
    assert (record.before != record.after).any(axis=1).all()


def test_a_cancelled_stroke_leaves_nothing(project: Project, session: EditSession) -> None:
    x, y = place(session, CHIN)
    session.press(GrabTool(), (x, y))
    session.drag((x + 7, y + 7))
    session.cancel()
    assert session.release((x + 7, y + 7)) is None
    assert_array_equal(session.landmarks, session.prediction)
    assert not project.annotations.strokes(session.sample_id)


def test_dragging_back_to_the_start_is_no_stroke(session: EditSession) -> None:
    x, y = place(session, CHIN)
    session.press(GrabTool(), (x, y))
    session.drag((x + 9, y + 9))
    assert session.release((x, y)) is None
    assert not session.can_undo


def test_a_press_away_from_the_mesh_begins_nothing(session: EditSession) -> None:
    assert not session.press(GrabTool(), (1.0, 1.0))
    assert not session.is_dragging


def test_a_drag_or_release_without_a_press_does_nothing(session: EditSession) -> None:
    assert_array_equal(session.drag((5.0, 5.0)), session.prediction)
    assert session.release((5.0, 5.0)) is None


def test_undo_and_redo_outlive_the_session(project: Project, sample_id: int) -> None:
    first = EditSession(project, sample_id, annotator="kim")
    stroke(first, 3, 3)
    middle = np.array(first.landmarks)
    stroke(first, 5, 1)
    later = EditSession(project, sample_id, annotator="kim")
    later.undo()
    assert_array_equal(later.landmarks, middle)
    later.undo()
    assert_array_equal(later.landmarks, later.prediction)
    assert not later.can_undo
    assert project.samples.get(sample_id).state is SampleState.PREDICTED
    later.redo()
    assert_array_equal(EditSession(project, sample_id, annotator="kim").landmarks, middle)


def test_the_aim_follows_the_mesh_after_a_stroke(session: EditSession) -> None:
    def influence() -> np.ndarray:
        aim = session.aim(GrabTool(), place(session, CHIN))
        assert aim is not None
        return aim.influence

    before = influence()
    stroke(session, 30, 30)
    assert (influence() != before).any()


def test_anchors_outlive_the_session_and_are_undone(project: Project, sample_id: int) -> None:
    first = EditSession(project, sample_id, annotator="kim")
    stroke(first, 4, 0, vertex=61, tool=GuidedTool())
    stroke(first, 0, 3, vertex=291, tool=GuidedTool())
    assert first.state.anchors == (61, 291)
    later = EditSession(project, sample_id, annotator="kim")
    assert later.state.anchors == (61, 291)
    later.undo()
    assert later.state.anchors == (61,)
    later.redo()
    stroke(later, 0, 0, vertex=61, tool=GuidedTool())  # a click on an anchor
    assert later.state.anchors == (291,)
    assert [s.tool for s in project.annotations.strokes(sample_id)] == ["guided"] * 3


def test_marks_are_strokes_like_any_other(project: Project, session: EditSession) -> None:
    marks = with_visibility(session.state.marks, [61, 62], Visibility.OCCLUDED)
    session.apply("visibility", Edit(session.landmarks, with_pins(marks, [5], pinned=True)))
    stored = project.annotations.load(session.sample_id)
    assert np.flatnonzero(visibility_of(stored.marks)).tolist() == [61, 62]
    assert np.flatnonzero(is_pinned(stored.marks)).tolist() == [5]
    assert_array_equal(stored.landmarks, stored.prediction)
    session.undo()
    assert not session.state.marks.any()
    session.redo()
    assert_array_equal(session.state.marks, stored.marks)


def test_an_edit_that_changes_nothing_is_no_stroke(session: EditSession) -> None:
    assert session.apply("smooth", Edit(session.landmarks)) is None
    assert session.apply("smooth", None) is None
    assert not session.can_undo


def test_hidden_vertices_are_left_alone_and_shown_again(session: EditSession) -> None:
    hidden = np.ones(468, bool)
    session.hide(hidden)
    assert not session.press(GrabTool(), place(session, CHIN))
    session.hide(~hidden)
    stroke(session, 3, 0)
    assert session.can_undo


def test_painting_tools_make_one_stroke_of_many_dabs(
    project: Project, session: EditSession
) -> None:
    stroke(session, 0, 25)
    x, y = place(session, CHIN)
    session.press(SmoothTool(Brush(0.3)), (x, y))
    for step in range(5):
        session.drag((x + 4 * step, y))
    session.release((x + 20, y))
    assert [s.tool for s in project.annotations.strokes(session.sample_id)] == ["grab", "smooth"]


def test_two_sessions_never_overwrite_each_other_silently(project: Project, sample_id: int) -> None:
    mine = EditSession(project, sample_id, annotator="kim")
    theirs = EditSession(project, sample_id, annotator="robin")
    stroke(theirs, 5, 0)
    with pytest.raises(StaleAnnotation):
        stroke(mine, 0, 5)
    assert_array_equal(project.annotations.load(sample_id).landmarks, theirs.landmarks)
    assert mine.unsaved_count == 1
    shown = mine.landmarks - mine.prediction
    mine.reload()
    assert mine.unsaved_count == 1
    moved_by_both = shown + theirs.landmarks - theirs.prediction
    np.testing.assert_allclose(mine.landmarks - mine.prediction, moved_by_both, atol=1e-3)
    mine.save_pending()
    assert_array_equal(project.annotations.load(sample_id).landmarks, mine.landmarks)
    mine.undo()
    assert_array_equal(mine.landmarks, theirs.landmarks)


def test_a_stroke_that_cannot_be_saved_waits_in_memory(
    project: Project, sample_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = EditSession(project, sample_id, annotator="kim")

    def refuse(*_: object, **__: object) -> None:
        raise ProjectUnavailable("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(type(project.annotations), "record_stroke", refuse)
        with pytest.raises(ProjectUnavailable):
            stroke(session, 5, 0)
        with pytest.raises(ProjectUnavailable):
            stroke(session, 0, 5)
        with pytest.raises(ProjectUnavailable):
            session.undo()
    assert session.unsaved_count == 2
    assert session.can_undo
    assert not session.can_redo
    shown = np.array(session.landmarks)
    session.save_pending()
    assert session.unsaved_count == 0
    assert_array_equal(project.annotations.load(sample_id).landmarks, shown)
    assert len(project.annotations.strokes(sample_id)) == 2


def test_a_sample_that_does_not_exist_is_refused(project: Project) -> None:
    with pytest.raises(UnknownSample):
        EditSession(project, 999, annotator="kim")


def test_a_session_goes_on_where_its_face_follows_a_prediction_of_another_layout(
    project, monkeypatch, face_with_irises
):
    known = {one.name: one for one in (FACE_468, face_with_irises)}
    monkeypatch.setattr(layouts, "LAYOUTS", known)
    monkeypatch.setattr(layout, "LAYOUTS", known)
    session = EditSession(project, 1, annotator="Ann")
    before = session.landmarks
    face = face_with_irises.topology.vertices * np.float32([1, -1, -1])
    face = face * np.float32(np.ptp(before[:, 0]) / np.ptp(face[:, 0])) + before[:468].mean(axis=0)
    model = project.models.register(ModelInfo("irises", "3" * 64, face_with_irises))
    project.predictions.store(model, [(1, [FacePrediction(face, 0.9, 0.9)])])
    session.reload()
    assert len(session.state.hidden) == len(session.state.landmarks) == face_with_irises.count
    moved = session.landmarks.copy()
    moved[479] += 1
    assert session.apply("grab", Edit(moved)) is not None
    assert project.annotations.load(1).landmarks.tobytes() == moved.tobytes()
