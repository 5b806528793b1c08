"""The landmarks of one face: a float32 array (468, 3) in pixels of the upright image."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

LANDMARK_COUNT = 468

# Eye corners by vertex index; left and right are the subject's.
RIGHT_EYE_OUTER = 33
RIGHT_EYE_INNER = 133
LEFT_EYE_INNER = 362
LEFT_EYE_OUTER = 263


def as_landmarks(values: ArrayLike) -> NDArray[np.float32]:
    """Return a fresh float32 array (468, 3) of x, y, z.

    Raises
    ------
    ValueError
        If the shape differs or a coordinate is not finite.
    """
    landmarks = np.array(values, dtype=np.float32)
    if landmarks.shape != (LANDMARK_COUNT, 3):
        raise ValueError(
            f"expected landmarks of shape ({LANDMARK_COUNT}, 3), but got {landmarks.shape}"
        )
    if not np.isfinite(landmarks).all():
        raise ValueError("expected finite landmarks, but some coordinates are NaN or infinite")
    return landmarks


def outer_iod(landmarks: NDArray[np.floating]) -> float:
    """Return the distance in the image plane between the outer eye corners (33, 263), in px."""
    return float(np.linalg.norm(landmarks[RIGHT_EYE_OUTER, :2] - landmarks[LEFT_EYE_OUTER, :2]))


def tool_scale(landmarks: NDArray[np.floating]) -> float:
    """Return the length that sizes of tools are counted in, in px: the outer IOD in space.

    That is the distance of vertices 33 and 263 in x, y and z, at least 1 px. From the front it
    is `outer_iod`; a turn of the head or of the view changes it little or not at all, so that
    tools do not shrink in profile, where the eyes lie behind one another.
    """
    apart = np.subtract(landmarks[RIGHT_EYE_OUTER], landmarks[LEFT_EYE_OUTER], dtype=np.float64)
    return max(float(np.linalg.norm(apart)), 1.0)


def eye_centre_iod(landmarks: NDArray[np.floating]) -> float:
    """Return the distance between the midpoints of the eye corners, in px.

    It is the distance that 300-W style pupil-centre scores come closest to with this mesh.
    """
    right = (landmarks[RIGHT_EYE_OUTER, :2] + landmarks[RIGHT_EYE_INNER, :2]) / 2
    left = (landmarks[LEFT_EYE_OUTER, :2] + landmarks[LEFT_EYE_INNER, :2]) / 2
    return float(np.linalg.norm(right - left))


def bounding_box(landmarks: NDArray[np.floating]) -> tuple[float, float, float, float]:
    """Return (left, top, width, height) of the landmarks in the image plane, in px."""
    columns = landmarks[:, :2].T.copy()  # numpy is several times faster along the last axis
    left, top = columns.min(axis=1).tolist()
    right, bottom = columns.max(axis=1).tolist()
    return left, top, right - left, bottom - top
