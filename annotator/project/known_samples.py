"""What a model's faces meet: the samples that their images have already, and what they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Select, select, union
from sqlalchemy.orm import Session

from annotator.mesh.layout import MeshLayout
from annotator.project.checked import as_stored
from annotator.project.digests import AnyRow, prediction_digest
from annotator.project.engine.base import Engine, chunks
from annotator.project.locking import locked
from annotator.project.matching import Box
from annotator.project.models import layout_of_model
from annotator.project.opinion_rows import IS_ORIGINAL
from annotator.project.records import SampleState
from annotator.project.tables import (
    ModelRow,
    PredictionRow,
    ReviewRow,
    RoundRow,
    SampleRow,
    StrokeRow,
)

Landmarks = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class RoundPlace:
    """Where a model stands among the rounds.

    Attributes
    ----------
    model_id, layout
        Of the model.
    before
        The model of the round under way, by its id; None where it is this one, or there is none.
    is_past
        Whether it is that of an earlier round alone: then nothing follows it any more.
    """

    model_id: int
    layout: MeshLayout
    before: int | None
    is_past: bool


@dataclass(frozen=True, slots=True, eq=False)
class KnownSample:
    """A sample that the image has already.

    Attributes
    ----------
    follows
        Whether nobody edited or reviewed it.
    deleted
        Whether somebody said that there is no such face.
    predicted
        Whether it has a prediction by the model already: of a face that somebody added.
    before
        What the model of the round before said of it, else what was said last, (n, 3); None where
        that is of another layout, damaged, or not there.
    round_change
        As the sample has it now.
    """

    id: int
    box: Box
    follows: bool
    deleted: bool
    predicted: bool
    before: Landmarks | None = None
    round_change: float | None = None


def round_place(session: Session, model_id: int) -> RoundPlace:
    """Return where a model stands among the rounds."""
    layout = layout_of_model(session, model_id)
    rows = session.scalars(select(RoundRow).order_by(RoundRow.number)).all()
    if not rows:
        return RoundPlace(model_id, layout, None, is_past=False)
    current = rows[-1]
    is_present = model_id in (current.model_id, current.next_model_id)
    is_past = not is_present and any(row.model_id == model_id for row in rows[:-1])
    before = None if current.model_id == model_id else current.model_id
    return RoundPlace(model_id, layout, before, is_past)


def known_samples(
    session: Session, engine: Engine, place: RoundPlace, image_ids: Sequence[int]
) -> dict[int, list[KnownSample]]:
    """Return the samples of images by image, in the order of their faces, locked.

    Opinions are none of them: they stay with the prediction that they began with.
    """
    model_id = place.model_id
    query = (
        select(SampleRow, PredictionRow.id)
        .outerjoin(
            PredictionRow,
            (PredictionRow.sample_id == SampleRow.id) & (PredictionRow.model_id == model_id),
        )
        .where(SampleRow.image_id.in_(image_ids), IS_ORIGINAL)
    )
    rows = sorted(
        session.execute(locked(query, SampleRow)).all(),
        key=lambda found: (found[0].image_id, found[0].face_index),
    )
    ids = [row.id for row, _ in rows]
    touched = touched_samples(session, engine, ids)
    before = {} if place.is_past else said_before(session, engine, place, ids)
    known: dict[int, list[KnownSample]] = {}
    for row, prediction_id in rows:
        is_untouched = row.state is SampleState.PREDICTED and row.id not in touched
        sample = KnownSample(
            id=row.id,
            box=(row.box_left, row.box_top, row.box_width, row.box_height),
            follows=is_untouched and not place.is_past,
            deleted=row.state is SampleState.DELETED,
            predicted=prediction_id is not None,
            before=before.get(row.id),
            round_change=row.round_change,
        )
        known.setdefault(row.image_id, []).append(sample)
    return known


def touched_samples(session: Session, engine: Engine, sample_ids: Sequence[int]) -> set[int]:
    """Return which samples somebody edited or reviewed, whatever became of it."""
    touched: set[int] = set()
    for ids in chunks(sample_ids, engine):
        query = union(
            select(StrokeRow.sample_id).where(StrokeRow.sample_id.in_(ids)),
            select(ReviewRow.sample_id).where(ReviewRow.sample_id.in_(ids)),
        )
        touched.update(session.scalars(query))
    return touched


def said_before(
    session: Session, engine: Engine, place: RoundPlace, sample_ids: Sequence[int]
) -> dict[int, Landmarks]:
    """Return what a model's predictions are compared with, by sample; see `KnownSample.before`."""
    found: dict[int, Landmarks] = {}
    for ids in chunks(sample_ids, engine):
        rows = list(session.execute(_others(place, ids)))
        rows.sort(key=lambda row: (row.model_id == place.before, row.id))
        for row in rows:  # the last one of a sample counts
            if is_sound_prediction(row):
                found[row.sample_id] = np.frombuffer(row.landmarks, "<f4").reshape(-1, 3)
            else:
                found.pop(row.sample_id, None)
    return found


def is_sound_prediction(row: AnyRow) -> bool:
    """Return whether the landmarks of a prediction, as stored, are what was stored."""
    is_blob = isinstance(row.landmarks, bytes)
    return is_blob and row.digest == prediction_digest(row.sample_id, row.model_id, row.landmarks)


def _others(place: RoundPlace, sample_ids: Iterable[int]) -> Select[*tuple[Any, ...]]:
    return (
        select(
            PredictionRow.id,
            PredictionRow.sample_id,
            PredictionRow.model_id,
            as_stored(PredictionRow.landmarks).label("landmarks"),
            as_stored(PredictionRow.digest).label("digest"),
        )
        .join(ModelRow, ModelRow.id == PredictionRow.model_id)
        .where(
            PredictionRow.sample_id.in_(list(sample_ids)),
            PredictionRow.model_id != place.model_id,
            ModelRow.layout == place.layout.name,
        )
    )
