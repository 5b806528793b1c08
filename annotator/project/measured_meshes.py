"""Annotations beside their predictions, many at a time, to measure how far they lie apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from annotator.mesh.layout import MeshLayout
from annotator.project.checked import as_stored
from annotator.project.digests import AnyRow, annotation_digest, prediction_digest
from annotator.project.image_rows import IN_PROJECT
from annotator.project.layouts import stored_layout
from annotator.project.opinion_rows import IS_ORIGINAL
from annotator.project.records import SampleState
from annotator.project.tables import AnnotationRow, ImageRow, ModelRow, PredictionRow, SampleRow

_BATCH = 500  # samples in memory at once, two meshes each

Meshes = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredMeshes:
    """Meshes of some samples of one layout.

    Attributes
    ----------
    layout
    sample_ids
        b of them.
    annotations, predictions
        (b, n, 3), in pixels of their upright images.
    damaged
        How many more there were whose meshes are not what was stored: they are left out.
    """

    layout: MeshLayout
    sample_ids: tuple[int, ...]
    annotations: Meshes
    predictions: Meshes
    damaged: int


_QUERY = (
    select(
        SampleRow.id,
        AnnotationRow.prediction_id,
        AnnotationRow.revision,
        as_stored(AnnotationRow.landmarks).label("landmarks"),
        as_stored(AnnotationRow.marks).label("marks"),
        as_stored(AnnotationRow.digest).label("digest"),
        PredictionRow.sample_id,
        PredictionRow.model_id,
        as_stored(PredictionRow.landmarks).label("predicted"),
        as_stored(PredictionRow.digest).label("predicted_digest"),
        ModelRow.layout,
    )
    .join(AnnotationRow, AnnotationRow.sample_id == SampleRow.id)
    .join(PredictionRow, PredictionRow.id == AnnotationRow.prediction_id)
    .join(ModelRow, ModelRow.id == PredictionRow.model_id)
    .join(ImageRow, ImageRow.id == SampleRow.image_id)
    .where(IN_PROJECT)
    .order_by(SampleRow.id)
    .execution_options(yield_per=_BATCH)
)


def corrected_meshes(session: Session) -> Iterator[MeasuredMeshes]:
    """Yield the accepted samples with a stroke in effect, by id, some at a time.

    Raises
    ------
    NewerProject
        If one is of a layout that this program does not know.
    """
    query = _QUERY.where(
        SampleRow.state == SampleState.ACCEPTED,
        AnnotationRow.landmarks.is_not(None),
        IS_ORIGINAL,
    )
    yield from _measured(session, query)


def meshes_of(session: Session, sample_ids: Sequence[int]) -> Iterator[MeasuredMeshes]:
    """Yield some samples, as few as fit into a query; the others are not there."""
    yield from _measured(session, _QUERY.where(SampleRow.id.in_(sample_ids)))


def _measured(session: Session, query: Select[Any]) -> Iterator[MeasuredMeshes]:
    for rows in session.execute(query).partitions():
        ordered = sorted(rows, key=attrgetter("layout"))
        for name, some in groupby(ordered, attrgetter("layout")):
            yield _stacked(stored_layout(name), list(some))


def _stacked(layout: MeshLayout, rows: Sequence[AnyRow]) -> MeasuredMeshes:
    sound = [row for row in rows if _is_sound(row, layout)]
    pairs = [(row.predicted if row.landmarks is None else row.landmarks, row.predicted)
             for row in sound]  # fmt: skip
    shape = (len(sound), layout.count, 3)
    annotations, predictions = (
        np.frombuffer(b"".join(blobs), "<f4").reshape(shape)
        for blobs in (zip(*pairs, strict=True) if pairs else ((), ()))
    )
    ids = tuple(row.id for row in sound)
    return MeasuredMeshes(layout, ids, annotations, predictions, len(rows) - len(sound))


def _is_sound(row: AnyRow, layout: MeshLayout) -> bool:
    """Return whether both meshes are what was stored, and can be meshes of the layout."""
    size = 12 * layout.count
    for blob in (row.predicted, row.landmarks):
        is_whole = isinstance(blob, bytes) and len(blob) == size
        if blob is not None and not (is_whole and np.isfinite(np.frombuffer(blob, "<f4")).all()):
            return False
    if not isinstance(row.marks, bytes | None) or row.sample_id != row.id:
        return False
    place = row.id, row.prediction_id, row.revision
    return bool(
        row.predicted_digest == prediction_digest(row.id, row.model_id, row.predicted)
        and row.digest == annotation_digest(*place, row.landmarks, row.marks)
    )
