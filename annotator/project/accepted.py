"""What is ready for a release, with all that a release says about it."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterator
from copy import copy
from itertools import groupby
from operator import itemgetter
from pathlib import PurePath
from typing import Self

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from annotator.mesh.layout import MeshLayout
from annotator.project.accepted_blocks import read_blocks
from annotator.project.accepted_records import AcceptedBlock, AcceptedSample
from annotator.project.engine.base import Engine
from annotator.project.fact_records import ImageFacts, LeftOut
from annotator.project.fact_rows import facts_of
from annotator.project.image_records import file_name_of, picture_sha256_of
from annotator.project.layouts import stored_layout
from annotator.project.leaving import IS_RELEASABLE, left_out, not_leaving
from annotator.project.paths import ImagePaths
from annotator.project.tables import (
    AnnotationRow,
    ImageRow,
    ModelRow,
    PredictionRow,
    SampleRow,
)

# Frames of one file in the order of their numbers; databases disagree about where NULL comes.
_IN_ORDER = (ImageRow.sha256, func.coalesce(ImageRow.frame, -1), SampleRow.face_index)
_BATCH = 200  # accepted samples in memory at once, two meshes each
_FEW = 100  # images that a query can name
_NUMBERS = 10_000  # rows of a number or two at once


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
        for block in self.blocks():
            yield from block.samples()

    def blocks(self) -> Iterator[AcceptedBlock]:
        """Yield the same samples some at a time, all of one layout; raises alike."""
        for start in range(0, len(self._ids), _BATCH):
            some = self._ids[start : start + _BATCH].tolist()
            yield from read_blocks(self._session, self._paths, some)

    def facts(self, image_ids: Collection[int]) -> dict[int, ImageFacts]:
        """Return what is known of images beside their pixels, by id, as of the same moment."""
        return facts_of(self._session, self._engine, image_ids)

    def image_ids(self) -> list[int]:
        """Return the images that they are on, each once, in order."""
        return list(dict.fromkeys(self._images()))

    def refused_since(self) -> list[int]:
        """Return those of their images that may not leave the project as it is now.

        All else is as of the moment when they were asked for; this is not.
        """
        with self._engine.reading() as now:
            return not_leaving(now, self._engine, self.image_ids())

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
            select(ImageRow.sha256, ImageRow.frame, ImageRow.path)
            .join(SampleRow, SampleRow.image_id == ImageRow.id)
            .where(IS_RELEASABLE)
            .order_by(*_IN_ORDER)
            .execution_options(yield_per=_NUMBERS)
        )
        if self._only is not None and len(self._only) <= _FEW:
            query = query.where(ImageRow.id.in_(self._only))
        rows = self._session.connection().execute(query)
        for content, faces in groupby(rows, itemgetter(0, 1)):
            name = PurePath(next(faces).path).name
            yield file_name_of(name, content[1]), picture_sha256_of(*content)
