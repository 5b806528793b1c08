"""Which frames of a clip are worth correcting: those that tremble, and where crops disagree.

A mesh that jumps against its neighbours is wrong in one of them. One that is wrong alike for many
frames does not jump: there the model's answers to slightly different crops lie apart. Both are
shares of the outer IOD, so that frames of different tracks and clips can be put in one order.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]

# Chosen on clips of photographs that the figures in docs/quality.md are not of; from 0.3 to 0.7
# the share found differs by 2 points, so the spread has some weight: it alone sees constant errors.
_WEIGHT_OF_SPREAD = 0.3
_USUAL_SPREAD = 0.01  # where it is not known; it is the same for all then
_LEAST = 1e-5  # of either: what does not tremble at all is not certain


def frame_doubts(trembling: Floats, spread: Floats | None = None) -> NDArray[np.float64]:
    """Return how doubtful each frame of one track is, (k,), the higher the worse.

    Both signals are averaged with those of the frames beside, since an error shows in its
    neighbours, too; the doubt is their weighted geometric mean.

    Parameters
    ----------
    trembling : (k,)
        As `annotator.mesh.temporal.jitter` tells it, in outer IOD.
    spread : (k,), optional
        How far crops lie apart, in outer IOD; NaN where it is not known.

    Returns
    -------
    (k,) float64
        In outer IOD.

    Raises
    ------
    ValueError
        If the two are not of one length.
    """
    known = np.full(len(trembling), np.nan) if spread is None else spread
    if trembling.ndim != 1 or known.shape != trembling.shape:
        raise ValueError(
            f"expected one number a frame of each, but got {trembling.shape} and {known.shape}"
        )
    usual = np.where(np.isfinite(known), known, _USUAL_SPREAD)
    logs = [np.log(np.maximum(_with_neighbours(values), _LEAST)) for values in (trembling, usual)]
    weights = 1 - _WEIGHT_OF_SPREAD, _WEIGHT_OF_SPREAD
    return np.asarray(np.exp(weights[0] * logs[0] + weights[1] * logs[1]))


def _with_neighbours(values: Floats) -> NDArray[np.float64]:
    """Return the mean of each value and those beside it; the ends stand for what is beyond."""
    if not len(values):
        return np.zeros(0)
    wide = np.pad(np.asarray(values, np.float64), 1, mode="edge")
    return np.asarray((wide[:-2] + wide[1:-1] + wide[2:]) / 3)
