"""Faces as the model sees them, for the tools to work on; the model itself is not needed."""

from pathlib import Path

import numpy as np
import pytest

from annotator.mesh.landmarks import outer_iod
from annotator.mesh.layout import FACE_468
from annotator.mesh.tools.base import MeshState

IOD = 100.0
PREDICTED = Path(__file__).parent / "data" / "predicted_faces.npz"


@pytest.fixture(scope="session")
def predicted() -> dict[str, np.ndarray]:
    """The face that the shipped model finds in each of some sample photographs, by file name.

    Written in ``datasets/sample`` by ``facemesh-annotator landmarks --output PREDICTED`` of
    the files that are its keys; a test of the inference holds it against the model.
    """
    with np.load(PREDICTED) as archive:
        faces = {name: archive[name][0] for name in archive.files}
    for face in faces.values():
        face.setflags(write=False)
    return faces


@pytest.fixture
def upright_face() -> np.ndarray:
    """The canonical face from the front, 100 px between the outer eye corners."""
    vertices = FACE_468.topology.vertices * np.float32([1, -1, -1])
    return vertices * np.float32(IOD / outer_iod(vertices, FACE_468)) + np.float32([300, 250, 0])


@pytest.fixture
def state(upright_face: np.ndarray) -> MeshState:
    """That face, untouched."""
    return MeshState.of(upright_face, upright_face, FACE_468)
