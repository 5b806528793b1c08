"""The samples of a project: lists, counts, and what is ready for a release."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import numpy.typing as npt
from sqlalchemy import ColumnElement, ScalarSelect, func, select
from sqlalchemy.orm import Session, aliased

from annotator.project.database import Database
from annotator.project.displacement import Displacement
from annotator.project.errors import UnknownImage, UnknownSample
from annotator.project.images import image_record
from annotator.project.paths import ImagePaths, display_name
from annotator.project.prediction_rows import Face, PredictionRows
from annotator.project.records import AcceptedSample, SampleState, SampleSummary
from annotator.project.tables import (
    AnnotationRow,
    ImageRow,
    ModelRow,
    PredictionRow,
    ReviewRow,
    SampleRow,
)

_BATCH = 200  # accepted samples in memory at once, two meshes each


class Samples:
    """The samples of a project."""

    def __init__(self, database: Database, paths: ImagePaths) -> None:
        self._database = database
        self._paths = paths

    def summaries(self, states: Collection[SampleState] | None = None) -> list[SampleSummary]:
        """Return what a list shows, ordered by image id and face index.

        Parameters
        ----------
        states
            Only samples in one of these; None for all.
        """
        conditions = () if states is None else (SampleRow.state.in_(list(states)),)
        with self._database.reading() as session:
            return load_summaries(session, self._paths, *conditions)

    def get(self, sample_id: int) -> SampleSummary:
        """Return one sample's summary, or raise `UnknownSample`."""
        with self._database.reading() as session:
            found = load_summaries(session, self._paths, SampleRow.id == sample_id)
        if not found:
            raise UnknownSample(f"there is no sample {sample_id} in this project")
        return found[0]

    def add(
        self,
        image_id: int,
        landmarks: npt.ArrayLike,
        *,
        model_id: int,
        presence: float,
        detection_score: float,
        added_by: str,
    ) -> SampleSummary:
        """Add a face that the detector missed, predicted in a box that somebody drew.

        Parameters
        ----------
        landmarks
            (468, 3) in pixels of the upright image, as the model predicted them.
        model_id
            As `Models.register` returned it.
        presence, detection_score
            As for any prediction, 0 to 1.
        added_by
            Who drew the box.

        Returns
        -------
        SampleSummary
            Of the new sample, the last face of its image. `Reviews.delete` takes it back.

        Raises
        ------
        UnknownImage
            If there is no such image.
        ValueError
            If the landmarks have the wrong shape or are not finite, or nobody added them.
        """
        if not added_by.strip():
            raise ValueError("a face needs the name of who added it")
        face = Face.checked(landmarks, presence, detection_score)
        with self._database.writing() as session:
            rows = PredictionRows.beginning(session, model_id)
            face_index = _next_face_index(session, image_id)
            sample_id = rows.add_sample(image_id, face_index, face, added_by=added_by)
            rows.write(session)
            return load_summaries(session, self._paths, SampleRow.id == sample_id)[0]

    def counts(self) -> dict[SampleState, int]:
        """Return the number of samples in each state, zeros included."""
        query = select(SampleRow.state, func.count()).group_by(SampleRow.state)
        with self._database.reading() as session:
            found = dict(session.execute(query).all())
        return {state: found.get(state, 0) for state in SampleState}

    def accepted(self) -> Iterator[AcceptedSample]:
        """Yield the accepted samples, ordered by their image's hash and face index.

        All of them are seen as they were when the first was asked for.
        """
        ordered = (
            select(SampleRow.id)
            .join(ImageRow, ImageRow.id == SampleRow.image_id)
            .where(SampleRow.state == SampleState.ACCEPTED)
            .order_by(ImageRow.sha256, SampleRow.face_index)
        )
        with self._database.reading() as session:
            ids = session.scalars(ordered).all()
            for start in range(0, len(ids), _BATCH):
                yield from _accepted_samples(session, self._paths, ids[start : start + _BATCH])


def _next_face_index(session: Session, image_id: int) -> int:
    if session.get(ImageRow, image_id) is None:
        raise UnknownImage(f"there is no image {image_id} in this project")
    last = session.scalar(
        select(func.max(SampleRow.face_index)).where(SampleRow.image_id == image_id)
    )
    return 0 if last is None else last + 1


def last_review_id() -> ScalarSelect[int]:
    """Return the id of the last review of the sample in the query around it."""
    review = aliased(ReviewRow)
    query = select(func.max(review.id)).where(review.sample_id == SampleRow.id)
    return query.correlate(SampleRow).scalar_subquery()


def load_summaries(
    session: Session, paths: ImagePaths, *conditions: ColumnElement[bool]
) -> list[SampleSummary]:
    """Return the summaries of the samples that meet the conditions, in the order of lists."""
    query = (
        select(
            SampleRow.id,
            SampleRow.image_id,
            ImageRow.path,
            SampleRow.face_index,
            SampleRow.state,
            SampleRow.presence,
            SampleRow.stroke_count,
            SampleRow.box_left,
            SampleRow.box_top,
            SampleRow.box_width,
            SampleRow.box_height,
            SampleRow.annotator,
            SampleRow.reviewer,
            SampleRow.displacement,
            SampleRow.seconds_spent,
            SampleRow.added_by,
        )
        .join(ImageRow, ImageRow.id == SampleRow.image_id)
        .where(*conditions)
        .order_by(SampleRow.image_id, SampleRow.face_index)
    )
    image_path, image_name = Path(), ""
    last_image: int | None = None
    summaries = []
    # Executed below the ORM, which would take as long again for rows that are plain values.
    for sample_id, image_id, stored, *shown in session.connection().execute(query):
        if image_id != last_image:  # the samples of an image share its path
            image_path, last_image = paths.absolute(stored), image_id
            image_name = display_name(image_path)
        face_index, state, presence, stroke_count, *box = shown[:8]
        annotator, reviewer, displacement, seconds_spent, added_by = shown[8:]
        summaries.append(
            SampleSummary(
                id=sample_id,
                image_id=image_id,
                image_name=image_name,
                image_path=image_path,
                face_index=face_index,
                state=state,
                presence=presence,
                stroke_count=stroke_count,
                box=tuple(box),
                annotator=annotator,
                reviewer=reviewer,
                displacement=displacement,
                seconds_spent=seconds_spent,
                added_by=added_by,
            )
        )
    return summaries


def _accepted_samples(
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
    as_predicted = annotation.landmarks is None
    landmarks = prediction.landmarks if annotation.landmarks is None else annotation.landmarks
    displacement = Displacement.between(landmarks, prediction.landmarks)
    return AcceptedSample(
        sample_id=sample.id,
        image=image_record(image, paths),
        face_index=sample.face_index,
        landmarks=landmarks,
        prediction=prediction.landmarks,
        presence=prediction.presence,
        model_name=model.name,
        model_sha256=model.sha256,
        annotator=sample.annotator,
        reviewer=review.reviewer,
        verdict="accepted_as_predicted" if as_predicted else "accepted",
        accepted_at=review.created_at,
        stroke_count=sample.stroke_count,
        displacement_mean=displacement.mean,
        displacement_max=displacement.maximum,
        displacement_nme=displacement.nme,
    )
