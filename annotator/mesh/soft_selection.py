"""Transforming a selection with a soft edge: what lies around it follows, the less the farther."""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.falloff import Falloff, falloff_weights
from annotator.mesh.frame import Mapping
from annotator.mesh.geometry import distances_from_any, edge_graph
from annotator.mesh.layout import MeshLayout
from annotator.mesh.plane import plane, with_plane

Floats = NDArray[np.float32]
Weights = NDArray[np.float64]


def soft_weights(
    landmarks: NDArray[np.floating],
    layout: MeshLayout,
    selection: Collection[int],
    radius: float,
) -> Weights:
    """Return the share of a transformation that each vertex takes, (n,): 1 in the selection.

    Parameters
    ----------
    landmarks : (n, 3)
    layout
    selection
        Vertices.
    radius
        How far around them others follow, in px along the edges of the opened mesh, in the
        image plane; 0: none do.
    """
    weights = np.zeros(len(landmarks))
    if not selection:
        return weights
    selected = np.array(sorted(selection))
    if radius > 0:
        graph = edge_graph(landmarks, layout.topology.opened_edges)
        weights = falloff_weights(distances_from_any(graph, selected), radius, Falloff.SMOOTH)
    weights[selected] = 1
    return weights


def softly_mapped(landmarks: Floats, weights: Weights, mapping: Mapping) -> Floats:
    """Return the mesh with each vertex moved by its share of a mapping of the image; z stays."""
    points = plane(landmarks)
    return with_plane(landmarks, points + weights * (mapping(points) - points))
