"""Where a layer lies in napari's world: photograph and mesh with a pixel to a unit, unturned."""

import numpy as np
from napari.layers import Layer

# What is told when a layer is moved, turned or scaled.
PLACE_EVENTS = ("affine", "rotate", "scale", "shear", "translate", "units")


def is_in_place(layer: Layer) -> bool:
    """Return whether a layer's own coordinates, (row, column), are those of the world."""
    corners = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    in_world = np.array([layer.data_to_world(corner) for corner in corners])
    return bool((in_world == corners).all()) and {str(unit) for unit in layer.units} == {"pixel"}


def put_back(layer: Layer) -> None:
    """Put a layer of two dimensions where it was when it was made."""
    layer.affine = np.eye(3)
    layer.rotate = np.eye(2)
    layer.shear = np.zeros(1)
    layer.scale = np.ones(2)
    layer.translate = np.zeros(2)
    layer.units = ("pixel", "pixel")
