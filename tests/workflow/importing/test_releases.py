"""Releases come into projects, and out of them as they were."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from annotator.imaging import Picture
from annotator.project import ImportRules, NewImage, Project, SampleState, Verdict
from annotator.release import Release, export_release, load_release
from annotator.release.formats import FORMATS
from annotator.workflow.image_files import inspect_picture
from annotator.workflow.importing_annotations.carrying_out import carry_out
from annotator.workflow.importing_annotations.converting import Conversion
from annotator.workflow.importing_annotations.planning import make_plan
from annotator.workflow.importing_annotations.sources import open_faces, source_of
from tests.imported import bring
from tests.release.conftest import move_vertex

PEOPLE = ("image_sha256", "annotator", "reviewer", "verdict", "accepted_at", "model_sha256")


def people_of(release: Release) -> list[dict[str, object]]:
    return release.samples[list(PEOPLE)].to_dict("records")


@pytest.mark.parametrize("name", FORMATS)
def test_a_release_imported_into_an_empty_project_is_exported_as_it_was(
    name: str, tmp_path: Path, photos: Path, project: Project, other: Project
) -> None:
    export_release(project, tmp_path / "first", name)

    _, progress = bring(other, tmp_path / "first", photographs=photos)
    export_release(other, tmp_path / "second", name)

    assert progress is not None
    assert progress.counts == {"new": 4}
    first, second = load_release(tmp_path / "first"), load_release(tmp_path / "second")
    assert first.landmarks.tobytes() == second.landmarks.tobytes()
    assert first.visibility.tobytes() == second.visibility.tobytes()
    assert people_of(first) == people_of(second)
    if first.predictions is not None and second.predictions is not None:
        assert first.predictions.tobytes() == second.predictions.tobytes()


def test_importing_twice_changes_nothing(
    tmp_path: Path, photos: Path, project: Project, other: Project
) -> None:
    export_release(project, tmp_path / "first", "npz")
    bring(other, tmp_path / "first", photographs=photos)
    before = other.version(), other.samples.last_change()

    _, progress = bring(other, tmp_path / "first", photographs=photos)

    assert progress is not None
    assert progress.counts == {"already there": 4}
    assert (other.version(), other.samples.last_change()) == before


def test_faces_go_to_the_samples_that_their_boxes_are_of(
    tmp_path: Path, project: Project, same: Project
) -> None:
    export_release(project, tmp_path / "release", "npz")

    plan, progress = bring(same, tmp_path / "release")

    assert progress is not None
    assert progress.counts == {"matched": 4}
    samples = {sample.id: sample for sample in same.samples.summaries()}
    assert all(samples[each.sample_id or 0].state is SampleState.ACCEPTED for each in plan.planned)
    assert all(each.overlap == pytest.approx(1, abs=0.1) for each in plan.planned)
    assert len(samples) == 6


def test_what_was_imported_is_one_stroke_of_its_annotator_that_can_be_undone(
    tmp_path: Path, project: Project, same: Project
) -> None:
    export_release(project, tmp_path / "release", "npz")
    bring(same, tmp_path / "release")
    (sample,) = [one for one in same.samples.summaries() if one.annotator == "Ada"]

    (stroke,) = same.annotations.strokes(sample.id)
    undone = same.annotations.undo(sample.id, revision=1)

    assert (stroke.tool, stroke.annotator) == ("import", "Ada")
    assert np.array_equal(undone.landmarks, undone.prediction)
    (review,) = same.reviews.history(sample.id)
    assert (review.verdict, review.reviewer) == (Verdict.ACCEPT, "Grace")


def test_the_audit_log_says_who_imported_whose_verdict(
    tmp_path: Path, project: Project, same: Project
) -> None:
    export_release(project, tmp_path / "release", "npz")
    bring(same, tmp_path / "release")

    entries = [entry for entry in same.audit.entries() if entry.what == "import"]

    assert {entry.who for entry in entries} == {"Imke"}
    assert {entry.detail["reviewer"] for entry in entries} == {"Grace"}
    assert {entry.detail["from"] for entry in entries} == {"release"}


def test_work_of_others_is_a_conflict_and_stays(
    tmp_path: Path, project: Project, same: Project
) -> None:
    export_release(project, tmp_path / "release", "npz")
    accepted = same.samples.summaries()[0].id
    move_vertex(same, accepted, by=7.5)
    mesh = same.annotations.load(accepted).landmarks

    plan, progress = bring(same, tmp_path / "release")

    assert progress is not None
    assert progress.counts == {"in conflict": 1, "matched": 3}
    (conflict,) = [each for each in plan.planned if each.fate == "in conflict"]
    assert conflict.sample_id == accepted
    assert conflict.why == "in progress here, with another mesh"
    assert np.array_equal(same.annotations.load(accepted).landmarks, mesh)


def test_work_of_others_gives_way_to_a_further_stroke_if_that_is_wanted(
    tmp_path: Path, project: Project, same: Project
) -> None:
    export_release(project, tmp_path / "release", "npz")
    sample = same.samples.summaries()[0].id
    move_vertex(same, sample, by=7.5)

    _, progress = bring(same, tmp_path / "release", rules=ImportRules(over=True))

    assert progress is not None
    assert progress.counts == {"replaced": 1, "matched": 3}
    assert [one.tool for one in same.annotations.strokes(sample)] == ["grab", "import"]
    assert same.samples.get(sample).state is SampleState.ACCEPTED


def test_a_dry_run_writes_not_a_byte(
    tmp_path: Path,
    photos: Path,
    project: Project,
    other: Project,
    everything: Callable[[Path], dict[str, bytes]],
) -> None:
    export_release(project, tmp_path / "release", "npz")
    other.close()
    before = everything(other.home)

    with Project.open(other.home, read_only=True) as opened:
        plan, _ = bring(opened, tmp_path / "release", photographs=photos, dry_run=True)

    assert plan.counts == {"new": 4}
    assert plan.new_photographs == 3
    assert everything(other.home) == before


def test_faces_of_photographs_that_the_project_lacks_are_left_out(
    tmp_path: Path, project: Project, other: Project
) -> None:
    export_release(project, tmp_path / "release", "npz", images="reference")

    plan, progress = bring(other, tmp_path / "release")

    assert progress is not None
    assert progress.counts == {"image missing": 4}
    assert {each.why for each in plan.planned} == {"not in the project"}
    assert other.images.count() == 0


def test_photographs_come_from_the_release_itself(
    tmp_path: Path, project: Project, other: Project
) -> None:
    export_release(project, tmp_path / "release", "npz")

    _, progress = bring(other, tmp_path / "release", photographs=tmp_path / "release" / "images")

    assert progress is not None
    assert (progress.photographs, progress.counts) == (3, {"new": 4})


def test_what_was_accepted_elsewhere_waits_for_a_review_where_two_steps_are_demanded(
    tmp_path: Path, project: Project, same: Project
) -> None:
    export_release(project, tmp_path / "release", "npz")
    same.settings.put("review", "two steps", by="Lead")

    bring(same, tmp_path / "release")
    _, again = bring(same, tmp_path / "release")

    counts = same.samples.counts()
    assert counts[SampleState.SUBMITTED] == 4
    assert counts[SampleState.ACCEPTED] == 0
    assert again is not None
    assert again.counts == {"already there": 4}


def test_predictions_of_a_release_are_stored_beside_those_that_are_there(
    tmp_path: Path, project: Project, same: Project
) -> None:
    export_release(project, tmp_path / "release", "npz")

    _, known = bring(same, tmp_path / "release", purpose="predictions")

    assert known is not None
    assert known.counts == {"already there": 4}
    assert same.samples.counts()[SampleState.PREDICTED] == 6


def test_predictions_become_samples_where_nothing_is(
    tmp_path: Path, photos: Path, project: Project, other: Project
) -> None:
    export_release(project, tmp_path / "release", "npz")

    _, progress = bring(other, tmp_path / "release", purpose="predictions", photographs=photos)

    assert progress is not None
    assert progress.counts == {"new": 4}
    (model,) = other.models.all()
    assert (model.name, model.sha256) == ("face_landmark", "ab" * 32)
    assert other.samples.counts()[SampleState.PREDICTED] == 4


def test_an_import_that_was_ended_goes_on_where_it_was(
    tmp_path: Path, photos: Path, project: Project, other: Project
) -> None:
    export_release(project, tmp_path / "release", "npz")
    with closing(open_faces(source_of(tmp_path / "release"))) as faces:
        conversion = Conversion("annotations", "Imke", faces.origin)
        plan = make_plan(other, faces, conversion, ImportRules(), photographs=photos)
        under_way = carry_out(other, plan, size=1)
        for _ in range(3):
            next(under_way)
        under_way.close()
    begun = len(other.samples.summaries())

    _, progress = bring(other, tmp_path / "release", photographs=photos)

    assert 0 < begun < 4
    assert progress is not None
    assert progress.counts == {"already there": begun, "new": 4 - begun}
    assert other.samples.counts()[SampleState.ACCEPTED] == 4


def test_somebody_who_works_on_a_face_after_the_plan_was_made_keeps_their_work(
    tmp_path: Path, project: Project, same: Project
) -> None:
    export_release(project, tmp_path / "release", "npz")
    with closing(open_faces(source_of(tmp_path / "release"))) as faces:
        plan = make_plan(same, faces, Conversion("annotations", "Imke", {}), ImportRules())
        sample = plan.planned[0].sample_id or 0
        move_vertex(same, sample, by=20)
        *_, progress = carry_out(same, plan)

    assert plan.counts == {"matched": 4}
    assert progress.counts == {"matched": 3, "in conflict": 1}
    assert same.samples.get(sample).state is SampleState.IN_PROGRESS


@pytest.mark.parametrize("images", ["crop-192", "crop-256", "face"])
def test_crops_are_put_back_where_they_were_cut_from(
    images: Any, tmp_path: Path, project: Project, same: Project
) -> None:
    export_release(project, tmp_path / "whole", "npz")
    export_release(project, tmp_path / "crops", "npz", images=images)

    _, progress = bring(same, tmp_path / "crops")
    export_release(same, tmp_path / "again", "npz")

    assert progress is not None
    assert progress.counts == {"matched": 4}
    whole, again = load_release(tmp_path / "whole"), load_release(tmp_path / "again")
    assert np.abs(whole.landmarks - again.landmarks).max() < 1e-3
    assert np.array_equal(whole.visibility, again.visibility)
    assert people_of(whole) == people_of(again)


def test_a_release_with_pseudonyms_and_stripped_photographs_comes_back_with_both(
    tmp_path: Path, project: Project, other: Project
) -> None:
    export_release(project, tmp_path / "first", "npz", pseudonyms=True)

    _, progress = bring(other, tmp_path / "first", photographs=tmp_path / "first" / "images")
    _, again = bring(other, tmp_path / "first")
    export_release(other, tmp_path / "second", "npz")

    assert progress is not None
    assert again is not None
    assert (progress.photographs, progress.counts) == (3, {"new": 4})
    assert again.counts == {"already there": 4}
    first, second = load_release(tmp_path / "first"), load_release(tmp_path / "second")
    key = ["accepted_at", "sample_id"]
    order, same_order = (one.samples.sort_values(key).index for one in (first, second))
    assert first.landmarks[order].tobytes() == second.landmarks[same_order].tobytes()
    names = ["annotator", "reviewer", "verdict", "accepted_at"]
    assert first.samples.loc[order, names].to_dict("records") == second.samples.loc[
        same_order, names
    ].to_dict("records")


def test_photographs_without_their_metadata_are_those_of_the_project(
    tmp_path: Path, project: Project, other: Project
) -> None:
    """The project has files of which the release's are known by their coded pixels alone."""
    export_release(project, tmp_path / "release", "npz")
    (tmp_path / "tagged").mkdir()
    for path in (tmp_path / "release" / "images").iterdir():
        tagged = tmp_path / "tagged" / f"mine {path.name}"
        tagged.write_bytes(with_comment(path.read_bytes()))
        other.images.add([new_image(tagged, coded=True)])

    _, progress = bring(other, tmp_path / "release")

    assert progress is not None
    assert progress.counts == {"new": 4}
    assert other.images.count() == 3


def with_comment(jpeg: bytes) -> bytes:
    return jpeg[:2] + b"\xff\xfe\x00\x06mine" + jpeg[2:]


def new_image(path: Path, *, coded: bool) -> NewImage:
    found = inspect_picture(Picture(path))
    assert isinstance(found, NewImage)
    assert (found.coded_sha256 is not None) is coded
    return found


def test_annotations_of_photographs_that_were_written_anew_find_them_by_their_names(
    tmp_path: Path, project: Project
) -> None:
    export_release(project, tmp_path / "first", "cvat")
    assert list((tmp_path / "first" / "images").glob("*.jpg.png"))

    plan, _ = bring(project, tmp_path / "first" / "annotations.xml", dry_run=True)

    assert plan.counts == {"already there": 4}
