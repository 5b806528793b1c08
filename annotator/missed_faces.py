"""Faces that the detector missed: predicted in a box that somebody drew, and added to a project."""

from dataclasses import dataclass

from annotator.inference import FaceMesh
from annotator.project import Project, SampleSummary
from annotator.reprediction import Box, Photograph, Reprediction, predict_in_box


@dataclass(frozen=True)
class AddedFace:
    """The sample that somebody added, and how the model saw it: that may be doubtful."""

    sample: SampleSummary
    prediction: Reprediction


def add_face(
    project: Project,
    face_mesh: FaceMesh,
    image_id: int,
    photograph: Photograph,
    box: Box,
    *,
    added_by: str,
) -> AddedFace:
    """Predict a face in a drawn box and add it to a project as a sample.

    It is added also where the mesh is doubtful: somebody saw a face there, and can correct it.
    Deleting the sample takes it back.

    Parameters
    ----------
    project
    face_mesh
    image_id
        Of the photograph in the project.
    photograph : (height, width, 3) uint8
        RGB, upright.
    box
        x and y of two opposite corners in px, (left, top, right, bottom) in any direction.
    added_by
        Who drew it.

    Raises
    ------
    ValueError
        If the box is too small or lies outside the photograph, or nobody drew it.
    ProjectError
        If the project refuses the face; then nothing is added.
    """
    face = predict_in_box(face_mesh, photograph, box)
    sample = project.samples.add(
        image_id,
        face.landmarks,
        model_id=project.models.register(face_mesh.info),
        presence=face.presence,
        detection_score=face.detection_score,
        added_by=added_by,
    )
    return AddedFace(sample, face)
