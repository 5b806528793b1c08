"""The image plane in complex numbers, x + iy in px: how tools count positions and ways."""

import numpy as np
from numpy.typing import NDArray

Complex = NDArray[np.complex128]


def plane(landmarks: NDArray[np.floating]) -> Complex:
    """Return where points (n, 2) or (n, 3) lie in the image plane, (n,)."""
    return np.asarray(landmarks[:, 0].astype(np.float64) + 1j * landmarks[:, 1])


def with_plane(
    landmarks: NDArray[np.float32], points: Complex, moved: NDArray[np.bool_] | None = None
) -> NDArray[np.float32]:
    """Return landmarks with other positions in the image plane; z stays, and so does the input.

    Parameters
    ----------
    landmarks : (n, 3) float32
    points : (n,)
    moved : (n,) bool, optional
        Which vertices take them, by default all; the others keep their very numbers.
    """
    rows = slice(None) if moved is None else moved
    result = landmarks.copy()
    result[rows, 0] = points[rows].real
    result[rows, 1] = points[rows].imag
    return result


def pairs(points: Complex) -> NDArray[np.float64]:
    """Return points (n,) as (x, y), (n, 2)."""
    return np.column_stack([points.real, points.imag])


def doubled_areas(points: Complex, triangles: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return twice the signed area of each triangle (n, 3) between points, (n,), in px^2."""
    first = points[triangles[:, 0]]
    return cross(points[triangles[:, 1]] - first, points[triangles[:, 2]] - first)


def cross(a: Complex, b: Complex) -> NDArray[np.float64]:
    """Return the cross products of pairs of ways, (n,)."""
    return np.asarray(a.real * b.imag - a.imag * b.real)
