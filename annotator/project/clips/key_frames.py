"""The samples of a track: which are key frames, and what people made of the mesh in these.

A key frame is a sample with a stroke in effect that is more than what was propagated from other
key frames. One that was only looked at, or accepted as it was propagated, is none: it would say
again what its neighbours said. Nor is one that was excluded or deleted.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from annotator.mesh.layout import MeshLayout
from annotator.project.clips.chunks import pieces_between
from annotator.project.clips.packing import KeyCorrection
from annotator.project.clips.records import TrackStates
from annotator.project.edit import EditedSample
from annotator.project.image_rows import IN_PROJECT
from annotator.project.opinion_rows import IS_ORIGINAL
from annotator.project.records import SampleState
from annotator.project.tables import ImageRow, SampleRow, StrokeRow

PROPAGATED = "propagated"
"""The tool of the stroke that a correction comes in by where it was made in other frames."""

_NO_KEYS = (SampleState.EXCLUDED, SampleState.DELETED)


def has_own_strokes() -> ColumnElement[bool]:
    """Return what holds of samples with a stroke in effect that was not propagated."""
    return (
        select(StrokeRow.id)
        .where(
            StrokeRow.sample_id == SampleRow.id,
            StrokeRow.undone.is_(False),
            StrokeRow.tool != PROPAGATED,
        )
        .correlate(SampleRow)
        .exists()
    )


def track_states(session: Session, track_id: int) -> TrackStates:
    """Return the samples of a track; no mesh is read."""
    rows = session.execute(_samples(track_id)).all()
    is_key = [row.is_own and row.state not in _NO_KEYS for row in rows]
    return TrackStates(
        np.array([row.clip_frame for row in rows], np.int64),
        np.array([row.id for row in rows], np.int64),
        tuple(row.state for row in rows),
        np.array(is_key, np.bool_),
        np.array([row.stroke_count > 0 and not row.is_own for row in rows], np.bool_),
    )


def key_corrections(session: Session, track_id: int, layout: MeshLayout) -> list[KeyCorrection]:
    """Return what people made of the track's mesh in its key frames, in their order.

    The prediction is what the track says now: where another model tracks the clip anew, a
    correction is what lies between its mesh and the corrected one. Key frames of another layout,
    and those in which the track has no mesh, are left out.

    Raises
    ------
    DamagedProject
        If a mesh of one is not what was stored.
    """
    states = track_states(session, track_id)
    keys = dict(
        zip(
            states.frames[states.is_key].tolist(),
            states.sample_ids[states.is_key].tolist(),
            strict=True,
        )
    )
    if not keys:
        return []
    predictions: dict[int, Any] = {}
    for piece in pieces_between(session, track_id, layout, min(keys), max(keys) + 1):
        for at, frame in enumerate(piece.frames.tolist()):
            if frame in keys:
                predictions[frame] = piece.landmarks[at]
    found = []
    for frame, prediction in predictions.items():
        edited = EditedSample.load(session, keys[frame])
        if edited.layout is layout:
            found.append(KeyCorrection(frame, prediction, edited.landmarks))
    return found


def _samples(track_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(
            SampleRow.id,
            SampleRow.state,
            SampleRow.stroke_count,
            ImageRow.clip_frame,
            has_own_strokes().label("is_own"),
        )
        .join(ImageRow, ImageRow.id == SampleRow.image_id)
        .where(SampleRow.track_id == track_id, IS_ORIGINAL, IN_PROJECT)
        .order_by(ImageRow.clip_frame, SampleRow.id)
    )
