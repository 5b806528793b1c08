"""All that models said of one face, the oldest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from annotator.project.checked import as_stored
from annotator.project.errors import UnknownSample
from annotator.project.known_samples import is_sound_prediction
from annotator.project.round_records import KnownModel
from annotator.project.tables import (
    AnnotationRow,
    ModelRow,
    PredictionRow,
    PredictionRunRow,
    SampleRow,
)


@dataclass(frozen=True, slots=True, eq=False)
class StoredPrediction:
    """What a model said of a face.

    Attributes
    ----------
    model
        Which one; its layout is that of the mesh.
    landmarks
        (n, 3), in pixels of the upright image; read-only.
    created_at
        When it said so; UTC.
    presence, detection_score
        How sure it was that this is a face, 0 to 1, and how sure the detector.
    """

    id: int
    model: KnownModel
    landmarks: npt.NDArray[np.float32]
    created_at: datetime
    presence: float = 1.0
    detection_score: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class SamplePredictions:
    """All that models said of a face.

    Attributes
    ----------
    every
        Each model's prediction, the oldest first; damaged ones are left out.
    own_id
        Which of them the annotation began with.
    seen_by
        The ids of the models that have seen the image, whether or not they found this face.
    """

    sample_id: int
    every: tuple[StoredPrediction, ...]
    own_id: int
    seen_by: frozenset[int]

    def by(self, model_id: int) -> StoredPrediction | None:
        """Return what a model said; None if it said nothing of this face."""
        return next((each for each in self.every if each.model.id == model_id), None)


def load_predictions(session: Session, sample_id: int) -> SamplePredictions:
    """Return what models said of a sample, or raise `UnknownSample`."""
    found = session.execute(
        select(SampleRow.image_id, SampleRow.copy_of, AnnotationRow.prediction_id)
        .join(AnnotationRow, AnnotationRow.sample_id == SampleRow.id)
        .where(SampleRow.id == sample_id)
    ).one_or_none()
    if found is None:
        raise UnknownSample(f"there is no sample {sample_id} in this project")
    image_id, original_id, own_id = found
    if original_id is not None:  # of an opinion they are those of its face
        own_id = session.scalar(_same_by_original(original_id, own_id)) or own_id
    face = sample_id if original_id is None else original_id
    query = (
        select(
            PredictionRow.id,
            PredictionRow.model_id,
            PredictionRow.created_at,
            PredictionRow.sample_id,
            PredictionRow.presence,
            PredictionRow.detection_score,
            as_stored(PredictionRow.digest).label("digest"),
            as_stored(PredictionRow.landmarks).label("landmarks"),
            ModelRow.name,
            ModelRow.sha256,
            ModelRow.layout,
        )
        .join(ModelRow, ModelRow.id == PredictionRow.model_id)
        .where(PredictionRow.sample_id == face)
        .order_by(PredictionRow.id)
    )
    every = tuple(
        StoredPrediction(
            row.id,
            KnownModel(row.model_id, row.name, row.sha256, row.layout),
            np.frombuffer(row.landmarks, "<f4").reshape(-1, 3),
            row.created_at,
            row.presence,
            row.detection_score,
        )
        for row in session.execute(query)
        if is_sound_prediction(row)
    )
    seen = select(PredictionRunRow.model_id).where(PredictionRunRow.image_id == image_id)
    return SamplePredictions(sample_id, every, own_id, frozenset(session.scalars(seen)))


def _same_by_original(original_id: int, prediction_id: int) -> Select[int]:
    """Return what asks for the prediction of a face that one of an opinion is a copy of."""
    model = select(PredictionRow.model_id).where(PredictionRow.id == prediction_id)
    return select(PredictionRow.id).where(
        PredictionRow.sample_id == original_id, PredictionRow.model_id == model.scalar_subquery()
    )
