"""The samples of a track: which are key frames, and what people made of the mesh in these.

A key frame is a sample with a stroke in effect that is more than what was propagated from other
key frames. One that was only looked at, or accepted as it was propagated, is none: it would say
again what its neighbours said. Nor is one that was excluded or deleted.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from annotator.mesh.layout import MeshLayout
from annotator.mesh.temporal import KeyCorrection, corrected
from annotator.project.clips.chunks import pieces_between
from annotator.project.clips.records import StaleSample, TrackStates
from annotator.project.edit import EditedSample
from annotator.project.image_rows import IN_PROJECT
from annotator.project.opinion_rows import IS_ORIGINAL
from annotator.project.records import UNDECIDED, SampleState
from annotator.project.tables import ImageRow, SampleRow, StrokeRow, VisitRow

PROPAGATED = "propagated"
"""The tool of the stroke that a correction comes in by where it was made in other frames."""

FOLLOWING = (*UNDECIDED, SampleState.SENT_BACK, SampleState.SUBMITTED)
"""The states in which a propagated mesh follows its key frames."""

_SAME = 1 / 64  # px
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


def is_unlooked() -> ColumnElement[bool]:
    """Return what holds of samples as they were propagated that nobody has looked at since.

    All their strokes in effect were propagated, and no visit began after the last of them: one
    that followed key frames that changed needs another look.
    """
    newest = (
        select(func.max(StrokeRow.created_at))
        .where(StrokeRow.sample_id == SampleRow.id, StrokeRow.undone.is_(False))
        .correlate(SampleRow)
        .scalar_subquery()
    )
    visited = (
        select(VisitRow.id)
        .where(VisitRow.sample_id == SampleRow.id, VisitRow.started_at >= newest)
        .correlate(SampleRow)
        .exists()
    )
    propagated = SampleRow.track_id.is_not(None) & (SampleRow.stroke_count > 0)
    return and_(~visited, propagated, ~has_own_strokes())


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
    keys = _by_frame(states, states.is_key)
    found = []
    for frame, prediction in _predictions(session, track_id, layout, keys).items():
        edited = EditedSample.load(session, keys[frame])
        if edited.layout is layout:
            found.append(KeyCorrection(frame, prediction, edited.landmarks))
    return found


def stale_samples(session: Session, track_id: int, layout: MeshLayout) -> list[StaleSample]:
    """Return the propagated samples that follow key frames, and are not what these say now.

    What they say is told by value, so that no clock or order of changes matters.

    Raises
    ------
    DamagedProject
        If a mesh is not what was stored.
    """
    states = track_states(session, track_id)
    follow = np.array([state in FOLLOWING for state in states.states], np.bool_)
    samples = _by_frame(states, states.is_propagated & follow)
    keys = key_corrections(session, track_id, layout) if samples else []
    found = []
    for frame, prediction in _predictions(session, track_id, layout, samples).items():
        edited = EditedSample.load(session, samples[frame])
        if edited.layout is layout:
            wanted = corrected(frame, prediction, keys, layout)
            if np.abs(wanted - edited.landmarks).max() > _SAME:
                found.append(StaleSample(samples[frame], frame, wanted))
    return found


def _by_frame(states: TrackStates, chosen: npt.NDArray[np.bool_]) -> dict[int, int]:
    """Return some samples of a track by their frames."""
    frames, sample_ids = states.frames[chosen], states.sample_ids[chosen]
    return dict(zip(frames.tolist(), sample_ids.tolist(), strict=True))


def _predictions(
    session: Session, track_id: int, layout: MeshLayout, frames: Collection[int]
) -> dict[int, npt.NDArray[np.float32]]:
    """Return the meshes of a track in some frames, by frame, in their order."""
    found: dict[int, npt.NDArray[np.float32]] = {}
    if frames:
        for piece in pieces_between(session, track_id, layout, min(frames), max(frames) + 1):
            for at in np.flatnonzero(np.isin(piece.frames, list(frames))):
                found[int(piece.frames[at])] = piece.landmarks[at]
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
