"""The landmarks of one face: a float32 array (n, 3) in pixels of the upright image.

How many there are, and which of them are the corners of the eyes, says the layout.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from annotator.mesh.layout import MeshLayout


def as_landmarks(values: ArrayLike, layout: MeshLayout) -> NDArray[np.float32]:
    """Return a fresh float32 array (n, 3) of x, y, z, n of the layout.

    Raises
    ------
    ValueError
        If the shape differs or a coordinate is not finite.
    """
    landmarks = np.array(values, dtype=np.float32)
    if landmarks.shape != (layout.count, 3):
        raise ValueError(
            f"expected landmarks of shape ({layout.count}, 3), but got {landmarks.shape}"
        )
    if not np.isfinite(landmarks).all():
        raise ValueError("expected finite landmarks, but some coordinates are NaN or infinite")
    return landmarks


def outer_iod(landmarks: NDArray[np.floating], layout: MeshLayout) -> float:
    """Return the distance in the image plane between the outer eye corners, in px."""
    eyes = layout.eye_corners
    return float(np.linalg.norm(landmarks[eyes.right_outer, :2] - landmarks[eyes.left_outer, :2]))


def tool_scale(landmarks: NDArray[np.floating], layout: MeshLayout) -> float:
    """Return the length that sizes of tools are counted in, in px: the outer IOD in space.

    That is the distance of the outer eye corners in x, y and z, at least 1 px. From the front it
    is `outer_iod`; a turn of the head or of the view changes it little or not at all, so that
    tools do not shrink in profile, where the eyes lie behind one another.
    """
    right, left = layout.eye_corners.right_outer, layout.eye_corners.left_outer
    apart = np.subtract(landmarks[right], landmarks[left], dtype=np.float64)
    return max(float(np.linalg.norm(apart)), 1.0)


def eye_centre_iod(landmarks: NDArray[np.floating], layout: MeshLayout) -> float:
    """Return the distance between the midpoints of the eye corners, in px.

    It is the distance that 300-W style pupil-centre scores come closest to with this mesh.
    """
    eyes = layout.eye_corners
    right = (landmarks[eyes.right_outer, :2] + landmarks[eyes.right_inner, :2]) / 2
    left = (landmarks[eyes.left_outer, :2] + landmarks[eyes.left_inner, :2]) / 2
    return float(np.linalg.norm(right - left))


def bounding_box(landmarks: NDArray[np.floating]) -> tuple[float, float, float, float]:
    """Return (left, top, width, height) of the landmarks in the image plane, in px."""
    columns = landmarks[:, :2].T.copy()  # numpy is several times faster along the last axis
    left, top = columns.min(axis=1).tolist()
    right, bottom = columns.max(axis=1).tolist()
    return left, top, right - left, bottom - top


def bounding_boxes(landmarks: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return `bounding_box` of each of many faces, (b, n, 3), as (b, 4) float64."""
    columns = landmarks[..., :2].swapaxes(-1, -2).copy()  # as above
    first = columns.min(axis=-1).astype(np.float64)
    last = columns.max(axis=-1).astype(np.float64)
    return np.concatenate([first, last - first], axis=-1)
