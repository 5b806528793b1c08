"""Which triangles an edit folds: it turns them over, and not back to how they were predicted."""

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.geometry import newly_flipped

Floats = NDArray[np.floating]


def folded(
    before: Floats, after: Floats, prediction: Floats, triangles: NDArray[np.integer]
) -> NDArray[np.bool_]:
    """Return which triangles are folded after an edit and were not before, (t,).

    Parameters
    ----------
    before, after, prediction : (n, 3)
        In px of the image. A triangle that lay the wrong way round before and is put right
        again, as the prediction has it, is no fold.
    triangles : (t, 3)
    """
    turned = newly_flipped(before, after, triangles)
    return np.asarray(turned & ~newly_flipped(before, prediction, triangles))
