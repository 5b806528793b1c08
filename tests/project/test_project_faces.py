"""Faces that the detector missed or made up, and what later predictions make of them."""

import numpy as np
import pytest

from annotator.inference import ModelInfo
from annotator.mesh.layout import FACE_468
from annotator.project.errors import ProjectError, UnknownImage
from annotator.project.matching import match_boxes
from annotator.project.project import Project
from annotator.project.records import SampleState

SECOND_MODEL = ModelInfo("retrained", "2" * 64, FACE_468)


@pytest.fixture
def add(predicted, make_face):
    """Add a face to an image as somebody who draws its box does."""

    def add_face(image_id, x, y, *, seed=9, model_id=1, added_by="Ann"):
        face = make_face(x, y, seed=seed)
        return predicted.samples.add(
            image_id,
            face.landmarks,
            model_id=model_id,
            presence=face.presence,
            detection_score=1.0,
            added_by=added_by,
        )

    return add_face


def sample_ids(project: Project) -> list[int]:
    return [summary.id for summary in project.samples.summaries()]


def test_an_added_face_is_the_last_sample_of_its_image(predicted, add, make_face):
    summary = add(1, 500, 300)
    assert (summary.image_id, summary.face_index, summary.image_name) == (1, 2, "a.jpg")
    assert (summary.state, summary.added_by) == (SampleState.PREDICTED, "Ann")
    assert (summary.presence, summary.displacement, summary.stroke_count) == (0.9, 0, 0)
    assert predicted.samples.get(summary.id) == summary
    annotation = predicted.annotations.load(summary.id)
    expected = make_face(500, 300, seed=9).landmarks
    assert annotation.landmarks.tobytes() == annotation.prediction.tobytes() == expected.tobytes()
    assert predicted.samples.get(1).added_by is None


def test_an_added_face_can_be_edited_and_accepted_like_any(predicted, add, edit):
    added = add(3, 100, 100)
    assert added.face_index == 0  # of an image in which the model had found none
    edit(predicted, added.id)
    predicted.reviews.accept(added.id, reviewer="Rae")
    (accepted,) = predicted.samples.accepted()
    assert (accepted.model_name, accepted.annotator) == ("face_landmark", "Ann")


def test_adding_is_undone_by_deleting_and_redone_by_reopening(predicted, add):
    added = add(1, 500, 300)
    assert predicted.reviews.delete(added.id, reviewer="Ann").state is SampleState.DELETED
    assert predicted.reviews.reopen(added.id, reviewer="Ann").state is SampleState.PREDICTED
    predicted.reviews.delete(added.id, reviewer="Ann")
    assert add(1, 500, 300).face_index == added.face_index + 1


def test_what_cannot_be_added_leaves_nothing_behind(predicted, add, make_face):
    with pytest.raises(UnknownImage, match="no image 99"):
        add(99, 100, 100)
    with pytest.raises(ProjectError, match="no model 9"):
        add(1, 100, 100, model_id=9)
    with pytest.raises(ValueError, match="give the name"):
        add(1, 100, 100, added_by=" ")
    with pytest.raises(ValueError, match="shape"):
        predicted.samples.add(
            1, np.zeros((3, 3)), model_id=1, presence=1, detection_score=1, added_by="Ann"
        )
    assert sample_ids(predicted) == [1, 2, 3]


def test_predicting_again_does_not_double_an_added_face(predicted, add, make_face):
    added = add(3, 100, 100)
    assert predicted.predictions.store(1, [(3, [make_face(101, 101)])]) == 0  # seen before
    newer = make_face(101, 101, seed=4)
    model = predicted.models.register(SECOND_MODEL)
    assert predicted.predictions.store(model, [(3, [newer])]) == 1
    assert sample_ids(predicted) == [1, 2, 3, added.id]
    annotation = predicted.annotations.load(added.id)
    assert annotation.prediction.tobytes() == newer.landmarks.tobytes()
    assert predicted.samples.get(added.id).added_by == "Ann"


def test_a_face_added_before_its_image_was_predicted_stays_as_it_was_added(
    predicted, add, make_face
):
    model = predicted.models.register(SECOND_MODEL)
    added = add(3, 100, 100, model_id=model)
    found = [make_face(101, 101, seed=4), make_face(400, 400, seed=5)]
    assert predicted.predictions.store(model, [(3, found)]) == 1
    assert predicted.annotations.load(added.id).revision == 0
    expected = make_face(100, 100, seed=9).landmarks
    assert predicted.annotations.load(added.id).prediction.tobytes() == expected.tobytes()
    (_, other) = [s for s in predicted.samples.summaries() if s.image_id == 3]
    assert (other.face_index, other.added_by) == (1, None)
    assert 3 not in [image.id for image in predicted.images.pending(model)]


@pytest.mark.parametrize("strokes", [0, 1])
def test_a_deleted_face_that_a_later_model_finds_again_stays_deleted(
    predicted, make_face, edit, strokes
):
    edit(predicted, 1, strokes)
    before = predicted.annotations.load(1)
    predicted.reviews.delete(1, reviewer="Ann")
    model = predicted.models.register(SECOND_MODEL)
    found = [make_face(101, 101, seed=4), make_face(301, 101, seed=5)]
    assert predicted.predictions.store(model, [(1, found)]) == 2
    assert sample_ids(predicted) == [1, 2, 3]
    assert predicted.samples.get(1).state is SampleState.DELETED
    assert predicted.annotations.load(1).prediction.tobytes() == before.prediction.tobytes()
    assert predicted.reviews.reopen(1, reviewer="Ann").stroke_count == strokes


def test_a_face_added_in_place_of_a_deleted_one_gets_the_later_prediction(
    predicted, add, make_face
):
    predicted.reviews.delete(1, reviewer="Ann")
    added = add(1, 110, 110)  # not quite where the deleted one is
    newer = make_face(100, 100, seed=4)  # where the deleted one is
    model = predicted.models.register(SECOND_MODEL)
    predicted.predictions.store(model, [(1, [newer])])
    annotation = predicted.annotations.load(added.id)
    assert annotation.prediction.tobytes() == newer.landmarks.tobytes()
    assert predicted.annotations.load(1).revision == 0


def test_a_deleted_box_only_gets_what_no_other_takes():
    deleted, live, face = (0, 0, 10, 10), (0, 2, 10, 10), (0, 0.1, 10, 10)
    assert match_boxes([face], [deleted, live]) == [0]
    assert match_boxes([face], [deleted, live], deleted=[0]) == [1]
    assert match_boxes([face, live], [deleted, live], deleted=[0]) == [0, 1]


def test_the_faces_of_an_image_come_with_their_meshes_as_they_stand(predicted, add, edit):
    added = add(1, 500, 300)
    first, second, third = predicted.samples.faces_of(1)
    assert [face.face_index for face in (first, second, third)] == [0, 1, 2]
    assert third.sample_id == added.id
    assert third.box == added.box
    edit(predicted, first.sample_id)
    predicted.reviews.delete(second.sample_id, reviewer="Ann")
    predicted.reviews.send_back(third.sample_id, reviewer="Ann", reasons=["blurred"])
    edited, sent_back = predicted.samples.faces_of(1)
    stored = predicted.annotations.load(first.sample_id).landmarks
    np.testing.assert_array_equal(edited.landmarks, stored)
    assert (edited.landmarks != first.landmarks).any()
    assert (edited.state, sent_back.state) == (SampleState.IN_PROGRESS, SampleState.SENT_BACK)
    assert predicted.samples.faces_of(99) == []
