from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotator.project.errors import StaleAnnotation, UnknownSample
from annotator.project.project import Project
from annotator.project.records import SampleState
from annotator.project.strokes import Stroke


def test_a_stroke_moves_its_vertices_and_no_other(predicted, draw):
    before = predicted.annotations.load(1)
    after = predicted.annotations.record_stroke(
        1, draw(before, indices=[5, 200], by=(3, 1, 0)), revision=0, annotator="Ann"
    )
    moved = np.flatnonzero((after.landmarks != before.landmarks).any(axis=1))
    assert moved.tolist() == [5, 200]
    np.testing.assert_allclose(after.landmarks[5] - before.landmarks[5], (3, 1, 0), atol=1e-5)
    assert after.prediction.tobytes() == before.prediction.tobytes()
    assert (after.revision, after.can_undo, after.can_redo) == (1, True, False)
    summary = predicted.samples.get(1)
    assert summary.state is SampleState.IN_PROGRESS
    assert (summary.stroke_count, summary.annotator) == (1, "Ann")


def test_the_box_of_a_summary_follows_the_strokes(predicted, draw):
    annotation = predicted.annotations.load(1)
    stroke = draw(annotation, indices=range(468), by=(1000, 0, 0))
    left = predicted.samples.get(1).box[0]
    predicted.annotations.record_stroke(1, stroke, revision=0, annotator=None)
    assert predicted.samples.get(1).box[0] == pytest.approx(left + 1000, abs=1e-3)
    predicted.annotations.undo(1, revision=1)
    assert predicted.samples.get(1).box[0] == left


def test_strokes_come_back_as_they_were_made(predicted, draw):
    stroke = draw(predicted.annotations.load(1), indices=[467, 0, 9], tool="smooth")
    began = datetime.now(UTC)
    predicted.annotations.record_stroke(1, stroke, revision=0, annotator="Ann")
    (record,) = predicted.annotations.strokes(1)
    assert (record.sequence, record.tool, record.annotator) == (1, "smooth", "Ann")
    assert record.vertex_indices.tolist() == [467, 0, 9]
    assert record.before.tobytes() == stroke.before.tobytes()
    assert record.after.tobytes() == stroke.after.tobytes()
    assert not record.undone
    assert began <= record.created_at <= datetime.now(UTC)


def test_undo_and_redo_walk_the_whole_history_even_after_a_restart(predicted, draw):
    meshes = [predicted.annotations.load(2)]
    for step in range(30):
        stroke = draw(meshes[-1], indices=[step, step + 1], by=(0.1, -0.3, 0.0))
        meshes.append(
            predicted.annotations.record_stroke(2, stroke, revision=step, annotator="Ann")
        )
    predicted.close()
    with Project.open(predicted.address) as project:
        current = project.annotations.load(2)
        for expected in reversed(meshes[:-1]):
            current = project.annotations.undo(2, revision=current.revision)
            assert current.landmarks.tobytes() == expected.landmarks.tobytes()
        assert (current.can_undo, current.can_redo) == (False, True)
        assert project.samples.get(2).state is SampleState.PREDICTED
    with Project.open(predicted.address) as project:
        for expected in meshes[1:]:
            current = project.annotations.redo(2, revision=current.revision)
            assert current.landmarks.tobytes() == expected.landmarks.tobytes()
        assert (current.can_undo, current.can_redo) == (True, False)
        assert current.revision == 90


def test_the_annotator_shown_is_that_of_the_last_stroke_in_effect(predicted, edit):
    edit(predicted, 1, annotator="Ann")
    edit(predicted, 1, annotator="Bob")
    shown = [predicted.samples.get(1).annotator]
    for revision in (2, 3):
        predicted.annotations.undo(1, revision=revision)
        shown.append(predicted.samples.get(1).annotator)
    predicted.annotations.redo(1, revision=4)
    shown.append(predicted.samples.get(1).annotator)
    assert shown == ["Bob", "Ann", None, "Ann"]


def test_a_new_stroke_drops_what_was_undone(predicted, edit):
    edit(predicted, 1, 3)
    predicted.annotations.undo(1, revision=3)
    predicted.annotations.undo(1, revision=4)
    undone_ids = [record.id for record in predicted.annotations.strokes(1) if record.undone]
    assert len(undone_ids) == 2
    edit(predicted, 1)
    records = predicted.annotations.strokes(1)
    assert [(record.sequence, record.undone) for record in records] == [(1, False), (2, False)]
    assert records[-1].id not in undone_ids
    assert not predicted.annotations.load(1).can_redo


def test_undo_and_redo_with_nothing_to_do_change_nothing(predicted):
    predicted.reviews.accept(1, reviewer="Rae")
    for change in (predicted.annotations.undo, predicted.annotations.redo):
        annotation = change(1, revision=0)
        assert (annotation.revision, annotation.can_undo, annotation.can_redo) == (0, False, False)
    assert predicted.samples.get(1).state is SampleState.ACCEPTED


def test_a_change_based_on_an_old_revision_writes_nothing(predicted, edit, draw):
    seen = predicted.annotations.load(1)
    edit(predicted, 1)
    for change in (
        lambda: predicted.annotations.record_stroke(1, draw(seen), revision=0, annotator="Bob"),
        lambda: predicted.annotations.undo(1, revision=0),
        lambda: predicted.annotations.redo(1, revision=0),
    ):
        with pytest.raises(StaleAnnotation, match="changed elsewhere"):
            change()
    assert predicted.annotations.load(1).revision == 1
    assert [record.annotator for record in predicted.annotations.strokes(1)] == ["Ann"]


def test_a_stroke_that_starts_somewhere_else_writes_nothing(predicted, draw):
    annotation = predicted.annotations.load(1)
    stroke = draw(annotation)
    elsewhere = Stroke("grab", stroke.vertex_indices, stroke.before + 1, stroke.after)
    with pytest.raises(StaleAnnotation, match="does not start where"):
        predicted.annotations.record_stroke(1, elsewhere, revision=0, annotator="Ann")
    assert predicted.annotations.strokes(1) == []
    assert predicted.samples.get(1).state is SampleState.PREDICTED


def test_an_unknown_sample_is_reported(predicted, draw):
    stroke = draw(predicted.annotations.load(1))
    for call in (
        lambda: predicted.annotations.load(99),
        lambda: predicted.annotations.strokes(99),
        lambda: predicted.annotations.undo(99, revision=0),
        lambda: predicted.annotations.record_stroke(99, stroke, revision=0, annotator=None),
        lambda: predicted.samples.get(99),
        lambda: predicted.reviews.accept(99, reviewer="Rae"),
        lambda: predicted.reviews.history(99),
    ):
        with pytest.raises(UnknownSample, match="no sample 99"):
            call()


@pytest.mark.parametrize(
    ("indices", "before", "words"),
    [
        ([], np.zeros((0, 3)), "has to change"),
        ([7], np.zeros((1, 3)), "has to change"),
        ([[1]], np.zeros((1, 3)), r"\(n,\) integers"),
        ([1.5], np.zeros((1, 3)), "integers"),
        ([2**16], np.zeros((1, 3)), "between 0 and 65535"),
        ([-1], np.zeros((1, 3)), "between 0 and 65535"),
        ([7, 7], np.zeros((2, 3)), "repeats"),
        ([7], np.zeros((1, 2)), r"shape \(1, 3\)"),
        ([7, 8], np.zeros((1, 3)), r"shape \(2, 3\)"),
        ([7], np.full((1, 3), np.inf), "finite"),
    ],
)
def test_an_impossible_stroke_cannot_be_made(indices, before, words):
    with pytest.raises(ValueError, match=words):
        Stroke("grab", np.array(indices), before, before)


@pytest.mark.parametrize("anchors", [(), (468,)])
def test_a_stroke_on_vertices_that_the_mesh_does_not_have_writes_nothing(predicted, anchors):
    nowhere = np.zeros((1, 3))
    vertex, name = ([1], "anchors_added") if anchors else ([468], "vertex_indices")
    stroke = Stroke("grab", vertex, nowhere, nowhere + 1, anchors_added=anchors)
    with pytest.raises(ValueError, match=f"{name} must lie between 0 and 467"):
        predicted.annotations.record_stroke(1, stroke, revision=0, annotator="Ann")
    assert predicted.annotations.strokes(1) == []
    assert predicted.annotations.load(1).revision == 0


def test_a_stroke_keeps_its_own_copy_of_what_it_is_given():
    before, after = np.zeros((1, 3)), np.ones((1, 3))
    stroke = Stroke("grab", np.array([3]), before, after)
    after[:] = 7
    assert stroke.after.tolist() == [[1, 1, 1]]
    assert not stroke.after.flags.writeable


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.sampled_from(["stroke", "undo", "redo", "accept"]), max_size=12))
def test_any_series_of_edits_behaves_like_a_plain_undo_list(predicted, draw, actions):
    annotations = predicted.annotations
    current = annotations.load(3)
    while current.can_undo:
        current = annotations.undo(3, revision=current.revision)
    history, position = [current.landmarks], 0
    for action in actions:
        if action == "stroke":
            stroke = draw(current, indices=[len(history), 99], by=(0.37, 0.11, 0.0))
            current = annotations.record_stroke(
                3, stroke, revision=current.revision, annotator="Ann"
            )
            history, position = [*history[: position + 1], current.landmarks], position + 1
        elif action == "undo":
            current = annotations.undo(3, revision=current.revision)
            position = max(position - 1, 0)
        elif action == "redo" and position + 1 < len(history):
            current = annotations.redo(3, revision=current.revision)
            position += 1
        else:
            predicted.reviews.accept(3, reviewer="Rae")
        stored = annotations.load(3)
        assert stored.landmarks.tobytes() == history[position].tobytes()
        assert stored.revision == current.revision
        assert predicted.samples.get(3).stroke_count == position
        assert stored.can_undo == (position > 0)
