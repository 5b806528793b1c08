"""Meshes as they were: every revision of an annotation, made again from its strokes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from annotator.mesh.layout import MeshLayout
from annotator.mesh.marks import Marks
from annotator.project.digests import prediction_digest
from annotator.project.edit import EditedSample
from annotator.project.errors import DamagedProject, UnknownRevision
from annotator.project.history_tables import Change
from annotator.project.layouts import check_stored, check_stored_vertices, stored_layout, unmarked
from annotator.project.soundness import naming_damage, refuse_damaged_stroke
from annotator.project.stroke_rows import listed
from annotator.project.strokes import Annotation, Stroke, with_anchors
from annotator.project.tables import (
    DroppedStrokeRow,
    ModelRow,
    PredictionRow,
    RevisionRow,
    StrokeRow,
)

RESTORING = "restore_revision"
"""The tool of a stroke that brings a revision back."""

_OF_STROKES = [column.name for column in DroppedStrokeRow.__table__.columns]


@dataclass(frozen=True, slots=True, eq=False)
class PastMesh:
    """A sample's mesh as it was at a revision; all arrays are read-only.

    Attributes
    ----------
    landmarks, prediction
        (n, 3) float32; `prediction` is what it was linked to then.
    marks
        (n,) uint8, see `annotator.mesh.marks`.
    anchors
        As `Annotation` has them.
    """

    sample_id: int
    revision: int
    landmarks: npt.NDArray[np.float32]
    prediction: npt.NDArray[np.float32]
    layout: MeshLayout
    marks: Marks
    anchors: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RevisionMade:
    """What made a revision.

    Attributes
    ----------
    change
        A stroke, its undo or redo, or that the sample follows a newer prediction.
    stroke_id, tool
        Which stroke it was, and of which tool; None where it is none.
    made_by
        None where nobody said.
    made_at
        In UTC.
    """

    revision: int
    change: Change
    made_at: datetime
    made_by: str | None = None
    stroke_id: int | None = None
    tool: str | None = None


def note_revision(
    session: Session, edited: EditedSample, change: Change, stroke: StrokeRow, who: str | None
) -> None:
    """Write what made the current revision, in the transaction that did."""
    note_revisions(session, [(edited, stroke)], change, who)


def note_revisions(
    session: Session,
    made: Sequence[tuple[EditedSample, StrokeRow]],
    change: Change,
    who: str | None,
) -> None:
    """Write what made the current revision of each sample, in the transaction that did."""
    session.flush()  # which gives new strokes their ids
    now = datetime.now(UTC)
    rows = [
        {
            "sample_id": edited.sample.id,
            "revision": edited.row.revision,
            "change": change,
            "stroke_id": stroke.id,
            "made_by": who,
            "made_at": now,
        }
        for edited, stroke in made
    ]
    if rows:
        session.execute(insert(RevisionRow), rows)


def keep_undone(session: Session, sample_id: int) -> None:
    """Keep the undone strokes of a sample, which another one is about to replace."""
    keep_all_undone(session, [sample_id])


def keep_all_undone(session: Session, sample_ids: Sequence[int]) -> None:
    """Keep the undone strokes of samples, which others are about to replace."""
    undone = select(*(getattr(StrokeRow, name) for name in _OF_STROKES)).where(
        StrokeRow.sample_id.in_(sample_ids), StrokeRow.undone
    )
    session.execute(insert(DroppedStrokeRow).from_select(_OF_STROKES, undone))


def revisions_of(session: Session, sample_id: int) -> list[RevisionMade]:
    """Return what made the revisions of a sample, as far as it is known, the first one first."""
    query = (
        select(RevisionRow).where(RevisionRow.sample_id == sample_id).order_by(RevisionRow.revision)
    )
    tools: dict[int, str] = {}
    for table in (StrokeRow, DroppedStrokeRow):
        named = select(table.id, table.tool).where(table.sample_id == sample_id)
        tools |= dict(session.execute(named).all())
    return [
        RevisionMade(
            row.revision,
            row.change,
            row.made_at,
            row.made_by,
            row.stroke_id,
            None if row.stroke_id is None else tools.get(row.stroke_id),
        )
        for row in session.scalars(query)
    ]


def mesh_at(session: Session, edited: EditedSample, revision: int) -> PastMesh:
    """Return a sample's mesh as it was at a revision.

    Raises
    ------
    UnknownRevision
        If it never was at it, or what led there was done by a version that did not keep it.
    DamagedProject
        If a stroke, or the prediction, is not what was stored.
    """
    sample_id = edited.sample.id
    strokes, prediction_id = _made_of(session, edited, revision)
    prediction, layout = _prediction(session, sample_id, prediction_id)
    landmarks, marks = prediction.copy(), unmarked(layout).copy()
    anchors: tuple[int, ...] = ()
    for stroke in _rows(session, sample_id, strokes):
        check_stored_vertices(
            layout, stroke.vertex_indices, stroke.anchors_added, stroke.anchors_removed
        )
        landmarks[stroke.vertex_indices] = stroke.after
        if stroke.marks_after is not None:
            marks[stroke.vertex_indices] = stroke.marks_after
        anchors = with_anchors(
            anchors, added=listed(stroke.anchors_added), removed=listed(stroke.anchors_removed)
        )
    for array in (landmarks, marks):
        array.setflags(write=False)
    return PastMesh(sample_id, revision, landmarks, prediction, layout, marks, anchors)


def stroke_back(current: Annotation, past: PastMesh) -> Stroke | None:
    """Return the stroke that makes a mesh what it was; None if it is so already.

    Raises
    ------
    UnknownRevision
        If it was of another layout then.
    """
    if past.layout is not current.layout:
        raise UnknownRevision(
            f"revision {past.revision} of sample {past.sample_id} was a mesh of "
            f"{past.layout.name}, and its prediction is of {current.layout.name} now"
        )
    marked = past.marks != current.marks
    moved = (past.landmarks != current.landmarks).any(axis=1) | marked
    # In the order of then: all that come after the first one that differs are placed again.
    same = 0
    for mine, theirs in zip(current.anchors, past.anchors, strict=False):
        if mine != theirs:
            break
        same += 1
    added, removed = past.anchors[same:], current.anchors[same:]
    moved[[*added, *removed]] = True
    vertices = np.flatnonzero(moved)
    if not vertices.size:
        return None
    return Stroke(
        RESTORING,
        vertices,
        current.landmarks[vertices],
        past.landmarks[vertices],
        marks_before=current.marks[vertices] if marked.any() else None,
        marks_after=past.marks[vertices] if marked.any() else None,
        anchors_added=added,
        anchors_removed=tuple(each for each in removed if each not in added),
        brought_back=past.revision,
    )


def _made_of(session: Session, edited: EditedSample, revision: int) -> tuple[list[int], int]:
    """Return the strokes that were in effect at a revision, and the prediction under them."""
    sample_id, current = edited.sample.id, edited.row.revision
    in_effect = (
        select(StrokeRow.id)
        .where(StrokeRow.sample_id == sample_id, StrokeRow.undone.is_(False))
        .order_by(StrokeRow.sequence)
    )
    strokes, prediction_id = list(session.scalars(in_effect)), edited.row.prediction_id
    query = (
        select(RevisionRow)
        .where(RevisionRow.sample_id == sample_id, RevisionRow.revision > revision)
        .order_by(RevisionRow.revision.desc())
    )
    since = session.scalars(query).all()
    if not 0 <= revision <= current:
        raise UnknownRevision(f"sample {sample_id} has revisions 0 to {current}, and no {revision}")
    if len(since) != current - revision:
        raise UnknownRevision(
            f"how sample {sample_id} came from revision {revision} to {current} is not known: "
            "it was edited with an earlier version"
        )
    for row in since:
        if row.change is Change.FOLLOW:
            assert row.prediction_id is not None  # as the table has it
            prediction_id = row.prediction_id
        elif row.change is Change.UNDO:
            assert row.stroke_id is not None
            strokes.append(row.stroke_id)
        elif not strokes or strokes.pop() != row.stroke_id:
            raise _gap(sample_id, row.revision)
    return strokes, prediction_id


def _prediction(
    session: Session, sample_id: int, prediction_id: int
) -> tuple[npt.NDArray[np.float32], MeshLayout]:
    query = (
        select(PredictionRow, ModelRow.layout)
        .join(ModelRow, ModelRow.id == PredictionRow.model_id)
        .where(PredictionRow.id == prediction_id, PredictionRow.sample_id == sample_id)
    )
    with naming_damage(session, [sample_id]):
        found = session.execute(query).one_or_none()
    if found is None:
        raise DamagedProject(f"a prediction of sample {sample_id} is missing")
    row, name = found
    if row.digest != prediction_digest(sample_id, row.model_id, row.landmarks):
        raise DamagedProject(f"a prediction of sample {sample_id} is not what was stored")
    layout = stored_layout(name)
    check_stored(layout, row.landmarks, None, None)
    return row.landmarks, layout


def _rows(
    session: Session, sample_id: int, stroke_ids: Sequence[int]
) -> list[StrokeRow | DroppedStrokeRow]:
    """Return strokes as they were stored, in the order asked for."""
    found: dict[int, StrokeRow | DroppedStrokeRow] = {}
    stored = select(StrokeRow).where(StrokeRow.sample_id == sample_id)
    dropped = select(DroppedStrokeRow).where(DroppedStrokeRow.sample_id == sample_id)
    wanted = set(stroke_ids)
    with naming_damage(session, [sample_id]):
        found |= {row.id: row for row in session.scalars(stored) if row.id in wanted}
        if len(found) < len(wanted):
            found |= {row.id: row for row in session.scalars(dropped) if row.id in wanted}
    missing = next((each for each in stroke_ids if each not in found), None)
    if missing is not None:
        raise DamagedProject(f"stroke number {missing} of sample {sample_id} is missing")
    for row in found.values():
        refuse_damaged_stroke(session, sample_id, row)
    return [found[each] for each in stroke_ids]


def _gap(sample_id: int, revision: int) -> DamagedProject:
    return DamagedProject(f"the history of sample {sample_id} has a gap at revision {revision}")
