"""A covariance learned from corrections: what people change, predictions tend to have wrong.

A correction is what an annotation differs from its prediction by, (n,) complex as in
`annotator.mesh.covariance`. Sums over corrections are all that is kept of them, so that any
number of faces takes the same memory, and leaving some out again is a subtraction.
``docs/mesh-tools.md`` has the mathematics and what was measured.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.covariance import Complex, Covariance, canonical_covariance
from annotator.mesh.landmarks import outer_iod
from annotator.mesh.layout import MeshLayout

# How many corrections the prior is worth. Fixed and not fitted: the likelihood of corrections
# left out asks for fewer, but strokes are fewest between 30 and 100, from 3 corrections to 150.
PRIOR_CORRECTIONS = 50.0
# And what is left to it however many there are: they may be of few faces, seen many times, and
# a covariance of those alone says that other errors do not occur.
LEAST_WEIGHT = 0.5
# Small corrections are enlarged to what the prior expects of a face, but by no more than this:
# what is learned is which vertices go together, and who moved one vertex says nothing of that.
_LARGEST_GAIN = 10.0

_SMALLEST_IOD = 1.0  # px; faces seen from the side have none


def correction(
    landmarks: NDArray[np.floating], prediction: NDArray[np.floating], layout: MeshLayout
) -> Complex | None:
    """Return what was corrected, (n,) complex in outer IOD, or None if nothing was.

    A face that was accepted as predicted says nothing of *how* predictions are wrong when they
    are, which is all that a drag needs to know: it is no correction.

    Parameters
    ----------
    landmarks, prediction : (n, 3)
        The annotation, whose IOD counts, and what it was made of, in px.
    layout

    Raises
    ------
    ValueError
        If the shapes differ from that, or a coordinate is not finite.
    """
    for mesh in (landmarks, prediction):
        if mesh.shape != (layout.count, 3):
            raise ValueError(
                f"expected landmarks of shape ({layout.count}, 3), but got {mesh.shape}"
            )
    moves = np.subtract(landmarks[:, :2], prediction[:, :2], dtype=np.float64)
    if not np.isfinite(moves).all():
        raise ValueError("expected finite landmarks, but some coordinates are NaN or infinite")
    if not moves.any():
        return None
    moves /= max(outer_iod(landmarks, layout), _SMALLEST_IOD)
    return np.asarray(moves[:, 0] + 1j * moves[:, 1])


@dataclass(frozen=True, eq=False)
class Corrections:
    """What is kept of any number of corrections of meshes of one layout.

    Attributes
    ----------
    layout : MeshLayout
    count : int
    moments : (n, n) complex128
        Sum of error_i * conjugate(error_j), in squared outer IOD. A correction larger than the
        prior expects of a face is scaled down to that first, so that one face that was a
        disaster does not outweigh all others.
    squares : (n,) float64
        Sum of each vertex's squared error, nothing scaled down.
    """

    layout: MeshLayout
    count: int
    moments: Complex
    squares: NDArray[np.float64]

    @classmethod
    def none(cls, layout: MeshLayout) -> "Corrections":
        """Return the sums of no corrections."""
        shape = (layout.count, layout.count)
        return cls(layout, 0, np.zeros(shape, np.complex128), np.zeros(layout.count))

    @classmethod
    def of(cls, layout: MeshLayout, corrections: Complex) -> "Corrections":
        """Return the sums of corrections (k, n)."""
        energy = np.abs(corrections) ** 2
        usual = canonical_covariance(layout).matrix.diagonal().real.mean()
        share = np.minimum(1.0, usual / np.maximum(energy.mean(axis=1), 1e-30))
        moments = (corrections * share[:, None]).T @ corrections.conj()
        return cls(layout, len(corrections), moments, energy.sum(axis=0))

    def __add__(self, other: "Corrections") -> "Corrections":
        return Corrections(
            self.layout,
            self.count + other.count,
            self.moments + other.moments,
            self.squares + other.squares,
        )

    def __sub__(self, other: "Corrections") -> "Corrections":
        """Return the sums without corrections that are in them."""
        return Corrections(
            self.layout,
            self.count - other.count,
            self.moments - other.moments,
            self.squares - other.squares,
        )


def prior_weight(count: int) -> float:
    """Return the share that the prior still has after so many corrections, in [0.5, 1]."""
    return max(LEAST_WEIGHT, PRIOR_CORRECTIONS / (PRIOR_CORRECTIONS + count))


def learned_covariance(corrections: Corrections, prior: Covariance | None = None) -> Covariance:
    """Return a prior's covariance blended with that of corrections.

    For few of them it is the posterior mean of an inverse Wishart distribution. Each correction
    counts together with its mirror image: what is wrong with left cheeks is wrong with right
    ones. A drag depends on ratios alone, so the size of what is blended, and with it the noise,
    stays the prior's.

    Parameters
    ----------
    corrections
        Of none of them, the prior is the answer.
    prior
        By default the canonical covariance.
    """
    prior = prior or canonical_covariance(corrections.layout)
    if not corrections.count:
        return prior
    weight = prior_weight(corrections.count)
    mean = _with_mirror_image(corrections) / corrections.count
    size = float(np.trace(mean).real / np.trace(prior.matrix).real)
    gain = 1 / min(max(size, 1 / _LARGEST_GAIN), 1.0)
    matrix = weight * prior.matrix + (1 - weight) * gain * mean
    return Covariance((matrix + matrix.conj().T) / 2, prior.noise)  # Hermitian to the bit


def _with_mirror_image(corrections: Corrections) -> Complex:
    """Return the mean of the moments and those of the mirrored errors.

    x -> -x takes an error e to -conj(e) at the paired vertex. That the face lies at an angle,
    and its mirror image at another, does not matter: it multiplies all errors by one number of
    magnitude 1, which cancels in e_i * conj(e_j).
    """
    moments, mirror = corrections.moments, corrections.layout.mirror
    return np.asarray((moments + moments[np.ix_(mirror, mirror)].conj()) / 2)


def variance_shares(corrections: Corrections) -> dict[str, float]:
    """Return what corrections are made of: shares of their squared length, which sum to 1.

    In this order, each of what those before leave over: ``shift``, ``turn and scale``,
    ``shear``, ``yaw and pitch`` (in proportion to depth) and ``local``.

    Raises
    ------
    ValueError
        If there is no correction.
    """
    total = float(np.trace(corrections.moments).real)
    if not total:
        raise ValueError("expected at least one correction")
    points = corrections.layout.topology.vertices * np.array((1, -1, -1), np.float64)
    points = points - points.mean(axis=0)
    plane = points[:, 0] + 1j * points[:, 1]
    forms = np.column_stack([np.ones_like(plane), plane, plane.conj(), points[:, 2]])
    basis, _ = np.linalg.qr(forms)
    along = np.einsum("ik,ij,jk->k", basis.conj(), corrections.moments, basis).real / total
    names = ("shift", "turn and scale", "shear", "yaw and pitch")
    shares = dict(zip(names, along.tolist(), strict=True))
    return {**shares, "local": max(0.0, 1.0 - sum(shares.values()))}


def region_errors(corrections: Corrections) -> dict[str, float]:
    """Return by how much each region was off (root mean square, outer IOD), the worst first.

    Raises
    ------
    ValueError
        If there is no correction.
    """
    if not corrections.count:
        raise ValueError("expected at least one correction")
    layout, regions = corrections.layout, corrections.layout.topology.regions
    # As the asset has them, so that an eye is its lids alone.
    named = [name for name in regions if name in layout.regions]
    rest = np.setdiff1d(np.arange(layout.count), np.concatenate([regions[n] for n in named]))
    vertices = {**{name.replace("_", " "): regions[name] for name in named}, "elsewhere": rest}
    mean = corrections.squares / corrections.count
    errors = {name: float(np.sqrt(mean[indices].mean())) for name, indices in vertices.items()}
    return dict(sorted(errors.items(), key=lambda item: -item[1]))
