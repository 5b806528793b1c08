"""A sample's rows while one transaction changes them, kept consistent with one another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from annotator.mesh.landmarks import bounding_box
from annotator.mesh.layout import MeshLayout
from annotator.mesh.marks import Marks
from annotator.project.digests import annotation_digest
from annotator.project.displacement import Displacement
from annotator.project.engine.base import Engine, chunks
from annotator.project.errors import StaleAnnotation, UnknownSample
from annotator.project.layouts import check_stored, lost_rows, stored_layout, unmarked
from annotator.project.locking import locked
from annotator.project.records import UNDECIDED, SampleState
from annotator.project.review_rows import refuse_unseen
from annotator.project.soundness import naming_damage, refuse_damaged
from annotator.project.tables import (
    AnnotationRow,
    ModelRow,
    PredictionRow,
    SampleRow,
    StrokeRow,
)

Landmarks = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class EditedSample:
    """A sample, its annotation, the prediction it started from and the layout of both.

    Both meshes are as they were stored: a damaged one is not handed out, nor built upon.
    """

    sample: SampleRow
    row: AnnotationRow
    prediction: Landmarks
    layout: MeshLayout

    @classmethod
    def load(cls, session: Session, sample_id: int) -> EditedSample:
        """Load a sample to look at it.

        Raises
        ------
        UnknownSample
            If there is none with this id.
        DamagedProject
            If its mesh, or the prediction of it, is damaged.
        """
        return cls._found(session, _edited(sample_id), sample_id)

    @classmethod
    def load_to_change(
        cls, session: Session, sample_id: int, *, revision: int, seen: int | None = None
    ) -> EditedSample:
        """Load a sample that is about to change.

        A change withdraws the verdict in effect: `seen` is the newest one that the caller knows
        of, as `Reviews` has it.

        Raises
        ------
        UnknownSample
            If there is none with this id.
        StaleAnnotation
            If `revision` is not the current one.
        UnseenVerdict
            If a newer verdict than the one seen is in effect.
        DamagedProject
            If its mesh, or the prediction of it, is damaged.
        """
        query = locked(_edited(sample_id), SampleRow, AnnotationRow)
        edited = cls._found(session, query, sample_id)
        if revision != edited.row.revision:
            raise StaleAnnotation(
                f"sample {sample_id} was changed elsewhere in the meantime: load it again"
            )
        if edited.sample.state not in UNDECIDED:
            refuse_unseen(session, sample_id, seen)
        return edited

    @classmethod
    def load_all_to_change(
        cls, session: Session, engine: Engine, sample_ids: Sequence[int]
    ) -> dict[int, EditedSample]:
        """Load samples whose revisions and verdicts were looked at in this transaction.

        Raises
        ------
        UnknownSample
            If there is none with one of these ids.
        DamagedProject
            If a mesh, or the prediction of it, is damaged.
        """
        loaded: dict[int, EditedSample] = {}
        for some in chunks(sorted(sample_ids), engine):
            query = locked(_all_edited(some), SampleRow, AnnotationRow)
            with naming_damage(session, some):
                found = session.execute(query).all()
            loaded |= {row[0].id: cls._checked(session, *row) for row in found}
        for sample_id in set(sample_ids) - loaded.keys():
            raise _lost(session, sample_id)
        return loaded

    @classmethod
    def _found(
        cls,
        session: Session,
        query: Select[SampleRow, AnnotationRow, PredictionRow, str],
        sample_id: int,
    ) -> EditedSample:
        with naming_damage(session, [sample_id]):
            found = session.execute(query).one_or_none()
        if found is None:
            raise _lost(session, sample_id)
        return cls._checked(session, *found)

    @classmethod
    def _checked(
        cls,
        session: Session,
        sample: SampleRow,
        row: AnnotationRow,
        prediction: PredictionRow,
        name: str,
    ) -> EditedSample:
        refuse_damaged(session, sample.id, row, prediction)
        layout = stored_layout(name)
        check_stored(layout, prediction.landmarks, row.landmarks, row.marks)
        return cls(sample, row, prediction.landmarks, layout)

    @property
    def landmarks(self) -> Landmarks:
        """The current mesh."""
        return self.prediction if self.row.landmarks is None else self.row.landmarks

    @property
    def marks(self) -> Marks:
        """The current marks."""
        return unmarked(self.layout) if self.row.marks is None else self.row.marks

    def move(
        self,
        vertex_indices: npt.NDArray[np.uint16],
        positions: Landmarks,
        marks: Marks | None,
        *,
        last_stroke: StrokeRow | Row[int, str | None] | None,
    ) -> None:
        """Put vertices where a stroke, an undo or a redo takes them; withdraw any verdict.

        Their marks become `marks`, unless that is None. `last_stroke` is the last one in effect
        afterwards, or its number and annotator.
        """
        landmarks = self.landmarks.copy()
        landmarks[vertex_indices] = positions
        landmarks.setflags(write=False)
        self.row.landmarks = None if last_stroke is None else landmarks
        if marks is not None:
            self._mark(vertex_indices, marks)
        row = self.row
        row.revision += 1
        row.digest = annotation_digest(
            row.sample_id, row.prediction_id, row.revision, row.landmarks, row.marks
        )
        sample = self.sample
        sample.stroke_count = 0 if last_stroke is None else last_stroke.sequence
        sample.annotator = None if last_stroke is None else last_stroke.annotator
        sample.box_left, sample.box_top, sample.box_width, sample.box_height = bounding_box(
            self.landmarks
        )
        moved = Displacement.between(self.landmarks, self.prediction, self.layout)
        sample.displacement = moved.nme
        withdraw_verdict(sample)

    def _mark(self, vertex_indices: npt.NDArray[np.uint16], values: Marks) -> None:
        marks = self.marks.copy()
        marks[vertex_indices] = values
        marks.setflags(write=False)
        self.row.marks = marks if marks.any() else None


def _lost(session: Session, sample_id: int) -> Exception:
    if session.get(SampleRow, sample_id) is not None:
        return lost_rows(sample_id)
    return UnknownSample(f"there is no sample {sample_id} in this project")


def _edited(sample_id: int) -> Select[SampleRow, AnnotationRow, PredictionRow, str]:
    return _all_edited([sample_id])


def _all_edited(
    sample_ids: Sequence[int],
) -> Select[SampleRow, AnnotationRow, PredictionRow, str]:
    return (
        select(SampleRow, AnnotationRow, PredictionRow, ModelRow.layout)
        .join(AnnotationRow, AnnotationRow.sample_id == SampleRow.id)
        .join(PredictionRow, PredictionRow.id == AnnotationRow.prediction_id)
        .join(ModelRow, ModelRow.id == PredictionRow.model_id)
        .where(SampleRow.id.in_(sample_ids))
    )


def withdraw_verdict(sample: SampleRow) -> None:
    """Return a sample to the annotators: in progress, or predicted if no stroke is in effect."""
    edited = sample.stroke_count > 0
    sample.state = SampleState.IN_PROGRESS if edited else SampleState.PREDICTED
    sample.reviewer = None
    sample.updated_at = datetime.now(UTC)
