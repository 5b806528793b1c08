"""Strokes that mark vertices or place anchors, alone or with the positions."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from annotator.mesh.layout import FACE_468
from annotator.mesh.marks import Visibility, is_pinned, no_marks, with_pins, with_visibility
from annotator.project.digests import anchors_digest, annotation_digest
from annotator.project.errors import DamagedProject, StaleAnnotation
from annotator.project.project import Project
from annotator.project.records import SampleState
from annotator.project.strokes import Stroke, with_anchors


def marking(annotation, marks, *, by=0.0, added=(), removed=(), tool="mark") -> Stroke:
    """Make a stroke that marks what differs, and moves it too."""
    changed = np.flatnonzero(annotation.marks != marks)
    before = annotation.landmarks[changed]
    after = before + np.float32([by, 0, 0])
    return Stroke(
        tool, changed, before, after, annotation.marks[changed], marks[changed], added, removed
    )


def anchoring(added=(), removed=()) -> Stroke:
    nowhere = np.zeros((0, 3))
    return Stroke("guided", [], nowhere, nowhere, anchors_added=added, anchors_removed=removed)


def record(project, stroke, sample_id=1):
    revision = project.annotations.load(sample_id).revision
    return project.annotations.record_stroke(sample_id, stroke, revision=revision, annotator="Ann")


def test_an_untouched_sample_has_no_marks_and_no_anchors(predicted):
    annotation = predicted.annotations.load(1)
    assert annotation.marks.dtype == np.uint8
    assert annotation.marks.tolist() == [0] * 468
    assert not annotation.marks.flags.writeable
    assert annotation.anchors == ()


def test_a_stroke_that_only_marks_is_stored_undone_and_redone(predicted):
    before = predicted.annotations.load(1)
    marks = with_pins(
        with_visibility(no_marks(FACE_468.count), [3, 4], Visibility.OCCLUDED), [4], pinned=True
    )
    marked = record(predicted, marking(before, marks))
    assert marked.marks.tolist() == marks.tolist()
    assert not marked.marks.flags.writeable
    assert marked.landmarks.tobytes() == before.landmarks.tobytes()
    summary = predicted.samples.get(1)
    assert (summary.state, summary.stroke_count) == (SampleState.IN_PROGRESS, 1)
    assert summary.displacement == 0
    undone = predicted.annotations.undo(1, revision=1)
    assert undone.marks.tolist() == [0] * 468
    assert undone.can_redo
    assert predicted.annotations.redo(1, revision=2).marks.tolist() == marks.tolist()
    predicted.close()
    with Project.open(predicted.address) as project:
        assert project.annotations.load(1).marks.tolist() == marks.tolist()


def test_a_stroke_may_move_mark_and_anchor_at_once(predicted):
    before = predicted.annotations.load(1)
    marks = with_visibility(no_marks(FACE_468.count), [0, 9], Visibility.OUT_OF_FRAME)
    after = record(predicted, marking(before, marks, by=3, added=(9, 0), tool="guided"))
    assert after.anchors == (9, 0)
    np.testing.assert_allclose(after.landmarks[9, 0] - before.landmarks[9, 0], 3, atol=1e-4)
    undone = predicted.annotations.undo(1, revision=1)
    assert undone.anchors == ()
    assert undone.landmarks.tobytes() == before.landmarks.tobytes()


def test_marks_and_anchors_come_back_as_they_were_recorded(predicted):
    marks = with_pins(no_marks(FACE_468.count), [7], pinned=True)
    record(predicted, marking(predicted.annotations.load(1), marks, added=(7, 1)))
    record(predicted, anchoring(removed=(1,)))
    first, second = predicted.annotations.strokes(1)
    assert (first.marks_before.tolist(), first.marks_after.tolist()) == ([0], [4])
    assert (first.anchors_added, first.anchors_removed) == ((7, 1), ())
    assert (second.marks_before, second.marks_after) == (None, None)
    assert (second.anchors_added, second.anchors_removed) == ((), (1,))
    assert second.vertex_indices.tolist() == []
    assert second.before.shape == second.after.shape == (0, 3)


def test_a_stroke_that_only_moves_leaves_marks_and_anchors_alone(predicted, draw):
    marks = with_pins(no_marks(FACE_468.count), [7], pinned=True)
    marked = record(predicted, marking(predicted.annotations.load(1), marks, added=(7,)))
    moved = record(predicted, draw(marked))
    assert (moved.marks.tolist(), moved.anchors) == (marks.tolist(), (7,))
    (_, stroke) = predicted.annotations.strokes(1)
    assert (stroke.marks_before, stroke.marks_after) == (None, None)
    assert (stroke.anchors_added, stroke.anchors_removed) == ((), ())


def test_anchors_keep_the_order_of_placing(predicted):
    record(predicted, anchoring(added=(5, 6)))
    assert record(predicted, anchoring(added=(1,))).anchors == (5, 6, 1)
    assert record(predicted, anchoring(added=(5,))).anchors == (6, 1, 5)
    assert record(predicted, anchoring(added=(2,), removed=(6, 1))).anchors == (5, 2)
    assert predicted.annotations.undo(1, revision=4).anchors == (6, 1, 5)
    assert predicted.annotations.undo(1, revision=5).anchors == (5, 6, 1)
    assert record(predicted, anchoring(added=(9,))).anchors == (5, 6, 1, 9)
    assert not predicted.annotations.load(1).can_redo


def test_an_anchor_removed_and_placed_by_one_stroke_is_an_anchor():
    assert with_anchors((1, 2), added=(1,), removed=(1, 2)) == (1,)


def test_the_anchors_of_one_sample_are_not_those_of_another(predicted):
    record(predicted, anchoring(added=(5,)), sample_id=1)
    assert predicted.annotations.load(2).anchors == ()


def test_a_stroke_that_starts_from_other_marks_writes_nothing(predicted):
    pinned = with_pins(no_marks(FACE_468.count), [7], pinned=True)
    record(predicted, marking(predicted.annotations.load(1), pinned))
    where = predicted.annotations.load(1).landmarks[[7]]
    stroke = Stroke("mark", [7], where, where, [0], [1])  # it is pinned, and so not 0
    with pytest.raises(StaleAnnotation, match="does not start where"):
        record(predicted, stroke)
    assert len(predicted.annotations.strokes(1)) == 1
    assert predicted.annotations.load(1).marks.tolist() == pinned.tolist()


def test_marks_that_stay_as_they_are_are_not_stored(predicted):
    where = predicted.annotations.load(1).landmarks[[7]]
    stroke = Stroke("grab", [7], where, where + 1, [0], [0])
    assert (stroke.marks_before, stroke.marks_after) == (None, None)


def test_accepting_after_a_stroke_that_only_marks_is_not_as_predicted(predicted):
    record(
        predicted,
        marking(predicted.annotations.load(1), with_pins(no_marks(FACE_468.count), 3, pinned=True)),
    )
    record(predicted, anchoring(added=(5,)), sample_id=2)
    for sample_id in (1, 2, 3):
        predicted.reviews.accept(sample_id, reviewer="Rae")
    verdicts = {sample.sample_id: sample.verdict for sample in predicted.samples.accepted()}
    assert verdicts == {1: "accepted", 2: "accepted", 3: "accepted_as_predicted"}


ONE, TWO = np.zeros((1, 3)), np.zeros((2, 3))


@pytest.mark.parametrize(
    ("stroke", "words"),
    [
        (lambda: Stroke("mark", [7], ONE, ONE, [0], None), "only one"),
        (lambda: Stroke("mark", [7], ONE, ONE, None, [0]), "only one"),
        (lambda: Stroke("mark", [7], ONE, ONE, [0, 0], [0, 1]), r"marks_before .* \(1,\)"),
        (lambda: Stroke("mark", [7, 8], TWO, TWO, [0, 0], [1]), r"marks_after .* \(2,\)"),
        (lambda: Stroke("mark", [7], ONE, ONE, [0], [3]), "visibility and a pin"),
        (lambda: Stroke("mark", [7], ONE, ONE, [0], [0]), "has to change"),
        (lambda: anchoring(added=(-1,)), "anchors_added must lie between"),
        (lambda: anchoring(removed=(4, 4)), "anchors_removed repeats"),
        (anchoring, "has to change"),
    ],
)
def test_an_impossible_stroke_cannot_be_made(stroke, words):
    with pytest.raises(ValueError, match=words):
        stroke()


@pytest.mark.parametrize(
    ("statement", "value", "words"),
    [
        ("UPDATE annotations SET marks = :value, digest = :digest", b"\xff" * 468, "marks"),
        (
            "UPDATE strokes SET anchors_added = :value, anchors_digest = :digest",
            b"\xff\xff",
            "vertex indices",
        ),
    ],
)
def test_impossible_marks_and_anchors_are_reported_as_damage(predicted, statement, value, words):
    landmarks = record(predicted, anchoring(added=(5,))).landmarks
    digest = annotation_digest(1, 1, 1, landmarks, value)
    if words == "vertex indices":
        digest = anchors_digest(1, 1, value, None)
    with predicted._engine.writing() as session:
        session.execute(text(statement), {"value": value, "digest": digest})
    with pytest.raises(DamagedProject, match=f"impossible {words}"):
        predicted.annotations.load(1)


ACTIONS = st.one_of(
    st.sampled_from(["undo", "redo"]),
    st.tuples(
        st.lists(st.integers(0, 9), unique=True, max_size=3),  # vertices to mark
        st.sampled_from([0, 1, 2, 4, 6]),
        st.lists(st.integers(0, 9), unique=True, max_size=2),  # anchors placed
        st.lists(st.integers(0, 9), unique=True, max_size=2),  # anchors removed
    ),
)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(ACTIONS, max_size=12))
def test_any_series_of_marks_and_anchors_behaves_like_a_plain_undo_list(predicted, actions):
    annotations = predicted.annotations
    current = annotations.load(3)
    while current.can_undo:
        current = annotations.undo(3, revision=current.revision)
    history, position = [(current.marks.tolist(), ())], 0
    for action in actions:
        if action == "undo":
            current = annotations.undo(3, revision=current.revision)
            position = max(position - 1, 0)
        elif action == "redo":
            if position + 1 == len(history):
                continue  # what an earlier series left undone
            current = annotations.redo(3, revision=current.revision)
            position += 1
        else:
            vertices, value, added, removed = action
            marks = current.marks.copy()
            marks[vertices] = value
            if marks.tolist() == current.marks.tolist() and not added and not removed:
                continue
            current = record(predicted, marking(current, marks, added=added, removed=removed), 3)
            anchors = [v for v in history[position][1] if v not in removed]
            anchors = (*(v for v in anchors if v not in added), *added)
            history, position = [*history[: position + 1], (marks.tolist(), anchors)], position + 1
        assert (current.marks.tolist(), current.anchors) == history[position]
        stored = annotations.load(3)
        assert (stored.marks.tolist(), stored.anchors) == history[position]
        assert is_pinned(stored.marks).any() == any(mark & 4 for mark in history[position][0])
