"""A face as the model sees one, for the tools to work on."""

import numpy as np
import pytest

from annotator.mesh.landmarks import outer_iod
from annotator.mesh.layout import FACE_468
from annotator.mesh.tools.base import MeshState

IOD = 100.0


@pytest.fixture
def upright_face() -> np.ndarray:
    """The canonical face from the front, 100 px between the outer eye corners."""
    vertices = FACE_468.topology.vertices * np.float32([1, -1, -1])
    return vertices * np.float32(IOD / outer_iod(vertices, FACE_468)) + np.float32([300, 250, 0])


@pytest.fixture
def state(upright_face: np.ndarray) -> MeshState:
    """That face, untouched."""
    return MeshState.of(upright_face, upright_face, FACE_468)
