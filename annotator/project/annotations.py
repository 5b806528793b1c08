"""What people make of a prediction, stroke by stroke.

Every change checks, in the transaction that writes it, that the annotation is still at the
revision the caller saw. So no window can overwrite what another one did.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from annotator.project.edit import EditedSample
from annotator.project.engine.base import Engine, chunks
from annotator.project.giving import write_rows
from annotator.project.history_tables import Change
from annotator.project.judgements import Judgement
from annotator.project.opinion_rows import refuse_foreign
from annotator.project.past import (
    PastMesh,
    RevisionMade,
    mesh_at,
    note_revision,
    revisions_of,
    stroke_back,
)
from annotator.project.people import recorded_name
from annotator.project.soundness import naming_damage, refuse_damaged_stroke
from annotator.project.stroke_rows import current_annotation, record_of, stroke_at, stroke_before
from annotator.project.stroke_writing import refuse_other_start, refuse_other_vertices, write_stroke
from annotator.project.strokes import Annotation, Stroke, StrokeRecord
from annotator.project.tables import AnnotationRow, StrokeRow


class Annotations:
    """The annotations of a project's samples."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def load(self, sample_id: int) -> Annotation:
        """Return a sample's annotation as it stands.

        Raises
        ------
        UnknownSample
            If there is no such sample.
        DamagedProject
            If its mesh, the prediction of it or its anchors are not what was stored. So do all
            methods that change an annotation, and undo and redo if their stroke is not.
        """
        with self._engine.reading() as session:
            return current_annotation(session, EditedSample.load(session, sample_id))

    def record_stroke(
        self,
        sample_id: int,
        stroke: Stroke,
        *,
        revision: int,
        annotator: str | None,
        seen: int | None = None,
        judgement: Judgement | None = None,
    ) -> Annotation:
        """Apply a stroke and commit it; strokes undone before can no longer be redone.

        Parameters
        ----------
        stroke
            Its `before` has to be where the annotation's vertices are, and its `marks_before`
            their marks.
        revision
            Of the annotation that the stroke was made on.
        annotator
            Who made it.
        seen
            The id of the newest review of the sample that they have seen, 0 for none: a stroke
            withdraws the verdict in effect. None asks nothing.
        judgement
            A verdict on what comes of it, in the same transaction; as `Reviews.judge`.

        Raises
        ------
        StaleAnnotation
            If the annotation has changed since; nothing is written.
        UnseenVerdict
            If a newer verdict than the one seen is in effect; nothing is written.
        UnknownSample
            If there is no such sample.
        ValueError
            If the sample's mesh does not have all the stroke's vertices.
        UnusableName
            If nobody could be called as the annotator is.
        """
        who = None if annotator is None else recorded_name(annotator)
        with self._engine.writing() as session:
            edited = EditedSample.load_to_change(session, sample_id, revision=revision, seen=seen)
            refuse_other_vertices(edited, stroke)
            refuse_other_start(edited, stroke)
            write_stroke(session, edited, stroke, who)
            if judgement is not None:
                session.flush()
                write_rows(session, judgement, [sample_id])
            return current_annotation(session, edited)

    def undo(
        self, sample_id: int, *, revision: int, seen: int | None = None, by: str | None = None
    ) -> Annotation:
        """Take back the last stroke in effect; without one, nothing changes.

        Raises `StaleAnnotation` if the annotation is no longer at `revision`, and `UnseenVerdict`
        if a newer verdict than the one `seen` is in effect. `by` is who does it.
        """
        who = None if by is None else recorded_name(by)
        with self._engine.writing() as session:
            edited = EditedSample.load_to_change(session, sample_id, revision=revision, seen=seen)
            _refuse_foreign(edited, who)
            count = edited.sample.stroke_count
            if count:
                stroke = stroke_at(session, edited, count, undone=False)
                stroke.undone = True
                previous = stroke_before(session, edited, count)
                edited.move(
                    stroke.vertex_indices,
                    stroke.before,
                    stroke.marks_before,
                    last_stroke=previous,
                )
                note_revision(session, edited, Change.UNDO, stroke, who)
            return current_annotation(session, edited)

    def redo(
        self, sample_id: int, *, revision: int, seen: int | None = None, by: str | None = None
    ) -> Annotation:
        """Bring back the stroke undone last; without one, nothing changes.

        Raises `StaleAnnotation` if the annotation is no longer at `revision`, and `UnseenVerdict`
        if a newer verdict than the one `seen` is in effect. `by` is who does it.
        """
        who = None if by is None else recorded_name(by)
        with self._engine.writing() as session:
            edited = EditedSample.load_to_change(session, sample_id, revision=revision, seen=seen)
            _refuse_foreign(edited, who)
            if current_annotation(session, edited).can_redo:
                count = edited.sample.stroke_count
                stroke = stroke_at(session, edited, count + 1, undone=True)
                stroke.undone = False
                edited.move(
                    stroke.vertex_indices, stroke.after, stroke.marks_after, last_stroke=stroke
                )
                note_revision(session, edited, Change.REDO, stroke, who)
            return current_annotation(session, edited)

    def at_revision(self, sample_id: int, revision: int) -> PastMesh:
        """Return a sample's mesh as it was at a revision, 0 being the first prediction.

        Raises
        ------
        UnknownSample
            If there is no such sample.
        UnknownRevision
            If it never was at it, or an earlier version did not keep what led there.
        DamagedProject
            If a stroke that it is made of is not what was stored.
        """
        with self._engine.reading() as session:
            return mesh_at(session, EditedSample.load(session, sample_id), revision)

    def made(self, sample_id: int) -> list[RevisionMade]:
        """Return what made each revision of a sample, as far as it is known, in their order."""
        with self._engine.reading() as session:
            return revisions_of(session, sample_id)

    def restore(
        self,
        sample_id: int,
        past: int,
        *,
        revision: int,
        annotator: str,
        seen: int | None = None,
    ) -> Annotation:
        """Make a mesh what it was at a revision, by a stroke that can be undone like any other.

        Where it is so already, nothing is changed.

        Parameters
        ----------
        sample_id
        past
            The revision that is brought back.
        revision, annotator, seen
            As for `record_stroke`, which this raises the errors of.

        Raises
        ------
        UnknownRevision
            If it cannot be looked at, or was of another layout.
        """
        who = recorded_name(annotator)
        with self._engine.writing() as session:
            edited = EditedSample.load_to_change(session, sample_id, revision=revision, seen=seen)
            current = current_annotation(session, edited)
            stroke = stroke_back(current, mesh_at(session, edited, past))
            if stroke is None:
                return current
            write_stroke(session, edited, stroke, who)
            return current_annotation(session, edited)

    def is_in_effect(self, sample_id: int, stroke_id: int) -> bool:
        """Return whether a sample still has this stroke, neither undone nor dropped."""
        query = select(StrokeRow.undone).where(
            StrokeRow.sample_id == sample_id, StrokeRow.id == stroke_id
        )
        with self._engine.reading() as session:
            return session.scalar(query) is False

    def revisions(self, sample_ids: Collection[int]) -> dict[int, int]:
        """Return the revision of each sample's annotation; samples that are gone are missing."""
        found: dict[int, int] = {}
        with self._engine.reading() as session:
            for chunk in chunks(list(sample_ids), self._engine):
                query = select(AnnotationRow.sample_id, AnnotationRow.revision).where(
                    AnnotationRow.sample_id.in_(chunk)
                )
                found |= dict(session.execute(query).all())
        return found

    def strokes(self, sample_id: int) -> list[StrokeRecord]:
        """Return a sample's strokes in the order they were made, undone ones last.

        Raises `DamagedProject` if one of them is not what was stored.
        """
        query = (
            select(StrokeRow).where(StrokeRow.sample_id == sample_id).order_by(StrokeRow.sequence)
        )
        with self._engine.reading() as session:
            layout = EditedSample.load(session, sample_id).layout
            with naming_damage(session, [sample_id]):
                rows = session.scalars(query).all()
            for row in rows:
                refuse_damaged_stroke(session, sample_id, row)
            return [record_of(row, layout) for row in rows]


def _refuse_foreign(edited: EditedSample, who: str | None) -> None:
    """Refuse what somebody else does to an opinion, where it is told who does it."""
    if who is not None:
        refuse_foreign(edited.sample, who)
