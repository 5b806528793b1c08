"""A face as the model sees one, for the tools to work on."""

import numpy as np
import pytest

from annotator.mesh.landmarks import outer_iod
from annotator.mesh.tools.base import MeshState
from annotator.mesh.topology import load_topology

IOD = 100.0


@pytest.fixture
def upright_face() -> np.ndarray:
    """The canonical face from the front, 100 px between the outer eye corners."""
    vertices = load_topology().vertices * np.float32([1, -1, -1])
    return vertices * np.float32(IOD / outer_iod(vertices)) + np.float32([300, 250, 0])


@pytest.fixture
def state(upright_face: np.ndarray) -> MeshState:
    """That face, untouched."""
    return MeshState(upright_face, upright_face)
