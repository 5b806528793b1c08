"""What the stored strokes of a sample come to: its annotation, and those to undo and redo."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from sqlalchemy import ColumnElement, Row, and_, select
from sqlalchemy.orm import Session

from annotator.mesh.layout import MeshLayout
from annotator.project.edit import EditedSample
from annotator.project.errors import DamagedProject
from annotator.project.layouts import check_stored_vertices
from annotator.project.soundness import (
    naming_damage,
    refuse_damaged_anchors,
    refuse_damaged_stroke,
)
from annotator.project.strokes import Annotation, StrokeMade, StrokeRecord, with_anchors
from annotator.project.tables import CHANGES_ANCHORS, StrokeRow


def current_annotation(session: Session, edited: EditedSample) -> Annotation:
    """Return the annotation as the store hands it out."""
    session.flush()  # the query has to see a stroke that was just undone or redone
    last, following = _strokes_around(session, edited)
    return Annotation(
        sample_id=edited.sample.id,
        landmarks=edited.landmarks,
        prediction=edited.prediction,
        layout=edited.layout,
        marks=edited.marks,
        revision=edited.row.revision,
        can_undo=edited.sample.stroke_count > 0,
        can_redo=following is not None,
        anchors=_current_anchors(session, edited),
        last_stroke=last,
        next_redo=following,
    )


def _strokes_around(
    session: Session, edited: EditedSample
) -> tuple[StrokeMade | None, StrokeMade | None]:
    """Return what an undo would take back and what a redo would bring back."""
    count = edited.sample.stroke_count
    query = select(
        StrokeRow.sequence, StrokeRow.id, StrokeRow.annotator, StrokeRow.created_at
    ).where(StrokeRow.sample_id == edited.sample.id, StrokeRow.sequence.in_((count, count + 1)))
    found = {
        row.sequence: StrokeMade(row.id, row.annotator, row.created_at)
        for row in session.execute(query)
    }
    return found.get(count), found.get(count + 1)


def _current_anchors(session: Session, edited: EditedSample) -> tuple[int, ...]:
    """Return what the strokes in effect make of the anchors, one after the other."""
    query = (
        select(
            StrokeRow.anchors_added,
            StrokeRow.anchors_removed,
            StrokeRow.sequence,
            StrokeRow.anchors_digest,
        )
        .where(
            StrokeRow.sample_id == edited.sample.id,
            CHANGES_ANCHORS,
            StrokeRow.undone.is_(False),
        )
        .order_by(StrokeRow.sequence)
    )
    anchors: tuple[int, ...] = ()
    with naming_damage(session, [edited.sample.id]):
        for row in session.execute(query):
            refuse_damaged_anchors(session, edited.sample.id, row)
            added, removed = row.anchors_added, row.anchors_removed
            check_stored_vertices(edited.layout, added, removed)
            anchors = with_anchors(anchors, added=listed(added), removed=listed(removed))
    return anchors


def listed(vertices: npt.NDArray[np.uint16] | None) -> tuple[int, ...]:
    """Return stored vertices, none where NULL is stored."""
    return () if vertices is None else tuple(vertices.tolist())


def stroke_at(session: Session, edited: EditedSample, sequence: int, *, undone: bool) -> StrokeRow:
    """Return the stroke at a place of the history as it was stored, or raise `DamagedProject`."""
    sample_id = edited.sample.id
    query = select(StrokeRow).where(_is_at(sample_id, sequence))
    with naming_damage(session, [sample_id]):
        stroke = session.scalar(query)
    if stroke is None or stroke.undone is not undone:
        raise _gap(sample_id, sequence)
    refuse_damaged_stroke(session, sample_id, stroke)
    check_stored_vertices(edited.layout, stroke.vertex_indices)
    return stroke


def stroke_before(
    session: Session, edited: EditedSample, sequence: int
) -> Row[int, str | None] | None:
    """Return the number and the annotator of the stroke in effect before one, None for the first.

    Nothing else of it is read: one that is damaged does not keep a later one from being undone.
    """
    if sequence <= 1:
        return None
    sample_id = edited.sample.id
    query = select(StrokeRow.sequence, StrokeRow.annotator).where(
        _is_at(sample_id, sequence - 1), StrokeRow.undone.is_(False)
    )
    found = session.execute(query).one_or_none()
    if found is None:
        raise _gap(sample_id, sequence - 1)
    return found


def _is_at(sample_id: int, sequence: int) -> ColumnElement[bool]:
    return and_(StrokeRow.sample_id == sample_id, StrokeRow.sequence == sequence)


def _gap(sample_id: int, sequence: int) -> DamagedProject:
    return DamagedProject(
        f"the history of sample {sample_id} has a gap at stroke {sequence}: "
        "restore the database from a backup"
    )


def record_of(row: StrokeRow, layout: MeshLayout) -> StrokeRecord:
    """Return a stroke as the store hands it out."""
    check_stored_vertices(layout, row.vertex_indices, row.anchors_added, row.anchors_removed)
    return StrokeRecord(
        id=row.id,
        sequence=row.sequence,
        tool=row.tool,
        vertex_indices=row.vertex_indices,
        before=row.before,
        after=row.after,
        annotator=row.annotator,
        created_at=row.created_at,
        undone=row.undone,
        marks_before=row.marks_before,
        marks_after=row.marks_after,
        anchors_added=listed(row.anchors_added),
        anchors_removed=listed(row.anchors_removed),
    )
