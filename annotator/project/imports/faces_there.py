"""The faces that images of an import have already, and opinions of them, with all work on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from annotator.project.engine.base import Engine, chunks
from annotator.project.errors import UnknownImage
from annotator.project.image_rows import IN_PROJECT
from annotator.project.imports.records import FaceThere, Given
from annotator.project.known_samples import touched_samples
from annotator.project.layouts import check_stored, stored_layout, unmarked
from annotator.project.locking import locked
from annotator.project.opinion_rows import IS_ORIGINAL
from annotator.project.records import SampleState
from annotator.project.soundness import naming_damage
from annotator.project.tables import (
    AnnotationRow,
    ImageRow,
    ModelRow,
    PredictionRow,
    ReviewRow,
    SampleRow,
)
from annotator.system.people import known_as

Verdicts = frozenset[Given]


def faces_there(
    session: Session, engine: Engine, image_ids: Sequence[int], *, to_change: bool = False
) -> dict[int, list[FaceThere]]:
    """Return the faces of images by image, in their order; deleted ones too, opinions not.

    Parameters
    ----------
    session, engine
    image_ids
        Each once.
    to_change
        Whether images and samples are locked: then each image has to be there.

    Raises
    ------
    UnknownImage
        If one that is to be changed is not in the project any more.
    DamagedProject
        If a mesh is not what was stored.
    """
    found: dict[int, list[FaceThere]] = {image_id: [] for image_id in image_ids}
    for some in chunks(list(image_ids), engine):
        if to_change:
            _lock_images(session, some)
        is_meant = SampleRow.image_id.in_(some) & IS_ORIGINAL
        for row, face in _loaded(session, engine, is_meant, to_change=to_change):
            found[row.image_id].append(face)
    return found


def opinions_there(
    session: Session, engine: Engine, sample_ids: Sequence[int], *, to_change: bool = False
) -> dict[int, dict[str, FaceThere]]:
    """Return the opinions of faces by their samples, and by whose each is, see `known_as`.

    Raises
    ------
    DamagedProject
        If a mesh is not what was stored.
    """
    found: dict[int, dict[str, FaceThere]] = {sample_id: {} for sample_id in sample_ids}
    for some in chunks(sorted(found), engine):
        is_meant = SampleRow.copy_of.in_(some)
        for row, face in _loaded(session, engine, is_meant, to_change=to_change):
            found[row.copy_of][known_as(row.assigned_to)] = face
    return found


def _loaded(
    session: Session, engine: Engine, is_meant: ColumnElement[bool], *, to_change: bool
) -> Iterator[tuple[Any, FaceThere]]:
    """Yield samples with their rows, in the order of their images and faces."""
    query = _faces(is_meant)
    with naming_damage(session, None):
        rows = session.execute(
            locked(query, SampleRow, AnnotationRow) if to_change else query
        ).all()
    ids = [row.id for row in rows]
    touched = touched_samples(session, engine, ids) | _with_opinions(session, engine, ids)
    models, verdicts = _models(session, engine, ids), _verdicts(session, engine, ids)
    for row in sorted(rows, key=lambda row: (row.image_id, row.face_index, row.id)):
        yield row, _face(row, touched, models.get(row.id), verdicts.get(row.id))


def _lock_images(session: Session, image_ids: Sequence[int]) -> None:
    """Keep others from numbering faces of these images until the transaction ends."""
    query = select(ImageRow.id).where(ImageRow.id.in_(image_ids), IN_PROJECT)
    there = set(session.scalars(locked(query, ImageRow)))
    gone = [image_id for image_id in image_ids if image_id not in there]
    if gone:
        raise UnknownImage(f"there is no image {gone[0]} in this project any more")


def _faces(is_meant: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return (
        select(
            SampleRow.id, SampleRow.image_id, SampleRow.face_index, SampleRow.state,
            SampleRow.box_left, SampleRow.box_top, SampleRow.box_width, SampleRow.box_height,
            AnnotationRow.revision, AnnotationRow.landmarks.label("annotated"),
            AnnotationRow.marks, PredictionRow.landmarks.label("predicted"), ModelRow.layout,
            ModelRow.sha256, ImageRow.width, ImageRow.height,
            SampleRow.copy_of, SampleRow.assigned_to,
        )
        .join(AnnotationRow, AnnotationRow.sample_id == SampleRow.id)
        .join(PredictionRow, PredictionRow.id == AnnotationRow.prediction_id)
        .join(ModelRow, ModelRow.id == PredictionRow.model_id)
        .join(ImageRow, ImageRow.id == SampleRow.image_id)
        .where(is_meant)
    )  # fmt: skip


def _face(
    row: Any, touched: set[int], models: set[str] | None, verdicts: Verdicts | None
) -> FaceThere:
    layout = stored_layout(row.layout)
    check_stored(layout, row.predicted, row.annotated, row.marks)
    return FaceThere(
        id=row.id,
        face_index=row.face_index,
        box=(row.box_left, row.box_top, row.box_width, row.box_height),
        revision=row.revision,
        state=row.state,
        is_untouched=row.state is SampleState.PREDICTED and row.id not in touched,
        layout=layout.name,
        landmarks=row.predicted if row.annotated is None else row.annotated,
        marks=unmarked(layout) if row.marks is None else row.marks,
        size=(row.width, row.height),
        models=frozenset(models or ()),
        own_model=row.sha256,
        verdicts=verdicts or frozenset(),
    )


def _with_opinions(session: Session, engine: Engine, ids: Sequence[int]) -> set[int]:
    """Return of which samples somebody was asked for an opinion: those are decided by them."""
    found: set[int] = set()
    for some in chunks(ids, engine):
        query = select(SampleRow.copy_of).where(SampleRow.copy_of.in_(some)).distinct()
        found.update(one for one in session.scalars(query) if one is not None)
    return found


def _models(session: Session, engine: Engine, ids: Sequence[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for some in chunks(ids, engine):
        query = (
            select(PredictionRow.sample_id, ModelRow.sha256)
            .join(ModelRow, ModelRow.id == PredictionRow.model_id)
            .where(PredictionRow.sample_id.in_(some))
        )
        for sample_id, sha256 in session.execute(query):
            found.setdefault(sample_id, set()).add(sha256)
    return found


def _verdicts(session: Session, engine: Engine, ids: Sequence[int]) -> dict[int, Verdicts]:
    found: dict[int, set[Given]] = {}
    for some in chunks(ids, engine):
        query = select(
            ReviewRow.sample_id, ReviewRow.verdict, ReviewRow.reviewer, ReviewRow.created_at
        ).where(ReviewRow.sample_id.in_(some))
        for sample_id, verdict, reviewer, at in session.execute(query):
            found.setdefault(sample_id, set()).add((verdict, reviewer, at))
    return {sample_id: frozenset(said) for sample_id, said in found.items()}
