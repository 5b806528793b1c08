import gc
from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
import sqlalchemy
from sqlalchemy import event, insert

from annotator.imaging.picture import Picture
from annotator.inference import ModelInfo
from annotator.mesh.layout import FACE_468
from annotator.mesh.marks import Visibility, no_marks, with_pins, with_visibility
from annotator.project.displacement import Displacement
from annotator.project.project import Project
from annotator.project.records import Reason, SampleState, SampleSummary
from annotator.project.strokes import Stroke
from annotator.project.tables import SampleRow

# fmt: off
COLUMNS = [
    "sample_id", "image", "image_sha256", "face_index", "state", "presence", "model", "added_by",
    "annotator", "reviewer", "verdict", "reasons", "comment", "stroke_count", "seconds_spent",
    "seconds_reviewed",
    "displacement_mean", "displacement_max", "displacement_nme", "round_change",
    "occluded_count", "out_of_frame_count", "box_left", "box_top", "box_width", "box_height",
    "created_at", "updated_at", "clip", "clip_frame", "clip_time", "clip_track",
    "may_leave",
]
# fmt: on


@pytest.fixture
def asked() -> Iterator[list[object]]:
    """All statements that are sent to any database from now on."""
    sent: list[object] = []

    def on_execute(connection: object, statement: object, *_: object) -> None:
        sent.append(statement)

    event.listen(sqlalchemy.Engine, "before_execute", on_execute)
    yield sent
    event.remove(sqlalchemy.Engine, "before_execute", on_execute)


@pytest.fixture
def judged(predicted, draw) -> Project:
    """Sample 1 accepted after a stroke, 2 accepted as predicted, 3 sent back."""
    annotation = predicted.annotations.load(1)
    predicted.annotations.record_stroke(
        1, draw(annotation, indices=[0, 1], by=(3, 4, 100)), revision=0, annotator="Ann"
    )
    predicted.reviews.accept(1, reviewer="Rae", comment="fine")
    predicted.reviews.accept(2, reviewer="Rae")
    predicted.reviews.send_back(3, reviewer="Sam", reasons=[Reason.BLURRED, Reason.OCCLUDED])
    return predicted


def test_every_field_of_a_summary_is_the_column_of_its_name(judged):
    judged.visits.record(1, annotator="Ann", started_at=datetime.now(UTC), seconds=7, strokes=1)
    with judged._engine.writing() as session:
        session.get(SampleRow, 1).added_by = "Zoë"
        session.get(SampleRow, 1).round_change = 0.25
    summary = judged.samples.get(1)
    with judged._engine.reading() as session:
        row = session.get(SampleRow, 1)
    special = {"image_name", "image_file", "box", "frame", "track_id"}
    of_clips = {name for name in SampleSummary._fields if name.startswith("clip_")}
    for name in set(SampleSummary._fields) - special - of_clips:
        assert getattr(summary, name) == getattr(row, name) is not None, name
    assert summary.state is SampleState.ACCEPTED
    assert summary.box == (row.box_left, row.box_top, row.box_width, row.box_height)
    assert summary.image_path == judged.home / "images" / summary.image_name
    assert summary.image_file == str(summary.image_path)
    assert (summary.frame, summary.picture) == (None, Picture(summary.image_path))


@pytest.mark.parametrize("enabled", [True, False])
def test_reading_a_list_leaves_the_garbage_collector_as_it_was(judged, enabled):
    (gc.enable if enabled else gc.disable)()
    try:
        judged.samples.summaries()
        assert gc.isenabled() is enabled
    finally:
        gc.enable()


def test_a_summary_cannot_be_changed(judged):
    summary = judged.samples.get(1)
    for name in (*SampleSummary._fields, "image_path", "picture", "thumbnail"):
        with pytest.raises(AttributeError):
            setattr(summary, name, None)


def test_images_outside_the_project_and_with_odd_names_are_listed(project, new_image, make_face):
    outside = project.home.parent / "Zoë 😀.jpg"
    inside = project.home / "odd\udcff.jpg"
    project.images.add([new_image(outside), new_image(inside, content="odd")])
    model = project.models.register(ModelInfo("m", "1" * 64, FACE_468))
    project.predictions.store(model, [(1, [make_face()]), (2, [make_face()])])
    first, second = project.samples.summaries()
    assert (first.image_path, first.image_name) == (outside, "Zoë 😀.jpg")
    assert (second.image_path, second.image_name) == (inside, r"odd\udcff.jpg")


def test_summaries_can_be_limited_to_states(judged):
    accepted = judged.samples.summaries([SampleState.ACCEPTED])
    assert [summary.id for summary in accepted] == [1, 2]
    assert judged.samples.summaries(set()) == []
    assert len(judged.samples.summaries(list(SampleState))) == 3


def test_accepted_samples_say_all_that_a_release_needs(judged, make_face):
    edited, as_predicted = judged.samples.accepted()
    assert (edited.sample_id, edited.face_index, edited.image.name) == (1, 0, "a.jpg")
    assert (edited.verdict, as_predicted.verdict) == ("accepted", "accepted_as_predicted")
    assert (edited.annotator, edited.reviewer, edited.stroke_count) == ("Ann", "Rae", 1)
    assert (edited.model_name, edited.model_sha256) == ("face_landmark", "1" * 64)
    assert edited.prediction.tobytes() == make_face(100, 100).landmarks.tobytes()
    assert edited.accepted_at == judged.reviews.history(1)[0].created_at
    assert as_predicted.landmarks.tobytes() == as_predicted.prediction.tobytes()
    assert (as_predicted.annotator, as_predicted.displacement_nme) == (None, 0.0)


def test_displacement_is_measured_in_the_image_plane(judged):
    edited = next(judged.samples.accepted())
    iod = np.hypot(*(edited.landmarks[33, :2] - edited.landmarks[263, :2]))
    assert edited.displacement_max == pytest.approx(5, rel=1e-5)
    assert edited.displacement_mean == pytest.approx(10 / 468, rel=1e-5)
    assert edited.displacement_nme == pytest.approx(10 / 468 / iod, rel=1e-5)


def test_a_summary_says_how_far_the_mesh_was_moved(judged, draw):
    (edited, *_) = judged.samples.accepted()
    assert judged.samples.get(1).displacement == pytest.approx(edited.displacement_nme)
    assert judged.samples.get(2).displacement == 0
    judged.annotations.undo(1, revision=1)
    assert judged.samples.get(1).displacement == 0
    judged.annotations.redo(1, revision=2)
    assert judged.samples.get(1).displacement == pytest.approx(edited.displacement_nme)


def test_a_mesh_that_collapses_is_listed_as_one_that_moved_far(predicted):
    annotation = predicted.annotations.load(1)
    stroke = Stroke("grab", np.arange(468), annotation.landmarks, np.zeros((468, 3)))
    predicted.annotations.record_stroke(1, stroke, revision=0, annotator="Ann")
    assert predicted.samples.get(1).displacement > 1


def test_displacement_without_an_inter_ocular_distance_is_divided_by_what_a_face_has_at_least():
    flat = np.zeros((468, 3), np.float32)
    assert Displacement.between(flat, flat, FACE_468) == Displacement(0.0, 0.0, 0.0)
    moved = Displacement.between(flat, flat + np.float32(1), FACE_468)
    assert moved.nme == pytest.approx(2**0.5)  # over one pixel


def test_accepted_samples_come_ordered_by_content_not_by_import(project, new_image, make_face):
    images = [new_image(project.home / f"{i}.jpg") for i in range(40)]
    project.images.add(images)
    model = project.models.register(ModelInfo("m", "1" * 64, FACE_468))
    faces = [make_face(100, 100), make_face(400, 100)]
    project.predictions.store(model, [(i + 1, faces) for i in range(40)])
    for summary in project.samples.summaries():
        project.reviews.accept(summary.id, reviewer="Rae")
    order = [(sample.image.sha256, sample.face_index) for sample in project.samples.accepted()]
    assert order == sorted(order)
    assert len(order) == 80


def test_accepted_samples_are_seen_as_they_were_when_the_first_was_asked_for(judged):
    accepted = judged.samples.accepted()
    next(accepted)
    judged.reviews.reopen(2, reviewer="Rae")
    assert [sample.sample_id for sample in accepted] == [2]
    assert [sample.sample_id for sample in judged.samples.accepted()] == [1]


def test_the_data_frame_has_a_row_for_each_sample(judged):
    frame = judged.to_dataframe()
    assert list(frame.columns) == COLUMNS
    assert frame.sample_id.tolist() == [1, 2, 3]
    assert frame.state.tolist() == ["accepted", "accepted", "sent_back"]
    assert frame.verdict.tolist() == ["accepted", "accepted_as_predicted", "sent_back"]
    assert frame.reviewer.tolist() == ["Rae", "Rae", "Sam"]
    assert frame.reasons.tolist() == ["", "", "occluded,blurred"]
    assert frame.comment.tolist() == ["fine", "", ""]
    assert frame.stroke_count.tolist() == [1, 0, 0]
    assert frame.annotator.isna().tolist() == [False, True, True]
    assert frame.image[0] == str(judged.home / "images" / "a.jpg")
    assert frame.displacement_max.tolist() == pytest.approx([5, 0, 0], rel=1e-5)
    assert (frame.updated_at >= frame.created_at).all()
    assert str(frame.created_at.dt.tz) == "UTC"


def test_the_data_frame_says_who_added_a_face_and_what_cannot_be_seen_of_it(judged, make_face):
    added = judged.samples.add(
        3, make_face().landmarks, model_id=1, presence=0.8, detection_score=1, added_by="Ann"
    )
    marks = with_visibility(no_marks(FACE_468.count), [1, 2, 3], Visibility.OCCLUDED)
    marks = with_visibility(marks, [3], Visibility.OUT_OF_FRAME)
    marks = with_pins(marks, [3, 4], pinned=True)
    annotation = judged.annotations.load(added.id)
    where, vertices = annotation.landmarks[1:5], np.arange(1, 5)
    stroke = Stroke("mark", vertices, where, where, annotation.marks[1:5], marks[1:5])
    judged.annotations.record_stroke(added.id, stroke, revision=0, annotator="Ann")
    frame = judged.to_dataframe()
    assert frame.added_by.fillna("").tolist() == ["", "", "", "Ann"]
    assert frame.occluded_count.tolist() == [0, 0, 0, 2]
    assert frame.out_of_frame_count.tolist() == [0, 0, 0, 1]
    assert frame.model.tolist() == ["face_landmark"] * 4


def test_a_deleted_sample_is_in_the_data_frame_as_such(judged):
    judged.reviews.delete(1, reviewer="Rae")
    frame = judged.to_dataframe()
    assert frame.loc[0, ["state", "verdict"]].tolist() == ["deleted", "deleted"]


def test_a_withdrawn_verdict_is_not_in_the_data_frame(judged):
    judged.annotations.undo(1, revision=1)
    frame = judged.to_dataframe()
    assert frame.loc[0, ["reviewer", "verdict", "reasons", "comment"]].isna().all()


def test_an_empty_project_gives_an_empty_data_frame_of_the_same_types(create_project, judged):
    frame = create_project("empty").to_dataframe()
    assert len(frame) == 0
    pd.testing.assert_series_equal(frame.dtypes, judged.to_dataframe().dtypes)


def test_a_list_of_any_length_is_one_question(predicted, asked):
    now = datetime.now(UTC)
    same = {
        "image_id": 3, "state": SampleState.PREDICTED, "presence": 0.9, "stroke_count": 0,
        "box_left": 1, "box_top": 2, "box_width": 3, "box_height": 4,
        "created_at": now, "updated_at": now,
    }  # fmt: skip
    with predicted._engine.writing() as session:
        rows = [{"face_index": index, **same} for index in range(2000)]
        session.connection().execute(insert(SampleRow), rows)
    del asked[:]
    assert len(predicted.samples.summaries()) == 2003
    assert len(asked) == 1


def test_predictions_take_as_many_statements_however_many_images_are_stored_at_once(
    predicted, new_image, make_face, asked
):
    predicted.images.add(new_image(predicted.home / f"{i}.jpg") for i in range(103))
    pending = [image.id for image in predicted.images.pending(1)]
    faces = [make_face(100 + 200 * i, 100, seed=i) for i in range(3)]
    counts = []
    for images in (pending[:3], pending[3:]):
        del asked[:]
        assert predicted.predictions.store(1, [(image, faces) for image in images]) == 3 * len(
            images
        )
        counts.append(len(asked))
    assert counts[0] == counts[1] > 0


def test_a_stroke_takes_as_many_statements_however_many_came_before(predicted, edit, asked):
    edit(predicted, 1)
    counts = []
    for more in (1, 20, 1):
        annotation = predicted.annotations.load(1)
        del asked[:]
        edit(predicted, 1, more)
        counts.append(len(asked) / more)
        assert predicted.annotations.load(1).revision == annotation.revision + more
    assert counts[0] == counts[2]
