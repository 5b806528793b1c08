"""A guide as it is drawn: a small cross at each point, and lines between those of one feature."""

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.sparse.scheme import SCHEMES
from annotator.workbench.look.coordinates import to_pixel_centres

Points = NDArray[np.float32]

NO_GUIDE: Points = np.empty((0, 2), np.float32)

# Of a cross, as a share of the guide's longer side; and no smaller, in px of the image.
_ARM, _LEAST_ARM = 0.012, 0.75
_ARMS = np.array([[-1, -1], [1, 1], [-1, 1], [1, -1]], np.float32)


def guide_lines(scheme_name: str, points: NDArray[np.floating]) -> Points:
    """Return line segments, two points each, in napari's pixel-centre coordinates, (m, 2).

    Parameters
    ----------
    scheme_name
        Of one that is not known, the points alone are drawn.
    points : (k, 2 or 3)
        In px of the image; what is not labelled is not drawn.
    """
    placed = np.asarray(points[:, :2], np.float32)
    known = np.asarray(np.isfinite(placed).all(axis=1))
    if not known.any():
        return NO_GUIDE
    arm = max(_ARM * float(np.ptp(placed[known], axis=0).max()), _LEAST_ARM)
    crosses = (placed[known][:, None] + arm * _ARMS).reshape(-1, 2)
    return to_pixel_centres(np.concatenate([crosses, *_lines(scheme_name, placed, known)]))


def _lines(scheme_name: str, placed: Points, known: NDArray[np.bool_]) -> list[Points]:
    scheme = SCHEMES.get(scheme_name)
    if scheme is None or scheme.count != len(placed):
        return []
    found = []
    for line in scheme.lines:
        points = np.array(line.points, np.intp)
        ahead = np.roll(points, -1) if line.closed else points[1:]
        behind = points if line.closed else points[:-1]
        both = known[behind] & known[ahead]
        found.append(placed[np.column_stack([behind[both], ahead[both]])].reshape(-1, 2))
    return found
