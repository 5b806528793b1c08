"""Rounds in the store: how they begin and end, and what becomes of the samples."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from annotator.inference import ModelInfo
from annotator.mesh.landmarks import outer_iod
from annotator.mesh.layout import FACE_468
from annotator.mesh.metrics import vertex_errors
from annotator.project import DamagedProject, Project, RoundError, RoundOutcome, RoundRelease
from annotator.project.errors import ProjectError, UnknownSample
from annotator.project.image_records import NewImage
from annotator.project.matching import match_boxes
from annotator.project.records import SampleState

SECOND = ModelInfo("retrained", "2" * 64, FACE_468)
THIRD = ModelInfo("third", "3" * 64, FACE_468)


@pytest.fixture
def second(predicted: Project) -> int:
    return predicted.models.register(SECOND)


@pytest.fixture
def moved(make_face) -> Callable[..., object]:
    """Make the face of a sample as another model sees it: so many px to the right."""
    places = {1: (100, 100, 0), 2: (300, 100, 1), 3: (200, 200, 2)}

    def make(sample_id: int, by: float) -> object:
        x, y, seed = places[sample_id]
        return make_face(x + by, y, seed=seed)

    return make


def all_found(project: Project, model: int, moved, *, by: float) -> None:
    faces = [moved(1, by), moved(2, by)]
    project.predictions.store(model, [(1, faces), (2, [moved(3, by)]), (3, [])])


def test_a_project_without_predictions_is_in_no_round(project):
    assert project.rounds.all() == []
    assert project.rounds.current() is None
    with pytest.raises(RoundError, match="there is no round 1 in this project: no model has"):
        project.rounds.get(1)
    with pytest.raises(RoundError, match="no model has predicted yet"):
        project.rounds.end_with(RoundOutcome(project.models.register(SECOND)))


def test_round_1_begins_by_itself_with_the_first_model_that_predicted(predicted):
    (first,) = predicted.rounds.all()
    assert (first.number, first.model.name, first.model.id) == (1, "face_landmark", 1)
    assert not first.is_finished
    assert not first.is_finishing
    assert predicted.rounds.current() == first == predicted.rounds.get(1)
    with pytest.raises(RoundError, match="no round 2 in this project: its rounds are 1 to 1"):
        predicted.rounds.get(2)


def test_to_start_a_round_that_began_by_itself_changes_nothing_of_it(predicted):
    before = predicted.rounds.current()
    assert predicted.rounds.start(1) == before
    assert predicted.rounds.start(1) == before
    assert predicted.rounds.all() == [before]


def test_round_1_can_begin_with_a_model_before_it_predicts(project):
    model = project.models.register(SECOND)
    started = project.rounds.start(model)
    assert (started.number, started.model.name) == (1, "retrained")
    with pytest.raises(RoundError, match="round 1 is under way with the model retrained"):
        project.rounds.start(project.models.register(THIRD))
    with pytest.raises(ProjectError, match="there is no model 99"):
        project.rounds.start(99)


def test_a_round_ends_in_two_steps_and_the_next_one_begins_with_its_model(predicted, second):
    release = RoundRelease("a" * 64, predicted.home.parent / "release", 12)
    outcome = RoundOutcome(second, release, {"seed": 1}, {"clean": [0.02, 0.01]})
    ending = predicted.rounds.end_with(outcome)
    assert ending.is_finishing
    assert predicted.rounds.current() == ending
    begun = predicted.rounds.finish(1)
    assert (begun.number, begun.model.name) == (2, "retrained")
    first, current = predicted.rounds.all()
    assert current == begun == predicted.rounds.current()
    assert first.is_finished
    assert not first.is_finishing
    assert first.finished_at == begun.started_at
    assert first.release == release
    assert (first.training, first.metrics) == ({"seed": 1}, {"clean": [0.02, 0.01]})
    assert first.next_model == begun.model


def test_what_was_noted_of_a_round_is_added_to_until_it_is_finished(predicted, second):
    predicted.rounds.end_with(RoundOutcome(second, training={"seed": 1}))
    ending = predicted.rounds.end_with(RoundOutcome(second, metrics={"faces": 3}))
    assert (ending.training, ending.metrics) == ({"seed": 1}, {"faces": 3})
    predicted.rounds.finish(1)
    with pytest.raises(RoundError, match="round 1 is not under way"):
        predicted.rounds.finish(1)
    with pytest.raises(RoundError, match="round 2 has no new model yet"):
        predicted.rounds.finish(2)


def test_a_round_ends_with_no_model_that_cannot_follow(predicted, second):
    with pytest.raises(RoundError, match="face_landmark is the model of round 1 already"):
        predicted.rounds.end_with(RoundOutcome(1))
    predicted.rounds.end_with(RoundOutcome(second))
    third = predicted.models.register(THIRD)
    with pytest.raises(RoundError, match="being finished with the model retrained"):
        predicted.rounds.end_with(RoundOutcome(third))
    with pytest.raises(ProjectError, match="there is no model 99"):
        predicted.rounds.end_with(RoundOutcome(99))


def test_a_model_of_another_layout_ends_no_round(predicted, face_with_irises, monkeypatch):
    irises = ModelInfo("irises", "5" * 64, face_with_irises)
    known = {one.name: one for one in (FACE_468, face_with_irises)}
    monkeypatch.setattr("annotator.mesh.layout.LAYOUTS", known)
    monkeypatch.setattr("annotator.project.layouts.LAYOUTS", known)
    model = predicted.models.register(irises)
    with pytest.raises(RoundError, match="of round 1 are of face_468: train from a model of the"):
        predicted.rounds.end_with(RoundOutcome(model))
    assert not predicted.rounds.current().is_finishing


def test_untouched_samples_follow_and_corrected_ones_keep_their_work(
    predicted, second, moved, edit
):
    edit(predicted, 1, 2)
    before = predicted.annotations.load(1)
    all_found(predicted, second, moved, by=5)
    after = predicted.annotations.load(1)
    assert after.landmarks.tobytes() == before.landmarks.tobytes()
    assert after.prediction.tobytes() == before.prediction.tobytes()
    assert after.revision == before.revision
    beside = predicted.predictions.of(1)
    assert beside.by(second).landmarks.tobytes() == moved(1, 5).landmarks.tobytes()
    assert beside.own_id == beside.by(1).id
    followed = predicted.annotations.load(2)
    assert followed.landmarks.tobytes() == moved(2, 5).landmarks.tobytes()
    assert predicted.predictions.of(2).own_id == predicted.predictions.of(2).by(second).id


def test_a_mesh_accepted_as_predicted_stays_what_the_reviewer_saw(predicted, second, moved):
    predicted.reviews.accept(1, reviewer="Rae")
    before = predicted.annotations.load(1).landmarks.tobytes()
    all_found(predicted, second, moved, by=5)
    assert predicted.annotations.load(1).landmarks.tobytes() == before
    (accepted,) = predicted.samples.accepted()
    assert accepted.landmarks.tobytes() == before
    assert accepted.model_name == "face_landmark"
    assert predicted.predictions.of(1).by(second).landmarks.tobytes() != before
    predicted.rounds.end_with(RoundOutcome(second))
    predicted.rounds.finish(1)
    assert predicted.annotations.load(1).landmarks.tobytes() == before


def test_a_face_that_the_new_model_does_not_find_keeps_what_was_said(predicted, second, moved):
    all_found(predicted, second, moved, by=5)
    third = predicted.models.register(THIRD)
    predicted.predictions.store(third, [(1, [moved(2, 6)]), (2, [])])
    assert predicted.samples.get(1).round_change is None
    assert predicted.samples.get(1).state is SampleState.PREDICTED
    assert predicted.annotations.load(1).landmarks.tobytes() == moved(1, 5).landmarks.tobytes()
    found = predicted.predictions.of(1)
    assert found.by(third) is None
    assert found.seen_by == {1, second, third}
    assert predicted.samples.get(2).round_change is not None


def test_a_face_that_only_the_new_model_finds_is_a_new_sample(predicted, second, moved, make_face):
    faces = [moved(1, 5), moved(2, 5), make_face(500, 300, seed=9)]
    predicted.predictions.store(second, [(1, faces)])
    new = predicted.samples.get(4)
    assert (new.image_id, new.face_index, new.round_change) == (1, 2, None)
    assert [each.model.name for each in predicted.predictions.of(4).every] == ["retrained"]


def test_how_far_a_face_moves_between_rounds_is_told_in_its_outer_iod(predicted, second, moved):
    assert predicted.samples.get(1).round_change is None
    all_found(predicted, second, moved, by=5)
    newer, older = moved(1, 5).landmarks, moved(1, 0).landmarks
    expected = vertex_errors(newer, older).mean() / outer_iod(newer, FACE_468)
    assert predicted.samples.get(1).round_change == pytest.approx(expected, rel=1e-5)
    table = predicted.to_dataframe().set_index("sample_id")
    assert table.round_change[1] == pytest.approx(expected, rel=1e-5)


def test_changes_are_told_from_the_model_of_the_round_before_whatever_was_tried(
    predicted, second, moved
):
    predicted.rounds.start(1)
    all_found(predicted, second, moved, by=5)
    third = predicted.models.register(THIRD)
    all_found(predicted, third, moved, by=20)
    change = predicted.samples.get(1).round_change
    iod = outer_iod(moved(1, 20).landmarks, FACE_468)
    assert change == pytest.approx(20 / iod, rel=1e-5)
    assert predicted.annotations.load(1).landmarks.tobytes() == moved(1, 20).landmarks.tobytes()
    predicted.reviews.accept(3, reviewer="Rae")
    predicted.rounds.end_with(RoundOutcome(second))
    predicted.rounds.finish(1)
    assert predicted.annotations.load(1).landmarks.tobytes() == moved(1, 5).landmarks.tobytes()
    assert predicted.annotations.load(3).landmarks.tobytes() == moved(3, 20).landmarks.tobytes()
    sample = predicted.samples.get(1)
    assert sample.round_change == pytest.approx(5 / iod, rel=1e-5)
    assert sample.box[0] == pytest.approx(moved(1, 5).landmarks[:, 0].min())


def test_the_model_of_an_earlier_round_changes_no_sample(predicted, second, moved, make_face):
    predicted.images.add([new_image(predicted, "d")])
    all_found(predicted, second, moved, by=5)
    predicted.rounds.end_with(RoundOutcome(second))
    predicted.rounds.finish(1)
    predicted.predictions.store(second, [(4, [make_face(50, 50, seed=4)])])
    predicted.predictions.store(1, [(4, [make_face(52, 50, seed=4)])])
    assert predicted.annotations.load(4).prediction.tobytes() == (
        make_face(50, 50, seed=4).landmarks.tobytes()
    )
    assert predicted.samples.get(4).round_change is None
    assert len(predicted.predictions.of(4).every) == 2


def new_image(project: Project, name: str):
    return NewImage(project.home / f"{name}.jpg", (name * 64)[:64], 640, 480)


def test_a_damaged_prediction_is_compared_with_nothing(predicted, second, moved):
    database = predicted.home / "project.sqlite"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("DROP TRIGGER predictions_refuse_update")
        connection.execute("UPDATE predictions SET landmarks = zeroblob(5616) WHERE sample_id = 1")
        connection.commit()
    all_found(predicted, second, moved, by=5)
    assert predicted.samples.get(1).round_change is None
    assert predicted.samples.get(2).round_change is not None
    assert [each.model.id for each in predicted.predictions.of(1).every] == [second]


def test_what_models_said_is_asked_of_samples_that_are_there(predicted):
    with pytest.raises(UnknownSample, match="there is no sample 9"):
        predicted.predictions.of(9)
    assert not predicted.predictions.of(1).every[0].landmarks.flags.writeable


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE rounds SET metrics = NULL WHERE number = 1",
        "DELETE FROM rounds WHERE number = 1",
        "INSERT OR REPLACE INTO rounds (number, model_id, started_at) VALUES (1, 1, '2026-01-01')",
    ],
)
def test_a_round_that_is_finished_cannot_be_changed_even_by_hand(predicted, second, change):
    predicted.rounds.end_with(RoundOutcome(second))
    predicted.rounds.finish(1)
    with (
        closing(sqlite3.connect(predicted.home / "project.sqlite")) as connection,
        pytest.raises(sqlite3.IntegrityError, match="rounds that are finished never change"),
    ):
        connection.execute(change)


@pytest.mark.parametrize(
    "values",
    [
        "(0, 1, '2026-01-01', NULL, NULL, NULL, NULL, NULL, NULL, NULL)",
        "(1, 1, '2026-01-01', 1, NULL, NULL, NULL, NULL, NULL, NULL)",
        "(1, 1, '2026-01-01', NULL, '2026-01-02', NULL, NULL, NULL, NULL, NULL)",
        "(1, 1, '2026-01-01', NULL, NULL, 'abc', 'x', 1, NULL, NULL)",
        "(1, 1, '2026-01-01', NULL, NULL, NULL, 'x', 1, NULL, NULL)",
    ],
)
def test_the_database_itself_refuses_impossible_rounds(predicted, values):
    with (
        closing(sqlite3.connect(predicted.home / "project.sqlite")) as connection,
        pytest.raises(sqlite3.IntegrityError, match="CHECK constraint failed"),
    ):
        connection.execute(f"INSERT INTO rounds VALUES {values}")


def test_facts_of_a_round_that_cannot_be_read_are_damage(predicted):
    predicted.rounds.start(1)
    with closing(sqlite3.connect(predicted.home / "project.sqlite")) as connection:
        connection.execute("UPDATE rounds SET training = '{broken'")
        connection.commit()
    with pytest.raises(DamagedProject, match="what it says of a round cannot be read"):
        predicted.rounds.current()


def test_the_folder_of_a_release_moves_with_the_project(predicted, second, tmp_path):
    release = RoundRelease("a" * 64, predicted.home / "releases" / "1", 2)
    predicted.rounds.end_with(RoundOutcome(second, release))
    predicted.close()
    moved_to = tmp_path / "elsewhere"
    Path(predicted.home).rename(moved_to)
    with Project.open(moved_to) as again:
        assert again.rounds.current().release.folder == moved_to / "releases" / "1"


def test_faces_join_where_a_model_would_take_them_for_one():
    box, beside = (0.0, 0.0, 100.0, 100.0), (40.0, 0.0, 100.0, 100.0)
    assert 0.4 < 60 / 140 < 0.5
    assert match_boxes([beside], [box]) == [0]
    assert match_boxes([(45.0, 0.0, 100.0, 100.0)], [box]) == [None]
    within = (10.0, 10.0, 50.0, 50.0)
    assert match_boxes([within], [box]) == [0]
    assert match_boxes([within, box], [box]) == [None, 0], "the best match comes first"
    assert match_boxes([(0.0, 0.0, 0.0, 0.0)], [box]) == [None]
