"""What changed since: told by a counter of the database, never by a clock."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from annotator.inference import ModelInfo
from annotator.mesh.layout import FACE_468
from annotator.project import edit as changing_a_mesh
from annotator.project import giving as giving_a_verdict
from annotator.project.project import Project
from annotator.project.records import SampleState, Verdict


class SlowClock(datetime):
    """The clock of a machine that is five seconds behind."""

    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) - timedelta(seconds=5)


LATE_PROGRAM = """
import sys
from datetime import datetime, timedelta
from annotator.project import Project, giving

class SlowClock(datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) - timedelta(seconds=5)

giving.datetime = SlowClock
with Project.open(sys.argv[1]) as project:
    project.reviews.accept(1, reviewer="Rae")
"""


@pytest.fixture
def sample(predicted, edit) -> Project:
    """Sample 1 has two strokes, one of them undone."""
    edit(predicted, 1, 2)
    predicted.annotations.undo(1, revision=2)
    return predicted


@pytest.fixture
def newer_face(make_face):
    return make_face(301, 101, seed=4)


def by_hand(project: Project, statement: str) -> None:
    with project._engine.writing() as session:
        session.execute(text(statement))


def predict_again(project: Project, face: object) -> None:
    model = project.models.register(ModelInfo("retrained", "2" * 64, FACE_468))
    project.predictions.store(model, [(1, [face])])


def visit(project: Project) -> None:
    project.visits.record(1, annotator="Ann", started_at=datetime.now(UTC), seconds=3, strokes=0)


CHANGES: dict[str, Callable[[Project], object]] = {
    "undo": lambda project: project.annotations.undo(1, revision=3),
    "redo": lambda project: project.annotations.redo(1, revision=3),
    "verdict": lambda project: project.reviews.accept(1, reviewer="Rae"),
    "verdict on many": lambda project: project.reviews.give(Verdict.DELETE, [1], reviewer="Rae"),
    "visit": visit,
    "a state by hand": lambda project: by_hand(
        project, "UPDATE samples SET state = 'excluded' WHERE id = 1"
    ),
    "a mesh by hand": lambda project: by_hand(
        project, "UPDATE annotations SET revision = 9 WHERE sample_id = 1"
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_change_of_a_sample_gives_it_and_no_other_a_greater_number(sample, change):
    counter = sample.samples.last_change()
    change(sample)
    (changed,) = sample.samples.changed_since(counter).items()
    assert changed == (1, sample.samples.last_change())
    assert changed[1] > counter


def test_a_stroke_and_a_newer_prediction_are_changes(predicted, edit, newer_face):
    counter = predicted.samples.last_change()
    edit(predicted, 1)
    assert list(predicted.samples.changed_since(counter)) == [1]
    counter = predicted.samples.last_change()
    predict_again(predicted, newer_face)  # of sample 2; somebody edited 1
    assert list(predicted.samples.changed_since(counter)) == [2]


def test_new_samples_are_changes(predicted, newer_face):
    counter = predicted.samples.last_change()
    added = predicted.samples.add(
        3, newer_face.landmarks, model_id=1, presence=1, detection_score=1, added_by="Ann"
    )
    assert list(predicted.samples.changed_since(counter)) == [added.id]
    assert set(predicted.samples.changed_since(0)) == {1, 2, 3, added.id}


def test_the_samples_of_an_image_that_is_found_elsewhere_are_changes(predicted, new_image):
    counter = predicted.samples.last_change()
    predicted.images.mark_failed(1, "the file has vanished")
    assert predicted.samples.changed_since(counter) == {}  # lists do not show that
    elsewhere = predicted.home / "elsewhere.jpg"
    predicted.images.add([new_image(elsewhere, content="a.jpg")])
    assert set(predicted.samples.changed_since(counter)) == {1, 2}
    assert predicted.samples.get(2).image_path == elsewhere


def test_what_changes_no_sample_gives_no_number(predicted, new_image):
    counter = predicted.samples.last_change()
    predicted.annotations.redo(1, revision=0)
    predicted.models.register(ModelInfo("retrained", "2" * 64, FACE_468))
    predicted.images.add([new_image(predicted.home / "new.jpg")])
    predicted.samples.summaries()
    assert predicted.samples.last_change() == counter
    assert predicted.samples.changed_since(counter) == {}


def test_a_project_without_samples_begins_at_nought(project):
    assert project.samples.last_change() == 0
    assert project.samples.changed_since(0) == {}


def test_numbers_go_on_growing_when_a_project_is_opened_again(predicted, edit):
    edit(predicted, 2)
    counter = predicted.samples.last_change()
    predicted.close()
    with Project.open(predicted.address) as project:
        assert project.samples.last_change() == counter
        project.reviews.accept(1, reviewer="Rae")
        assert project.samples.changed_since(counter) == {1: project.samples.last_change()}


def test_a_verdict_from_a_machine_whose_clock_is_behind_is_seen(predicted, edit, monkeypatch):
    with Project.open(predicted.address) as theirs:
        edit(predicted, 2)  # now, by this machine's clock
        counter = predicted.samples.last_change()
        for module in (giving_a_verdict, changing_a_mesh):
            monkeypatch.setattr(module, "datetime", SlowClock)
        theirs.reviews.accept(1, reviewer="Rae")
        monkeypatch.undo()
        (dated,) = theirs.reviews.history(1)
        assert dated.created_at < datetime.now(UTC) - timedelta(seconds=4)
        assert list(predicted.samples.changed_since(counter)) == [1]
        assert predicted.samples.get(1).state is SampleState.ACCEPTED


def test_a_verdict_from_a_program_whose_clock_is_behind_is_seen(predicted, edit, start_program):
    edit(predicted, 2)
    counter, version = predicted.samples.last_change(), predicted.version()
    assert start_program(LATE_PROGRAM, predicted.address).wait() == 0
    assert predicted.version() != version
    assert list(predicted.samples.changed_since(counter)) == [1]
