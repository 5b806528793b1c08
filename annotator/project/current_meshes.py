"""The meshes of some samples as they are now, in few queries: what a sheet of faces shows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.mesh.layout import MeshLayout
from annotator.project.damage import damaged_meshes
from annotator.project.engine.base import Engine, chunks
from annotator.project.layouts import check_stored, stored_layout
from annotator.project.tables import AnnotationRow, ModelRow, PredictionRow


@dataclass(frozen=True, slots=True, eq=False)
class CurrentMesh:
    """The mesh of a sample, and the revision of its annotation that this is.

    Attributes
    ----------
    landmarks
        (n, 3), in pixels of the upright image; read-only.
    """

    sample_id: int
    revision: int
    layout: MeshLayout
    landmarks: npt.NDArray[np.float32]


def load_meshes(
    session: Session, engine: Engine, sample_ids: Collection[int]
) -> dict[int, CurrentMesh]:
    """Return the meshes of samples by id; those that are gone or damaged are missing.

    Raises
    ------
    NewerProject, DamagedProject
        If a mesh is of a layout that this program does not know, or has other vertices.
    """
    found: dict[int, CurrentMesh] = {}
    for chunk in chunks(list(sample_ids), engine):
        damaged = {
            mesh.sample_id
            for mesh in damaged_meshes(session, list(chunk), strokes=False)
            if mesh.is_in_use
        }
        query = (
            select(
                AnnotationRow.sample_id, AnnotationRow.revision, ModelRow.layout,
                PredictionRow.landmarks, AnnotationRow.landmarks,
            )
            .join(PredictionRow, PredictionRow.id == AnnotationRow.prediction_id)
            .join(ModelRow, ModelRow.id == PredictionRow.model_id)
            .where(AnnotationRow.sample_id.in_(set(chunk) - damaged))
        )  # fmt: skip
        for sample_id, revision, name, predicted, annotated in session.execute(query):
            layout = stored_layout(name)
            landmarks = predicted if annotated is None else annotated
            check_stored(layout, landmarks)
            found[sample_id] = CurrentMesh(sample_id, revision, layout, landmarks)
    return found
