"""The samples as a pandas table."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.project.displacement import Displacement
from annotator.project.paths import ImagePaths
from annotator.project.records import SampleState
from annotator.project.samples import last_review_ids
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
    "annotator": "string",
    "reviewer": "string",
    "verdict": "string",
    "reasons": "string",
    "comment": "string",
    "stroke_count": "int64",
    "displacement_mean": "float64",
    "displacement_max": "float64",
    "displacement_nme": "float64",
    "box_left": "float64",
    "box_top": "float64",
    "box_width": "float64",
    "box_height": "float64",
    "created_at": "datetime64[us, UTC]",
    "updated_at": "datetime64[us, UTC]",
}

_UNMOVED = Displacement(mean=0.0, maximum=0.0, nme=0.0)


def sample_table(session: Session, paths: ImagePaths) -> pd.DataFrame:
    """Return one row a sample, in the order of lists; see `COLUMNS`."""
    frame = pd.DataFrame.from_records(list(_rows(session, paths)), columns=list(COLUMNS))
    return frame.astype(COLUMNS)


def _rows(session: Session, paths: ImagePaths) -> Iterator[tuple[object, ...]]:
    displacements = _displacements(session)
    query = (
        select(SampleRow, ImageRow.path, ImageRow.sha256, ModelRow.name, ReviewRow)
        .join(ImageRow, ImageRow.id == SampleRow.image_id)
        .join(AnnotationRow, AnnotationRow.sample_id == SampleRow.id)
        .join(PredictionRow, PredictionRow.id == AnnotationRow.prediction_id)
        .join(ModelRow, ModelRow.id == PredictionRow.model_id)
        .outerjoin(
            ReviewRow, (ReviewRow.sample_id == SampleRow.id) & ReviewRow.id.in_(last_review_ids())
        )
        .order_by(SampleRow.image_id, SampleRow.face_index)
    )
    for sample, path, sha256, model, review in session.execute(query):
        displacement = displacements.get(sample.id, _UNMOVED)
        yield (
            sample.id,
            str(paths.absolute(path)),
            sha256,
            sample.face_index,
            sample.state.value,
            sample.presence,
            model,
            sample.annotator,
            *_verdict(sample, review),
            sample.stroke_count,
            displacement.mean,
            displacement.maximum,
            displacement.nme,
            sample.box_left,
            sample.box_top,
            sample.box_width,
            sample.box_height,
            sample.created_at,
            sample.updated_at,
        )


def _verdict(sample: SampleRow, review: ReviewRow | None) -> tuple[str | None, ...]:
    """Return reviewer, verdict, reasons and comment of the verdict in effect."""
    if review is None or sample.reviewer is None:
        return None, None, None, None
    as_predicted = sample.state is SampleState.ACCEPTED and not sample.stroke_count
    verdict = "accepted_as_predicted" if as_predicted else sample.state.value
    return review.reviewer, verdict, review.reasons, review.comment


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
