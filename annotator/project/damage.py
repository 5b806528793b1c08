"""Meshes that are not what was stored: found, and named for whoever has to do something."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.types import NullType

from annotator.project.digests import (
    AnyRow,
    anchors_digest,
    annotation_digest,
    guide_digest,
    honeypot_digest,
    prediction_digest,
    stroke_digest,
)
from annotator.project.errors import DamagedProject
from annotator.project.paths import display_name
from annotator.project.tables import (
    AnnotationRow,
    GuideRow,
    HoneypotRow,
    ImageRow,
    ModelRow,
    PredictionRow,
    SampleRow,
    StrokeRow,
)

_BATCH = 200  # rows in memory at once, a mesh or two each


@dataclass(frozen=True, slots=True)
class DamagedMesh:
    """A mesh, or a part of one, whose bytes are not those that were stored.

    Attributes
    ----------
    sample_id
    face_index
        Of the face in its image, from 0.
    image_name
        Of the image's file, fit for display.
    part
        What is damaged: ``"prediction"``, ``"annotation"``, ``"known answer"``, ``"stroke 3"``,
        ``"anchors of stroke 3"``, ``"guide 7"``; ``"prediction by NAME"``, of a model, where
        another prediction is in use.
    """

    sample_id: int
    face_index: int
    image_name: str
    part: str

    def __str__(self) -> str:
        face = f"face {self.face_index + 1} of {self.image_name}"
        return (
            f"sample {self.sample_id} ({face}) is damaged: "
            f"the bytes of its {self.part} are not those that were stored"
        )

    def error(self) -> DamagedProject:
        """Return what is raised where somebody wants this mesh."""
        otherwise = f"exclude sample {self.sample_id}"
        if self._is_stroke:
            otherwise = "edit on from here without it"
        elif self.part.startswith("guide"):
            otherwise = "remove the guide"
        return DamagedProject(f"{self}; restore the project from a backup, or {otherwise}")

    @property
    def is_in_use(self) -> bool:
        """Whether the sample cannot be shown, edited or exported because of it."""
        return self.part in ("prediction", "annotation") or self.part.startswith("anchors")

    @property
    def _is_stroke(self) -> bool:
        """Whether only undo and redo need it."""
        return self.part.startswith("stroke")


def damaged_meshes(
    session: Session,
    sample_ids: Sequence[int] | Select[int] | None = None,
    *,
    strokes: bool = True,
) -> Iterator[DamagedMesh]:
    """Yield what is damaged of all meshes and strokes, or of those of some samples.

    The bytes themselves are compared, so that nothing in them can end the search. All are read
    once, a few at a time: all predictions, then annotations, strokes, known answers and guides, by
    sample.

    Parameters
    ----------
    session
        Of any engine.
    sample_ids
        Or what selects them; None for all, those of removed images too.
    strokes
        Whether to look at strokes, known answers and guides.
    """
    for query, column, part_if_damaged in _SEARCHES if strokes else _SEARCHES[:2]:
        some = query if sample_ids is None else query.where(column.in_(sample_ids))
        rows = session.execute(some.order_by(column).execution_options(yield_per=_BATCH))
        for row in rows:
            part = part_if_damaged(row)
            if part is not None:
                yield damaged_mesh(session, row.sample_id, part)


def damaged_mesh(session: Session, sample_id: int, part: str) -> DamagedMesh:
    """Return a damaged part of a sample, which exists, with the names of its place."""
    query = (
        select(ImageRow.path, SampleRow.face_index)
        .join(ImageRow, ImageRow.id == SampleRow.image_id)
        .where(SampleRow.id == sample_id)
    )
    path, face_index = session.execute(query).one()
    return DamagedMesh(sample_id, face_index, display_name(path), part)


def bytes_of(column: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
    """Return a column as it is in the database: nothing is made of it, nor checked."""
    return type_coerce(column, NullType()).label(column.key)


def _are_blobs(row: AnyRow, *names: str) -> bool:
    return all(isinstance(getattr(row, name), bytes | None) for name in names)


def _of_prediction(row: AnyRow) -> str | None:
    place = row.sample_id, row.model_id
    if _are_blobs(row, "landmarks") and row.digest == prediction_digest(*place, row.landmarks):
        return None
    return "prediction" if row.in_use else f"prediction by {row.name}"


def _of_annotation(row: AnyRow) -> str | None:
    place, blobs = (row.sample_id, row.prediction_id, row.revision), (row.landmarks, row.marks)
    is_sound = (
        row.predicted == row.sample_id
        and _are_blobs(row, "landmarks", "marks")
        and row.digest == annotation_digest(*place, *blobs)
    )
    return None if is_sound else "annotation"


def _of_stroke(row: AnyRow) -> str | None:
    at = row.sample_id, row.sequence
    anchors = [getattr(row, name) for name in _ANCHORS]
    if not _are_blobs(row, *_ANCHORS) or row.anchors_digest != anchors_digest(*at, *anchors):
        return f"anchors of stroke {row.sequence}"
    if not _are_blobs(row, *_VERTICES) or row.digest != stroke_digest(*at, row):
        return f"stroke {row.sequence}"
    return None


def _of_answer(row: AnyRow) -> str | None:
    is_sound = _are_blobs(row, "answer") and row.digest == honeypot_digest(
        row.sample_id, row.answer
    )
    return None if is_sound else "known answer"


def _of_guide(row: AnyRow) -> str | None:
    blobs = row.points, row.visibility
    is_sound = _are_blobs(row, "points", "visibility") and row.digest == guide_digest(
        row.sample_id, *blobs
    )
    return None if is_sound else f"guide {row.id}"


_VERTICES = ("vertex_indices", "before", "after", "marks_before", "marks_after")
_ANCHORS = ("anchors_added", "anchors_removed")

# What to read, by which column to choose samples, and what tells whether a row is damaged.
_Search = tuple[Select[Any], InstrumentedAttribute[int], Callable[[AnyRow], str | None]]
_SEARCHES: tuple[_Search, ...] = (
    (
        select(
            PredictionRow.sample_id,
            PredictionRow.model_id,
            bytes_of(PredictionRow.landmarks),
            bytes_of(PredictionRow.digest),
            ModelRow.name,
            (AnnotationRow.prediction_id == PredictionRow.id).label("in_use"),
        )
        .join(ModelRow, ModelRow.id == PredictionRow.model_id)
        .outerjoin(AnnotationRow, AnnotationRow.sample_id == PredictionRow.sample_id),
        PredictionRow.sample_id,
        _of_prediction,
    ),
    (
        select(
            AnnotationRow.sample_id,
            bytes_of(AnnotationRow.prediction_id),
            bytes_of(AnnotationRow.revision),
            bytes_of(AnnotationRow.landmarks),
            bytes_of(AnnotationRow.marks),
            bytes_of(AnnotationRow.digest),
            select(PredictionRow.sample_id)
            .where(PredictionRow.id == AnnotationRow.prediction_id)
            .scalar_subquery()
            .label("predicted"),
        ),
        AnnotationRow.sample_id,
        _of_annotation,
    ),
    (
        select(
            StrokeRow.sample_id,
            StrokeRow.sequence,
            *(bytes_of(getattr(StrokeRow, name)) for name in (*_VERTICES, *_ANCHORS)),
            bytes_of(StrokeRow.digest),
            bytes_of(StrokeRow.anchors_digest),
        ),
        StrokeRow.sample_id,
        _of_stroke,
    ),
    (
        select(HoneypotRow.sample_id, bytes_of(HoneypotRow.answer), bytes_of(HoneypotRow.digest)),
        HoneypotRow.sample_id,
        _of_answer,
    ),
    (
        select(
            GuideRow.id,
            GuideRow.sample_id,
            bytes_of(GuideRow.points),
            bytes_of(GuideRow.visibility),
            bytes_of(GuideRow.digest),
        ),
        GuideRow.sample_id,
        _of_guide,
    ),
)
