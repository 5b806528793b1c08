"""The canonical face laid onto a mesh: what a face turned like that should look like."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import MeshLayout

Floats = NDArray[np.floating]
_UPRIGHT = np.array([1.0, -1.0, -1.0])  # the canonical face as the image has its axes
_FLAT = 1e-3  # of a mesh's extent: less depth than that tells nothing


@dataclass(frozen=True, eq=False)
class PoseFit:
    """How the canonical face lies on a mesh best.

    Attributes
    ----------
    areas : (t,) float64
        Twice the signed areas of the opened triangles of the face laid on, in px^2.
    facing : (t,) float64
        How much each of them faces the camera or away from it, 0 (seen from the edge) to 1.
    residual, mirrored_residual
        Root mean square distance of the mesh's vertices from it in px, and what it would be with
        left and right exchanged.
    is_flat
        Whether the mesh has no depth, from which those two cannot be told apart.
    """

    areas: NDArray[np.float64]
    facing: NDArray[np.float64]
    residual: float
    mirrored_residual: float
    is_flat: bool


def pose_fit(landmarks: Floats, layout: MeshLayout) -> PoseFit:
    """Lay the canonical face onto a mesh (n, 3) by a similarity transform.

    Turn and size are the least-squares solution of Umeyama, *Least-squares estimation of
    transformation parameters between two point patterns*, PAMI 13 (1991).
    """
    face = layout.topology.vertices * _UPRIGHT
    face = face - face.mean(axis=0)
    points = landmarks.astype(np.float64) - landmarks.mean(axis=0, dtype=np.float64)
    # The mirror image keeps its vertices where they are, but their names change.
    swapped = face[layout.mirror]
    turned = _laid_onto(points, face)
    normals = _normals(turned, layout)
    lengths = np.maximum(np.sqrt((normals**2).sum(axis=0)), 1e-12)
    extents = np.ptp(points, axis=0)
    return PoseFit(
        areas=normals[2],
        facing=np.abs(normals[2]) / lengths,
        residual=_distance(points, turned),
        mirrored_residual=_distance(points, _laid_onto(points, swapped)),
        is_flat=bool(extents[2] < _FLAT * max(extents.max(), 1e-12)),
    )


def _normals(points: NDArray[np.float64], layout: MeshLayout) -> NDArray[np.float64]:
    """Return the normals of the opened triangles, (3, t), twice as long as their area."""
    triangles, columns = layout.topology.opened_triangles, np.ascontiguousarray(points.T)
    first = columns[:, triangles[:, 0]]
    (ax, ay, az), (bx, by, bz) = (columns[:, triangles[:, at]] - first for at in (1, 2))
    return np.stack([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx])


def _laid_onto(points: NDArray[np.float64], face: NDArray[np.float64]) -> NDArray[np.float64]:
    left, values, right = np.linalg.svd(points.T @ face)
    signs = np.array([1.0, 1.0, 1.0 if np.linalg.det(left @ right) >= 0 else -1.0])
    scale = (values * signs).sum() / (face**2).sum()
    return np.asarray(scale * face @ (left * signs @ right).T)


def _distance(points: NDArray[np.float64], others: NDArray[np.float64]) -> float:
    return float(np.sqrt(((points - others) ** 2).sum(axis=1).mean()))
