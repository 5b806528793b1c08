"""Fitting a mesh to a guide: sparse landmarks of another origin say where some of it belongs.

The error of the mesh is a draw of a Gaussian process, as Guided has it (`annotator.mesh.guided`),
and the guide's points observe it with noise: an anchor in both directions, a point of a curve
across the curve and only vaguely along it, a point of the outline across it alone. What the mesh is
moved by is the posterior mean. Curves and outline are those of the mesh as it stands, so they are
taken anew from round to round. ``docs/guides.md`` has the mathematics and what was measured.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.covariance import Covariance, expected_covariance
from annotator.mesh.folds import folded
from annotator.mesh.landmarks import tool_scale
from annotator.mesh.layout import MeshLayout
from annotator.mesh.plane import Complex, plane, with_plane
from annotator.mesh.sparse.observations import Labels, Observations, at_curves, at_points
from annotator.mesh.sparse.scheme import Scheme
from annotator.mesh.tools.base import MeshState
from annotator.mesh.unfolding import guard_placement

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

LEAST_POINTS = 3
"""With fewer labelled points nothing is known of a face."""

# Guides say where a face is and how it is turned better than any prior: variances of both, in
# squared outer IOD.
_ANYWHERE = 0.25
_ROUNDS = 4
# A point is left out if all others say that it is so unlikely: its squared distance from where they
# expect it, over the variance of that, in two directions. And no more than this share of them is.
_UNLIKELY = 20.0
_MOST_LEFT_OUT = 0.25
# What is held exactly has this variance, so that the equations can be solved.
_EXACT = 1e-9


class GuideError(ValueError):
    """A mesh cannot be fitted to a guide; the message says why."""


@dataclass(frozen=True, eq=False)
class GuideFit:
    """What a guide makes of a mesh.

    Attributes
    ----------
    landmarks : (n, 3) float32
        z and the vertices that must stay are as before.
    left_out : tuple of int
        Points of the guide that all others contradict, which were not fitted to.
    used : int
        How many points were.
    folded : (t,) bool
        Which triangles of the opened mesh it turns over.
    """

    landmarks: NDArray[np.float32]
    left_out: tuple[int, ...]
    used: int
    folded: NDArray[np.bool_]


def fit_to_guide(
    state: MeshState,
    scheme: Scheme,
    points: NDArray[np.floating],
    covariance: Covariance | None = None,
) -> GuideFit:
    """Fit a mesh to a guide.

    Parameters
    ----------
    state
        The mesh. Pinned and hidden vertices stay, and so do anchors: what people placed is surer
        than a guide.
    scheme
    points : (k, 2) or (k, 3)
        x, y in px of the image; NaN where nobody labelled. Depth is not looked at.
    covariance
        What was learned of the errors of predictions, if anything.

    Raises
    ------
    GuideError
        If the points are not as many as the scheme's, too few of them are labelled, or none of them
        lies on meshes of this layout.
    """
    iod = tool_scale(state.landmarks, state.layout)
    labels = _labels(state.layout, scheme, points, iod)
    known = np.isfinite(labels.goals) & labels.rows.any(axis=1)
    count = int(np.count_nonzero(known))
    if count < LEAST_POINTS:
        raise GuideError(
            f"a guide needs {LEAST_POINTS} labelled points that lie on a mesh at least, "
            f"but this one has {count}"
        )
    before = plane(state.landmarks) / iod
    held = np.union1d(np.flatnonzero(state.still), np.array(state.anchors, np.intp))
    still = Observations.holding(held, before, _EXACT)
    matrix = _with_any_pose(expected_covariance(state.layout, covariance).matrix, before)
    least = count - int(_MOST_LEFT_OUT * count)
    now, kept = before, known
    for number in range(_ROUNDS):
        seen = at_curves(labels, kept, now) if number else at_points(labels, kept)
        moves, kept = _without_the_unlikely(matrix, seen.and_(still), before, kept, least)
        now = before + moves
    landmarks = _guarded(state, now * iod, held)
    triangles = state.layout.topology.opened_triangles
    turned = folded(state.landmarks, landmarks, state.prediction, triangles)
    left_out = tuple(np.flatnonzero(known & ~kept).tolist())
    return GuideFit(landmarks, left_out, count - len(left_out), turned)


def _labels(layout: MeshLayout, scheme: Scheme, points: NDArray[np.floating], iod: float) -> Labels:
    if points.ndim != 2 or len(points) != scheme.count or points.shape[1] not in (2, 3):
        raise GuideError(
            f"expected {scheme.count} points of x and y for {scheme.title}, "
            f"but got an array of shape {points.shape}"
        )
    try:
        rows = scheme.on_layout(layout)
    except ValueError as error:
        raise GuideError(str(error)) from error
    # Half a place is none.
    is_whole = np.isfinite(points[:, :2]).all(axis=1)
    goals = plane(np.where(is_whole[:, None], points[:, :2], np.nan))
    return Labels(scheme, layout, rows, goals / iod)


def _with_any_pose(matrix: Complex, points: Complex) -> Complex:
    """Return a covariance of errors that leaves open where a face is and how it is turned."""
    around = points - points.mean()
    return np.asarray(matrix + _ANYWHERE * (1 + np.outer(around, around.conj())))


def _without_the_unlikely(
    matrix: Complex, seen: Observations, before: Complex, kept: NDArray[np.bool_], least: int
) -> tuple[Complex, NDArray[np.bool_]]:
    """Return the moves (n,), and which points they follow: at least so many.

    The worst is left out, one at a time.
    """
    kept = kept.copy()
    posterior = whole = _Posterior.of(matrix, seen.of(kept), before)
    while np.count_nonzero(kept) > least:
        points, unlikely = posterior.unlikely()
        worst = int(np.argmax(unlikely))
        if unlikely[worst] <= _UNLIKELY:
            break
        kept[points[worst]] = False
        posterior = posterior.without(points[worst])
    if posterior is not whole:  # what was taken away a hundred times over has lost digits
        posterior = _Posterior.of(matrix, seen.of(kept), before)
    return posterior.moves, kept


@dataclass(frozen=True, eq=False)
class _Posterior:
    """The errors of a mesh, given what was observed of them.

    An observation is Re(conj(direction) * row @ error). For errors of which x and y have the same
    spread (E[e e^T] = 0) its covariance with another one is half the real part of
    conj(direction) * row @ matrix @ row' * direction'.
    """

    points: Indices
    spread: Complex
    inverse: Floats
    off: Floats

    @classmethod
    def of(cls, matrix: Complex, seen: Observations, before: Complex) -> "_Posterior":
        spread = matrix @ (seen.rows * seen.directions[:, None]).T / 2
        among = (seen.directions.conj()[:, None] * (seen.rows @ spread)).real
        among[np.diag_indices(len(among))] += seen.variances
        off = (seen.directions.conj() * (seen.goals - seen.rows @ before)).real
        return cls(seen.points, spread, np.asarray(np.linalg.inv(among)), off)

    @cached_property
    def pulls(self) -> Floats:
        """How much of its covariance with the errors each observation adds to them, (m,)."""
        return np.asarray(self.inverse @ self.off)

    @property
    def moves(self) -> Complex:
        """The errors that are expected, (n,)."""
        return np.asarray(self.spread @ self.pulls)

    def without(self, point: int) -> "_Posterior":
        """Return what is left without a point's observations b.

        The inverse of the rest of K is that of K without its rows and columns b, minus
        (K^-1)_rb (K^-1)_bb^-1 (K^-1)_br: no equations are solved anew.
        """
        own, rest = np.flatnonzero(self.points == point), np.flatnonzero(self.points != point)
        across = self.inverse[np.ix_(rest, own)]
        within = np.linalg.inv(self.inverse[np.ix_(own, own)])
        inverse = self.inverse[np.ix_(rest, rest)] - across @ within @ across.T
        return _Posterior(self.points[rest], self.spread[:, rest], inverse, self.off[rest])

    def unlikely(self) -> tuple[Indices, Floats]:
        """Return the points, and how far each is from where all others expect it.

        Squared, by its variance: with K the covariance of all observations and b those of one
        point, what the others leave unexplained of it is (K^-1)_bb^-1 (K^-1 d)_b, and its
        covariance (K^-1)_bb^-1.
        """
        points, own = _by_point(self.points)
        known = own >= 0
        blocks = self.inverse[own[:, :, None], own[:, None, :]]
        alone = np.eye(own.shape[1])  # so that what is not there changes nothing of the inverse
        blocks = np.where(known[:, :, None] & known[:, None, :], blocks, alone)
        pulls = np.where(known, self.pulls[own], 0)
        return points, np.einsum("pi,pij,pj->p", pulls, np.linalg.inv(blocks), pulls)


def _by_point(points: Indices) -> tuple[Indices, Indices]:
    """Return the points (p,) that said something, and which observations are whose, (p, most).

    -1 stands where a point made fewer than another one.
    """
    order = np.argsort(points, kind="stable")
    order = order[points[order] >= 0]
    names, starts, counts = np.unique(points[order], return_index=True, return_counts=True)
    own = np.full((len(names), max(counts, default=1)), -1)
    within = np.arange(len(order)) - np.repeat(starts, counts)
    own[np.repeat(np.arange(len(names)), counts), within] = order
    return names, own


def _guarded(state: MeshState, points: Complex, held: Indices) -> NDArray[np.float32]:
    free = np.ones(len(points), np.bool_)
    free[held] = False
    after = with_plane(state.landmarks, points, free)
    return guard_placement(state.landmarks, after, held.tolist(), state.layout)
