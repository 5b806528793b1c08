"""Meshes of several layouts in one project: a model's layout is that of all made of it."""

from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest
from sqlalchemy import select, text

from annotator.inference import FacePrediction, ModelInfo
from annotator.mesh import layout as registered
from annotator.mesh.layout import FACE_468, MeshLayout, UnknownLayout
from annotator.mesh.marks import no_marks, with_pins
from annotator.project import layouts
from annotator.project.digests import annotation_digest, stroke_digest
from annotator.project.errors import DamagedProject, NewerProject
from annotator.project.project import Project
from annotator.project.session import EditSession
from annotator.project.strokes import Stroke
from annotator.project.tables import StrokeRow

OTHER = replace(FACE_468, name="face_500", count=500)


@pytest.fixture
def other(monkeypatch) -> MeshLayout:
    """A second layout, as long as the test runs."""
    both = MappingProxyType({layout.name: layout for layout in (FACE_468, OTHER)})
    for module in (registered, layouts):
        monkeypatch.setattr(module, "LAYOUTS", both)
    return OTHER


@pytest.fixture
def mixed(predicted, other, make_face) -> Project:
    """Samples 1 to 3 of 468 vertices each, sample 4 of another layout."""
    model = predicted.models.register(ModelInfo("bigger", "5" * 64, other))
    landmarks = np.random.default_rng(4).uniform(400, 500, (500, 3)).astype(np.float32)
    predicted.predictions.store(model, [(3, [FacePrediction(landmarks, 0.9, 0.9)])])
    return predicted


def pin(project: Project, sample_id: int, vertex: int) -> None:
    annotation = project.annotations.load(sample_id)
    where = annotation.landmarks[[vertex]]
    marks = with_pins(no_marks(annotation.layout.count), [vertex], pinned=True)
    stroke = Stroke("pin", [vertex], where, where + 1, [0], marks[[vertex]], (vertex,))
    project.annotations.record_stroke(
        sample_id, stroke, revision=annotation.revision, annotator="Ann"
    )


def test_a_sample_has_the_layout_of_the_model_that_predicted_it(mixed):
    assert [mixed.annotations.load(number).layout for number in (1, 4)] == [FACE_468, OTHER]
    annotation = mixed.annotations.load(4)
    assert annotation.landmarks.shape == annotation.prediction.shape == (500, 3)
    assert annotation.marks.shape == (500,)
    session = EditSession(mixed, 4, annotator="Ann")
    assert session.layout is session.state.layout is OTHER
    assert session.state.hidden.shape == (500,)


def test_vertices_that_other_layouts_lack_are_moved_marked_and_anchored(mixed):
    pin(mixed, 4, 499)
    annotation = mixed.annotations.load(4)
    assert (annotation.marks[499], annotation.anchors) == (4, (499,))
    assert mixed.annotations.strokes(4)[0].vertex_indices.tolist() == [499]
    undone = mixed.annotations.undo(4, revision=1)
    assert undone.landmarks.tobytes() == undone.prediction.tobytes()
    assert not mixed.annotations.redo(4, revision=2).marks[:499].any()
    with pytest.raises(ValueError, match="between 0 and 467"):
        stroke = Stroke("pin", [499], np.zeros((1, 3)), np.ones((1, 3)))
        mixed.annotations.record_stroke(1, stroke, revision=0, annotator="Ann")


def test_accepted_samples_and_the_table_take_each_layout_as_it_is(mixed):
    pin(mixed, 4, 499)
    for sample_id in (1, 4):
        mixed.reviews.accept(sample_id, reviewer="Rae")
    accepted = {sample.sample_id: sample for sample in mixed.samples.accepted()}
    assert [accepted[number].layout for number in (1, 4)] == [FACE_468, OTHER]
    assert accepted[4].landmarks.shape == (500, 3)
    assert [len(accepted[number].visibility) for number in (1, 4)] == [468, 500]
    assert mixed.to_dataframe().displacement_max.tolist() == [0, 0, 0, pytest.approx(2**0.5)]


def test_a_model_cannot_predict_meshes_of_another_layout(mixed, make_face):
    with pytest.raises(ValueError, match=r"expected landmarks of shape \(500, 3\)"):
        mixed.samples.add(
            1, make_face().landmarks, model_id=2, presence=1, detection_score=1, added_by="Ann"
        )


def test_a_later_model_of_another_layout_is_followed_by_who_was_not_edited(mixed):
    model = mixed.models.register(ModelInfo("bigger still", "6" * 64, OTHER))
    landmarks = np.random.default_rng(5).uniform(150, 250, (500, 3)).astype(np.float32)
    mixed.predictions.store(model, [(2, [FacePrediction(landmarks, 0.9, 0.9)])])
    annotation = mixed.annotations.load(3)
    assert annotation.layout is OTHER
    assert annotation.prediction.tobytes() == landmarks.tobytes()


def test_a_model_of_an_unknown_layout_is_refused(project):
    with pytest.raises(UnknownLayout, match="no layout is called 'face_500'"):
        project.models.register(ModelInfo("bigger", "5" * 64, OTHER))
    with project._engine.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM models")) == 0


def test_a_project_with_a_layout_of_a_later_version_says_so(predicted, make_face):
    with predicted._engine.writing() as session:
        session.execute(text("UPDATE models SET layout = 'face_900'"))
    for attempt in (
        lambda: predicted.annotations.load(1),
        lambda: predicted.predictions.store(1, [(3, [make_face()])]),
    ):
        with pytest.raises(NewerProject, match=r"'face_900'.*upgrade"):
            attempt()
    assert len(predicted.samples.summaries()) == 3


@pytest.mark.parametrize("column", ["landmarks", "marks"])
def test_a_mesh_of_the_wrong_length_is_reported_as_damage(predicted, column):
    size = 12 * 467 if column == "landmarks" else 467
    blobs = (bytes(size), None) if column == "landmarks" else (None, bytes(size))
    with predicted._engine.writing() as session:
        session.execute(
            text(f"UPDATE annotations SET {column} = :value, digest = :digest WHERE sample_id = 1"),
            {"value": bytes(size), "digest": annotation_digest(1, 1, 0, *blobs)},
        )
    with pytest.raises(DamagedProject, match="467 vertices where face_468 has 468"):
        predicted.annotations.load(1)
    assert predicted.annotations.load(2).revision == 0


def test_a_stroke_of_vertices_that_its_mesh_lacks_is_reported_as_damage(predicted, edit):
    edit(predicted, 1)
    with predicted._engine.writing() as session:
        stroke = session.scalars(select(StrokeRow)).one()
        stroke.vertex_indices = np.array([1021, 1022, 1023], np.uint16)
        stroke.digest = stroke_digest(1, 1, stroke)
    for attempt in (
        lambda: predicted.annotations.strokes(1),
        lambda: predicted.annotations.undo(1, revision=1),
    ):
        with pytest.raises(DamagedProject, match="impossible vertex indices"):
            attempt()
