"""The samples as a pandas table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.mesh.marks import Visibility, visibility_of
from annotator.project.accepted import last_review_id
from annotator.project.displacement import Displacement
from annotator.project.paths import ImagePaths
from annotator.project.records import SampleState
from annotator.project.strokes import NO_MARKS
from annotator.project.tables import (
    AnnotationRow,
    ImageRow,
    ModelRow,
    PredictionRow,
    ReviewRow,
    SampleRow,
)

# Column -> dtype, in the order of the table.
COLUMNS = {
    "sample_id": "int64",
    "image": "string",
    "image_sha256": "string",
    "face_index": "int64",
    "state": "string",
    "presence": "float64",
    "model": "string",
    "added_by": "string",
    "annotator": "string",
    "reviewer": "string",
    "verdict": "string",
    "reasons": "string",
    "comment": "string",
    "stroke_count": "int64",
    "seconds_spent": "float64",
    "displacement_mean": "float64",
    "displacement_max": "float64",
    "displacement_nme": "float64",
    "occluded_count": "int64",
    "out_of_frame_count": "int64",
    "box_left": "float64",
    "box_top": "float64",
    "box_width": "float64",
    "box_height": "float64",
    "created_at": "datetime64[us, UTC]",
    "updated_at": "datetime64[us, UTC]",
}

# In the order of `COLUMNS` but for what is computed, and with the reviews' columns as they are.
_QUERY = (
    select(
        SampleRow.id,
        ImageRow.path,
        ImageRow.sha256,
        SampleRow.face_index,
        SampleRow.state,
        PredictionRow.presence,
        ModelRow.name,
        SampleRow.added_by,
        SampleRow.annotator,
        SampleRow.reviewer,
        ReviewRow.reviewer,
        ReviewRow.reasons,
        ReviewRow.comment,
        SampleRow.stroke_count,
        SampleRow.seconds_spent,
        SampleRow.box_left,
        SampleRow.box_top,
        SampleRow.box_width,
        SampleRow.box_height,
        SampleRow.created_at,
        SampleRow.updated_at,
    )
    .join(ImageRow, ImageRow.id == SampleRow.image_id)
    .join(AnnotationRow, AnnotationRow.sample_id == SampleRow.id)
    .join(PredictionRow, PredictionRow.id == AnnotationRow.prediction_id)
    .join(ModelRow, ModelRow.id == PredictionRow.model_id)
    .outerjoin(ReviewRow, ReviewRow.id == last_review_id())
    .order_by(SampleRow.image_id, SampleRow.face_index)
)

_UNMOVED = Displacement(mean=0.0, maximum=0.0, nme=0.0)


def sample_table(session: Session, paths: ImagePaths) -> pd.DataFrame:
    """Return one row a sample, in the order of lists; see `COLUMNS`."""
    frame = pd.DataFrame.from_records(list(_rows(session, paths)), columns=list(COLUMNS))
    return frame.astype(COLUMNS)


def _rows(session: Session, paths: ImagePaths) -> Iterator[tuple[object, ...]]:
    displacements, counts = _displacements(session), _visibility_counts(session)
    rows: Iterable[tuple[Any, ...]] = session.connection().execute(_QUERY)
    for row in rows:
        sample_id, path, sha256, face_index, state, *who = row[:9]
        review, (stroke_count, seconds_spent, *rest) = row[9:13], row[13:]
        displacement = displacements.get(sample_id, _UNMOVED)
        yield (
            sample_id,
            str(paths.absolute(path)),
            sha256,
            face_index,
            state.value,
            *who,
            *_verdict(state, stroke_count, review),
            stroke_count,
            seconds_spent,
            displacement.mean,
            displacement.maximum,
            displacement.nme,
            *counts.get(sample_id, (0, 0)),
            *rest,
        )


def _verdict(
    state: SampleState, stroke_count: int, review: Sequence[str | None]
) -> tuple[str | None, ...]:
    """Return reviewer, verdict, reasons and comment of the verdict in effect."""
    in_effect, reviewer, reasons, comment = review
    if in_effect is None:
        return None, None, None, None
    as_predicted = state is SampleState.ACCEPTED and not stroke_count
    verdict = "accepted_as_predicted" if as_predicted else state.value
    return reviewer, verdict, reasons, comment


def _displacements(session: Session) -> dict[int, Displacement]:
    """Return those of the samples with a stroke in effect; all others are where they were."""
    query = (
        select(AnnotationRow.sample_id, AnnotationRow.landmarks, PredictionRow.landmarks)
        .join(PredictionRow, PredictionRow.id == AnnotationRow.prediction_id)
        .where(AnnotationRow.landmarks.is_not(None))
        .execution_options(yield_per=200)
    )
    return {
        sample_id: Displacement.between(annotation, prediction)
        for sample_id, annotation, prediction in session.execute(query)
        if annotation is not None
    }


def _visibility_counts(session: Session) -> dict[int, tuple[int, int]]:
    """Return how many vertices are occluded and out of frame, of the samples with any mark."""
    query = select(AnnotationRow.sample_id, AnnotationRow.marks)
    counts = {}
    for sample_id, marks in session.execute(query.where(AnnotationRow.marks.is_not(None))):
        visibility = visibility_of(NO_MARKS if marks is None else marks).tolist()
        occluded = visibility.count(Visibility.OCCLUDED)
        counts[sample_id] = occluded, visibility.count(Visibility.OUT_OF_FRAME)
    return counts
