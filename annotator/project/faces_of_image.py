"""The meshes of all faces of one image, in one query: what lies beside the face under edit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.mesh.landmarks import bounding_box
from annotator.mesh.layout import MeshLayout
from annotator.project.damage import damaged_meshes
from annotator.project.layouts import check_stored, stored_layout
from annotator.project.opinion_rows import shown_to
from annotator.project.records import SampleState
from annotator.project.tables import AnnotationRow, ModelRow, PredictionRow, SampleRow


@dataclass(frozen=True, slots=True, eq=False)
class FaceOfImage:
    """A face of an image that nobody said is none.

    Attributes
    ----------
    landmarks
        (n, 3), the current mesh, in pixels of the upright image; read-only.
    """

    sample_id: int
    face_index: int
    state: SampleState
    layout: MeshLayout
    landmarks: npt.NDArray[np.float32]

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, width and height of the mesh, in pixels."""
        return bounding_box(self.landmarks)


def load_faces(session: Session, image_id: int, person: str | None = None) -> list[FaceOfImage]:
    """Return the faces of an image in their order, without the deleted ones.

    They are those that a person is shown, see `shown_to`. One whose mesh is damaged is left out:
    the others can still be worked on. Whoever goes to it is told.

    Raises
    ------
    NewerProject, DamagedProject
        If a mesh is of a layout that this program does not know, or not what is stored for it.
    """
    there = (
        SampleRow.image_id == image_id,
        SampleRow.state != SampleState.DELETED,
        shown_to(session, person),
    )
    damaged = {
        mesh.sample_id
        for mesh in damaged_meshes(session, select(SampleRow.id).where(*there), strokes=False)
        if mesh.is_in_use
    }
    query = (
        select(
            SampleRow.id, SampleRow.face_index, SampleRow.state, ModelRow.layout,
            PredictionRow.landmarks, AnnotationRow.landmarks,
        )
        .join(AnnotationRow, AnnotationRow.sample_id == SampleRow.id)
        .join(PredictionRow, PredictionRow.id == AnnotationRow.prediction_id)
        .join(ModelRow, ModelRow.id == PredictionRow.model_id)
        .where(*there, SampleRow.id.not_in(damaged))
        .order_by(SampleRow.face_index)
    )  # fmt: skip
    faces = []
    for sample_id, face_index, state, name, predicted, annotated in session.execute(query):
        layout = stored_layout(name)
        landmarks = predicted if annotated is None else annotated
        check_stored(layout, landmarks)
        faces.append(FaceOfImage(sample_id, face_index, state, layout, landmarks))
    return faces
