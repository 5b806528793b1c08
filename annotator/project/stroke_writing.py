"""Strokes as they are written: refused, or made rows with which the mesh moves."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
from sqlalchemy import delete
from sqlalchemy.orm import Session

from annotator.project.audit import note
from annotator.project.digests import anchors_digest, stroke_digest
from annotator.project.edit import EditedSample
from annotator.project.errors import StaleAnnotation
from annotator.project.history_tables import Change
from annotator.project.opinion_rows import refuse_foreign
from annotator.project.past import RESTORING, keep_undone, note_revision
from annotator.project.strokes import Stroke
from annotator.project.tables import StrokeRow


def refuse_other_vertices(edited: EditedSample, stroke: Stroke) -> None:
    """Raise ValueError if a stroke names vertices that a mesh does not have."""
    for name in ("vertex_indices", "anchors_added", "anchors_removed"):
        if max(getattr(stroke, name), default=0) >= edited.layout.count:
            raise ValueError(f"{name} must lie between 0 and {edited.layout.count - 1}")


def refuse_other_start(edited: EditedSample, stroke: Stroke) -> None:
    """Raise StaleAnnotation if a stroke starts where a mesh is not."""
    indices, marks = stroke.vertex_indices, stroke.marks_before
    same_marks = marks is None or np.array_equal(edited.marks[indices], marks)
    if not same_marks or not np.array_equal(edited.landmarks[indices], stroke.before):
        raise StaleAnnotation(
            f"the stroke does not start where the vertices of sample {edited.sample.id} are: "
            "load the sample again"
        )


def write_stroke(session: Session, edited: EditedSample, stroke: Stroke, who: str | None) -> None:
    """Apply a stroke; those that were undone are kept to be looked at, and no more redone."""
    refuse_foreign(edited.sample, who)
    sample_id = edited.sample.id
    keep_undone(session, sample_id)
    session.execute(delete(StrokeRow).where(StrokeRow.sample_id == sample_id, StrokeRow.undone))
    row = _row(edited, stroke, who)
    session.add(row)
    edited.move(row.vertex_indices, row.after, row.marks_after, last_stroke=row)
    note_revision(session, edited, Change.STROKE, row, who)
    if stroke.tool == RESTORING:
        facts = {"brought_back": stroke.brought_back, "revision": edited.row.revision}
        note(session, RESTORING, who, sample_id=sample_id, **facts)


def _row(edited: EditedSample, stroke: Stroke, annotator: str | None) -> StrokeRow:
    row = StrokeRow(
        sample_id=edited.sample.id,
        sequence=edited.sample.stroke_count + 1,
        tool=stroke.tool,
        annotator=annotator,
        created_at=datetime.now(UTC),
        undone=False,
        vertex_indices=stroke.vertex_indices,
        # The stored bits, which may differ from the stroke's in a -0.0.
        before=edited.landmarks[stroke.vertex_indices],
        after=stroke.after,
        marks_before=stroke.marks_before,
        marks_after=stroke.marks_after,
        anchors_added=_stored_vertices(stroke.anchors_added),
        anchors_removed=_stored_vertices(stroke.anchors_removed),
    )
    row.digest = stroke_digest(row.sample_id, row.sequence, row)
    row.anchors_digest = anchors_digest(
        row.sample_id, row.sequence, row.anchors_added, row.anchors_removed
    )
    return row


def _stored_vertices(vertices: tuple[int, ...]) -> npt.NDArray[np.uint16] | None:
    return np.array(vertices, np.uint16) if vertices else None
