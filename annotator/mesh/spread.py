"""What a model's own spread on one photograph says of its errors there.

Slightly different crops around a face give slightly different meshes. Where they differ the
model does not know, and how they differ tells which vertices will be wrong together. Their second
moment about the prediction is one more estimate of the covariance of its errors, of this very
face, but of low rank; it is blended into what is expected of any face, as hybrid ensemble filters
do it in weather forecasts. ``docs/mesh-tools.md`` has the mathematics and what was measured.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.covariance import Complex, Covariance
from annotator.mesh.landmarks import outer_iod
from annotator.mesh.layout import MeshLayout
from annotator.mesh.plane import plane

# Of the variance of what is expected afterwards. Chosen on faces that the figures in
# docs/mesh-tools.md are not of; anything from 0.1 to 0.3 does nearly as well.
SHARE = 0.15
# Fewer answers say nothing of how errors go together.
_FEWEST = 8
# An answer that is off by more than others, in squares and their median, counts as one so far off:
# one crop in which the model saw something else must not decide.
_LARGEST = 4.0
_STILL = 1e-4  # outer IOD; a spread below that is rounding, and not to be enlarged


def deviations(
    answers: Sequence[NDArray[np.floating]], mesh: NDArray[np.floating], layout: MeshLayout
) -> Complex:
    """Return by how much answers differ from the mesh that is corrected, (k, n) in outer IOD.

    Those that hold numbers that are not finite are left out, and those that differ by far more
    than most are scaled down.

    Parameters
    ----------
    answers : k of (n, 3)
        Meshes that the model gave for slightly different crops, in px.
    mesh : (n, 3)
        The prediction; not the mean of the answers, which may all be wrong alike.
    layout
    """
    nothing = np.zeros((0, layout.count), np.complex128)
    scale = outer_iod(mesh, layout)
    if not answers or not (np.isfinite(scale) and scale > 0):
        return nothing
    differences = np.array([plane(answer) - plane(mesh) for answer in answers]) / scale
    differences = differences[np.isfinite(differences).all(axis=1)]
    if not len(differences):
        return nothing
    energy = (np.abs(differences) ** 2).mean(axis=1)
    most = _LARGEST * float(np.median(energy))
    within = np.sqrt(np.minimum(1.0, most / np.maximum(energy, 1e-30)))
    return np.asarray(differences * within[:, None])


def with_spread(expected: Covariance, differences: Complex, share: float = SHARE) -> Covariance:
    """Return what is expected of a face's errors once its own spread is known.

    A drag depends on ratios alone, so the spread is scaled to the size of what was expected, and
    the noise stays. Without a spread to speak of, the answer is what was expected.

    Parameters
    ----------
    expected
    differences : (k, n)
        As `deviations` gives them.
    share
        Of the spread in the result, from 0 to below 1.

    Raises
    ------
    ValueError
        If the share is another, or the differences are of another number of vertices.
    """
    if not 0 <= share < 1:
        raise ValueError(f"expected a share from 0 to below 1, but got {share}")
    if differences.ndim != 2 or differences.shape[1] != len(expected.matrix):
        raise ValueError(
            f"expected differences of {len(expected.matrix)} vertices, but got {differences.shape}"
        )
    if len(differences) < _FEWEST or np.sqrt((np.abs(differences) ** 2).mean()) < _STILL:
        return expected
    moments = differences.T @ differences.conj()
    moments *= np.trace(expected.matrix).real / np.trace(moments).real
    matrix = (1 - share) * expected.matrix + share * moments
    return Covariance((matrix + matrix.conj().T) / 2, expected.noise)  # Hermitian to the bit
