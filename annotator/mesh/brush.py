"""The brush: how far around a vertex a tool reaches, and how its influence falls.

The influence falls with the distance along the edges of the *opened* mesh (mouth and eyes
cut open), so that the upper lip can be moved without the lower one; for strokes that move
much of a face it may go straight across instead. Distances are measured in the image plane at
the moment of the press and stay fixed during the stroke: a stroke is reversible by dragging
back, and a move costs one multiplication.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.falloff import Falloff, falloff_weights
from annotator.mesh.geometry import edge_distances, edge_graph
from annotator.mesh.landmarks import tool_scale
from annotator.mesh.layout import MeshLayout

MIN_RADIUS_IOD = 0.02
MAX_RADIUS_IOD = 3.0
MIN_RADIUS_PX = 1.0
MAX_RADIUS_PX = 10_000.0
# The least that can be chosen; any strength above 0 counts.
MIN_STRENGTH, MAX_STRENGTH = 0.01, 1.0
_RADIUS_STEP = 1.15


class Metric(StrEnum):
    """Along which way the brush measures distances."""

    EDGES = "along the mesh"
    STRAIGHT = "straight across"


@dataclass(frozen=True)
class Brush:
    """The settings of the brush.

    Attributes
    ----------
    radius_iod : float
        Radius in outer inter-ocular distances, taken in space, of the face under the brush:
        see `annotator.mesh.landmarks.tool_scale`.
    strength : float
        Share of the mouse's displacement that the grabbed vertex takes, in (0, 1].
    falloff : Falloff
        How the influence falls towards the rim.
    metric : Metric
    radius_px : float, optional
        Radius in px of the image, for faces of one size; where given it counts instead.

    Raises
    ------
    ValueError
        If the radius or the strength lies outside its range.
    """

    radius_iod: float = 0.4
    strength: float = 1.0
    falloff: Falloff = Falloff.EXPONENTIAL
    metric: Metric = Metric.EDGES
    radius_px: float | None = None

    def __post_init__(self) -> None:
        if not MIN_RADIUS_IOD <= self.radius_iod <= MAX_RADIUS_IOD:
            raise ValueError(
                f"expected a radius from {MIN_RADIUS_IOD} to {MAX_RADIUS_IOD} IOD, "
                f"but got {self.radius_iod}"
            )
        if self.radius_px is not None and not MIN_RADIUS_PX <= self.radius_px <= MAX_RADIUS_PX:
            raise ValueError(
                f"expected a radius from {MIN_RADIUS_PX} to {MAX_RADIUS_PX} px, "
                f"but got {self.radius_px}"
            )
        if not 0 < self.strength <= MAX_STRENGTH:
            raise ValueError(f"expected a strength above 0 and up to 1, but got {self.strength}")

    def resized(self, steps: float) -> "Brush":
        """Return the brush with its radius changed by so many steps of 15 %, within range."""
        step = _RADIUS_STEP**steps
        if self.radius_px is not None:
            return self.with_radius_px(self.radius_px * step)
        return self.with_radius_iod(self.radius_iod * step)

    def with_radius(self, radius: float, iod: float) -> "Brush":
        """Return the brush with a radius in px, on a face of this outer IOD (in space).

        It goes on in the unit that the brush has; the nearest radius allowed is taken.
        """
        if self.radius_px is not None:
            return self.with_radius_px(radius)
        return self.with_radius_iod(radius / iod)

    def with_radius_iod(self, radius_iod: float) -> "Brush":
        """Return the brush with a radius in outer IOD, or the nearest one allowed."""
        radius = min(max(radius_iod, MIN_RADIUS_IOD), MAX_RADIUS_IOD)
        return replace(self, radius_iod=radius, radius_px=None)

    def with_radius_px(self, radius_px: float) -> "Brush":
        """Return the brush with a radius in px of the image, or the nearest one allowed."""
        return replace(self, radius_px=min(max(radius_px, MIN_RADIUS_PX), MAX_RADIUS_PX))

    def radius_on(self, iod: float) -> float:
        """Return the radius in px on a face of this outer IOD (in space) in px."""
        # However small the face, one pixel still works.
        return max(self.radius_iod * iod, 1.0) if self.radius_px is None else self.radius_px

    def with_strength(self, strength: float) -> "Brush":
        """Return the brush with this strength, or the nearest one allowed."""
        return replace(self, strength=min(max(strength, MIN_STRENGTH), MAX_STRENGTH))


def brush_radius(landmarks: NDArray[np.floating], layout: MeshLayout, brush: Brush) -> float:
    """Return the brush's radius on this face, in px of the image."""
    return brush.radius_on(tool_scale(landmarks, layout))


def brush_weights(
    landmarks: NDArray[np.floating], layout: MeshLayout, pivot: int, brush: Brush
) -> NDArray[np.float64]:
    """Return the share of the drag that each vertex takes, (n,), in [0, strength].

    Parameters
    ----------
    landmarks : (n, 3)
        The mesh before the stroke.
    pivot : int
        The grabbed vertex.
    """
    if brush.metric is Metric.STRAIGHT:
        distances = _distances_across(landmarks, pivot)
    else:
        distances = edge_distances(edge_graph(landmarks, layout.topology.opened_edges), pivot)
    return brush.strength * falloff_weights(
        distances, brush_radius(landmarks, layout, brush), brush.falloff
    )


def _distances_across(landmarks: NDArray[np.floating], pivot: int) -> NDArray[np.float64]:
    offsets = np.subtract(landmarks[:, :2], landmarks[pivot, :2], dtype=np.float64)
    return np.asarray(np.linalg.norm(offsets, axis=1))
