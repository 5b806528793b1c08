"""Strokes made again on a mesh that another window changed."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from annotator.mesh.layout import FACE_468
from annotator.mesh.marks import Visibility, is_pinned, visibility_of, with_pins, with_visibility
from annotator.project.layouts import unmarked
from annotator.project.rebase import put_on_top
from annotator.project.strokes import Annotation, Stroke


@pytest.fixture
def annotation() -> Annotation:
    mesh = np.random.default_rng(0).uniform(0, 100, (468, 3)).astype(np.float32)
    return Annotation(
        sample_id=1,
        landmarks=mesh,
        prediction=mesh,
        layout=FACE_468,
        marks=unmarked(FACE_468),
        revision=0,
        can_undo=False,
        can_redo=False,
    )


def moved(annotation: Annotation, vertices: list[int], by: tuple[float, float, float]) -> Stroke:
    before = annotation.landmarks[vertices]
    return Stroke("grab", np.array(vertices), before, before + np.float32(by))


def shifted(annotation: Annotation, by: tuple[float, float, float]) -> Annotation:
    return replace(annotation, landmarks=annotation.landmarks + np.float32(by), revision=3)


def test_a_stroke_moves_its_vertices_from_where_they_are_now(annotation):
    theirs = shifted(annotation, (10, 0, 0))
    rebased = put_on_top([moved(annotation, [3, 4], (0, 5, 1))], theirs)
    (stroke,) = rebased.strokes
    assert_array_equal(stroke.before, theirs.landmarks[[3, 4]])
    displacement = rebased.annotation.landmarks - annotation.landmarks
    assert_allclose(displacement[[3, 4]], [[10, 5, 1]] * 2, atol=1e-4)
    assert_allclose(displacement[5], [10, 0, 0], atol=1e-4)
    assert rebased.annotation.revision == 3


def test_strokes_follow_one_another(annotation):
    first = moved(annotation, [3, 4], (0, 5, 0))
    between = put_on_top([first], annotation).annotation
    second = moved(between, [4, 5], (2, 0, 0))
    theirs = shifted(annotation, (10, 0, 0))
    rebased = put_on_top([first, second], theirs)
    displacement = rebased.annotation.landmarks - theirs.landmarks
    assert_allclose(displacement[[3, 4, 5]], [[0, 5, 0], [2, 5, 0], [2, 0, 0]], atol=1e-4)
    assert_array_equal(
        rebased.strokes[1].before, (rebased.annotation.landmarks - [2, 0, 0])[[4, 5]]
    )


def test_vertices_that_were_pinned_meanwhile_stay(annotation):
    theirs = replace(annotation, marks=with_pins(unmarked(FACE_468), [3], pinned=True))
    rebased = put_on_top([moved(annotation, [3, 4], (0, 5, 0))], theirs)
    displacement = rebased.annotation.landmarks - annotation.landmarks
    assert_allclose(displacement[[3, 4]], [[0, 0, 0], [0, 5, 0]], atol=1e-4)


def test_a_stroke_that_would_change_nothing_any_more_is_left_out(annotation):
    theirs = replace(annotation, marks=with_pins(unmarked(FACE_468), [3], pinned=True))
    assert put_on_top([moved(annotation, [3], (0, 5, 0))], theirs).strokes == []


def test_of_the_marks_only_what_the_stroke_changed_is_changed(annotation):
    vertices = np.array([3, 4])
    hidden = with_visibility(unmarked(FACE_468), vertices, Visibility.OCCLUDED)[vertices]
    before = annotation.landmarks[vertices]
    mine = Stroke("visibility", vertices, before, before, unmarked(FACE_468)[vertices], hidden)
    pinned = with_pins(unmarked(FACE_468), [3], pinned=True)
    theirs = replace(annotation, marks=with_visibility(pinned, [9], Visibility.OUT_OF_FRAME))
    rebased = put_on_top([mine], theirs)
    marks = rebased.annotation.marks
    assert visibility_of(marks)[[3, 4, 9]].tolist() == [1, 1, 2]
    assert np.flatnonzero(is_pinned(marks)).tolist() == [3]
    assert_array_equal(rebased.strokes[0].marks_before, theirs.marks[vertices])
    unpin = Stroke(
        "pin", vertices[:1], before[:1], before[:1], pinned[[3]], unmarked(FACE_468)[[3]]
    )
    marks = put_on_top([unpin], rebased.annotation).annotation.marks
    assert visibility_of(marks)[3] == Visibility.OCCLUDED
    assert not is_pinned(marks).any()


def test_anchors_are_added_to_theirs(annotation):
    before = annotation.landmarks[[7]]
    mine = Stroke("guided", np.array([7]), before, before + 1, anchors_added=(7,))
    theirs = replace(annotation, anchors=(1, 2))
    assert put_on_top([mine], theirs).annotation.anchors == (1, 2, 7)
    letting_go = Stroke("guided", np.array([2]), before, before, anchors_removed=(2,))
    assert put_on_top([letting_go], theirs).annotation.anchors == (1,)


def test_nothing_given_is_changed(annotation):
    mesh = annotation.landmarks.copy()
    stroke = moved(annotation, [3], (0, 5, 0))
    after = stroke.after.copy()
    put_on_top([stroke], annotation)
    assert_array_equal(annotation.landmarks, mesh)
    assert_array_equal(stroke.after, after)
