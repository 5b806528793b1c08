"""What is ready for a release, with all that a release says about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session, aliased

from annotator.mesh.marks import Marks, visibility_of
from annotator.project.displacement import Displacement
from annotator.project.image_rows import image_record
from annotator.project.layouts import check_stored, stored_layout, unmarked
from annotator.project.paths import ImagePaths
from annotator.project.records import AcceptedSample, SampleState
from annotator.project.tables import (
    AnnotationRow,
    ImageRow,
    ModelRow,
    PredictionRow,
    ReviewRow,
    SampleRow,
)

_BATCH = 200  # accepted samples in memory at once, two meshes each


def accepted_samples(session: Session, paths: ImagePaths) -> Iterator[AcceptedSample]:
    """Yield the accepted samples, ordered by their image's hash and face index."""
    ordered = (
        select(SampleRow.id)
        .join(ImageRow, ImageRow.id == SampleRow.image_id)
        .where(SampleRow.state == SampleState.ACCEPTED)
        .order_by(ImageRow.sha256, SampleRow.face_index)
    )
    ids = session.scalars(ordered).all()
    for start in range(0, len(ids), _BATCH):
        yield from _batch(session, paths, ids[start : start + _BATCH])


def last_review_id() -> ScalarSelect[int]:
    """Return the id of the last review of the sample in the query around it."""
    review = aliased(ReviewRow)
    query = select(func.max(review.id)).where(review.sample_id == SampleRow.id)
    return query.correlate(SampleRow).scalar_subquery()


def _batch(
    session: Session, paths: ImagePaths, sample_ids: Sequence[int]
) -> Iterator[AcceptedSample]:
    query = (
        select(SampleRow, AnnotationRow, PredictionRow, ModelRow, ImageRow, ReviewRow)
        .join(AnnotationRow, AnnotationRow.sample_id == SampleRow.id)
        .join(PredictionRow, PredictionRow.id == AnnotationRow.prediction_id)
        .join(ModelRow, ModelRow.id == PredictionRow.model_id)
        .join(ImageRow, ImageRow.id == SampleRow.image_id)
        .join(ReviewRow, ReviewRow.id == last_review_id())
        .where(SampleRow.id.in_(sample_ids))
        .order_by(ImageRow.sha256, SampleRow.face_index)
    )
    for rows in session.execute(query):
        yield _accepted_sample(paths, rows)


def _accepted_sample(
    paths: ImagePaths,
    rows: tuple[SampleRow, AnnotationRow, PredictionRow, ModelRow, ImageRow, ReviewRow],
) -> AcceptedSample:
    sample, annotation, prediction, model, image, review = rows
    layout = stored_layout(model.layout)
    check_stored(layout, prediction.landmarks, annotation.landmarks, annotation.marks)
    landmarks = prediction.landmarks if annotation.landmarks is None else annotation.landmarks
    displacement = Displacement.between(landmarks, prediction.landmarks, layout)
    return AcceptedSample(
        sample_id=sample.id,
        image=image_record(image, paths),
        face_index=sample.face_index,
        layout=layout,
        landmarks=landmarks,
        prediction=prediction.landmarks,
        visibility=_visibility(unmarked(layout) if annotation.marks is None else annotation.marks),
        presence=prediction.presence,
        model_name=model.name,
        model_sha256=model.sha256,
        annotator=sample.annotator,
        reviewer=review.reviewer,
        verdict="accepted" if sample.stroke_count else "accepted_as_predicted",
        accepted_at=review.created_at,
        stroke_count=sample.stroke_count,
        displacement_mean=displacement.mean,
        displacement_max=displacement.maximum,
        displacement_nme=displacement.nme,
    )


def _visibility(marks: Marks) -> npt.NDArray[np.uint8]:
    visibility = visibility_of(marks)
    visibility.setflags(write=False)
    return visibility
