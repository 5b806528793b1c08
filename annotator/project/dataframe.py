"""The samples as a pandas table."""

from __future__ import annotations

from typing import Any

import pandas as pd
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from annotator.mesh.marks import Visibility, visibility_in_frame
from annotator.project.accepted_blocks import last_review_id
from annotator.project.displacement import Displacement
from annotator.project.image_rows import IN_PROJECT
from annotator.project.layouts import check_stored, stored_layout, unmarked
from annotator.project.leaving import MAY_LEAVE
from annotator.project.opinion_rows import IS_ORIGINAL
from annotator.project.paths import ImagePaths
from annotator.project.records import verdict_in_effect
from annotator.project.soundness import naming_damage, refuse_damaged
from annotator.project.tables import (
    AnnotationRow,
    ClipRow,
    ImageRow,
    ModelRow,
    PredictionRow,
    ReviewRow,
    SampleRow,
    TrackRow,
)

# Column -> dtype and where it comes from, in the order of the table; None: computed below.
_TABLE: dict[str, tuple[str, Any]] = {
    "sample_id": ("int64", SampleRow.id),
    "image": ("string", ImageRow.path),
    "image_sha256": ("string", ImageRow.sha256),
    "face_index": ("int64", SampleRow.face_index),
    "state": ("string", SampleRow.state),
    "presence": ("float64", PredictionRow.presence),
    "model": ("string", ModelRow.name),
    "added_by": ("string", SampleRow.added_by),
    "annotator": ("string", SampleRow.annotator),
    "reviewer": ("string", SampleRow.reviewer),
    "verdict": ("string", None),
    "reasons": ("string", ReviewRow.reasons),
    "comment": ("string", ReviewRow.comment),
    "stroke_count": ("int64", SampleRow.stroke_count),
    "seconds_spent": ("float64", SampleRow.seconds_spent),
    "seconds_reviewed": ("float64", SampleRow.seconds_reviewed),
    "displacement_mean": ("float64", None),
    "displacement_max": ("float64", None),
    "displacement_nme": ("float64", None),
    "round_change": ("float64", SampleRow.round_change),
    "occluded_count": ("int64", None),
    "out_of_frame_count": ("int64", None),
    "box_left": ("float64", SampleRow.box_left),
    "box_top": ("float64", SampleRow.box_top),
    "box_width": ("float64", SampleRow.box_width),
    "box_height": ("float64", SampleRow.box_height),
    "created_at": ("datetime64[us, UTC]", SampleRow.created_at),
    "updated_at": ("datetime64[us, UTC]", SampleRow.updated_at),
    "clip": ("string", ClipRow.path),
    "clip_frame": ("Int64", ImageRow.clip_frame),
    "clip_time": ("Float64", ImageRow.clip_time),
    "clip_track": ("Int64", TrackRow.number),
    "may_leave": ("bool", MAY_LEAVE),
}

COLUMNS = {name: dtype for name, (dtype, _) in _TABLE.items()}
_STORED = {name: source for name, (_, source) in _TABLE.items() if source is not None}

_QUERY = (
    select(*(source.label(name) for name, source in _STORED.items()))
    .join(ImageRow, ImageRow.id == SampleRow.image_id)
    .join(AnnotationRow, AnnotationRow.sample_id == SampleRow.id)
    .join(PredictionRow, PredictionRow.id == AnnotationRow.prediction_id)
    .join(ModelRow, ModelRow.id == PredictionRow.model_id)
    .outerjoin(ReviewRow, ReviewRow.id == last_review_id())
    .outerjoin(ClipRow, ClipRow.id == ImageRow.clip_id)
    .outerjoin(TrackRow, TrackRow.id == SampleRow.track_id)
    .where(IN_PROJECT, IS_ORIGINAL)
    .order_by(SampleRow.image_id, SampleRow.face_index)
)

# By the stored boxes, so that only the meshes of these are read.
_LEAVES_THE_FRAME = (
    SampleRow.box_left < 0,
    SampleRow.box_top < 0,
    SampleRow.box_left + SampleRow.box_width > ImageRow.width,
    SampleRow.box_top + SampleRow.box_height > ImageRow.height,
)

_UNMOVED = Displacement(mean=0.0, maximum=0.0, nme=0.0)

_Columns = dict[str, list[Any]]


def sample_table(session: Session, paths: ImagePaths) -> pd.DataFrame:
    """Return one row a sample, in the order of lists; see `COLUMNS`.

    Raises `DamagedProject` if a mesh that is measured for it is not what was stored.
    """
    rows = session.connection().execute(_QUERY).all()
    table: _Columns = {name: [row[i] for row in rows] for i, name in enumerate(_STORED)}
    # Bytes that are no text are spelt out: pandas takes text, and nothing else.
    for name in ("image", "clip"):
        table[name] = [None if path is None else _spelt(paths, path) for path in table[name]]
    _judge(table)
    _measure(table, session)
    table["state"] = [state.value for state in table["state"]]
    return pd.DataFrame({name: table[name] for name in COLUMNS}).astype(COLUMNS)


def _spelt(paths: ImagePaths, path: str) -> str:
    return str(paths.absolute(path)).encode("utf-8", "backslashreplace").decode()


def _judge(table: _Columns) -> None:
    """Add the verdicts in effect, and leave reasons and comments to them."""
    said = [
        None if reviewer is None else verdict_in_effect(state, strokes)
        for reviewer, state, strokes in zip(
            table["reviewer"], table["state"], table["stroke_count"], strict=True
        )
    ]
    table["verdict"] = said
    for name in ("reasons", "comment"):
        table[name] = [
            None if verdict is None else text
            for verdict, text in zip(said, table[name], strict=True)
        ]


def _measure(table: _Columns, session: Session) -> None:
    """Add how far the meshes were moved, and how many of their vertices do not show."""
    with naming_damage(session):
        displacements, counts = _displacements(session), _visibility_counts(session)
    moved = [displacements.get(sample_id, _UNMOVED) for sample_id in table["sample_id"]]
    table["displacement_mean"] = [displacement.mean for displacement in moved]
    table["displacement_max"] = [displacement.maximum for displacement in moved]
    table["displacement_nme"] = [displacement.nme for displacement in moved]
    unseen = [counts.get(sample_id, (0, 0)) for sample_id in table["sample_id"]]
    table["occluded_count"] = [occluded for occluded, _ in unseen]
    table["out_of_frame_count"] = [outside for _, outside in unseen]


def _displacements(session: Session) -> dict[int, Displacement]:
    """Return those of the samples with a stroke in effect; all others are where they were."""
    query = (
        select(AnnotationRow, PredictionRow, ModelRow.layout)
        .join(PredictionRow, PredictionRow.id == AnnotationRow.prediction_id)
        .join(ModelRow, ModelRow.id == PredictionRow.model_id)
        .join(SampleRow, SampleRow.id == AnnotationRow.sample_id)
        .join(ImageRow, ImageRow.id == SampleRow.image_id)
        .where(AnnotationRow.landmarks.is_not(None), IN_PROJECT, IS_ORIGINAL)
        .execution_options(yield_per=200)
    )
    found = {}
    for annotation, prediction, name in session.execute(query):
        refuse_damaged(session, annotation.sample_id, annotation, prediction)
        layout, landmarks = stored_layout(name), annotation.landmarks
        check_stored(layout, landmarks, prediction.landmarks)
        if landmarks is not None:
            moved = Displacement.between(landmarks, prediction.landmarks, layout)
            found[annotation.sample_id] = moved
    return found


def _visibility_counts(session: Session) -> dict[int, tuple[int, int]]:
    """Return how many vertices are occluded and out of frame, of the samples with any such."""
    query = (
        select(AnnotationRow, PredictionRow, ModelRow.layout, ImageRow)
        .join(PredictionRow, PredictionRow.id == AnnotationRow.prediction_id)
        .join(ModelRow, ModelRow.id == PredictionRow.model_id)
        .join(SampleRow, SampleRow.id == AnnotationRow.sample_id)
        .join(ImageRow, ImageRow.id == SampleRow.image_id)
        .where(or_(AnnotationRow.marks.is_not(None), *_LEAVES_THE_FRAME), IN_PROJECT, IS_ORIGINAL)
        .execution_options(yield_per=200)
    )
    counts = {}
    for annotation, prediction, name, image in session.execute(query):
        refuse_damaged(session, annotation.sample_id, annotation, prediction)
        layout, predicted = stored_layout(name), prediction.landmarks
        check_stored(layout, annotation.landmarks, predicted, annotation.marks)
        landmarks = predicted if annotation.landmarks is None else annotation.landmarks
        marks = unmarked(layout) if annotation.marks is None else annotation.marks
        seen = visibility_in_frame(marks, landmarks, (image.width, image.height)).tolist()
        occluded = seen.count(Visibility.OCCLUDED)
        counts[annotation.sample_id] = occluded, seen.count(Visibility.OUT_OF_FRAME)
    return counts
