from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from annotator.assets import asset_path
from annotator.imaging import read_image
from annotator.inference import FaceMesh
from annotator.mesh.landmarks import bounding_box
from annotator.mesh.metrics import nme
from annotator.missed_faces import add_face
from annotator.project import Project, SampleState, UnknownImage
from annotator.workflow import import_images, preannotate

PORTRAIT = asset_path("datasets", "sample", "collins.jpg")


@pytest.fixture(scope="module")
def face_mesh() -> FaceMesh:
    return FaceMesh.load(small_faces=False)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """A project with one photograph in which nobody has looked for faces."""
    with Project.create(tmp_path / "project") as created:
        import_images(created, [PORTRAIT])
        yield created


def drawn_around(landmarks: np.ndarray) -> tuple[float, float, float, float]:
    left, top, width, height = bounding_box(landmarks)
    return left - 5, top - 8, left + width + 3, top + height + 6


def test_a_missed_face_gets_a_mesh_from_a_drawn_box_and_is_not_found_twice(project, face_mesh):
    photograph = read_image(PORTRAIT)
    (face,) = face_mesh.predict(photograph)
    box = drawn_around(face.landmarks)
    added = add_face(project, face_mesh, 1, photograph, box, added_by="Ann")
    assert (added.sample.state, added.sample.added_by) == (SampleState.PREDICTED, "Ann")
    assert not added.prediction.is_doubtful
    stored = project.annotations.load(added.sample.id)
    assert stored.landmarks.tobytes() == added.prediction.landmarks.tobytes()
    assert nme(stored.landmarks, face.landmarks) < 0.05
    for _ in preannotate(project, face_mesh):
        pass
    assert [sample.id for sample in project.samples.summaries()] == [added.sample.id]


def test_a_box_or_an_image_that_is_none_adds_nothing(project, face_mesh):
    photograph = read_image(PORTRAIT)
    with pytest.raises(ValueError, match="draw it around the whole face"):
        add_face(project, face_mesh, 1, photograph, (5, 5, 6, 6), added_by="Ann")
    with pytest.raises(UnknownImage):
        add_face(project, face_mesh, 9, photograph, (50, 50, 150, 150), added_by="Ann")
    assert project.samples.summaries() == []
