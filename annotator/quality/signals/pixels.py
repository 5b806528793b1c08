"""What the pixels of a face tell: how sharp they are, and how well exposed."""

import cv2
import numpy as np
from numpy.typing import NDArray

from annotator.inference.regions import crop, region_around
from annotator.mesh.layout import MeshLayout

_SHADOW, _LIGHT = 5, 250  # grey levels; beyond them a camera tells nothing apart
_PERCENTILES = (5, 95)


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
    """Return how blurred a picture is: 0 is sharp, 1 is nothing but blur (Crete et al. 2007)."""
    from skimage import measure  # noqa: PLC0415 - half a second that other commands do not need

    return float(measure.blur_effect(grey))  # type: ignore[no-untyped-call]
