"""Accepted samples read many at a time: columns out of the database, without a row of the ORM.

Every mesh is compared with its digest as it is read. What is computed of meshes is computed of all
of a batch at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sqlalchemy import ScalarSelect, bindparam, func, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased
from sqlalchemy.types import NullType

from annotator.mesh.layout import MeshLayout
from annotator.mesh.marks import are_marks, visibility_in_frame
from annotator.project.accepted_records import AcceptedBlock, AcceptedRow
from annotator.project.checked import DamagedValue, check_columns
from annotator.project.damage import damaged_mesh
from annotator.project.digests import annotation_digest, prediction_digest
from annotator.project.displacement import displacements
from annotator.project.image_records import ImageRecord
from annotator.project.image_rows import records_of
from annotator.project.layouts import check_stored, lost_rows, stored_layout, unmarked
from annotator.project.paths import ImagePaths
from annotator.project.records import SampleState, verdict_in_effect
from annotator.project.soundness import naming_damage
from annotator.project.tables import (
    AnnotationRow,
    ModelRow,
    PredictionRow,
    ReviewRow,
    SampleRow,
    TrackRow,
)


def last_review_id() -> ScalarSelect[int]:
    """Return the id of the last review of the sample in the query around it."""
    review = aliased(ReviewRow)
    query = select(func.max(review.id)).where(review.sample_id == SampleRow.id)
    return query.correlate(SampleRow).scalar_subquery()


def read_blocks(
    session: Session, paths: ImagePaths, sample_ids: Sequence[int]
) -> Iterator[AcceptedBlock]:
    """Yield some samples in the order of their ids given, in blocks of one layout each.

    Raises
    ------
    DamagedProject
        If a mesh is not as it was stored, with the sample it is of, or belongs to nothing.
    """
    with naming_damage(session, sample_ids):
        found = {row.sample_id: row for row in _rows(session, sample_ids)}
        if missing := set(sample_ids) - set(found):
            # A release that left them out would say that nobody accepted them.
            raise lost_rows(min(missing))
        stored = [found[sample_id] for sample_id in sample_ids]
        for row in stored:
            _refuse_damaged(session, row)
        images = records_of(session, paths, {row.image_id for row in stored})
        blocks = [
            _block(stored_layout(name), list(alike), images)
            for name, alike in groupby(stored, attrgetter("layout"))
        ]
    yield from blocks


class _Stored(NamedTuple):
    """A sample as it is in the database; meshes, marks and digests as bytes."""

    sample_id: int
    image_id: int
    face_index: int
    annotator: str | None
    stroke_count: int
    presence: float
    model_name: str
    model_sha256: str
    layout: str
    reviewer: str
    accepted_at: datetime
    clip_track: int | None
    prediction_id: int
    predicted_sample: Any
    model_id: Any
    predicted: Any
    predicted_digest: Any
    revision: Any
    annotated: Any
    marks: Any
    annotated_digest: Any

    @property
    def landmarks(self) -> Any:
        """What is in effect."""
        return self.predicted if self.annotated is None else self.annotated


def _bytes_of(column: InstrumentedAttribute[Any], name: str) -> Any:
    return type_coerce(column, NullType()).label(name)


# What is checked column by column; the rest is checked one by one, or against its digest.
_CHECKED = (
    SampleRow.id,
    SampleRow.image_id,
    SampleRow.face_index,
    SampleRow.annotator,
    SampleRow.stroke_count,
    PredictionRow.presence,
    ModelRow.name,
    ModelRow.sha256,
    ModelRow.layout,
    ReviewRow.reviewer,
)
_QUERY = (
    select(
        *(_bytes_of(column, f"checked_{number}") for number, column in enumerate(_CHECKED)),
        ReviewRow.created_at,
        TrackRow.number,  # of few: nothing where there is no track
        PredictionRow.id.label("prediction_id"),
        _bytes_of(PredictionRow.sample_id, "predicted_sample"),
        _bytes_of(PredictionRow.model_id, "model_id"),
        _bytes_of(PredictionRow.landmarks, "predicted"),
        _bytes_of(PredictionRow.digest, "predicted_digest"),
        _bytes_of(AnnotationRow.revision, "revision"),
        _bytes_of(AnnotationRow.landmarks, "annotated"),
        _bytes_of(AnnotationRow.marks, "marks"),
        _bytes_of(AnnotationRow.digest, "annotated_digest"),
    )
    .join(AnnotationRow, AnnotationRow.sample_id == SampleRow.id)
    .join(PredictionRow, PredictionRow.id == AnnotationRow.prediction_id)
    .join(ModelRow, ModelRow.id == PredictionRow.model_id)
    .join(ReviewRow, ReviewRow.id == last_review_id())
    .outerjoin(TrackRow, TrackRow.id == SampleRow.track_id)
    .where(SampleRow.id.in_(bindparam("ids", expanding=True)))
)


def _rows(session: Session, sample_ids: Sequence[int]) -> list[_Stored]:
    rows = session.connection().execute(_QUERY, {"ids": sample_ids}).all()
    check_columns(rows, _CHECKED)
    return list(map(_Stored._make, rows))


def _refuse_damaged(session: Session, row: _Stored) -> None:
    """Raise DamagedProject unless a sample's mesh, and the prediction of it, are as stored."""
    at = row.predicted_sample, row.model_id
    if not isinstance(row.predicted, bytes) or row.predicted_digest != prediction_digest(
        *at, row.predicted
    ):
        raise damaged_mesh(session, row.sample_id, "prediction").error()
    blobs = row.annotated, row.marks
    if (
        row.predicted_sample != row.sample_id
        or not all(isinstance(blob, bytes | None) for blob in blobs)
        or row.annotated_digest
        != annotation_digest(row.sample_id, row.prediction_id, row.revision, *blobs)
    ):
        raise damaged_mesh(session, row.sample_id, "annotation").error()


def _block(
    layout: MeshLayout,
    stored: Sequence[_Stored],
    images: Mapping[int, ImageRecord],
) -> AcceptedBlock:
    predictions = _stacked(layout, [row.predicted for row in stored])
    landmarks = predictions
    if any(row.annotated is not None for row in stored):
        landmarks = _stacked(layout, [row.landmarks for row in stored])
    _refuse_numbers(stored, landmarks, predictions)
    sizes = [(images[row.image_id].width, images[row.image_id].height) for row in stored]
    visibility = visibility_in_frame(_marks(layout, stored), landmarks, np.array(sizes))
    visibility.setflags(write=False)
    changed = [row.annotated is not None for row in stored]
    moved = displacements(landmarks, predictions, layout, where=np.array(changed))
    rows = [
        _row(row, images[row.image_id], distances)
        for row, distances in zip(stored, zip(*moved, strict=True), strict=True)
    ]
    return AcceptedBlock(rows, layout, landmarks, predictions, visibility)


def _row(row: _Stored, image: ImageRecord, distances: tuple[float, float, float]) -> AcceptedRow:
    return AcceptedRow(
        row.sample_id,
        image,
        row.face_index,
        row.presence,
        row.model_name,
        row.model_sha256,
        row.annotator,
        row.reviewer,
        verdict_in_effect(SampleState.ACCEPTED, row.stroke_count),
        row.accepted_at,
        row.stroke_count,
        *distances,
        row.clip_track,
    )


def _stacked(layout: MeshLayout, meshes: Sequence[bytes]) -> npt.NDArray[np.float32]:
    """Return meshes as one array, (b, n, 3), read-only."""
    for mesh in meshes:
        if len(mesh) != 12 * layout.count:
            check_stored(layout, np.zeros(len(mesh) // 12))
            raise DamagedValue("annotations", "landmarks", f"{len(mesh)} bytes of positions")
    stacked = np.frombuffer(b"".join(meshes), "<f4").astype(np.float32, copy=False)
    stacked = stacked.reshape(len(meshes), layout.count, 3)
    stacked.setflags(write=False)
    return stacked


def _refuse_numbers(
    stored: Sequence[_Stored],
    landmarks: npt.NDArray[np.float32],
    predictions: npt.NDArray[np.float32],
) -> None:
    for table, meshes in (("predictions", predictions), ("annotations", landmarks)):
        if not np.isfinite(meshes).all():
            raise DamagedValue(table, "landmarks", "positions that are not numbers")


def _marks(layout: MeshLayout, stored: Sequence[_Stored]) -> npt.NDArray[np.uint8]:
    """Return the marks of samples, (b, n)."""
    nothing = unmarked(layout).tobytes()
    said = [nothing if row.marks is None else row.marks for row in stored]
    for one in said:
        check_stored(layout, np.frombuffer(one, np.uint8))
    marks = np.frombuffer(b"".join(said), np.uint8).reshape(len(said), layout.count)
    if not are_marks(marks):
        raise DamagedValue("annotations", "marks", "impossible marks")
    return marks
