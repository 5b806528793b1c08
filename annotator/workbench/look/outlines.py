"""The other faces of the photograph as they are drawn: an outline each, in its state's colour."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotator.workbench.look.coordinates import to_pixel_centres
from annotator.workbench.look.palette import from_hex
from annotator.workbench.neighbours import Neighbour
from annotator.workbench.states import STATE_COLOURS

Points = NDArray[np.float32]
_NO_POINTS = np.empty((0, 2), np.float32)
_NO_COLOURS = np.empty((0, 4), np.float32)


@dataclass(frozen=True, eq=False)
class Outlines:
    """Line segments around faces, two points each, in napari's pixel-centre coordinates.

    Attributes
    ----------
    points : (k, 2) float32
    colours : (k, 4) float32
        RGBA of each point.
    marked, marked_colours : (m, 2) and (m, 4) float32
        Likewise, of the one under the pointer alone; may be empty.
    """

    points: Points
    colours: NDArray[np.float32]
    marked: Points
    marked_colours: NDArray[np.float32]


NO_OUTLINES = Outlines(_NO_POINTS, _NO_COLOURS, _NO_POINTS, _NO_COLOURS)


def outlines_of(faces: Sequence[Neighbour], marked: Neighbour | None = None) -> Outlines:
    """Return the outlines of faces, one of them marked."""
    if not faces:
        return NO_OUTLINES
    points, colours = _segments(faces)
    marked_points, marked_colours = _segments([marked]) if marked else (_NO_POINTS, _NO_COLOURS)
    return Outlines(points, colours, marked_points, marked_colours)


def _segments(faces: Sequence[Neighbour]) -> tuple[Points, NDArray[np.float32]]:
    """Return the closed outlines of faces in one array, and the colour of each point."""
    rings = [np.repeat(np.append(f.outline, f.outline[:1], axis=0), 2, axis=0)[1:-1] for f in faces]
    colours = [
        np.tile(np.array(from_hex(STATE_COLOURS[face.state]), np.float32), (len(ring), 1))
        for face, ring in zip(faces, rings, strict=True)
    ]
    return to_pixel_centres(np.concatenate(rings)), np.concatenate(colours)
