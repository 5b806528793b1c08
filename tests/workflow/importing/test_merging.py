"""Two projects become one: what only one of them worked on is kept, the rest is told."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from annotator.project import Project, Reason, SampleState, Split, StoredSplit
from annotator.workflow.importing_annotations.carrying_out import ImportProgress, carry_out
from annotator.workflow.importing_annotations.image_facts import bring_facts
from annotator.workflow.importing_annotations.merging import plan_merge
from tests.release.conftest import fill, judge, move_vertex


def merged(project: Project, other: Project, *, over: bool = False) -> ImportProgress:
    with Project.open(other.home, read_only=True) as read:
        *_, progress = carry_out(project, plan_merge(project, read, by="Imke", over=over))
    return progress


@pytest.fixture
def fork(tmp_path: Path, project: Project) -> Iterator[Project]:
    """A copy of the project, which somebody goes on with elsewhere."""
    shutil.copytree(project.home, tmp_path / "fork")
    with Project.open(tmp_path / "fork") as fork:
        yield fork


def test_an_empty_project_gets_everything(project: Project, other: Project) -> None:
    progress = merged(other, project)

    assert (progress.photographs, progress.counts) == (5, {"new": 6})
    assert other.samples.counts() == project.samples.counts()
    for mine, theirs in zip(other.samples.summaries(), project.samples.summaries(), strict=True):
        here, there = other.annotations.load(mine.id), project.annotations.load(theirs.id)
        assert here.landmarks.tobytes() == there.landmarks.tobytes()
        assert here.prediction.tobytes() == there.prediction.tobytes()
        assert (mine.annotator, mine.reviewer) == (theirs.annotator, theirs.reviewer)


def test_two_projects_that_were_made_apart_become_one(
    tmp_path: Path, new_project: Callable[[Path], Project]
) -> None:
    with new_project(tmp_path / "mine") as mine, new_project(tmp_path / "theirs") as theirs:
        fill(mine, tmp_path / "my photographs")
        fill(theirs, tmp_path / "their photographs")
        judge(theirs)
        move_vertex(mine, mine.samples.summaries()[1].id)

        progress = merged(mine, theirs)

        assert (progress.photographs, progress.counts) == (0, {"matched": 5, "in conflict": 1})
        assert mine.samples.counts()[SampleState.ACCEPTED] == 3
        assert merged(mine, theirs).counts == {"already there": 5, "in conflict": 1}


def test_merging_again_changes_nothing(project: Project, other: Project) -> None:
    merged(other, project)
    before = other.version(), other.samples.last_change()

    progress = merged(other, project)

    assert progress.counts == {"already there": 6}
    assert (other.version(), other.samples.last_change()) == before


def test_the_other_project_is_not_changed(
    project: Project, other: Project, everything: Callable[[Path], dict[str, bytes]]
) -> None:
    project.close()
    before = everything(project.home)

    merged(other, project)

    assert everything(project.home) == before


def test_what_went_on_in_a_copy_comes_back(project: Project, fork: Project) -> None:
    (sample,) = fork.samples.summaries([SampleState.SENT_BACK])
    move_vertex(fork, sample.id, by=9)
    fork.reviews.accept(sample.id, reviewer="Lin")

    progress = merged(project, fork)

    assert progress.counts == {"already there": 5, "matched": 1}
    now = project.samples.get(sample.id)
    assert (now.state, now.reviewer) == (SampleState.ACCEPTED, "Lin")
    assert np.array_equal(
        project.annotations.load(sample.id).landmarks, fork.annotations.load(sample.id).landmarks
    )
    assert len(project.reviews.history(sample.id)) == 2


def test_what_went_on_here_meanwhile_stays(project: Project, fork: Project) -> None:
    sample = project.samples.summaries()[0]
    move_vertex(project, sample.id, by=9)
    mesh = project.annotations.load(sample.id).landmarks

    progress = merged(project, fork)

    assert progress.counts == {"already there": 6}
    assert np.array_equal(project.annotations.load(sample.id).landmarks, mesh)


def test_what_both_went_on_with_is_a_conflict(project: Project, fork: Project) -> None:
    sample = project.samples.summaries()[0]
    move_vertex(project, sample.id, by=9)
    move_vertex(fork, sample.id, by=5)
    mesh = project.annotations.load(sample.id).landmarks

    progress = merged(project, fork)

    assert progress.counts == {"already there": 5, "in conflict": 1}
    assert np.array_equal(project.annotations.load(sample.id).landmarks, mesh)


def test_the_other_work_can_be_preferred(project: Project, fork: Project) -> None:
    sample = project.samples.summaries()[0]
    move_vertex(project, sample.id, by=9)
    move_vertex(fork, sample.id, by=5)

    progress = merged(project, fork, over=True)

    assert progress.counts == {"already there": 5, "replaced": 1}
    assert np.array_equal(
        project.annotations.load(sample.id).landmarks, fork.annotations.load(sample.id).landmarks
    )
    undone = project.annotations.undo(
        sample.id, revision=project.annotations.load(sample.id).revision
    )
    assert undone.landmarks[4, 0] == pytest.approx(undone.prediction[4, 0] + 3.25 + 9, abs=1e-3)


def test_verdicts_of_all_kinds_and_open_remarks_come_along(
    tmp_path: Path, photos: Path, project: Project, other: Project
) -> None:
    accepted, *_ = project.samples.summaries([SampleState.ACCEPTED])
    (edited,) = project.samples.summaries([SampleState.IN_PROGRESS])
    project.reviews.exclude(edited.id, reviewer="Lin", reasons=[Reason.BLURRED], comment="soft")
    project.remarks.add(accepted.id, "the lip", author="Lin", vertices=[13, 14])

    merged(other, project)
    merged(other, project)

    (excluded,) = other.samples.summaries([SampleState.EXCLUDED])
    (review,) = other.reviews.history(excluded.id)
    assert (review.reviewer, review.reasons, review.comment) == ("Lin", ("blurred",), "soft")
    said = [remark for one in other.samples.summaries() for remark in other.remarks.of(one.id)]
    assert [(one.author, one.text, one.vertices) for one in said] == [("Lin", "the lip", (13, 14))]


def test_a_photograph_that_was_removed_here_does_not_come_back(
    project: Project, fork: Project
) -> None:
    image = project.samples.summaries()[0].image_id
    project.removals.remove([image])

    progress = merged(project, fork)

    assert progress.counts == {"already there": 5, "image missing": 1}
    assert len(project.removals.all()) == 1


def test_predictions_of_other_models_come_along_and_move_nothing(
    tmp_path: Path, photos: Path, project: Project, same: Project
) -> None:
    fill_with_another_model(same)

    progress = merged(project, same)

    assert progress.counts == {"matched": 6}
    (model,) = [one for one in project.models.all() if one.name == "newer"]
    for sample in project.samples.summaries():
        found = project.predictions.of(sample.id)
        assert found.by(model.id) is not None
        assert found.own_id != found.by(model.id).id


def fill_with_another_model(project: Project) -> None:
    from annotator.inference.results import FacePrediction, ModelInfo  # noqa: PLC0415
    from annotator.mesh.layout import FACE_468  # noqa: PLC0415

    model = project.models.register(ModelInfo("newer", "cd" * 32, FACE_468))
    results = [
        (
            image.id,
            [
                FacePrediction(face.landmarks + np.float32(1), 0.9, 0.8)
                for face in project.samples.faces_of(image.id)
            ],
        )
        for image in project.images.all()
    ]
    project.predictions.store(model, results)


def with_facts(project: Project, other: Project) -> None:
    with Project.open(other.home, read_only=True) as read:
        plan = plan_merge(project, read, by="Imke")
        list(carry_out(project, plan))
        bring_facts(project, plan)


def test_facts_that_nobody_here_said_and_what_was_revoked_come_along(
    project: Project, fork: Project
) -> None:
    first, second, *_ = [image.id for image in project.images.all()]
    project.facts.set([first], {"subject": "Ada"})
    fork.facts.set([first], {"subject": "Eve", "licence": "CC0"})
    fork.facts.revoke([second], "asked to")

    with_facts(project, fork)
    with_facts(project, fork)

    known = project.facts.of([first, second])
    assert (known[first].subject, known[first].licence) == ("Ada", "CC0")
    assert (known[second].revoked_why, known[second].revoked_by) == ("asked to", "Imke")


def test_nobody_changes_sides(project: Project, fork: Project) -> None:
    first, second, third, *_ = [image.id for image in project.images.all()]
    project.facts.set([first, second], {"subject": "Ada"})
    fork.splits.decide({one: StoredSplit(Split.TEST, False, "") for one in (first, second, third)})
    project.splits.decide({first: StoredSplit(Split.TRAIN, False, "")})

    with Project.open(fork.home, read_only=True) as read:
        plan = plan_merge(project, read, by="Imke")
        told = bring_facts(project, plan, writes=False).left
    with_facts(project, fork)

    decided = {one: stored.split for one, stored in project.splits.decided().items()}
    assert decided == {first: Split.TRAIN, third: Split.TEST}
    assert told == (
        "1 in another split here, where they stay",
        "1 whose subject or group is in another split here: in none for now",
    )
