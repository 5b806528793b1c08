"""How a brush's influence falls from its centre (1) to its rim (0)."""

from collections.abc import Callable
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Weights = NDArray[np.float64]

# The exponential falloff decays by this many e-foldings over the radius. At the rim 5 % would
# be left; the curve is shifted to end at zero there so that no seam shows.
_E_FOLDINGS = 3.0


class Falloff(StrEnum):
    """The named curves."""

    EXPONENTIAL = "exponential"
    SMOOTH = "smooth"
    SHARP = "sharp"
    LINEAR = "linear"
    SPHERE = "sphere"
    ROOT = "root"
    INVERSE_SQUARE = "inverse square"
    CONSTANT = "constant"


def _exponential(t: Weights) -> Weights:
    rim = np.exp(-_E_FOLDINGS)
    return np.asarray((np.exp(-_E_FOLDINGS * t) - rim) / (1 - rim))


def _smooth(t: Weights) -> Weights:
    # Hermite's cubic: level at the centre and at the rim.
    return np.asarray(1 - t * t * (3 - 2 * t))


def _inverse_square(t: Weights) -> Weights:
    # 1 / (1 + (3 t)^2) leaves a tenth at the rim; shifted to end at zero like the exponential.
    return np.asarray((1 / (1 + 9 * t * t) - 0.1) / 0.9)


_CURVES: dict[Falloff, Callable[[Weights], Weights]] = {
    Falloff.EXPONENTIAL: _exponential,
    Falloff.SMOOTH: _smooth,
    Falloff.SHARP: lambda t: (1 - t) ** 2,
    Falloff.LINEAR: lambda t: 1 - t,
    Falloff.SPHERE: lambda t: np.sqrt(1 - t * t),
    Falloff.ROOT: lambda t: np.sqrt(1 - t),
    Falloff.INVERSE_SQUARE: _inverse_square,
    Falloff.CONSTANT: np.ones_like,
}


def falloff_weights(
    distances: NDArray[np.floating], radius: float, falloff: Falloff = Falloff.EXPONENTIAL
) -> Weights:
    """Return the influence at each distance: 1 at the centre, 0 from the radius on.

    Parameters
    ----------
    distances
        Non-negative, in the same unit as ``radius``; infinity is allowed.
    radius
        Where the influence ends; positive.
    falloff
        The curve in between.

    Raises
    ------
    ValueError
        If the radius is not a positive number.
    """
    if not (np.isfinite(radius) and radius > 0):
        raise ValueError(f"expected a positive radius, but got {radius}")
    relative = np.asarray(distances, dtype=np.float64) / radius
    inside = relative < 1
    weights = np.zeros_like(relative)
    weights[inside] = _CURVES[falloff](relative[inside])
    return weights
