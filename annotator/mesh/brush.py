"""The Grab brush: drag one vertex and its neighbours along the mesh follow.

The influence falls with the distance along the edges of the *opened* mesh (mouth and eyes
cut open), so that the upper lip can be moved without the lower one. Distances are measured in
the image plane at the moment of the press and stay fixed during the stroke: a stroke is
reversible by dragging back, and a move costs one multiplication.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.falloff import Falloff, falloff_weights
from annotator.mesh.geometry import edge_distances, edge_graph
from annotator.mesh.landmarks import outer_iod
from annotator.mesh.topology import FaceTopology

MIN_RADIUS_IOD = 0.02
MAX_RADIUS_IOD = 3.0
_RADIUS_STEP = 1.15


@dataclass(frozen=True)
class GrabBrush:
    """The settings of the brush.

    Attributes
    ----------
    radius_iod : float
        Radius in outer inter-ocular distances of the face under the brush.
    strength : float
        Share of the mouse's displacement that the grabbed vertex takes, in (0, 1].
    falloff : Falloff
        How the influence falls towards the rim.

    Raises
    ------
    ValueError
        If the radius or the strength lies outside its range.
    """

    radius_iod: float = 0.4
    strength: float = 1.0
    falloff: Falloff = Falloff.EXPONENTIAL

    def __post_init__(self) -> None:
        if not MIN_RADIUS_IOD <= self.radius_iod <= MAX_RADIUS_IOD:
            raise ValueError(
                f"expected a radius from {MIN_RADIUS_IOD} to {MAX_RADIUS_IOD} IOD, "
                f"but got {self.radius_iod}"
            )
        if not 0 < self.strength <= 1:
            raise ValueError(f"expected a strength above 0 and up to 1, but got {self.strength}")

    def resized(self, steps: float) -> "GrabBrush":
        """Return the brush with its radius changed by so many steps of 15 %, within range."""
        return self.with_radius(self.radius_iod * _RADIUS_STEP**steps)

    def with_radius(self, radius_iod: float) -> "GrabBrush":
        """Return the brush with this radius, or the nearest one allowed."""
        return replace(self, radius_iod=min(max(radius_iod, MIN_RADIUS_IOD), MAX_RADIUS_IOD))

    def with_strength(self, strength: float) -> "GrabBrush":
        """Return the brush with this strength, or the nearest one allowed."""
        return replace(self, strength=min(max(strength, 0.01), 1.0))


def brush_radius(landmarks: NDArray[np.floating], brush: GrabBrush) -> float:
    """Return the brush's radius on this face, in px of the image."""
    # A face in strict profile can have its eye corners on one spot; one pixel still works.
    return max(brush.radius_iod * outer_iod(landmarks), 1.0)


def grab_weights(
    landmarks: NDArray[np.floating], pivot: int, brush: GrabBrush, topology: FaceTopology
) -> NDArray[np.float64]:
    """Return the share of the drag that each vertex takes, (468,), in [0, strength].

    Parameters
    ----------
    landmarks : (468, 3)
        The mesh before the stroke.
    pivot : int
        The grabbed vertex.
    """
    graph = edge_graph(landmarks, topology.opened_edges)
    distances = edge_distances(graph, pivot)
    return brush.strength * falloff_weights(
        distances, brush_radius(landmarks, brush), brush.falloff
    )


def displaced(
    before: NDArray[np.float32],
    weights: NDArray[np.float64],
    displacement: tuple[float, float],
) -> NDArray[np.float32]:
    """Return the mesh with each vertex moved in the image plane by its share; z stays.

    Parameters
    ----------
    before : (468, 3) float32
    weights : (468,)
    displacement : (dx, dy) in px
    """
    after = before.copy()
    after[:, :2] += (weights[:, None] * np.asarray(displacement)).astype(np.float32)
    return after
