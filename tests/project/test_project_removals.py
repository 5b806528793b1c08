"""Images taken out of a project: hidden everywhere, brought back as they were, or deleted."""

from datetime import UTC, datetime

import pytest

from annotator.inference import ModelInfo
from annotator.mesh.layout import FACE_468
from annotator.project import Kept, ProjectError, SampleState, UnknownSample, Verdict
from annotator.project.errors import UnknownImage
from annotator.project.image_records import FailedImage
from annotator.project.image_rows import REPLACED
from annotator.project.project import Project

SECOND_MODEL = ModelInfo("retrained", "2" * 64, FACE_468)


@pytest.fixture
def worked_on(predicted, edit) -> Project:
    """Samples 1 (edited) and 2 (accepted) in image 1, sample 3 (accepted) in image 2."""
    edit(predicted, 1, 2)
    predicted.reviews.accept(2, reviewer="Rae")
    predicted.reviews.accept(3, reviewer="Rae")
    predicted.visits.record(1, annotator="Ann", started_at=datetime.now(UTC), seconds=5, strokes=2)
    return predicted


def ids(project: Project) -> list[int]:
    return [sample.id for sample in project.samples.summaries()]


def test_no_list_count_model_or_release_sees_a_removed_image(worked_on):
    (record,) = worked_on.removals.remove([1])
    assert record.name == "a.jpg"
    assert ids(worked_on) == [3]
    with pytest.raises(UnknownSample, match="no sample 1"):
        worked_on.samples.get(1)
    assert worked_on.samples.counts()[SampleState.ACCEPTED] == 1
    assert [sample.sample_id for sample in worked_on.samples.accepted()] == [3]
    with worked_on.samples.all_accepted() as accepted:
        assert [name for name, _ in accepted.file_names()] == ["b.jpg"]
    assert worked_on.to_dataframe().sample_id.tolist() == [3]
    assert worked_on.images.count() == 2
    assert [image.id for image in worked_on.images.all()] == [2, 3]
    assert worked_on.images.records([1, 2]).keys() == {2}
    assert [image.id for image in worked_on.images.without_faces()] == [3]
    model = worked_on.models.register(SECOND_MODEL)
    assert [image.id for image in worked_on.images.pending(model)] == [2, 3]


def test_no_verdict_is_given_on_the_faces_of_a_removed_image(worked_on):
    worked_on.removals.remove([1])
    with pytest.raises(UnknownSample, match="no sample 1"):
        worked_on.reviews.accept(1, reviewer="Rae")
    with pytest.raises(UnknownSample, match="no sample 2"):
        worked_on.reviews.give(Verdict.EXCLUDE, [3, 2], reviewer="Rae")
    assert worked_on.reviews.give_undecided(Verdict.ACCEPT, reviewer="Rae") == []
    assert [review.reviewer for review in worked_on.reviews.history(1)] == []


def test_what_was_made_of_it_is_kept_and_comes_back(worked_on):
    before = worked_on.to_dataframe()
    strokes = [stroke.after.tobytes() for stroke in worked_on.annotations.strokes(1)]
    worked_on.removals.remove([1])
    (removed,) = worked_on.removals.all()
    assert removed.image.id == 1
    assert removed.kept == worked_on.removals.kept([1]) == Kept(2, 1, 2, 1)
    worked_on.removals.restore([1])
    assert worked_on.removals.all() == []
    assert worked_on.to_dataframe().equals(before)
    assert [stroke.after.tobytes() for stroke in worked_on.annotations.strokes(1)] == strokes


def test_adding_the_file_again_brings_a_removed_image_back(worked_on, new_image):
    before = ids(worked_on)
    worked_on.removals.remove([1])
    report = worked_on.images.add([new_image(worked_on.home / "images" / "a.jpg")])
    assert (report.added, report.restored) == (0, (1,))
    assert ids(worked_on) == before


def test_removing_and_coming_back_are_changes_that_other_windows_see(worked_on):
    for change in (worked_on.removals.remove, worked_on.removals.restore):
        counter, version = worked_on.samples.last_change(), worked_on.version()
        with Project.open(worked_on.address) as other:
            getattr(other.removals, change.__name__)([1])
        assert set(worked_on.samples.changed_since(counter)) == {1, 2}
        assert worked_on.version() != version


def test_nothing_happens_to_what_is_in_the_state_that_is_asked_for(worked_on):
    worked_on.removals.remove([1])
    when = worked_on.removals.all()[0].removed_at
    worked_on.removals.remove([1])
    assert worked_on.removals.all()[0].removed_at == when
    worked_on.removals.restore([2])
    assert worked_on.images.get(2).id == 2


def test_what_is_deleted_for_good_is_gone_and_its_numbers_never_come_back(
    worked_on, new_image, make_face, place
):
    worked_on.removals.remove([1, 3])
    assert worked_on.removals.delete([1, 3]) == Kept(2, 1, 2, 1)
    assert worked_on.removals.all() == []
    with pytest.raises(UnknownImage):
        worked_on.images.get(1)
    report = worked_on.images.add([new_image(worked_on.home / "images" / "a.jpg")])
    assert report.added == 1
    (image,) = [image for image in worked_on.images.all() if image.name == "a.jpg"]
    assert image.id > 3
    model = worked_on.models.register(ModelInfo("face_landmark", "1" * 64, FACE_468))
    worked_on.predictions.store(model, [(image.id, [make_face(100, 100)])])
    assert ids(worked_on)[0] == 3 < ids(worked_on)[1]
    worked_on.close()
    place.assert_sound(worked_on.address)


def test_only_removed_images_can_be_deleted(worked_on):
    worked_on.removals.remove([1])
    with pytest.raises(ProjectError, match="image 2 is still in the project: remove it first"):
        worked_on.removals.delete([1, 2])
    assert [removed.image.id for removed in worked_on.removals.all()] == [1]


@pytest.mark.parametrize("change", ["remove", "restore", "delete"])
def test_unknown_images_are_reported_and_nothing_changes(worked_on, change):
    before = ids(worked_on)
    with pytest.raises(UnknownImage, match="no image 99"):
        getattr(worked_on.removals, change)([1, 99])
    assert ids(worked_on) == before


def test_predictions_of_a_run_during_which_an_image_was_removed_are_stored_without_it(
    worked_on, make_face
):
    model = worked_on.models.register(SECOND_MODEL)
    worked_on.removals.remove([1])
    stored = worked_on.predictions.store(
        model, [(1, [make_face(100, 100)]), (2, [make_face(200, 200, seed=2)])]
    )
    assert stored == 1
    worked_on.removals.restore([1])
    assert [image.id for image in worked_on.images.pending(model)] == [1, 3]


def test_a_face_cannot_be_added_to_a_removed_image(worked_on, make_face):
    worked_on.removals.remove([3])
    with pytest.raises(UnknownImage):
        worked_on.samples.add(
            3,
            make_face(50, 50).landmarks,
            model_id=1,
            presence=1,
            detection_score=1,
            added_by="Ann",
        )


def test_an_image_that_comes_back_to_a_path_that_is_anothers_by_now_has_lost_its_file(
    worked_on, new_image
):
    path = worked_on.home / "images" / "a.jpg"
    worked_on.removals.remove([1])
    worked_on.images.add([new_image(path, content="another")])
    worked_on.removals.restore([1])
    assert worked_on.images.failed() == [FailedImage(path, REPLACED)]


def test_strokes_on_a_face_that_another_window_removes_are_kept_with_it(worked_on, edit):
    worked_on.removals.remove([1])
    edit(worked_on, 1)
    worked_on.removals.restore([1])
    assert worked_on.samples.get(1).stroke_count == 3
