"""Every revision can be looked at and brought back, whatever was undone or dropped since."""

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from annotator.inference import ModelInfo
from annotator.mesh.layout import FACE_468
from annotator.project import (
    Annotation,
    Change,
    DamagedProject,
    Project,
    StaleAnnotation,
    Stroke,
    UnknownRevision,
    UnseenVerdict,
)

STEPS = (
    "draw", "mark 5", "undo", "redo", "undo", "undo", "mark 7", "draw", "undo", "mark 9",
)  # fmt: skip


def state(mesh) -> tuple[bytes, bytes, tuple[int, ...]]:
    return mesh.landmarks.tobytes(), mesh.marks.tobytes(), mesh.anchors


def marking(annotation: Annotation, vertex: int) -> Stroke:
    """Move a vertex, mark it, and make it an anchor."""
    at = np.array([vertex])
    return Stroke(
        "guided",
        at,
        annotation.landmarks[at],
        annotation.landmarks[at] + 1,
        marks_before=annotation.marks[at],
        marks_after=annotation.marks[at] | 4,
        anchors_added=(vertex,),
    )


@pytest.fixture
def walked(predicted, draw) -> tuple[Project, list[Annotation]]:
    """Sample 1 after strokes, some over undone ones, and all that it was on the way."""
    annotations, found = predicted.annotations, [predicted.annotations.load(1)]
    for step in STEPS:
        last = found[-1]
        if step in ("undo", "redo"):
            change = getattr(annotations, step)
            found.append(change(1, revision=last.revision, by="Bo"))
            continue
        stroke = draw(last) if step == "draw" else marking(last, int(step.split()[1]))
        found.append(annotations.record_stroke(1, stroke, revision=last.revision, annotator="Ann"))
    return predicted, found


def test_every_revision_is_what_it_was_bit_by_bit(walked):
    project, found = walked
    assert [each.revision for each in found] == list(range(11))
    for each in found:
        past = project.annotations.at_revision(1, each.revision)
        assert state(past) == state(each), each.revision
        assert past.prediction.tobytes() == each.prediction.tobytes()
        assert not past.landmarks.flags.writeable


def test_what_made_each_revision_is_told(walked):
    project, _ = walked
    made = project.annotations.made(1)
    assert [each.revision for each in made] == list(range(1, 11))
    assert [each.change for each in made[:4]] == ["stroke", "stroke", "undo", "redo"]
    assert [each.made_by for each in made[:4]] == ["Ann", "Ann", "Bo", "Bo"]
    assert [each.tool for each in made[:3]] == ["grab", "guided", "guided"], "dropped ones too"


def test_a_revision_is_brought_back_by_a_stroke_that_can_be_undone(walked):
    project, found = walked
    for past in (2, 0, 8):
        last = project.annotations.load(1)
        back = project.annotations.restore(1, past, revision=last.revision, annotator="Cy")
        assert state(back) == state(found[past]), past
        assert (back.revision, back.last_stroke.annotator) == (last.revision + 1, "Cy")
        undone = project.annotations.undo(1, revision=back.revision)
        assert state(undone) == state(last)


def test_bringing_back_what_is_there_changes_nothing(walked):
    project, found = walked
    back = project.annotations.restore(1, 10, revision=10, annotator="Cy")
    assert back.revision == 10
    assert project.annotations.load(1).revision == 10
    assert state(back) == state(found[10])


def test_bringing_back_withdraws_no_verdict_that_nobody_saw_and_no_stroke(walked):
    project, _ = walked
    with pytest.raises(StaleAnnotation):
        project.annotations.restore(1, 2, revision=9, annotator="Cy")
    project.reviews.accept(1, reviewer="Rae")
    with pytest.raises(UnseenVerdict):
        project.annotations.restore(1, 2, revision=10, annotator="Cy", seen=0)
    assert project.samples.get(1).state == "accepted"
    project.annotations.restore(1, 2, revision=10, annotator="Cy")
    assert project.samples.get(1).state == "in_progress", "an accepted mesh that is edited is not"


def test_a_revision_that_never_was_is_refused(walked):
    project, _ = walked
    for number in (11, -1):
        with pytest.raises(UnknownRevision, match="revisions 0 to 10"):
            project.annotations.at_revision(1, number)


def test_a_revision_of_an_earlier_prediction_is_the_earlier_prediction(predicted, make_face):
    before = predicted.annotations.load(1)
    second = predicted.models.register(ModelInfo("retrained", "2" * 64, FACE_468))
    face = make_face(101, 101, seed=9)
    predicted.predictions.store(second, [(1, [face, make_face(300, 100, seed=1)])])
    after = predicted.annotations.load(1)
    assert after.revision == 1
    assert after.landmarks.tobytes() == face.landmarks.tobytes()
    past = predicted.annotations.at_revision(1, 0)
    assert past.landmarks.tobytes() == before.landmarks.tobytes()
    assert [each.change for each in predicted.annotations.made(1)] == [Change.FOLLOW]


def test_what_an_earlier_version_did_not_keep_is_said(walked):
    project, _ = walked
    with closing(sqlite3.connect(project.home / "project.sqlite")) as connection:
        connection.execute("DELETE FROM revisions WHERE sample_id = 1 AND revision <= 4")
        connection.commit()
    assert project.annotations.at_revision(1, 4).revision == 4
    with pytest.raises(UnknownRevision, match="edited with an earlier version"):
        project.annotations.at_revision(1, 3)


@pytest.mark.parametrize("table", ["strokes", "dropped_strokes"])
def test_a_stroke_that_is_damaged_is_told_and_not_shown(walked, table):
    project, _ = walked
    path = Path(project.home) / "project.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            f'UPDATE {table} SET "after" = zeroblob(length("after")) '
            f"WHERE id = (SELECT min(id) FROM {table})"
        )
        connection.commit()
    seen = []
    for number in range(11):
        try:
            seen.append(project.annotations.at_revision(1, number).revision)
        except DamagedProject:
            continue
    assert 0 in seen
    assert len(seen) < 11


def test_what_is_deleted_for_good_takes_its_history_along(walked):
    project, _ = walked
    project.remarks.add(1, "left lid", author="Rae", vertices=[33])
    project.removals.remove([1], by="Rae")
    project.removals.delete([1], by="Rae")
    with closing(sqlite3.connect(project.home / "project.sqlite")) as connection:
        for table in ("revisions", "dropped_strokes", "remarks"):
            (left,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
            assert left == 0, table
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    assert [each.what for each in project.audit.entries()][-2:] == ["remove", "delete_for_good"]


def test_a_face_made_by_a_model_has_no_history(predicted):
    assert predicted.annotations.made(2) == []
    assert isinstance(predicted.annotations.at_revision(2, 0).prediction, np.ndarray)
