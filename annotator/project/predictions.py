"""What models said: stored once, never changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from annotator.project.engine.base import Engine, chunks
from annotator.project.errors import UnknownImage
from annotator.project.known_samples import known_samples, round_place
from annotator.project.locking import locked
from annotator.project.models import layout_of_model
from annotator.project.prediction_rows import Face, PredictionRows
from annotator.project.sample_predictions import SamplePredictions, load_predictions
from annotator.project.tables import ImageRow, PredictionRunRow


class PredictedFace(Protocol):
    """What the store keeps of a face; `annotator.inference.FacePrediction` is one."""

    @property
    def landmarks(self) -> npt.NDArray[np.float32]:
        """(n, 3), n of the model's layout, in pixels of the upright image."""

    @property
    def presence(self) -> float:
        """How sure the mesh net is that this is a face, 0 to 1."""

    @property
    def detection_score(self) -> float:
        """How sure the detector is, 0 to 1."""


class Predictions:
    """What models said about the images of a project."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def store(self, model_id: int, results: Iterable[tuple[int, Sequence[PredictedFace]]]) -> int:
        """Store what a model found, image by image, in one transaction.

        An image without faces is stored too: the model has seen it. What the model says about
        an image that it has seen before is ignored. A face that overlaps a sample's box as two
        boxes of one face do (see `match_boxes`) is another prediction of that sample, any other
        face a new sample. A sample that nobody has edited or reviewed follows the newer
        prediction, unless the model is that of an earlier round. A deleted one takes a prediction
        that no other sample overlaps, and stays deleted. A face that somebody added keeps the
        prediction that it has of the same model. How far the newer prediction lies from that of
        the round before is noted with each sample.

        Parameters
        ----------
        model_id
            As `Models.register` returned it.
        results
            Pairs of image id and faces.

        Returns
        -------
        int
            The number of predictions stored.

        Raises
        ------
        ProjectError
            If there is no such model.
        UnknownImage
            If an image id is unknown; nothing is stored.
        ValueError
            If landmarks have the wrong shape or are not finite; nothing is stored.
        """
        with self._engine.reading() as session:
            layout = layout_of_model(session, model_id)
        faces_of: dict[int, list[Face]] = {}
        for image_id, faces in results:
            checked = [
                Face.checked(face.landmarks, layout, face.presence, face.detection_score)
                for face in faces
            ]
            faces_of.setdefault(image_id, checked)
        stored = 0
        with self._engine.writing() as session:
            for image_ids in chunks(list(faces_of), self._engine):
                chunk = {image_id: faces_of[image_id] for image_id in image_ids}
                stored += self._store_chunk(session, model_id, chunk)
        return stored

    def _store_chunk(self, session: Session, model_id: int, faces_of: dict[int, list[Face]]) -> int:
        unseen = _unseen_images(session, model_id, list(faces_of))
        place = round_place(session, model_id)
        rows = PredictionRows(model_id, is_past=place.is_past)
        known = known_samples(session, self._engine, place, unseen)
        for image_id in unseen:
            rows.add_image(image_id, faces_of[image_id], known.get(image_id, []))
        rows.write(session, self._engine)
        session.execute(update(ImageRow).where(ImageRow.id.in_(unseen)).values(failure=None))
        return rows.prediction_count

    def of(self, sample_id: int) -> SamplePredictions:
        """Return all that models said of a sample, or raise `UnknownSample`."""
        with self._engine.reading() as session:
            return load_predictions(session, sample_id)


def _unseen_images(session: Session, model_id: int, image_ids: Sequence[int]) -> list[int]:
    """Return the images that a model has not seen, locked: so their faces are numbered once."""
    there = locked(
        select(ImageRow.id, ImageRow.removed_at).where(ImageRow.id.in_(image_ids)), ImageRow
    )
    existing = dict(session.execute(there).all())
    missing = [image_id for image_id in image_ids if image_id not in existing]
    if missing:
        raise UnknownImage(f"there is no image {missing[0]} in this project")
    seen = set(
        session.scalars(
            select(PredictionRunRow.image_id).where(
                PredictionRunRow.model_id == model_id, PredictionRunRow.image_id.in_(image_ids)
            )
        )
    )
    return [
        image_id
        for image_id in image_ids
        if image_id not in seen and existing[image_id] is None  # not removed meanwhile
    ]
