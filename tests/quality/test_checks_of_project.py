"""Checks over a whole project: photograph by photograph, and the same picture twice."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from annotator.inference import FacePrediction, ModelInfo
from annotator.mesh.layout import FACE_468
from annotator.project import NewImage, Project, Reason, Stroke
from annotator.quality.checks import CHECKS, Severity, of_project
from annotator.quality.checks.of_project import (
    Checked,
    face_hashes,
    findings_of_project,
    look_alikes,
    subject_of,
)

MODEL = ModelInfo("face_landmark", "1" * 64, FACE_468)


@pytest.fixture
def project(new_project: Callable[[Path], Project], tmp_path: Path, hopper: np.ndarray):
    """Samples 1 and 2 side by side in one photograph, 3 and 4 on one face in another."""
    with new_project(tmp_path / "project") as opened:
        opened.images.add(
            NewImage(opened.home / f"{name}.jpg", name * 64, 1600, 900) for name in "ab"
        )
        model = opened.models.register(MODEL)
        beside, nearly = hopper + np.float32([700, 0, 0]), hopper + np.float32([9, 4, 0])
        for image_id, meshes in ((1, (hopper, beside)), (2, (hopper,))):
            faces = [FacePrediction(mesh, 0.9, 0.8) for mesh in meshes]
            opened.predictions.store(model, [(image_id, faces)])
        opened.samples.add(
            2, nearly, model_id=model, presence=0.9, detection_score=1.0, added_by="Ann"
        )
        yield opened


def found_in(project: Project, *sample_ids: int) -> dict[int, Checked]:
    found = list(findings_of_project(project, sample_ids or None))
    assert len({one.sample_id for one in found}) == len(found)
    return {one.sample_id: one for one in found}


def fold(project: Project, sample_id: int) -> None:
    annotation = project.annotations.load(sample_id)
    nose = annotation.layout.regions["nose"].vertices
    before = annotation.landmarks[nose]
    after = before + np.float32([90, 0, 0])
    project.annotations.record_stroke(
        sample_id, Stroke("grab", nose, before, after), revision=annotation.revision, annotator="A"
    )


def test_all_samples_are_looked_at_and_those_of_one_photograph_beside_one_another(project):
    found = found_in(project)
    assert list(found) == [1, 2, 3, 4]
    assert found[1].findings == found[2].findings == ()
    for sample_id, other in ((3, "face #2"), (4, "face #1")):
        (finding,) = found[sample_id].findings
        assert finding.check == "same_face" and other in finding.sentence
        # Whoever drew the second one was asked whether it is the first.
        assert finding.severity is Severity.MEDIUM
        assert not found[sample_id].is_asked_about


def test_each_photograph_is_read_once_however_its_samples_are_asked_for(project, monkeypatch):
    read, to_check = [], project.samples.to_check

    def noting(sample_ids):
        read.append(set(sample_ids))
        return to_check(sample_ids)

    monkeypatch.setattr(of_project, "_AT_ONCE", 1)
    monkeypatch.setattr(project.samples, "to_check", noting)
    assert list(found_in(project, 3, 1, 99, 4, 2)) == [3, 4, 1, 2]
    assert read == [{3, 4}, {1, 2}]


def test_those_asked_for_are_looked_at_and_a_deleted_face_is_none(project):
    project.reviews.delete(4, reviewer="Rae")
    assert list(found_in(project, 3)) == [3]
    assert found_in(project, 3, 4, 999)[3].findings == ()


def test_the_annotation_is_looked_at_as_it_stands(project):
    fold(project, 1)
    checked = found_in(project)[1]
    assert checked.revision == 1
    assert "folds" in {finding.check for finding in checked.serious}
    project.annotations.undo(1, revision=1)
    assert found_in(project)[1].findings == ()


def test_what_somebody_accepted_is_not_asked_about_again_until_it_changes(project):
    fold(project, 1)
    project.reviews.accept(1, reviewer="Rae")
    accepted = found_in(project)[1]
    assert accepted.serious and not accepted.is_asked_about
    project.reviews.reopen(1, reviewer="Rae")
    assert not found_in(project)[1].is_asked_about
    fold(project, 1)
    assert found_in(project)[1].is_asked_about


def test_a_sample_that_was_sent_back_and_not_changed_is_told_of(project):
    project.reviews.send_back(1, reviewer="Rae", reasons=[Reason.POOR_MESH])
    (finding,) = found_in(project)[1].findings
    assert (finding.check, finding.severity) == ("unchanged", Severity.MEDIUM)
    fold(project, 1)
    assert "unchanged" not in {one.check for one in found_in(project)[1].findings}
    project.annotations.undo(1, revision=1)
    # It is as it was, but somebody worked on it: the reviewer sees what came of that.
    assert found_in(project)[1].findings == ()


def test_damaged_meshes_are_passed_over_and_the_others_are_not(project, tmp_path):
    import sqlite3  # noqa: PLC0415 - of this test alone

    with sqlite3.connect(project.home / "project.sqlite") as connection:
        connection.execute("DROP TRIGGER IF EXISTS predictions_refuse_update")
        names = [
            name
            for (name,) in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'predictions'"
            )
        ]
        for name in names:
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.execute("UPDATE predictions SET landmarks = zeroblob(5616) WHERE sample_id = 2")
    assert list(found_in(project)) == [1, 3, 4]


def test_a_project_that_may_only_be_read_is_checked_likewise(project):
    with Project.open(project.home, read_only=True) as opened:
        assert list(found_in(opened)) == [1, 2, 3, 4]


def test_a_face_is_looked_at_with_what_is_known_besides(project, photographs):
    (photograph,) = project.samples.to_check([1])
    face = photograph.faces[0]
    subject = subject_of(photograph, face, pixels=photographs["hopper.jpg"], alike=["other.jpg #1"])
    assert [other.name for other in subject.others] == ["face #2"]
    names = {found.check for one in CHECKS for found in one.look(subject)}
    assert names == {"look_alikes"}


def test_a_copy_that_is_smaller_and_lies_turned_has_nearly_the_same_hashes(predicted, photographs):
    photograph, mesh = photographs["hopper.jpg"], predicted["hopper.jpg"][0]
    plain, mirrored = face_hashes(photograph, mesh, FACE_468)
    small, smaller = photograph[::2, ::2], mesh / np.float32(2)
    turned = smaller.copy()  # a quarter, counter-clockwise
    turned[:, 0], turned[:, 1] = smaller[:, 1], small.shape[1] - smaller[:, 0]
    flipped = smaller[FACE_468.mirror] * np.float32([-1, 1, 1])
    flipped[:, 0] += small.shape[1]
    another = face_hashes(photographs["collins.jpg"], predicted["collins.jpg"][0], FACE_468)[0]

    def apart(image: np.ndarray, landmarks: np.ndarray, looked: int) -> int:
        copied = face_hashes(np.ascontiguousarray(image), landmarks, FACE_468)[0]
        return (copied ^ looked).bit_count()

    assert apart(small, smaller, plain) <= 9
    assert apart(np.rot90(small), turned, plain) <= 9
    assert apart(small[:, ::-1], flipped, mirrored) <= 9
    assert (another ^ plain).bit_count() > 9


def test_look_alikes_of_other_files_are_named_and_faces_of_one_file_are_none():
    hashes = {1: (5, 6), 2: (5, 6), 3: (7, 6), 4: (2**64 - 1, 2**63 + 2**40 - 1), 5: (5, 6)}
    files = {1: "a", 2: "a", 3: "b", 4: "c", 5: "d"}
    assert look_alikes(hashes, files) == {1: (3, 5), 2: (3, 5), 3: (1, 5), 5: (1, 3)}
    assert look_alikes({1: (5, 6), 2: (5, 6)}, files) == {}
    assert look_alikes({}, {}) == {}


def test_a_thousand_copies_name_no_more_than_twenty():
    hashes = dict.fromkeys(range(1000), (5, 6))
    found = look_alikes(hashes, {number: str(number) for number in range(1000)})
    assert {len(others) for others in found.values()} == {20}
    assert all(number not in others for number, others in found.items())
