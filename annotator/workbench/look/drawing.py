"""What is drawn over the photograph, computed without any window."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.tools.base import Aim, MeshState
from annotator.workbench.look.coordinates import to_pixel_centres
from annotator.workbench.look.guide_lines import NO_GUIDE
from annotator.workbench.look.look import Look, Rgba, influenced
from annotator.workbench.look.outlines import NO_OUTLINES, Outlines
from annotator.workbench.look.thinning import FULL, Thinning
from annotator.workbench.look.view_settings import MeshStyle, ViewSettings

Points = NDArray[np.float32]

_CIRCLE_SEGMENTS = 96
_NO_POINTS = np.empty((0, 2), np.float32)
NO_TRIANGLES = np.empty((0, 3), np.uint32)


@dataclass(frozen=True, eq=False)
class Comparison:
    """The prediction beside the mesh, as far as it is asked for.

    Attributes
    ----------
    points : (n, 2) float32
        Of the prediction, in napari's pixel-centre coordinates.
    edges, contours : (e, 2) uint32
        Which of them are joined by faint and by strong lines; none without a ghost.
    vectors : (2k, 2) float32
        Line segments from the predicted vertices to where they are now.
    """

    points: Points
    edges: NDArray[np.uint32]
    contours: NDArray[np.uint32]
    vectors: Points


@dataclass(frozen=True, eq=False)
class AimLines:
    """What a tool shows besides the influence; line segments have two points each.

    Attributes
    ----------
    circles : (m, 2) float32
    lines : (k, 2) float32
    handles : (h, 2) float32
    """

    circles: Points
    lines: Points
    handles: Points


NO_AIM = AimLines(_NO_POINTS, _NO_POINTS, _NO_POINTS)


@dataclass(frozen=True, eq=False)
class MeshDrawing:
    """One frame of the overlay.

    Attributes
    ----------
    points : (n, 2) float32
        x, y in napari's pixel-centre coordinates.
    look : Look
    aim : AimLines
    flipped : (k, 3) uint32
        Triangles that the stroke under way has turned over.
    comparison : Comparison or None
    others : Outlines
        Of the other faces of the photograph.
    guide : (m, 2) float32
        Line segments of the guide, two points each.
    thinning : Thinning
        How much of the mesh is drawn at this zoom.
    plays : bool
        Whether it goes by: what tools take hold of, and rims, are left out then, as drawing them
        takes a quarter of the time.
    """

    points: Points
    look: Look
    aim: AimLines
    flipped: NDArray[np.uint32]
    comparison: Comparison | None
    others: Outlines = NO_OUTLINES
    guide: Points = field(default_factory=lambda: NO_GUIDE)
    thinning: Thinning = FULL
    plays: bool = False

    @property
    def vertex_colours(self) -> Rgba:
        """RGBA of each vertex, (n, 4)."""
        return self.look.vertex_colours

    @property
    def vertex_sizes(self) -> NDArray[np.float32]:
        """Diameters in px of the image, (n,)."""
        return self.look.vertex_sizes

    @property
    def circles(self) -> Points:
        """Line segments of the brush circle, two points each; may be empty."""
        return self.aim.circles


def aimed_look(
    look: Look, aim: Aim | None, hidden: NDArray[np.bool_], *, is_stroke: bool = False
) -> Look:
    """Return the look with what a press or the stroke moves coloured."""
    if aim is None:
        return look
    return influenced(look, aim.influence, hidden, aim.focus, is_stroke=is_stroke)


def aim_lines(aim: Aim | None) -> AimLines:
    """Return the circles, lines and handles of an aim, to be drawn."""
    if aim is None:
        return NO_AIM
    lines = [_segments(np.asarray(line, np.float64)) for line in aim.lines if len(line) > 1]
    return AimLines(
        circles=_circle_segments(aim),
        lines=to_pixel_centres(np.concatenate(lines)) if lines else _NO_POINTS,
        handles=_NO_POINTS if aim.handles is None else to_pixel_centres(np.asarray(aim.handles)),
    )


def comparison_of(
    state: MeshState,
    settings: ViewSettings,
    landmarks: NDArray[np.floating],
    prediction: NDArray[np.floating],
) -> Comparison | None:
    """Return the ghost and the vectors that the settings ask for, or None.

    Parameters
    ----------
    state
        Tells which vertices are hidden.
    settings
    landmarks, prediction : (n, 2 or 3)
        As they are seen.
    """
    if not settings.ghost and not settings.vectors:
        return None
    topology, shown = state.layout.topology, ~state.hidden
    none = np.empty((0, 2), np.uint32)
    with_edges = settings.ghost and settings.style is MeshStyle.ALL_EDGES
    points = to_pixel_centres(prediction)
    vectors = np.stack([points, to_pixel_centres(landmarks)], axis=1)[shown].reshape(-1, 2)
    return Comparison(
        points=points,
        edges=_both_shown(topology.opened_edges, shown) if with_edges else none,
        contours=_both_shown(topology.contour_edges, shown) if settings.ghost else none,
        vectors=vectors if settings.vectors else _NO_POINTS,
    )


def _both_shown(edges: NDArray[np.integer], shown: NDArray[np.bool_]) -> NDArray[np.uint32]:
    return np.asarray(edges[shown[edges].all(axis=1)], np.uint32)


def _segments(line: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return a polyline (k, 2) as segments: every inner point ends one and begins the next."""
    return np.repeat(line, 2, axis=0)[1:-1]


def _unit_circle() -> NDArray[np.float64]:
    angles = np.linspace(0, 2 * np.pi, _CIRCLE_SEGMENTS + 1)
    return np.asarray(_segments(np.stack([np.cos(angles), np.sin(angles)], axis=1)))


_UNIT_CIRCLE = _unit_circle()


def _circle_segments(aim: Aim) -> Points:
    radii = [radius for radius in (aim.radius, aim.inner_radius) if radius is not None]
    if not radii:
        return _NO_POINTS
    rings = [np.asarray(aim.centre) + radius * _UNIT_CIRCLE for radius in radii]
    return to_pixel_centres(np.concatenate(rings))
