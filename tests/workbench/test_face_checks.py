"""What checks have against the face under edit: known without a window, and asked about once."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from annotator.mesh.tools.base import Edit
from annotator.project import Project, Reason, SampleState, Verdict
from annotator.project.assessment_records import Assessment, OfMesh, StoredFinding
from annotator.quality.checks import Severity
from annotator.workbench.batch import Batch
from annotator.workbench.batch_checks import Doubts, checking, doubts_about, is_checked
from annotator.workbench.question import Question
from annotator.workbench.workbench import Workbench


@pytest.fixture
def bench(pristine_project: Path, tmp_path: Path) -> Iterator[Workbench]:
    """The first face of five under edit."""
    folder = shutil.copytree(pristine_project, tmp_path / "faces")
    bench = Workbench("Ann")
    bench.open(Project.open(folder))
    yield bench
    bench.close()


@pytest.fixture
def questions(bench: Workbench) -> list[Question]:
    asked: list[Question] = []
    bench.verdicts.asked.connect(asked.append)
    return asked


def fold(bench: Workbench) -> None:
    landmarks = bench.session.state.landmarks.copy()
    nose = bench.session.layout.regions["nose"].vertices
    landmarks[nose, 0] += np.float32(0.5 * np.ptp(landmarks[:, 0]))
    bench.edits.apply("grab", Edit(landmarks))


def names(bench: Workbench) -> set[str]:
    return {finding.check for finding in bench.checks.findings}


def test_findings_follow_strokes_and_undo(bench: Workbench) -> None:
    told: list[int] = []
    bench.checks.changed.connect(lambda: told.append(len(bench.checks.findings)))
    assert bench.checks.findings == ()
    fold(bench)
    assert "folds" in names(bench)
    bench.undoing.undo()
    assert bench.checks.findings == ()
    assert told[-1] == 0 and len(told) == 2


def test_what_is_pointed_at_is_dropped_once_it_is_mended(bench: Workbench) -> None:
    fold(bench)
    folds = next(one for one in bench.checks.findings if one.check == "folds")
    looked: list[object] = []
    bench.checks.looked.connect(looked.append)
    bench.checks.point_at(folds, looks=True)
    assert bench.checks.vertices == folds.vertices
    assert looked == [folds.vertices]
    bench.undoing.undo()
    assert bench.checks.pointed_at == ()


def test_accepting_asks_and_does_nothing_until_it_is_answered(
    bench: Workbench, questions: list[Question]
) -> None:
    sample_id = bench.sample_id
    fold(bench)
    bench.verdicts.accept()
    (question,) = questions
    assert "turned over" in question.text and question.text.endswith("right all the same?")
    assert bench.current.state is SampleState.IN_PROGRESS
    assert bench.checks.pointed_at
    question.make()
    assert bench.samples.get(sample_id).state is SampleState.ACCEPTED
    assert len(questions) == 1


def test_a_revision_that_was_accepted_is_not_asked_about_in_another_window_either(
    bench: Workbench, questions: list[Question]
) -> None:
    sample_id, folder = bench.sample_id, bench.project.home
    fold(bench)
    bench.verdicts.accept(despite_checks=True)
    assert questions == []
    bench.close()
    bench.open(Project.open(folder))
    bench.go_to(sample_id)
    bench.verdicts.reopen()
    bench.verdicts.accept()
    assert questions == []
    assert bench.samples.get(sample_id).state is SampleState.ACCEPTED


def test_a_face_drawn_over_another_was_asked_about_when_it_was_drawn(
    bench: Workbench, questions: list[Question]
) -> None:
    session = bench.session
    model = bench.project.predictions.of(session.sample_id).every[0].model.id
    added = bench.project.samples.add(
        bench.current.image_id, session.landmarks + np.float32(1), model_id=model, presence=1.0,
        detection_score=1.0, added_by="Ann",
    )  # fmt: skip
    bench.refresh()
    bench.go_to(added.id)
    (finding,) = [one for one in bench.checks.findings if one.check == "same_face"]
    assert finding.severity is Severity.MEDIUM
    bench.verdicts.accept()
    assert questions == []


def test_a_face_that_was_sent_back_says_so_until_it_is_changed(bench: Workbench) -> None:
    sample_id = bench.sample_id
    bench.verdicts.send_back([Reason.POOR_MESH])
    bench.go_to(sample_id)
    assert names(bench) == {"unchanged"}
    bench.edits.apply("grab", Edit(bench.session.state.landmarks + np.float32(2)))
    assert names(bench) == set()


def test_what_needs_pixels_is_as_the_assessment_has_it(bench: Workbench) -> None:
    project, sample_id = bench.project, bench.sample_id
    prediction = project.predictions.of(sample_id).every[0]
    assessor = project.assessments.register(prediction.model.id, 1, ["spread"])
    blurred = StoredFinding("blurred", 2, "The face is blurred.", (), OfMesh.PREDICTION)
    folds = StoredFinding("folds", 3, "Long mended.", (1,), OfMesh.ANNOTATION)
    project.assessments.store(
        assessor,
        [Assessment(sample_id, prediction.id, 0, 0.1, {"spread": 0.1}, None, (blurred, folds))],
    )
    bench.step(1)
    bench.go_to(sample_id)
    assert [one.sentence for one in bench.checks.findings] == ["The face is blurred."]


def test_a_batch_knows_which_of_its_samples_are_doubted(bench: Workbench) -> None:
    folded = bench.sample_id
    fold(bench)
    every = tuple(one.id for one in bench.project.samples.summaries())
    batch = Batch(Verdict.ACCEPT, every)
    doubts = doubts_about(bench, batch)
    assert set(doubts.serious) == {folded}
    assert "In 1 sample checks found something serious: triangles turned over (1)" in (
        doubts.sentence
    )
    assert set(doubts.without(batch).sample_ids) == set(every) - {folded}
    assert doubts.within(Batch(Verdict.ACCEPT, every[-1:])).sentence == ""
    steps = list(checking(bench, batch, []))
    assert steps[0].total == len(every)


def test_verdicts_that_keep_samples_out_are_not_checked(bench: Workbench) -> None:
    fold(bench)
    batch = Batch(Verdict.EXCLUDE, (bench.sample_id,))
    assert not is_checked(batch)
    assert doubts_about(bench, batch) == Doubts()
