"""How good predictions probably are: kept, found again, and due once what they tell of changed."""

import sqlite3
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from annotator.inference import FacePrediction, ModelInfo
from annotator.mesh.layout import FACE_468
from annotator.project.assessment_records import (
    HIGH,
    LOW,
    MEDIUM,
    Assessment,
    OfMesh,
    StoredFinding,
)
from annotator.project.errors import DamagedProject, ProjectError
from annotator.project.judgements import Judgement
from annotator.project.project import Project
from annotator.project.records import Reason, Verdict

NAMES = ("blur", "size")
SPREAD = np.linspace(0, 0.1, 468).astype(np.float16)


def prediction_of(project, sample_id):
    return project.predictions.of(sample_id).own_id


def assessed(project, sample_id, doubt=0.1, *, findings=(), revision=None, **signals):
    found = project.annotations.load(sample_id)
    return Assessment(
        sample_id,
        prediction_of(project, sample_id),
        found.revision if revision is None else revision,
        doubt,
        signals or {"blur": 0.5, "size": 60.0},
        SPREAD,
        tuple(findings),
    )


@pytest.fixture
def assessor(predicted) -> int:
    return predicted.assessments.register(1, 1, NAMES)


@pytest.fixture
def done(predicted, assessor) -> Project:
    """All three samples are assessed."""
    predicted.assessments.store(assessor, [assessed(predicted, i, i / 10) for i in (1, 2, 3)])
    return predicted


def test_an_assessment_is_read_as_it_was_stored(predicted, assessor):
    findings = (
        StoredFinding("flipped", HIGH, "3 triangles are flipped.", (4, 5, 467)),
        StoredFinding("blurred", LOW, "The face is blurred.", of_mesh=OfMesh.ANNOTATION),
    )
    stored = assessed(predicted, 2, 0.125, findings=findings, blur=0.25)
    assert predicted.assessments.store(assessor, [stored]) == 1
    predicted.close()
    with Project.open(predicted.address) as project:
        found = project.assessments.of(2)
        assert project.assessments.of(1) is None
    assert (found.sample_id, found.prediction_id, found.revision) == (2, stored.prediction_id, 0)
    assert found.doubt == 0.125
    assert found.signals["blur"] == 0.25
    assert np.isnan(found.signals["size"])  # nobody knew it
    assert found.spread.tobytes() == SPREAD.tobytes()
    assert found.findings == findings


def test_the_gravest_finding_comes_first(predicted, assessor):
    findings = [StoredFinding("a", LOW, "A."), StoredFinding("b", HIGH, "B.")]
    predicted.assessments.store(assessor, [assessed(predicted, 1, findings=findings)])
    assert [each.name for each in predicted.assessments.of(1).findings] == ["b", "a"]
    assert predicted.assessments.columns().severity.tolist() == [HIGH]


def test_a_newer_assessment_takes_the_place_of_the_one_before(done, assessor):
    first = done.assessments.last_number()
    done.assessments.store(assessor, [assessed(done, 2, 0.7)])
    assert done.assessments.of(2).doubt == 0.7
    assert done.assessments.columns().doubt.tolist() == [0.1, 0.7, pytest.approx(0.3)]
    assert done.assessments.last_number() > first


def test_columns_hold_what_lists_show_by_sample(predicted, assessor):
    other = predicted.assessments.register(1, 2, ("yaw",))
    predicted.assessments.store(other, [assessed(predicted, 1, 0.1, yaw=30.0)])
    predicted.assessments.store(assessor, [assessed(predicted, i, i / 10) for i in (2, 3)])
    columns = predicted.assessments.columns()
    assert columns.sample_ids.tolist() == [1, 2, 3]
    assert columns.number == predicted.assessments.last_number()
    np.testing.assert_array_equal(columns.signals["size"], [np.nan, 60, 60])
    np.testing.assert_array_equal(columns.signals["yaw"], [30, np.nan, np.nan])
    assert columns.severity.tolist() == [0, 0, 0]


def test_a_doubt_that_nothing_tells_of_is_not_known(predicted, assessor):
    predicted.assessments.store(assessor, [assessed(predicted, 1, np.nan)])
    assert np.isnan(predicted.assessments.of(1).doubt)
    assert np.isnan(predicted.assessments.columns().doubt).all()


def test_all_is_due_at_first_and_nothing_once_it_is_done(predicted, assessor):
    assert predicted.assessments.due_images(assessor) == [1, 2]
    predicted.assessments.store(assessor, [assessed(predicted, 1)])
    assert predicted.assessments.due_images(assessor) == [1, 2]
    predicted.assessments.store(assessor, [assessed(predicted, i) for i in (2, 3)])
    assert predicted.assessments.due_images(assessor) == []
    assert predicted.assessments.faces(assessor, [1, 2]) == ({}, [])


def test_faces_come_with_their_photographs_other_faces(predicted, assessor):
    predicted.assessments.store(assessor, [assessed(predicted, 1)])
    faces, damaged = predicted.assessments.faces(assessor, [1, 2, 3])
    assert [[(face.sample_id, face.is_due) for face in some] for some in faces.values()] == [
        [(1, False), (2, True)],
        [(3, True)],
    ]
    assert damaged == []
    second = faces[1][1]
    assert second.layout is FACE_468
    assert second.landmarks is second.predicted
    assert second.kept is None
    np.testing.assert_array_equal(second.predicted, predicted.annotations.load(2).prediction)


def test_an_edit_makes_findings_due_and_keeps_what_is_known_of_the_prediction(done, assessor, edit):
    edit(done, 2)
    assert done.assessments.due_images(assessor) == [1]
    faces, _ = done.assessments.faces(assessor, [1])
    face = faces[1][1]
    assert face.kept.doubt == pytest.approx(0.2)
    assert face.revision == 1
    np.testing.assert_array_equal(face.landmarks, done.annotations.load(2).landmarks)
    assert (face.landmarks != face.predicted).any()


def test_a_verdict_alone_makes_nothing_due(done, assessor):
    done.reviews.accept(1, reviewer="Rae")
    assert done.assessments.due_images(assessor) == []


def test_a_newer_version_makes_all_due_and_keeps_nothing(done):
    newer = done.assessments.register(1, 2, NAMES)
    assert done.assessments.due_images(newer) == [1, 2]
    faces, _ = done.assessments.faces(newer, [2])
    assert faces[2][0].kept is None


def test_the_same_assessor_is_registered_once(predicted, assessor):
    assert predicted.assessments.register(1, 1, NAMES) == assessor
    assert predicted.assessments.register(1, 1, ("blur",)) != assessor


def test_a_newer_prediction_makes_its_sample_due_and_hides_what_was_said_of_the_older(
    done, assessor, make_face
):
    second = done.models.register(ModelInfo("retrained", "2" * 64, FACE_468))
    done.predictions.store(second, [(2, [make_face(201, 200, seed=2)])])
    assert done.assessments.of(3) is None
    assert done.assessments.columns().sample_ids.tolist() == [1, 2]
    assert done.assessments.due_images(assessor) == [2]


def test_what_is_wanted_again_is_due_and_stays_shown(done, assessor):
    assert done.assessments.want_again() == 3
    assert done.assessments.due_images(assessor) == [1, 2]
    faces, _ = done.assessments.faces(assessor, [2])
    assert faces[2][0].kept is None
    assert done.assessments.of(3).doubt == pytest.approx(0.3)
    done.assessments.store(assessor, [assessed(done, i) for i in (1, 2, 3)])
    assert done.assessments.due_images(assessor) == []


def test_neither_deleted_samples_nor_removed_images_are_due(predicted, assessor):
    predicted.reviews.delete(3, reviewer="Rae")
    assert predicted.assessments.due_images(assessor) == [1]
    predicted.removals.remove([1])
    assert predicted.assessments.due_images(assessor) == []


def test_samples_that_are_excluded_are_assessed_too(predicted, assessor):
    predicted.reviews.give("exclude", [3], reviewer="Rae", reasons=[Reason.BLURRED])
    assert predicted.assessments.due_images(assessor) == [1, 2]


def test_a_sample_that_is_gone_meanwhile_is_passed_over(done, assessor):
    late = [assessed(done, 1), assessed(done, 3)]
    done.removals.remove([2])
    done.removals.delete([2])
    assert done.assessments.store(assessor, late) == 1
    assert done.assessments.of(3) is None


def test_deleting_a_photograph_for_good_takes_its_assessments(predicted, assessor):
    finding = StoredFinding("flipped", HIGH, "Odd.")
    predicted.assessments.store(assessor, [assessed(predicted, 3, findings=[finding])])
    predicted.removals.remove([2])
    predicted.removals.delete([2])
    assert predicted.assessments.columns().sample_ids.tolist() == []
    predicted.close()
    with closing(sqlite3.connect(predicted.home / "project.sqlite")) as connection:
        for table in ("assessments", "findings"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


def test_a_damaged_mesh_is_told_and_the_others_are_handed_out(predicted, assessor):
    predicted.close()
    with closing(sqlite3.connect(predicted.home / "project.sqlite")) as connection:
        connection.execute("DROP TRIGGER predictions_refuse_update")
        connection.execute("UPDATE predictions SET digest = zeroblob(8) WHERE id = 2")
        connection.execute(
            "CREATE TRIGGER predictions_refuse_update BEFORE UPDATE ON predictions "
            "BEGIN SELECT RAISE(ABORT, 'predictions never change'); END"
        )
        connection.commit()
    with Project.open(predicted.address) as project:
        faces, damaged = project.assessments.faces(assessor, [1])
        assert [face.sample_id for face in faces[1]] == [1]
        assert [mesh.sample_id for mesh in damaged] == [2]


def test_other_signals_than_the_assessor_has_are_damage(done):
    done.close()
    with closing(sqlite3.connect(done.home / "project.sqlite")) as connection:
        connection.execute("UPDATE assessments SET signals = zeroblob(4) WHERE sample_id = 2")
        connection.commit()
    with Project.open(done.address) as project:
        for read in (project.assessments.columns, lambda: project.assessments.of(2)):
            with pytest.raises(DamagedProject, match="table assessments, column signals"):
                read()
        assert project.assessments.of(1) is not None


def test_what_no_assessor_can_be_is_refused(predicted, assessor):
    with pytest.raises(ProjectError, match="no model 9"):
        predicted.assessments.register(9, 1, NAMES)
    for names in ((), ("a,b",), ("",)):
        with pytest.raises(ValueError, match="names of signals"):
            predicted.assessments.register(1, 1, names)
    with pytest.raises(ProjectError, match="no assessor 9"):
        predicted.assessments.due_images(9)
    with pytest.raises(ProjectError, match="no assessor 9"):
        predicted.assessments.store(9, [assessed(predicted, 1)])
    assert predicted.assessments.of(1) is None


def test_assessing_is_no_change_of_a_sample(predicted, assessor):
    """Whoever gives a verdict to many is not refused because they were assessed meanwhile."""
    before = predicted.samples.last_change()
    predicted.assessments.store(assessor, [assessed(predicted, 1)])
    assert predicted.samples.last_change() == before


def test_an_opinion_cannot_be_told_from_a_face_by_what_is_known_of_it(predicted, assessor, edit):
    """Also where its face was edited, and where the face was assessed only afterwards."""
    (early,) = predicted.opinions.ask([(1, "ann")])
    edit(predicted, 2, 1)
    found = (
        StoredFinding("blurred", LOW, "The face is blurred."),
        StoredFinding("folds", HIGH, "2 triangles.", of_mesh=OfMesh.ANNOTATION),
        StoredFinding("unchanged", MEDIUM, "It was sent back."),
    )
    predicted.assessments.store(
        assessor,
        [assessed(predicted, 1, 0.25), assessed(predicted, 2, 0.5, findings=found, blur=0.75)],
    )
    (late,) = predicted.opinions.ask([(2, "ann")])
    columns = predicted.assessments.columns()
    assert columns.sample_ids.tolist() == [1, 2, early, late]
    assert columns.doubt.tolist() == [0.25, 0.5, 0.25, 0.5]
    assert columns.signals["blur"].tolist() == [0.5, 0.75, 0.5, 0.75]
    assert columns.severity.tolist() == [0, HIGH, 0, LOW]  # nothing of what others made of it
    known = predicted.assessments.of(late)
    assert known.sample_id == late
    assert (known.doubt, known.findings, known.revision) == (0.5, found[:1], 0)  # nor of that
    edit(predicted, late, 1, annotator="ann")
    assert predicted.assessments.columns().severity.tolist() == [0, HIGH, 0, 0]


def test_an_opinion_is_shown_nothing_that_is_known_of_another_prediction(done, assessor):
    (opinion,) = done.opinions.ask([(1, "ann")])
    newer = done.models.register(ModelInfo("newer", "9" * 64, FACE_468))
    sample = done.samples.get(1)
    moved = done.annotations.load(1).prediction + np.float32(1)
    image = [each for each in done.samples.summaries() if each.image_id == sample.image_id]
    faces = [FacePrediction(done.annotations.load(each.id).prediction + np.float32(1), 0.9, 0.9)
             for each in image]  # fmt: skip
    done.predictions.store(newer, [(sample.image_id, faces)])
    assert (done.annotations.load(1).prediction == moved).all()
    assert done.assessments.of(opinion) is None
    assert opinion not in done.assessments.columns().sample_ids
    done.assessments.store(assessor, [assessed(done, 1, 0.75)])
    assert done.assessments.of(1).doubt == 0.75
    assert done.assessments.of(opinion) is None
    assert opinion not in done.assessments.columns().sample_ids


def test_opinions_are_neither_due_nor_assessed_themselves(done, assessor):
    done.opinions.ask([(1, "ann"), (2, "ann")])


def found(text="See b.", of_mesh=OfMesh.PREDICTION):
    return StoredFinding("alike", MEDIUM, text, of_mesh=of_mesh)


def told(project, sample_id):
    return [each.sentence for each in project.assessments.of(sample_id).findings]


def test_findings_of_a_name_take_the_place_of_those_before_and_leave_others(predicted, assessor):
    other = StoredFinding("flipped", HIGH, "Odd.", (4,))
    predicted.assessments.store(
        assessor, [assessed(predicted, 1, findings=[other, found()]), assessed(predicted, 2)]
    )
    assert predicted.assessments.store_found("alike", {2: [found("See a.")]}) == 2
    assert (told(predicted, 1), told(predicted, 2)) == (["Odd."], ["See a."])
    assert predicted.assessments.columns().severity.tolist() == [HIGH, MEDIUM]


def test_whoever_looks_at_the_newest_hears_of_other_findings_and_of_the_same_nothing(done):
    before = done.assessments.columns()
    assert done.assessments.store_found("alike", {2: [found()], 3: [found()]}) == 2
    after = done.assessments.columns()
    assert after.number == done.assessments.last_number() > before.number
    assert after.doubt.tolist() == before.doubt.tolist()
    assert done.assessments.store_found("alike", {2: [found()], 3: [found()]}) == 0
    assert done.assessments.last_number() == after.number
    assert done.assessments.store_found("alike", {}) == 2
    assert told(done, 2) == []


def test_nothing_is_found_in_what_was_never_assessed(predicted):
    predicted.assessments.store_found("alike", {1: [found()], 99: [found()]})
    assert predicted.assessments.of(1) is None
    assert predicted.assessments.columns().severity.tolist() == []


def test_faces_are_handed_out_with_their_hashes_as_far_as_they_take_part(predicted, assessor, edit):
    hashes = 2**64 - 1, 2**63
    every = [replace(assessed(predicted, i), face_hashes=hashes) for i in (1, 2, 3)]
    predicted.assessments.store(assessor, every)
    faces = predicted.assessments.hashed_faces()
    assert {key: face.hashes for key, face in faces.items()} == dict.fromkeys((1, 2, 3), hashes)
    assert faces[1].file == faces[2].file != faces[3].file
    assert not any(face.was_edited for face in faces.values())
    edit(predicted, 1)
    predicted.reviews.exclude(2, reviewer="Rae")
    predicted.removals.remove([2])
    faces = predicted.assessments.hashed_faces()
    assert [(key, face.was_edited) for key, face in faces.items()] == [(1, True)]


def test_opinions_take_no_part(predicted, assessor):
    predicted.assessments.store(assessor, [replace(assessed(predicted, 1), face_hashes=(1, 2))])
    predicted.opinions.ask([(1, "ann"), (1, "ben")])
    assert list(predicted.assessments.hashed_faces()) == [1]


def test_a_sample_that_was_sent_back_and_left_as_it_was_is_due_once(done, assessor, edit):
    edit(done, 3)
    done.assessments.store(assessor, [assessed(done, 3)])
    done.reviews.send_back(3, reviewer="Rae", reasons=[Reason.BLURRED])
    done.reviews.submit(3, reviewer="Ann")
    assert done.assessments.due_images(assessor) == [2]
    (face,) = done.assessments.faces(assessor, [2])[0][2]
    assert (face.changed_since_sent_back, face.kept is None) == (False, False)
    done.assessments.store(assessor, [replace(assessed(done, 3), unchanged_since_sent_back=True)])
    assert done.assessments.due_images(assessor) == []
    edit(done, 3)
    (face,) = done.assessments.faces(assessor, [2])[0][2]
    assert face.changed_since_sent_back is True
    done.assessments.store(assessor, [assessed(done, 3)])
    done.reviews.accept(3, reviewer="Rae")
    assert done.assessments.due_images(assessor) == []


def test_who_sends_back_by_mistake_leaves_nothing_to_tell(done, assessor):
    judgement = Judgement(Verdict.SEND_BACK, "Rae", reasons=[Reason.BLURRED])
    given = done.reviews.judge_all([3], judgement)
    assert done.assessments.due_images(assessor) == [2]
    done.reviews.take_back(given, reviewer="Rae")
    assert done.assessments.due_images(assessor) == []
