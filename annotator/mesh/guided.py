"""Guided drag: the vertices dragged so far say where the others belong.

The error of a mesh is taken for one draw of a Gaussian process over the face. Vertices that
somebody placed are observations of it, and the others follow as its posterior mean: one anchor
moves the face, two turn and scale it, more refine it where they are.

All that depends on the pointer is one product: the weights are fixed at the press, and each
vertex moves by its weight times the displacement, both complex numbers (x + iy). What is
expected of a face's errors is in `annotator.mesh.covariance`.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

from annotator.mesh.covariance import Complex, Covariance
from annotator.mesh.plane import plane, with_plane

Position = tuple[float, float]

# What placed vertices are trusted to at the least, in squared outer IOD: 0.003 % of one, so that
# a covariance that ties two of them together can be solved for.
_EXACT = 1e-9


def guided_weights(
    covariance: Covariance,
    pivot: int,
    anchors: Collection[int] = (),
    pinned: Collection[int] = (),
) -> Complex:
    """Return what each vertex takes of a drag of one vertex, (n,) complex.

    The displacement of vertex ``i`` is ``weights[i] * displacement`` as complex numbers: the
    magnitude is the share, the angle turns it. The weights are the change of the posterior mean
    for a change of the pivot's position: strokes one after the other end where all anchors at
    once would, up to the noise (see ``docs/mesh-tools.md``), and other tools may be used in
    between. The dragged vertex follows the hand exactly; noise is what held vertices have.

    Parameters
    ----------
    covariance
    pivot
        The vertex under the hand; its weight is 1. It may be an anchor, dragged again.
    anchors
        Vertices placed before. They stay, and hold their surroundings.
    pinned
        Vertices that must not move; they hold their surroundings too.

    Raises
    ------
    ValueError
        If the pivot is pinned.
    IndexError
        If an index is not a vertex.
    """
    _check_indices((pivot, *anchors, *pinned), len(covariance.matrix))
    if pivot in pinned:
        raise ValueError(f"expected a free vertex to drag, but {pivot} is pinned")
    held = sorted({*anchors, *pinned} - {pivot})
    column = _conditioned_columns(covariance, [pivot], held)[:, 0]
    weights: Complex = column / column[pivot].real
    weights[held] = 0
    weights[pivot] = 1
    return weights


def guided_placement(
    before: NDArray[np.float32],
    vertices: Sequence[int] | NDArray[np.integer],
    targets: NDArray[np.floating],
    covariance: Covariance,
    held: Collection[int] = (),
    *,
    noise: float | None = None,
) -> NDArray[np.float32]:
    """Return the mesh with several vertices placed at once; the others follow, z stays.

    For one vertex it is `guided_drag`. The mesh may lie at any angle and in any size.

    Parameters
    ----------
    before : (n, 3) float32
    vertices : (k,)
        What is placed, each once.
    targets : (k, 2)
        Where to, as (x, y) in px: exactly there.
    covariance
    held
        Anchors and pinned vertices: they stay, but for those that are placed, and hold others.
    noise
        The variance, in squared outer IOD, with which the others take the targets; by default
        they are exact.

    Raises
    ------
    ValueError
        If a vertex occurs twice, the shapes differ or the noise is negative.
    IndexError
        If an index is not a vertex.
    """
    placed = [int(index) for index in vertices]
    _check_indices((*placed, *held), len(covariance.matrix))
    _check_placement(placed, targets, noise)
    still = sorted(set(held) - set(placed))
    columns = _conditioned_columns(covariance, placed, still)
    among = columns[placed]
    among[np.diag_indices(len(placed))] += max(_EXACT, noise or 0.0)
    wanted = plane(targets) - plane(before[placed])
    after = with_plane(before, plane(before) + columns @ np.linalg.solve(among, wanted))
    after[still] = before[still]
    after[placed, :2] = targets
    return after


def guided_shares(
    covariance: Covariance,
    vertices: Sequence[int] | NDArray[np.integer],
    held: Collection[int] = (),
    *,
    noise: float | None = None,
) -> NDArray[np.float64]:
    """Return what each vertex takes if some are all displaced alike, (n,); 1 is all of it.

    The parameters are those of `guided_placement`, which raises.
    """
    placed, still = np.asarray(vertices, np.intp), sorted({*held} - {*map(int, vertices)})
    nowhere = np.zeros((len(covariance.matrix), 3), np.float32)
    aside = np.tile((1.0, 0.0), (len(placed), 1))
    moved = plane(guided_placement(nowhere, placed, aside, covariance, still, noise=noise))
    return np.abs(moved)


def _conditioned_columns(covariance: Covariance, vertices: list[int], held: list[int]) -> Complex:
    """Return the covariance of all vertices with some, (n, k), given the held ones."""
    columns = covariance.matrix[:, vertices].copy()
    if held:
        among = covariance.matrix[np.ix_(held, held)]
        among[np.diag_indices(len(held))] += covariance.noise
        factor = cho_factor(among, overwrite_a=True, check_finite=False)
        known = cho_solve(factor, columns[held], check_finite=False)
        columns -= covariance.matrix[:, held] @ known
    return columns


def _check_indices(indices: Iterable[int], count: int) -> None:
    for index in indices:
        if not 0 <= index < count:
            raise IndexError(f"expected a vertex index from 0 to {count - 1}, got {index}")


def _check_placement(
    placed: Sequence[int], targets: NDArray[np.floating], noise: float | None
) -> None:
    if len(set(placed)) != len(placed):
        raise ValueError(f"expected each vertex once, but got {placed}")
    if targets.shape != (len(placed), 2):
        raise ValueError(f"expected targets of shape {(len(placed), 2)}, but got {targets.shape}")
    if noise is not None and not noise >= 0:
        raise ValueError(f"expected a noise of zero or more, but got {noise}")


@dataclass(frozen=True, eq=False)
class GuidedDrag:
    """One stroke: everything is fixed at the press but the vertex's position.

    Attributes
    ----------
    before : (n, 3) float32
        The mesh at the press.
    vertex : int
        The vertex under the hand.
    weights : (n,) complex128
        As `guided_weights` gives them.
    """

    before: NDArray[np.float32]
    vertex: int
    weights: Complex

    @property
    def influence(self) -> NDArray[np.float64]:
        """The share of the drag that each vertex takes, (n,); 1 at the pivot, 0 if it stays."""
        return np.abs(self.weights)

    def at(self, position: Position) -> NDArray[np.float32]:
        """Return the mesh with the dragged vertex at (x, y) in px; z stays."""
        x, y = self.before[self.vertex, :2].tolist()
        return turned(self.before, self.weights, (position[0] - x, position[1] - y))


def guided_drag(
    before: NDArray[np.float32],
    vertex: int,
    covariance: Covariance,
    anchors: Collection[int] = (),
    pinned: Collection[int] = (),
) -> GuidedDrag:
    """Begin a stroke; the parameters are those of `guided_weights`, which raises.

    The mesh may lie at any angle and in any size: a similarity transform of all positions
    transforms the result likewise.
    """
    return GuidedDrag(before, vertex, guided_weights(covariance, vertex, anchors, pinned))


def turned(
    before: NDArray[np.float32], weights: Complex, displacement: Position
) -> NDArray[np.float32]:
    """Return the mesh with each vertex moved by its complex share of a displacement; z stays."""
    return with_plane(before, plane(before) + weights * complex(*displacement))
