"""What is drawn over the photograph, computed without any window."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.landmarks import outer_iod
from annotator.plugin.convert import to_pixel_centres

Colour = tuple[float, float, float, float]

EDGE_COLOUR: Colour = (0.45, 0.85, 1.0, 0.5)
CONTOUR_COLOUR: Colour = (0.45, 0.95, 1.0, 0.85)
RIM_COLOUR: Colour = (1.0, 0.86, 0.25, 1.0)
CORE_COLOUR: Colour = (1.0, 0.18, 0.08, 1.0)
VERTEX_COLOUR: Colour = (1.0, 1.0, 1.0, 1.0)
VERTEX_RIM_COLOUR: Colour = (0.11, 0.36, 0.45, 1.0)
LINE_RIM_COLOUR: Colour = (0.0, 0.05, 0.1, 0.22)
CIRCLE_COLOUR: Colour = (1.0, 1.0, 1.0, 0.9)

# Diameter of a vertex in outer inter-ocular distances; one that would move is larger.
_VERTEX_SIZE_IOD = 0.022
_INFLUENCED_SIZE = 1.5

# Below this share of the drag a vertex is drawn as one that stays.
_VISIBLE_INFLUENCE = 0.02
_CIRCLE_SEGMENTS = 96


@dataclass(frozen=True)
class BrushCircle:
    """The circle at the pointer: centre (x, y) and radius in px of the image.

    ``inner`` is the radius of a second circle that shows the strength, or None.
    """

    centre: tuple[float, float]
    radius: float
    inner: float | None = None


@dataclass(frozen=True, eq=False)
class MeshDrawing:
    """One frame of the overlay.

    Attributes
    ----------
    points : (468, 2) float32
        x, y in napari's pixel-centre coordinates.
    edge_colours, contour_colours : (468, 4) float32
        RGBA at each vertex; edges blend between their ends.
    vertex_colours : (468, 4) float32
    vertex_sizes : (468,) float32
        Diameters in px of the image.
    circles : (m, 2) float32
        Line segments, two points each, of the brush circle; may be empty.
    """

    points: NDArray[np.float32]
    edge_colours: NDArray[np.float32]
    contour_colours: NDArray[np.float32]
    vertex_colours: NDArray[np.float32]
    vertex_sizes: NDArray[np.float32]
    circles: NDArray[np.float32]


def draw_mesh(
    landmarks: NDArray[np.floating],
    influence: NDArray[np.floating] | None = None,
    circle: BrushCircle | None = None,
) -> MeshDrawing:
    """Return the overlay for a mesh (468, 3), optionally coloured by influence (468,)."""
    weights = np.zeros(len(landmarks)) if influence is None else np.clip(influence, 0, 1)
    influenced = np.flatnonzero(weights > _VISIBLE_INFLUENCE)
    ramp = influence_ramp(weights)
    return MeshDrawing(
        points=to_pixel_centres(landmarks),
        edge_colours=_coloured(EDGE_COLOUR, ramp, influenced),
        contour_colours=_coloured(CONTOUR_COLOUR, ramp, influenced),
        vertex_colours=_coloured(VERTEX_COLOUR, ramp, influenced),
        vertex_sizes=_vertex_sizes(landmarks, influenced),
        circles=_circle_segments(circle),
    )


def influence_ramp(weights: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return RGBA from yellow (hardly moves) to red (moves with the pointer); (n, 4)."""
    share = np.asarray(weights, dtype=np.float32)[:, None]
    rim, core = np.array(RIM_COLOUR, np.float32), np.array(CORE_COLOUR, np.float32)
    ramp: NDArray[np.float32] = rim * (1 - share) + core * share
    return ramp


def _coloured(
    base: Colour, ramp: NDArray[np.float32], influenced: NDArray[np.intp]
) -> NDArray[np.float32]:
    colours = np.tile(np.array(base, np.float32), (len(ramp), 1))
    colours[influenced] = ramp[influenced]
    return colours


def _vertex_sizes(
    landmarks: NDArray[np.floating], influenced: NDArray[np.intp]
) -> NDArray[np.float32]:
    size = max(outer_iod(landmarks) * _VERTEX_SIZE_IOD, 0.5)
    sizes = np.full(len(landmarks), size, np.float32)
    sizes[influenced] *= _INFLUENCED_SIZE
    return sizes


def _circle_segments(circle: BrushCircle | None) -> NDArray[np.float32]:
    if circle is None:
        return np.empty((0, 2), np.float32)
    radii = [circle.radius] if circle.inner is None else [circle.radius, circle.inner]
    angles = np.linspace(0, 2 * np.pi, _CIRCLE_SEGMENTS + 1)
    unit = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    # Every inner point ends one segment and begins the next.
    pairs = np.repeat(unit, 2, axis=0)[1:-1]
    rings = [np.asarray(circle.centre) + radius * pairs for radius in radii]
    return to_pixel_centres(np.concatenate(rings))
