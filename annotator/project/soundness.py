"""Rows whose meshes are about to be used: refused where they are not what was stored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy.orm import Session

from annotator.project.damage import damaged_mesh, damaged_meshes
from annotator.project.digests import (
    AnyRow,
    anchors_digest,
    annotation_digest,
    prediction_digest,
    stroke_digest,
)
from annotator.project.errors import DamagedProject
from annotator.project.tables import AnnotationRow, DroppedStrokeRow, PredictionRow, StrokeRow


def refuse_damaged(
    session: Session, sample_id: int, annotation: AnnotationRow, prediction: PredictionRow
) -> None:
    """Raise DamagedProject unless a sample's mesh, and the prediction of it, are as stored."""
    expected = prediction_digest(prediction.sample_id, prediction.model_id, prediction.landmarks)
    if prediction.digest != expected:
        raise damaged_mesh(session, sample_id, "prediction").error()
    expected_of_annotation = annotation_digest(
        sample_id, prediction.id, annotation.revision, annotation.landmarks, annotation.marks
    )
    if prediction.sample_id != sample_id or annotation.digest != expected_of_annotation:
        raise damaged_mesh(session, sample_id, "annotation").error()


def refuse_damaged_stroke(
    session: Session, sample_id: int, stroke: StrokeRow | DroppedStrokeRow
) -> None:
    """Raise DamagedProject unless a stroke of a sample is as stored."""
    expected = stroke_digest(sample_id, stroke.sequence, stroke)
    if stroke.digest != expected:
        raise damaged_mesh(session, sample_id, f"stroke {stroke.sequence}").error()
    refuse_damaged_anchors(session, sample_id, stroke)


def refuse_damaged_anchors(
    session: Session, sample_id: int, stroke: StrokeRow | DroppedStrokeRow | AnyRow
) -> None:
    """Raise DamagedProject unless what a stroke does to anchors is as stored."""
    expected = anchors_digest(
        sample_id, stroke.sequence, stroke.anchors_added, stroke.anchors_removed
    )
    if stroke.anchors_digest != expected:
        raise damaged_mesh(session, sample_id, f"anchors of stroke {stroke.sequence}").error()


@contextmanager
def naming_damage(session: Session, sample_ids: Sequence[int] | None = None) -> Iterator[None]:
    """Let bytes that cannot even be read as a mesh be reported with the sample they are of.

    `sample_ids` are those that are read inside, None for all.
    """
    try:
        yield
    except DamagedProject as error:
        damaged = None
        for mesh in damaged_meshes(session, sample_ids):
            damaged = damaged or mesh
            if mesh.is_in_use:
                damaged = mesh
                break
        if damaged is None:
            raise
        raise damaged.error() from error
