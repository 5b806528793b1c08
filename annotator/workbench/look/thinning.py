"""How much of the mesh is drawn at a zoom: far away it would be one solid blob.

Where edges are short on the screen, they and the vertices fade, and the contours remain: the
oval, the brows, the eyes and the lips, by which a mesh is judged from afar. Nothing is thinned
where a vertex could be taken hold of.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.geometry import edge_lengths
from annotator.mesh.layout import MeshLayout

# Lengths of the middle edge, in pixels of the screen: from here on all is drawn, ...
_ALL = 10.0
# ... and here edges and vertices have faded away; a face is about 27 times as high.
_NONE = 4.5
# Contours get thinner, but stay.
_THINNEST_CONTOUR = 1.0
# A vertex takes so much of an edge at most.
_VERTEX_SHARE = 0.4


@dataclass(frozen=True)
class Thinning:
    """What is left of the mesh at a zoom.

    Attributes
    ----------
    edges, vertices : float
        How opaque they are drawn, of what they would be, in [0, 1].
    contour_width : float
        Of the contours' lines, in pixels of the screen.
    smallest_vertex : float
        The least diameter of a vertex, in pixels of the screen.
    """

    edges: float
    vertices: float
    contour_width: float
    smallest_vertex: float


_CONTOUR_WIDTH, _SMALLEST_VERTEX = 2.0, 3.0
FULL = Thinning(1.0, 1.0, _CONTOUR_WIDTH, _SMALLEST_VERTEX)


def thinning_at(pixels: float) -> Thinning:
    """Return what is drawn where the mesh's middle edge is so long, in pixels of the screen."""
    share = min(max((pixels - _NONE) / (_ALL - _NONE), 0.0), 1.0)
    if share == 1:
        return FULL
    # In steps, so that a turn of the wheel does not redraw what looks the same.
    share = round(share, 2)
    return Thinning(
        edges=share,
        vertices=share,
        contour_width=_THINNEST_CONTOUR + (_CONTOUR_WIDTH - _THINNEST_CONTOUR) * share,
        smallest_vertex=min(max(_VERTEX_SHARE * pixels, 1.0), _SMALLEST_VERTEX),
    )


def middle_edge(landmarks: NDArray[np.floating], layout: MeshLayout) -> float:
    """Return the median length of a mesh's edges in the plane, in px of the image."""
    return float(np.median(edge_lengths(landmarks[:, :2], layout.topology.opened_edges)))
