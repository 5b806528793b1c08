"""The edit session without any window, on a real project."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from annotator.inference import FacePrediction, ModelInfo
from annotator.mesh.brush import Brush
from annotator.mesh.landmarks import outer_iod
from annotator.mesh.topology import load_topology
from annotator.project import (
    EditSession,
    NewImage,
    Project,
    ProjectUnavailable,
    SampleState,
    StaleAnnotation,
    UnknownSample,
)

CHIN = 152


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """A project with one sample, 100 px between the outer eye corners."""
    vertices = load_topology().vertices * np.float32([1, -1, -1])
    face = vertices * np.float32(100 / outer_iod(vertices)) + np.float32([300, 250, 0])
    project = Project.create(tmp_path / "faces")
    project.images.add([NewImage(tmp_path / "face.jpg", "0" * 64, 600, 500)])
    model = project.models.register(ModelInfo("test", "1" * 64))
    (image,) = project.images.pending(model)
    project.predictions.store(model, [(image.id, [FacePrediction(face, 0.99, 0.9)])])
    yield project
    project.close()


@pytest.fixture
def sample_id(project: Project) -> int:
    return project.samples.summaries()[0].id


@pytest.fixture
def session(project: Project, sample_id: int) -> EditSession:
    return EditSession(project, sample_id, annotator="kim")


def stroke(session: EditSession, dx: float, dy: float, pivot: int = CHIN) -> None:
    session.press(pivot, Brush(), (0.0, 0.0))
    session.drag((dx / 2, dy / 2))
    session.release((dx, dy))


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
    session.press(CHIN, Brush(), (0.0, 0.0))
    session.drag((7.0, 7.0))
    session.cancel()
    assert session.release((7.0, 7.0)) is None
    assert_array_equal(session.landmarks, session.prediction)
    assert not project.annotations.strokes(session.sample_id)


def test_dragging_back_to_the_start_is_no_stroke(session: EditSession) -> None:
    session.press(CHIN, Brush(), (3.0, 3.0))
    session.drag((9.0, 9.0))
    assert session.release((3.0, 3.0)) is None
    assert not session.can_undo


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


def test_weights_follow_the_mesh_after_a_stroke(session: EditSession) -> None:
    before = session.weights(CHIN, Brush())
    stroke(session, 30, 30)
    assert (session.weights(CHIN, Brush()) != before).any()


def test_two_sessions_never_overwrite_each_other_silently(project: Project, sample_id: int) -> None:
    mine = EditSession(project, sample_id, annotator="kim")
    theirs = EditSession(project, sample_id, annotator="robin")
    stroke(theirs, 5, 0)
    with pytest.raises(StaleAnnotation):
        stroke(mine, 0, 5)
    assert_array_equal(project.annotations.load(sample_id).landmarks, theirs.landmarks)
    assert mine.unsaved_count == 1
    mine.reload()
    assert_array_equal(mine.landmarks, theirs.landmarks)
    assert mine.unsaved_count == 0


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
