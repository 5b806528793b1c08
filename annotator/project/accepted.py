"""What is ready for a release, with all that a release says about it."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt
from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session, aliased

from annotator.mesh.layout import MeshLayout
from annotator.mesh.marks import Marks, visibility_in_frame
from annotator.project.displacement import Displacement
from annotator.project.engine.base import Engine
from annotator.project.fact_records import ImageFacts, LeftOut
from annotator.project.fact_rows import facts_of
from annotator.project.image_records import ImageRecord
from annotator.project.image_rows import image_record
from annotator.project.layouts import check_stored, lost_rows, stored_layout, unmarked
from annotator.project.leaving import IS_RELEASABLE, left_out
from annotator.project.paths import ImagePaths
from annotator.project.records import AcceptedSample, verdict_in_effect
from annotator.project.soundness import naming_damage, refuse_damaged
from annotator.project.tables import (
    AnnotationRow,
    ImageRow,
    ModelRow,
    PredictionRow,
    ReviewRow,
    SampleRow,
)

# Frames of one file in the order of their numbers; databases disagree about where NULL comes.
_IN_ORDER = (ImageRow.sha256, func.coalesce(ImageRow.frame, -1), SampleRow.face_index)
_BATCH = 200  # accepted samples in memory at once, two meshes each
_FEW = 100  # images that a query can name
_NUMBERS = 10_000  # rows of a number or two at once


class AcceptedRow(NamedTuple):
    """What `AcceptedSample` says of a sample, but for its layout and its arrays."""

    sample_id: int
    image: ImageRecord
    face_index: int
    presence: float
    model_name: str
    model_sha256: str
    annotator: str | None
    reviewer: str
    verdict: str
    accepted_at: datetime
    stroke_count: int
    displacement_mean: float
    displacement_max: float
    displacement_nme: float
    clip_track: int | None


@dataclass(frozen=True, slots=True, eq=False)
class AcceptedBlock:
    """Some consecutive accepted samples, b of them, of n vertices each.

    Attributes
    ----------
    rows
    landmarks, predictions
        (b, n, 3) float32, in pixels of the upright image; read-only.
    visibility
        (b, n) `annotator.mesh.marks.Visibility` of each vertex; read-only.
    """

    rows: Sequence[AcceptedRow]
    landmarks: npt.NDArray[np.float32]
    predictions: npt.NDArray[np.float32]
    visibility: npt.NDArray[np.uint8]


class AcceptedSamples:
    """The accepted samples of one moment, ordered by their image's hash, frame and face index.

    Those whose image may not leave the project, as it was revoked or somebody on it refused, are
    left out.

    Iterating reads them a few at a time, every time anew: of all at once only their ids are kept,
    8 bytes each. It raises DamagedProject, which names the sample, at a mesh that is not as stored.

    Parameters
    ----------
    session
        Sees one unchanging state of the database, and must stay open.
    paths
        Where the project's images lie.
    engine

    Attributes
    ----------
    left_out : LeftOut
        How many accepted samples, on how many images, may not leave the project.
    """

    def __init__(self, session: Session, paths: ImagePaths, engine: Engine) -> None:
        self._session = session
        self._paths = paths
        self._engine = engine
        ordered = (
            select(SampleRow.id)
            .join(ImageRow, ImageRow.id == SampleRow.image_id)
            .where(IS_RELEASABLE)
            .order_by(*_IN_ORDER)
            .execution_options(yield_per=_NUMBERS)
        )
        self._ids = array("q", session.scalars(ordered))
        self.left_out: LeftOut = left_out(session)
        self._only: frozenset[int] | None = None

    def __len__(self) -> int:
        return len(self._ids)

    def __iter__(self) -> Iterator[AcceptedSample]:
        for start in range(0, len(self._ids), _BATCH):
            yield from self._batch(self._ids[start : start + _BATCH])

    def blocks(self) -> Iterator[AcceptedBlock]:
        """Yield the same samples some at a time, all of one layout."""
        for start in range(0, len(self._ids), _BATCH):
            samples = list(self._batch(self._ids[start : start + _BATCH]))
            for _, alike in groupby(samples, attrgetter("layout.count")):
                yield _block(list(alike))

    def facts(self, image_ids: Collection[int]) -> dict[int, ImageFacts]:
        """Return what is known of images beside their pixels, by id, as of the same moment."""
        return facts_of(self._session, self._engine, image_ids)

    def image_ids(self) -> list[int]:
        """Return the images that they are on, each once, in order."""
        return list(dict.fromkeys(self._images()))

    def only(self, image_ids: Collection[int]) -> Self:
        """Return those on some images, of the same moment."""
        wanted, narrowed = frozenset(image_ids), copy(self)
        pairs = zip(self._ids, self._images(), strict=True)
        narrowed._ids = array("q", (sample_id for sample_id, at in pairs if at in wanted))
        narrowed._only = wanted
        return narrowed

    def _images(self) -> array[int]:
        """Return the image of each, in order."""
        ordered = (
            select(SampleRow.image_id)
            .join(ImageRow, ImageRow.id == SampleRow.image_id)
            .where(IS_RELEASABLE)
            .order_by(*_IN_ORDER)
            .execution_options(yield_per=_NUMBERS)
        )
        images = array("q", self._session.scalars(ordered))
        if self._only is None:
            return images
        return array("q", (at for at in images if at in self._only))

    def layouts(self) -> list[MeshLayout]:
        """Return the layouts of their meshes, each once, by name."""
        names = (
            select(ModelRow.layout)
            .join(PredictionRow, PredictionRow.model_id == ModelRow.id)
            .join(AnnotationRow, AnnotationRow.prediction_id == PredictionRow.id)
            .join(SampleRow, SampleRow.id == AnnotationRow.sample_id)
            .join(ImageRow, ImageRow.id == SampleRow.image_id)
            .where(IS_RELEASABLE)
            .distinct()
        )
        return [stored_layout(name) for name in sorted(self._session.scalars(names))]

    def file_names(self) -> Iterator[tuple[str, str]]:
        """Yield the name and the SHA-256 of each picture with one of them, once, in order.

        As `ImageRecord.file_name` and `ImageRecord.picture_sha256` have them.
        """
        query = (
            select(ImageRow)
            .join(SampleRow, SampleRow.image_id == ImageRow.id)
            .where(IS_RELEASABLE)
            .order_by(*_IN_ORDER)
            .execution_options(yield_per=_NUMBERS)
        )
        if self._only is not None and len(self._only) <= _FEW:
            query = query.where(ImageRow.id.in_(self._only))
        for _, rows in groupby(self._session.scalars(query), attrgetter("sha256", "frame")):
            image = image_record(next(rows), self._paths)
            yield image.file_name, image.picture_sha256

    def _batch(self, sample_ids: Sequence[int]) -> Iterator[AcceptedSample]:
        query = (
            select(SampleRow, AnnotationRow, PredictionRow, ModelRow, ImageRow, ReviewRow)
            .join(AnnotationRow, AnnotationRow.sample_id == SampleRow.id)
            .join(PredictionRow, PredictionRow.id == AnnotationRow.prediction_id)
            .join(ModelRow, ModelRow.id == PredictionRow.model_id)
            .join(ImageRow, ImageRow.id == SampleRow.image_id)
            .join(ReviewRow, ReviewRow.id == last_review_id())
            .where(SampleRow.id.in_(sample_ids))
            .order_by(*_IN_ORDER)
        )
        missing = set(sample_ids)
        with naming_damage(self._session, sample_ids):
            for rows in self._session.execute(query):
                sample, annotation, prediction, *_ = rows
                refuse_damaged(self._session, sample.id, annotation, prediction)
                missing.remove(sample.id)
                yield _accepted_sample(self._paths, rows)
        if missing:  # a release that left them out would say that nobody accepted them
            raise lost_rows(min(missing))


_of_row = attrgetter(*AcceptedRow._fields)


def _block(samples: Sequence[AcceptedSample]) -> AcceptedBlock:
    return AcceptedBlock(
        [AcceptedRow(*_of_row(sample)) for sample in samples],
        np.stack([sample.landmarks for sample in samples]),
        np.stack([sample.prediction for sample in samples]),
        np.stack([sample.visibility for sample in samples]),
    )


def last_review_id() -> ScalarSelect[int]:
    """Return the id of the last review of the sample in the query around it."""
    review = aliased(ReviewRow)
    query = select(func.max(review.id)).where(review.sample_id == SampleRow.id)
    return query.correlate(SampleRow).scalar_subquery()


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
        visibility=_visibility(
            unmarked(layout) if annotation.marks is None else annotation.marks, landmarks, image
        ),
        presence=prediction.presence,
        model_name=model.name,
        model_sha256=model.sha256,
        annotator=sample.annotator,
        reviewer=review.reviewer,
        verdict=verdict_in_effect(sample.state, sample.stroke_count),
        accepted_at=review.created_at,
        stroke_count=sample.stroke_count,
        displacement_mean=displacement.mean,
        displacement_max=displacement.maximum,
        displacement_nme=displacement.nme,
        clip_track=None if sample.track is None else sample.track.number,
    )


def _visibility(
    marks: Marks, landmarks: npt.NDArray[np.float32], image: ImageRow
) -> npt.NDArray[np.uint8]:
    visibility = visibility_in_frame(marks, landmarks, (image.width, image.height))
    visibility.setflags(write=False)
    return visibility
