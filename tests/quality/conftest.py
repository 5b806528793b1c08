"""Faces of the shipped photographs as the shipped model sees them."""

import numpy as np
import pytest

from annotator.imaging import find_images, read_image
from annotator.inference import FaceMesh
from annotator.system.assets import asset_path


@pytest.fixture(scope="session")
def photographs() -> dict[str, np.ndarray]:
    """All shipped photographs by the names of their files, (h, w, 3) uint8."""
    return {path.name: read_image(path) for path in find_images([asset_path("datasets", "sample")])}


@pytest.fixture(scope="session")
def predicted(photographs: dict[str, np.ndarray]) -> dict[str, list[np.ndarray]]:
    """The meshes of all their faces, by the same names, the largest first."""
    face_mesh = FaceMesh.load(threads=1)
    return {
        name: [face.landmarks for face in face_mesh.predict(image)]
        for name, image in photographs.items()
    }


@pytest.fixture
def hopper(predicted: dict[str, list[np.ndarray]]) -> np.ndarray:
    """A face from the front, its outer eye corners 125 px apart."""
    return predicted["hopper.jpg"][0]
