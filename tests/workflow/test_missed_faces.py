"""A face that the detector missed, from a drawn box into a project."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from annotator.imaging import read_image
from annotator.inference import FaceMesh
from annotator.inference.reprediction import predict_in_box
from annotator.mesh.landmarks import bounding_box
from annotator.project import Project, SampleState
from annotator.system.assets import asset_path
from annotator.workflow import import_images, preannotate

PORTRAIT = asset_path("datasets", "sample", "collins.jpg")


@pytest.fixture(scope="module")
def face_mesh() -> FaceMesh:
    return FaceMesh.load(small_faces=False)


@pytest.fixture
def project(tmp_path: Path, new_project: Callable[[Path], Project]) -> Iterator[Project]:
    """A project with one photograph in which nobody has looked for faces."""
    with new_project(tmp_path / "project") as created:
        import_images(created, [PORTRAIT])
        yield created


def drawn_around(landmarks: np.ndarray) -> tuple[float, float, float, float]:
    left, top, width, height = bounding_box(landmarks)
    return left - 5, top - 8, left + width + 3, top + height + 6


def test_a_missed_face_gets_a_mesh_from_a_drawn_box_and_is_not_found_twice(project, face_mesh):
    photograph = read_image(PORTRAIT)
    (found,) = face_mesh.predict(photograph)
    face = predict_in_box(face_mesh, photograph, drawn_around(found.landmarks))
    added = project.samples.add(
        project.images.pending(project.models.register(face_mesh.info))[0].id,
        face.landmarks,
        model_id=project.models.register(face_mesh.info),
        presence=face.presence,
        detection_score=face.detection_score,
        added_by="Ann",
    )
    assert (added.state, added.added_by) == (SampleState.PREDICTED, "Ann")
    stored = project.annotations.load(added.id)
    assert stored.landmarks.tobytes() == face.landmarks.tobytes()
    for progress in preannotate(project, face_mesh):
        assert progress.faces == 1
    assert [sample.id for sample in project.samples.summaries()] == [added.id]
    assert project.annotations.load(added.id).landmarks.tobytes() == face.landmarks.tobytes()
