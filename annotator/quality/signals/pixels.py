"""What the pixels of a face tell: how sharp they are, and how well exposed."""

import cv2
import numpy as np
from numpy.typing import NDArray

from annotator.inference.regions import crop, region_around
from annotator.mesh.layout import MeshLayout

_SHADOW, _LIGHT = 5, 250  # grey levels; beyond them a camera tells nothing apart
_PERCENTILES = (5, 95)
_REACH = 11  # px of the blur that a picture is compared with
_SLOPE, _ACROSS = np.array([0.5, 0.0, -0.5]), np.array([0.25, 0.5, 0.25])  # of Sobel's filter


def pixel_signals(
    photograph: NDArray[np.uint8], landmarks: NDArray[np.floating], layout: MeshLayout
) -> dict[str, float]:
    """Return the signals ``blur``, ``brightness``, ``contrast`` and ``clipped``.

    They are those of the crop that the model looks at, 192 px wide whatever the face's size; so a
    small face is a blurred one.

    Parameters
    ----------
    photograph : (height, width, 3) uint8
        RGB, upright.
    landmarks : (n, 3)
        In px of the photograph.
    layout
    """
    face = crop(photograph, region_around(landmarks, layout))
    grey = np.asarray(cv2.cvtColor(face, cv2.COLOR_RGB2GRAY), np.uint8)
    dark, light = np.percentile(grey, _PERCENTILES).tolist()
    return {
        "blur": _blur(grey),
        "brightness": float(grey.mean()) / 255,
        "contrast": (light - dark) / 255,
        "clipped": float(((grey < _SHADOW) | (grey > _LIGHT)).mean()),
    }


def _blur(grey: NDArray[np.uint8]) -> float:
    """Return how blurred a picture is: 0 is sharp, 1 is nothing but blur.

    How much of its slopes is left once it is blurred along them (Crete et al., *The blur effect:
    perception and estimation with a new no-reference perceptual blur metric*, 2007). The numbers
    are those of scikit-image's `blur_effect`, in a quarter of its time.
    """
    picture = grey / 255
    along, across = _left_by_a_blur(picture), _left_by_a_blur(np.ascontiguousarray(picture.T))
    return max(along, across)


def _left_by_a_blur(picture: NDArray[np.float64]) -> float:
    """Return the share of the slopes along columns that a blur along them leaves."""
    blurred = cv2.blur(picture, (1, _REACH), borderType=cv2.BORDER_REFLECT)
    sharp, soft = _steepness(picture), _steepness(np.asarray(blurred, np.float64))
    lost = np.maximum(sharp - soft, 0)[2:-1, 2:-1].sum()
    whole = sharp[2:-1, 2:-1].sum()
    return float((whole - lost) / whole) if whole else 1.0


def _steepness(picture: NDArray[np.float64]) -> NDArray[np.float64]:
    found = cv2.sepFilter2D(picture, cv2.CV_64F, _ACROSS, _SLOPE, borderType=cv2.BORDER_REFLECT)
    return np.abs(np.asarray(found, np.float64))
