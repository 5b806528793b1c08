import numpy as np
import pytest

from annotator.inference import ModelInfo
from annotator.mesh.layout import FACE_468
from annotator.project.errors import ProjectError, UnknownImage
from annotator.project.matching import intersection_over_union, match_boxes
from annotator.project.records import SampleState

SECOND_MODEL = ModelInfo("retrained", "2" * 64, FACE_468)


def test_a_model_is_known_by_its_hash(project):
    first = project.models.register(ModelInfo("face_landmark", "1" * 64, FACE_468))
    assert project.models.register(ModelInfo("renamed", "1" * 64, FACE_468)) == first
    assert project.models.register(SECOND_MODEL) != first


def test_every_face_becomes_a_sample_in_the_order_found(predicted):
    summaries = predicted.samples.summaries()
    assert [(s.id, s.image_id, s.face_index) for s in summaries] == [
        (1, 1, 0),
        (2, 1, 1),
        (3, 2, 0),
    ]
    assert predicted.samples.counts() == {
        SampleState.PREDICTED: 3,
        SampleState.IN_PROGRESS: 0,
        SampleState.SUBMITTED: 0,
        SampleState.ACCEPTED: 0,
        SampleState.SENT_BACK: 0,
        SampleState.EXCLUDED: 0,
        SampleState.DELETED: 0,
    }


def test_a_prediction_comes_back_bit_by_bit_and_read_only(predicted, make_face):
    annotation = predicted.annotations.load(2)
    expected = make_face(300, 100, seed=1).landmarks
    assert annotation.prediction.tobytes() == expected.tobytes()
    assert annotation.landmarks.tobytes() == expected.tobytes()
    assert annotation.landmarks.dtype == np.float32
    assert annotation.landmarks.shape == (468, 3)
    assert not annotation.landmarks.flags.writeable
    assert not annotation.prediction.flags.writeable


def test_a_summary_shows_the_box_and_presence_of_the_prediction(predicted, make_face):
    landmarks = make_face(300, 100, seed=1).landmarks
    left, top = landmarks[:, :2].min(axis=0)
    width, height = np.ptp(landmarks[:, :2], axis=0)
    summary = predicted.samples.get(2)
    assert summary.box == pytest.approx((left, top, width, height), abs=1e-4)
    assert summary.presence == 0.9
    assert summary.image_name == "a.jpg"
    assert (summary.annotator, summary.reviewer, summary.stroke_count) == (None, None, 0)


def test_an_image_without_faces_is_not_pending_any_more(predicted):
    assert predicted.images.pending(1) == []


def test_storing_the_same_again_stores_nothing(predicted, make_face):
    assert predicted.predictions.store(1, [(1, [make_face(500, 300)]), (3, [make_face()])]) == 0
    assert len(predicted.samples.summaries()) == 3


def test_one_call_stores_an_image_once(predicted, make_face):
    model = predicted.models.register(SECOND_MODEL)
    results = [(3, [make_face(50, 50)]), (3, [make_face(400, 400)])]
    assert predicted.predictions.store(model, results) == 1


def test_a_later_model_joins_samples_by_overlap_and_adds_the_faces_it_alone_finds(
    predicted, make_face
):
    model = predicted.models.register(SECOND_MODEL)
    assert [image.id for image in predicted.images.pending(model)] == [1, 2, 3]
    faces = [make_face(305, 102, seed=8), make_face(500, 300, seed=9), make_face(98, 99, seed=7)]
    assert predicted.predictions.store(model, [(1, faces), (2, [])]) == 3
    summaries = predicted.samples.summaries()
    assert [(s.id, s.image_id, s.face_index) for s in summaries] == [
        (1, 1, 0),
        (2, 1, 1),
        (4, 1, 2),
        (3, 2, 0),
    ]
    assert predicted.annotations.load(2).prediction.tobytes() == faces[0].landmarks.tobytes()
    assert predicted.annotations.load(1).prediction.tobytes() == faces[2].landmarks.tobytes()


def test_an_untouched_sample_that_follows_a_newer_prediction_says_so_by_its_revision(
    predicted, make_face
):
    model = predicted.models.register(SECOND_MODEL)
    newer = make_face(102, 101, seed=5, presence=0.7)
    predicted.predictions.store(model, [(1, [newer])])
    annotation = predicted.annotations.load(1)
    assert annotation.revision == 1
    assert annotation.landmarks.tobytes() == newer.landmarks.tobytes()
    summary = predicted.samples.get(1)
    assert summary.presence == 0.7
    assert summary.box[0] == pytest.approx(newer.landmarks[:, 0].min())
    assert predicted.annotations.load(2).revision == 0


def test_an_edited_or_reviewed_sample_stays_with_the_prediction_it_was_made_of(
    predicted, make_face, edit
):
    edit(predicted, 1)
    undone = predicted.annotations.load(1)
    predicted.annotations.undo(1, revision=undone.revision)
    predicted.reviews.accept(2, reviewer="Rae")
    predicted.reviews.accept(3, reviewer="Rae")
    predicted.reviews.reopen(3, reviewer="Rae")
    before = [predicted.annotations.load(sample).prediction.tobytes() for sample in (1, 2, 3)]
    model = predicted.models.register(SECOND_MODEL)
    faces = [make_face(101, 101, seed=5), make_face(301, 101, seed=6)]
    predicted.predictions.store(model, [(1, faces), (2, [make_face(201, 201, seed=7)])])
    after = [predicted.annotations.load(sample).prediction.tobytes() for sample in (1, 2, 3)]
    assert after == before
    assert len(predicted.samples.summaries()) == 3


@pytest.mark.parametrize("results", [[(1, []), (99, [])], [(99, [])]])
def test_an_unknown_image_stops_the_whole_call(predicted, results):
    model = predicted.models.register(SECOND_MODEL)
    with pytest.raises(UnknownImage, match="no image 99"):
        predicted.predictions.store(model, results)
    assert len(predicted.images.pending(model)) == 3


def test_an_unregistered_model_is_reported(predicted):
    with pytest.raises(ProjectError, match="no model 5"):
        predicted.predictions.store(5, [(1, [])])


@pytest.mark.parametrize("landmarks", [np.zeros((478, 3)), np.full((468, 3), np.nan)])
def test_impossible_landmarks_stop_the_whole_call(predicted, make_face, landmarks):
    model = predicted.models.register(SECOND_MODEL)
    impossible = make_face().__class__(landmarks.astype(np.float32), 0.9, 0.9)
    with pytest.raises(ValueError, match="landmarks"):
        predicted.predictions.store(model, [(1, [make_face()]), (2, [impossible])])
    assert len(predicted.images.pending(model)) == 3


def test_predictions_of_more_images_than_one_statement_holds_are_stored(project, new_image):
    project.images.add(new_image(project.home / f"{i}.jpg") for i in range(1201))
    model = project.models.register(SECOND_MODEL)
    project.predictions.store(model, ((image.id, []) for image in project.images.pending(model)))
    assert project.images.pending(model) == []


def test_overlap_is_shared_area_over_covered_area():
    assert intersection_over_union((0, 0, 10, 10), (0, 0, 10, 10)) == 1
    assert intersection_over_union((0, 0, 10, 10), (5, 0, 10, 10)) == pytest.approx(1 / 3)
    assert intersection_over_union((0, 0, 10, 10), (20, 0, 10, 10)) == 0
    assert intersection_over_union((0, 0, 0, 0), (0, 0, 0, 0)) == 0


def test_the_best_overlap_is_matched_first_and_each_box_once():
    known = [(0.0, 0.0, 10.0, 10.0), (100.0, 0.0, 10.0, 10.0)]
    boxes = [(2.0, 0.0, 10.0, 10.0), (0.0, 0.0, 10.0, 10.0), (100.0, 1.0, 10.0, 10.0)]
    assert match_boxes(boxes, known) == [None, 0, 1]
    assert match_boxes([], known) == []
    assert match_boxes(boxes, []) == [None, None, None]
