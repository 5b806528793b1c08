"""How much of the trained weights is taken: between the parent and the end of training.

Weights half-way between a net and what fine-tuning made of it often keep what the net knew and have
most of what it learned (Wortsman et al., "Robust fine-tuning of zero-shot models", 2022). The share
is chosen on validation: the one with the least error on spoiled crops that clean crops allow.
People correct what a net does badly, and on such faces clean crops improve, too, while faces that
it knew get worse. So those that people accepted as predicted, and portraits, have to allow it, too.
But where the parent's answers to clean crops fail in the mean, the releases' truth is another one
than the parent's: their own faces alone judge then, half is the most, and it is told, as nobody but
people can say which truth is right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotator.quality.bootstrap import group_sums, resampled
from annotator.training.judging import Scores
from annotator.training.summary import FAILURE

Floats = NDArray[np.float32]

SHARES = tuple(round(0.1 * step, 1) for step in range(11))
HALF = 0.5
"""The most that is taken where few people and pictures judge it, and what is where nobody does."""

_FEWEST = 4  # clusters that tell something about others
_DRAWS = 1000
_CONFIDENCE = 0.9  # that clean crops do not get worse than is allowed


@dataclass(frozen=True, slots=True)
class MixedResult:
    """What validation says of one share.

    Attributes
    ----------
    share
        Of the trained weights.
    clean, spoiled
        Mean NME.
    clean_rise
        By how much the error on clean crops may well have risen, as a share of the parent's: the
        upper end of a one-sided interval by bootstrap over groups, for all faces, for those that
        the parent knew, or for the portraits, whichever is most.
    own_rise
        The same for all faces of the validation alone, whose truth is the releases'.
    """

    share: float
    clean: float
    spoiled: float
    clean_rise: float
    own_rise: float


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """How well a net does on the faces of the validation, and on the portraits."""

    faces: Scores
    portraits: Scores


@dataclass(frozen=True, slots=True, eq=False)
class Jury:
    """What is known of the faces of the validation.

    Attributes
    ----------
    clusters : (f,)
        What is drawn together.
    known : (f,) bool
        Whether the parent's answer was right: people accepted it as it was.
    """

    clusters: Sequence[str]
    known: NDArray[np.bool_]


def shares_for(clusters: Sequence[str]) -> tuple[float, ...]:
    """Return the shares that validation may choose from: up to half where few clusters judge."""
    if len(set(clusters)) >= _FEWEST:
        return SHARES
    return tuple(share for share in SHARES if share <= HALF)


def mixed(parent: Sequence[Floats], trained: Sequence[Floats], share: float) -> list[Floats]:
    """Return weights between two nets'; the parent's own, to the bit, for a share of 0."""
    if share == 0:
        return list(parent)
    return [
        (one + np.float32(share) * (other.reshape(one.shape) - one)).astype(np.float32)
        for one, other in zip(parent, trained, strict=True)
    ]


def chosen(results: Sequence[MixedResult], most_clean_rise: float) -> MixedResult:
    """Return the result whose share is taken; that of the parent, share 0, if no other may be."""
    (parent,) = (one for one in results if one.share == 0)
    if parent.clean > FAILURE:
        others = [one for one in results if 0 < one.share <= HALF]
        allowed = [one for one in others if one.own_rise <= most_clean_rise]
    else:
        allowed = [one for one in results if one.share and one.clean_rise <= most_clean_rise]
    return min([parent, *allowed], key=lambda one: (one.spoiled, one.share))


def result_of(share: float, now: Judged, before: Judged, jury: Jury) -> MixedResult:
    """Return what validation says of a share.

    Parameters
    ----------
    share
    now, before
        Of the mixed weights and of the parent.
    jury
    """
    clean, origin = now.faces.by_face(clean=True), before.faces.by_face(clean=True)
    shown, first = now.portraits.by_face(clean=True), before.portraits.by_face(clean=True)
    known = np.flatnonzero(jury.known)
    parts = (
        (clean, origin, jury.clusters),
        (clean[known], origin[known], [jury.clusters[at] for at in known.tolist()]),
        (shown, first, [str(at) for at in range(len(shown))]),
    )
    rises = [rise_quantile(*part, _CONFIDENCE) for part in parts if len(part[0])]
    nme = now.faces.nme
    return MixedResult(share, nme(clean=True), nme(clean=False), max(rises), rises[0])


def rise_quantile(
    now: NDArray[np.float64],
    before: NDArray[np.float64],
    clusters: Sequence[str],
    quantile: float,
) -> float:
    """Return a quantile of the relative rise of a mean error, by bootstrap over clusters."""
    if not len(clusters):
        return 0.0
    after, origin = resampled(group_sums([now, before], clusters), _DRAWS)
    return float(np.quantile(after / origin - 1, quantile))
