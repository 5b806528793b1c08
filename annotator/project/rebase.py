"""Put strokes on top of a mesh that somebody else changed since they began."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from annotator.mesh.marks import Marks, as_marks, is_pinned, visibility_of, with_pins
from annotator.project.strokes import Annotation, Stroke, with_anchors


@dataclass(frozen=True)
class Rebased:
    """Strokes that start where another annotation is, and what they make of it.

    Attributes
    ----------
    strokes
        To be recorded in this order; one that would change nothing any more is left out.
    annotation
        With all of them applied; its revision is that of the stored one.
    """

    strokes: list[Stroke]
    annotation: Annotation


def put_on_top(strokes: Iterable[Stroke], annotation: Annotation) -> Rebased:
    """Make the same strokes on another state of the mesh.

    A stroke moves its vertices by what it moved them before, from where they are now, so that
    neither work is written over: where both moved a vertex, the displacements add. Vertices
    pinned meanwhile stay. Of the marks only what the stroke itself changed is changed.
    """
    made: list[Stroke] = []
    for stroke in strokes:
        again = _on(annotation, stroke)
        if again is not None:
            made.append(again)
            annotation = _with(annotation, again)
    return Rebased(made, annotation)


def _on(annotation: Annotation, stroke: Stroke) -> Stroke | None:
    before = annotation.landmarks[stroke.vertex_indices]
    marks = annotation.marks[stroke.vertex_indices]
    displacement = np.where(is_pinned(marks)[:, None], 0, stroke.after - stroke.before)
    after = before + displacement.astype(np.float32)
    marks_after = None
    if stroke.marks_before is not None and stroke.marks_after is not None:
        marks_after = _marked(marks, stroke.marks_before, stroke.marks_after)
    changes_marks = marks_after is not None and bool((marks_after != marks).any())
    if not changes_marks and not (stroke.anchors_added or stroke.anchors_removed):
        if np.array_equal(before, after):
            return None
        marks_after = None
    return replace(
        stroke,
        before=before,
        after=after,
        marks_before=None if marks_after is None else marks,
        marks_after=marks_after,
    )


def _marked(marks: Marks, before: Marks, after: Marks) -> Marks:
    """Change visibility and pins where, and to what, a stroke changed them."""
    shown = np.where(visibility_of(before) != visibility_of(after), after, marks)
    pinned = np.where(is_pinned(before) != is_pinned(after), is_pinned(after), is_pinned(marks))
    every = np.arange(len(marks))
    free = with_pins(as_marks(shown), every, pinned=False)
    return with_pins(free, np.flatnonzero(pinned), pinned=True)


def _with(annotation: Annotation, stroke: Stroke) -> Annotation:
    landmarks = annotation.landmarks.copy()
    landmarks[stroke.vertex_indices] = stroke.after
    marks = annotation.marks.copy()
    if stroke.marks_after is not None:
        marks[stroke.vertex_indices] = stroke.marks_after
    landmarks.setflags(write=False)
    marks.setflags(write=False)
    anchors = with_anchors(
        annotation.anchors, added=stroke.anchors_added, removed=stroke.anchors_removed
    )
    return replace(annotation, landmarks=landmarks, marks=marks, anchors=anchors)
